"""Keeps launch tokens out of every log: they open a package while a session lasts."""

from __future__ import annotations

import logging
import re

# A token has colons in it (RFC 3986 lets a client escape them), a static file has none.
TOKEN = re.compile(r"""(/launch/)[^/\s?"':%]*(?::|%3A)[^/\s?"']*""", re.IGNORECASE)


def masked(text: str) -> str:
    return TOKEN.sub(r"\1<token>", text)


class MaskTokens(logging.Filter):
    """For handlers: what they write has no token, whoever logged it."""

    def filter(self, record: logging.LogRecord) -> bool:
        text = record.getMessage()
        if "/launch/" in text:
            record.msg, record.args = masked(text), None
        if record.exc_info and not record.exc_text:
            record.exc_text = masked(
                logging.Formatter().formatException(record.exc_info)
            )
        return True
