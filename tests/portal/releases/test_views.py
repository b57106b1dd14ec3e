from __future__ import annotations

import hashlib

import pytest

from olive_portal.releases.models import ReleaseFile
from tests.portal import answers
from vmnetx.launcher import updates

LATEST = "/vmnetx/source/latest.json"


def test_the_page_has_each_release_with_its_changes_and_files(client, make_release):
    make_release("0.5.1", changes="- Sound is *right*.", content=b"1234")
    page = client.get("/releases").content.decode()
    assert "VMNetX 0.5.1" in page
    assert "3 June 2015" in page
    assert "<li>Sound is <em>right</em>.</li>" in page
    assert hashlib.sha256(b"1234").hexdigest() in page
    assert 'href="/releases/0.5.1/vmnetx-0.5.1.msi"' in page


def test_an_empty_page_says_so(client, db):
    assert b"There is no release yet" in client.get("/releases").content


def test_a_draft_is_for_curators_alone(client, curator, make_release):
    make_release("0.7", is_draft=True, content=b"1234")
    assert b"0.7" not in client.get("/releases").content
    assert client.get("/releases/0.7/vmnetx-0.7.msi").status_code == 404
    client.force_login(curator)
    assert b"0.7" in client.get("/releases").content
    answer = client.get("/releases/0.7/vmnetx-0.7.msi")
    assert b"".join(answer.streaming_content) == b"1234"


def test_a_file_is_saved_and_never_shown(client, make_release):
    make_release(content=b"<script>")
    answer = client.get("/releases/0.5.1/vmnetx-0.5.1.msi")
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Content-Length"] == "8"
    answers.close(answer)
    again = client.get(
        "/releases/0.5.1/vmnetx-0.5.1.msi",
        headers={"If-None-Match": answer.headers["ETag"]},
    )
    assert again.status_code == 304


def test_a_file_that_is_lost_is_not_found(client, make_release):
    make_release(content=b"1234")
    file = ReleaseFile.objects.get().file
    file.storage.delete(file.name)
    assert client.get("/releases/0.5.1/vmnetx-0.5.1.msi").status_code == 404


def test_the_update_check_is_what_spec_6_says(client, make_release, settings):
    settings.BASE_URL = "https://olive.example"
    make_release("0.5.0", released_on="2014-10-24")
    make_release("0.5.1", released_on="2015-06-03")
    answer = client.get(LATEST)
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json() == {
        "version": "0.5.1",
        "release-date": "2015-06-03",
        "update-url": "https://olive.example/releases",
    }
    again = client.get(LATEST, headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


def test_without_a_release_the_update_check_finds_nothing(client, db):
    assert client.get(LATEST).status_code == 404


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("version", "is_offered"), [("99.1", True), ("0.5.1", False)])
def test_our_own_launcher_hears_of_a_newer_release(
    live_server, make_release, tmp_path, version, is_offered
):
    make_release(version)
    check = updates.UpdateCheck(f"{live_server.url}{LATEST}", tmp_path / "state")
    check.begin()
    check._answer.result(60)
    offer = check.offer()
    assert (offer is not None and offer.version == version) is is_offered
