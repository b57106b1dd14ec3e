"""Text becomes key presses on a US keyboard, in QEMU's names for keys (QKeyCode)."""

from __future__ import annotations

from vmnetx.errors import Refused

# A guest's keyboard controller holds 16 codes; a longer text waits for its reader.
MAX_TEXT = 4096

_PLAIN = {
    " ": "spc",
    "\n": "ret",
    "\t": "tab",
    "\b": "backspace",
    "\x1b": "esc",
    "-": "minus",
    "=": "equal",
    "[": "bracket_left",
    "]": "bracket_right",
    "\\": "backslash",
    ";": "semicolon",
    "'": "apostrophe",
    "`": "grave_accent",
    ",": "comma",
    ".": "dot",
    "/": "slash",
}
_SHIFTED = dict(zip('_+{}|:"~<>?', "-=[]\\;'`,./", strict=True)) | dict(
    zip("!@#$%^&*()", "1234567890", strict=True)
)


def chords(text: str) -> list[list[str]]:
    """The keys to press together for each character. Raises Refused, with the first
    character that no key gives."""
    if len(text) > MAX_TEXT:
        raise Refused(f"A text of {len(text)} characters; at most {MAX_TEXT}")
    return [_chord(character) for character in text]


def _chord(character: str) -> list[str]:
    if character in _SHIFTED:
        return ["shift", *_chord(_SHIFTED[character])]
    if character in _PLAIN:
        return [_PLAIN[character]]
    if character.isascii() and character.isalnum():
        shift = ["shift"] if character.isupper() else []
        return [*shift, character.lower()]
    raise Refused(f"No key gives the character {character!r}")
