from __future__ import annotations

from olive_portal.oai import describing, services
from tests.portal.oai.conftest import exposure


def test_the_icon_may_lie_on_another_host(db, settings):
    settings.STATIC_URL = "https://static.example/"
    assert "<url>https://static.example/img/favicon.svg</url>" in describing.identify(
        earliest="2024-01-01T00:00:00Z"
    )


def test_what_the_operator_says_is_escaped(db, settings):
    settings.OLIVE_OAI_NAME = "Bits & <Bytes>"
    assert "<repositoryName>Bits &amp; &lt;Bytes&gt;</repositoryName>" in (
        describing.identify(earliest="2024-01-01T00:00:00Z")
    )


def test_the_sample_is_of_todays_domain(expose, settings):
    expose()
    settings.OLIVE_OAI_IDENTIFIER = "olive.example"
    assert "oai:olive.example:99999/" in describing.identify(earliest="2024")
    renamed = {**vars(exposure(2)), "identifier": "oai:olive.example:99999/2"}
    services.expose([services.Exposure(**renamed)])
    assert "oai:olive.example:99999/2" in describing.identify(earliest="2024")


def test_rights_and_friends_are_told_only_where_the_operator_names_them(db):
    told = describing.identify(earliest="2024")
    assert "rightsManifest" not in told
    assert "friends" not in told
