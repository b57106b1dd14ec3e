from __future__ import annotations


class BadRecord(Exception):
    """A metadata record that cannot be read. Ingest reports it and changes nothing.

    The text is fit for a curator: what is wrong and, where it is known, on which line.
    """

    def __init__(self, message: str, *, line: int | None = None) -> None:
        super().__init__(message if line is None else f"line {line}: {message}")
        self.line = line


class BadSchemas(Exception):
    """The operator's folder of XML Schemas does not hold together. The text says where.

    Ingest reports it and takes nothing in: what was to be checked is not checked.
    """
