from __future__ import annotations

import pytest

from olive_portal.metadata.errors import BadRecord
from olive_portal.metadata.records import File


def test_a_relative_href_is_a_path():
    assert str(File("shots/one%20two.png").path) == "shots/one two.png"


@pytest.mark.parametrize(
    "href", ["https://a.example/b.png", "//a.example/b", "file:///x"]
)
def test_a_url_is_elsewhere(href):
    assert File(href).path is None


@pytest.mark.parametrize(
    "href", ["/etc/passwd", "../x", "a/../../x", "%2e%2e/x", "a%00b", "a\\b", "", "?q"]
)
def test_a_path_that_leads_out_is_refused(href):
    with pytest.raises(BadRecord, match="not inside the record's folder"):
        _ = File(href).path
