from __future__ import annotations

import pytest
from django.core.management import call_command

from olive_portal.catalogue.models import SearchEntry

pytestmark = pytest.mark.django_db


def test_what_search_does_not_know_is_indexed_once(make_item, capsys):
    make_item("rogue")
    make_item("secret", state="draft")
    call_command("update_search")
    call_command("update_search")
    assert capsys.readouterr().out.splitlines() == [
        "1 titles were indexed.",
        "0 titles were indexed.",
    ]


def test_everything_can_be_indexed_anew(make_item, capsys):
    make_item("rogue", title="Rogue")
    call_command("update_search", verbosity=0)
    SearchEntry.objects.update(title="Something else")
    call_command("update_search", "--all")
    assert SearchEntry.objects.get().title == "Rogue"
    assert capsys.readouterr().out == "1 titles were indexed.\n"
