"""BibTeX, with biblatex's entry type for software."""

from __future__ import annotations

from olive_portal.metadata.records import Name, Part, TitleRecord
from olive_portal.metadata.writing import csl_json
from olive_portal.metadata.writing.csl_json import one_line
from olive_portal.metadata.writing.elements import legal, uri

SPECIAL = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "{": r"\{",
        "}": r"\}",
        "$": r"\$",
        "&": r"\&",
        "#": r"\#",
        "_": r"\_",
        "%": r"\%",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
    }
)


def render(record: TitleRecord) -> bytes:
    said = {
        "title": f"{{{escape(record.title)}}}",
        "author": " and ".join(_authors(record)),
        "year": csl_json.year(record.issued),
        "version": escape(record.version),
        "publisher": escape("; ".join(csl_json.publishers(record))),
        "doi": escape(csl_json.doi(record)),
        # biblatex reads an address as it is; only braces would end it.
        "url": uri(record.lasting_url).replace("{", "%7B").replace("}", "%7D"),
        "keywords": escape(", ".join(subject.text for subject in record.subjects)),
        "note": escape(csl_json.preserved(record)),
    }
    fields = ",\n".join(f"  {name} = {{{text}}}" for name, text in said.items() if text)
    return f"@software{{{csl_json.key(record)},\n{fields}\n}}\n".encode()


def escape(text: str) -> str:
    return one_line(text).translate(SPECIAL)


def _authors(record: TitleRecord) -> list[str]:
    names = record.names_as(Part.CREATOR)
    return [_author(name) for name in names if legal(name.text).strip()]


def _author(name: Name) -> str:
    """Braces keep a name whole that BibTeX would take apart at a comma or an `and`."""
    text = escape(name.text)
    is_whole = name.kind == "organization" or " and " in text or text.count(",") > 1
    return f"{{{text}}}" if is_whole else text
