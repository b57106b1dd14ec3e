from __future__ import annotations

import pytest

from olive_portal.metadata.records import TitleRecord
from olive_portal.preservation import faces


@pytest.mark.parametrize("form", faces.FORMATS.values(), ids=lambda form: form.name)
def test_xml_says_that_it_is_and_the_others_do_not(form):
    content = form.document(TitleRecord("Rogue"))
    assert content.startswith(b"<?xml") == form.is_xml
    assert content.endswith(b"\n")


def test_no_two_formats_have_one_name_or_label():
    forms = faces.FORMATS.values()
    assert len({form.label for form in forms}) == len(faces.FORMATS)
    assert all(name == form.name for name, form in faces.FORMATS.items())
