"""Language codes in words. Records carry ISO 639-2 codes (MODS) or BCP 47 tags."""

from __future__ import annotations

from django.utils.translation import get_language_info

# Where ISO 639-2 has a code that differs from 639-1, or that no two letters stand for.
THREE_LETTERS = {
    "ara": "ar",
    "ces": "cs",
    "chi": "zh-hans",
    "cze": "cs",
    "dan": "da",
    "deu": "de",
    "dut": "nl",
    "ell": "el",
    "eng": "en",
    "fin": "fi",
    "fra": "fr",
    "fre": "fr",
    "ger": "de",
    "gre": "el",
    "heb": "he",
    "hun": "hu",
    "ita": "it",
    "jpn": "ja",
    "kor": "ko",
    "nld": "nl",
    "nor": "nb",
    "pol": "pl",
    "por": "pt",
    "rus": "ru",
    "spa": "es",
    "swe": "sv",
    "tur": "tr",
    "ukr": "uk",
    "zho": "zh-hans",
}
SPECIAL = {"mul": "several languages", "und": "not known", "zxx": "no words"}


def in_words(code: str) -> str:
    """`eng` and `en-GB` as English; a code that is not known comes back as it is."""
    if code in SPECIAL:
        return SPECIAL[code]
    try:
        info = get_language_info(THREE_LETTERS.get(code, code.lower()))
    except KeyError:
        return code
    return str(info["name"])
