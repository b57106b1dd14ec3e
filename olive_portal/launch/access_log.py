"""What gunicorn logs, without launch tokens: --logger-class names MaskedLogger."""

from __future__ import annotations

from gunicorn.config import Config
from gunicorn.glogging import Logger

from olive_portal.launch.masking import MaskTokens


class MaskedLogger(Logger):
    """gunicorn's logger: neither its access log nor its error log shows a token."""

    def setup(self, cfg: Config) -> None:
        super().setup(cfg)
        for handler in (*self.error_log.handlers, *self.access_log.handlers):
            handler.addFilter(MaskTokens())
