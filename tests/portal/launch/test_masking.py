from __future__ import annotations

import logging
import sys

import pytest

from olive_portal.launch import tokens
from olive_portal.launch.masking import MaskTokens, masked


def test_a_real_token_is_masked_wherever_it_stands(make_session):
    url = tokens.package_url(make_session())
    token = url.split("/")[4]
    for text in [
        f'"GET {url} HTTP/1.1" 206',
        f"Forbidden: /launch/{token}",
        f"'{url}'",
    ]:
        assert token in text
        assert token not in masked(text)
        assert token not in masked(text.replace(":", "%3A"))
        assert "/launch/<token>" in masked(text)


@pytest.mark.parametrize(
    "text", ["/static/launch/play.0123456789ab.js", "/items/x/launch HTTP/1.1"]
)
def test_other_paths_stay_readable(text):
    assert masked(text) == text


def test_a_log_record_has_no_token_in_arguments_or_traceback():
    path = "/launch/abc:def:ghi/x.nxpk"
    try:
        raise ValueError(path)
    except ValueError:
        record = logging.LogRecord(
            "x", logging.ERROR, __file__, 1, "Error at %s", (path,), sys.exc_info()
        )
    assert MaskTokens().filter(record)
    text = logging.Formatter().format(record)
    assert "abc:def:ghi" not in text
    assert text.count("/launch/<token>/x.nxpk") == 2
