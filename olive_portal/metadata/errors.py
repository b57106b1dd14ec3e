from __future__ import annotations


class BadRecord(Exception):
    """A metadata record that cannot be read. Ingest reports it and changes nothing.

    The text is fit for a curator: what is wrong and, where it is known, on which line.
    """

    def __init__(self, message: str, *, line: int | None = None) -> None:
        super().__init__(message if line is None else f"line {line}: {message}")
        self.line = line
