from __future__ import annotations

import pytest

from olive_portal.metadata.records import File, TitleRecord
from olive_portal.preservation import attachments
from olive_portal.preservation.errors import BadSubmission


def find(folder, *files):
    return attachments.find(folder, TitleRecord("Rogue", files=files))


def test_what_the_record_names_comes_first_and_once(tmp_path, make_picture):
    for name in ("a", "b"):
        make_picture(tmp_path / f"screenshots/{name}.png")
    found = find(tmp_path, File("screenshots/b.png", use="screenshots", label="Start"))
    assert [(f.path.name, f.label) for f in found] == [
        ("b.png", "Start"),
        ("a.png", ""),
    ]


def test_only_screenshots_and_documentation_are_attached(tmp_path):
    disk = File("disk.img", use="VM COMPONENTS")
    assert find(tmp_path, disk, File("https://a.example/m", use="DOCUMENTATION")) == []


def test_a_hidden_file_is_nobodys_document(tmp_path):
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents/.DS_Store").write_bytes(b"\0")
    assert attachments.find(tmp_path, None) == []


@pytest.mark.parametrize(
    ("href", "message"),
    [("none.png", "it is not there"), ("../x.png", "not inside the record's folder")],
)
def test_a_named_file_must_be_there(tmp_path, href, message):
    with pytest.raises(BadSubmission, match=message):
        find(tmp_path, File(href, use="SCREENSHOTS"))


def test_a_named_file_must_have_its_digest(tmp_path, make_picture):
    make_picture(tmp_path / "a.png")
    with pytest.raises(BadSubmission, match=r"a\.png: .* another SHA-256"):
        find(tmp_path, File("a.png", use="SCREENSHOTS", sha256="0" * 64))


def test_a_program_is_no_document(tmp_path):
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents/a.exe").write_bytes(b"MZ\0\0")
    with pytest.raises(BadSubmission, match=r"a\.exe: "):
        attachments.find(tmp_path, None)


def test_the_number_of_attachments_has_a_limit(tmp_path, monkeypatch):
    monkeypatch.setattr(attachments, "MAX_COUNT", 1)
    (tmp_path / "documents").mkdir()
    for name in "ab":
        (tmp_path / "documents" / name).write_text("read")
    with pytest.raises(BadSubmission, match="more than 1 attachments"):
        attachments.find(tmp_path, None)
