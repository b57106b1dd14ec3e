"""The gateway's TLS certificate, which is renewed every few weeks."""

from __future__ import annotations

import logging
import ssl
from pathlib import Path

logger = logging.getLogger(__name__)


class BadCertificate(Exception):
    """The files hold no certificate with its key; the text says why."""


class Certificate:
    """A chain and its key, PEM; one file may hold both."""

    def __init__(self, chain: Path, key: Path | None) -> None:
        """Raises BadCertificate."""
        self._files = (chain, key)
        self._context = self._load()

    def context(self) -> ssl.SSLContext:
        """For the next connection; those that are open keep what they have."""
        return self._context

    def renew(self) -> None:
        """Read the files again. If they are no good, the old certificate stays."""
        try:
            self._context = self._load()
        except BadCertificate as error:
            logger.warning("event=certificate-kept why=%r", str(error))
        else:
            logger.info("event=certificate-renewed")

    def _load(self) -> ssl.SSLContext:
        chain, key = self._files
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        try:
            # A key behind a passphrase would ask for it on the terminal.
            context.load_cert_chain(chain, key, password="")
        except (OSError, ValueError) as error:
            raise BadCertificate(f"{chain}: {error}") from error
        return context
