from __future__ import annotations

import hashlib

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from olive_portal.releases.models import ReleaseFile

INLINE = {
    "files-TOTAL_FORMS": "1",
    "files-INITIAL_FORMS": "0",
    "files-0-name": "vmnetx-0.5.1.msi",
    "files-0-platform": "Windows",
}
RELEASE = {"version": "0.5.1", "released_on": "2015-06-03", "changes": "- Sound."}


def test_size_and_digest_are_read_from_the_file(client, curator):
    client.force_login(curator)
    content = b"an installer" * 1000
    upload = SimpleUploadedFile("setup.msi", content)
    answer = client.post(
        reverse("admin:releases_release_add"),
        RELEASE | INLINE | {"files-0-file": upload},
    )
    assert answer.status_code == 302
    file = ReleaseFile.objects.get()
    assert (file.size, file.sha256) == (
        len(content),
        hashlib.sha256(content).hexdigest(),
    )
    assert file.release.is_draft is False


def test_a_name_that_is_no_file_name_is_refused(client, curator):
    client.force_login(curator)
    upload = SimpleUploadedFile("setup.msi", b"x")
    answer = client.post(
        reverse("admin:releases_release_add"),
        RELEASE | INLINE | {"files-0-name": "../x", "files-0-file": upload},
    )
    assert b"Letters, digits" in answer.content
    assert not ReleaseFile.objects.exists()


def test_a_release_with_its_file_can_be_opened_again(client, curator, make_release):
    client.force_login(curator)
    release = make_release(content=b"1234")
    page = client.get(reverse("admin:releases_release_change", args=[release.pk]))
    assert release.files.get().sha256.encode() in page.content
    assert b"/media/releases" not in page.content
