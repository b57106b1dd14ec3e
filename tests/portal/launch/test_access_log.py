"""The whole way, through a real gunicorn, is in test_delivery.py."""

from __future__ import annotations

from gunicorn.config import Config

from olive_portal.launch.access_log import MaskedLogger
from olive_portal.launch.masking import MaskTokens


def test_every_handler_of_gunicorn_masks(tmp_path):
    config = Config()
    config.set("accesslog", str(tmp_path / "access.log"))
    config.set("errorlog", str(tmp_path / "error.log"))
    logger = MaskedLogger(config)
    handlers = [*logger.error_log.handlers, *logger.access_log.handlers]
    try:
        assert len(handlers) == 2
        for handler in handlers:
            assert any(isinstance(each, MaskTokens) for each in handler.filters)
    finally:
        for handler in handlers:
            handler.close()
        logger.error_log.handlers.clear()
        logger.access_log.handlers.clear()
