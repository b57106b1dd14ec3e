from __future__ import annotations

import pytest

from olive_portal.oai import services
from olive_portal.oai.errors import BadFragment
from olive_portal.oai.models import EVERYTHING, Membership, Record, Set
from tests.portal.oai.conftest import SETS, exposure


def stamps():
    return dict(Record.objects.values_list("source", "datestamp"))


def specs():
    named = Membership.objects.exclude(spec=EVERYTHING)
    return set(named.values_list("spec", flat=True))


def test_the_same_again_changes_nothing(expose, clock):
    assert expose(formats=("oai_dc", "mods")) == 2
    before = list(Record.objects.values())
    clock.now += 60
    assert expose(formats=("oai_dc", "mods")) == 0
    assert list(Record.objects.values()) == before


@pytest.mark.parametrize(
    "change", [{"title": "Another"}, {"sets": {"a": "A"}}, {"formats": ()}]
)
def test_a_datestamp_moves_with_metadata_sets_and_status(expose, clock, change):
    expose(1)
    expose(2)
    before = stamps()
    clock.now += 60
    assert expose(1, **change) == 1
    assert stamps()["item/1"] > before["item/1"]
    assert stamps()["item/2"] == before["item/2"]


def test_a_change_of_one_format_leaves_the_other_alone(expose, clock):
    expose(formats=("oai_dc",))
    clock.now += 60
    expose(formats=("oai_dc", "mods"))
    dc, mods = (Record.objects.get(prefix=name) for name in ("oai_dc", "mods"))
    assert dc.datestamp < mods.datestamp


def test_a_format_that_could_not_be_made_stays_as_it_was(expose):
    expose(formats=("oai_dc", "mods"))
    assert expose(formats=("oai_dc",), kept=("mods",)) == 0
    assert Record.objects.live().count() == 2


def test_a_tombstone_keeps_its_sets_and_nothing_else(expose, clock):
    expose()
    clock.now += 60
    assert services.retire(["item/1"]) == 1
    record = Record.objects.get()
    assert (record.is_deleted, record.metadata) == (True, "")
    assert "<setSpec>collection:games</setSpec>" in record.set_specs
    moments = set(Membership.objects.values_list("datestamp", flat=True))
    assert moments == {record.datestamp}
    assert specs() == set(SETS)


def test_a_second_burial_is_no_news(expose, clock):
    expose()
    services.retire(["item/1"])
    clock.now += 60
    assert services.retire(["item/1", "item/unknown"]) == 0


def test_what_comes_back_is_live_under_the_same_identifier(expose, clock):
    expose()
    before = Record.objects.get()
    services.retire(["item/1"])
    clock.now += 60
    expose()
    after = Record.objects.get()
    assert not after.is_deleted
    assert (after.pk, after.identifier) == (before.pk, before.identifier)
    assert after.datestamp > before.datestamp


def test_an_identifier_outlives_a_change_of_the_repositorys_name(expose):
    expose()
    fields = {**vars(exposure(1, title="New")), "identifier": "oai:other.example:1"}
    services.expose([services.Exposure(**fields)])
    assert Record.objects.get().identifier == "oai:olive.invalid:99999/1"


def test_a_header_names_the_deepest_sets_only(expose):
    expose(sets={"a": "A", "a:b": "B", "ab": "AB", "a:b:c": "C"})
    specs = Record.objects.get().set_specs
    assert specs == "<setSpec>a:b:c</setSpec><setSpec>ab</setSpec>"


def test_sets_follow_their_records(expose):
    expose(sets={"a": "A", "a:b": "B"})
    expose(sets={"a": "New name", "a:c": "C"})
    assert dict(Set.objects.values_list("spec", "name")) == {
        "a": "New name",
        "a:c": "C",
    }
    assert specs() == {"a", "a:c"}


def test_a_set_stays_while_another_record_is_in_it(expose):
    expose(1, sets={"a": "A"})
    expose(2, sets={"a": "A"})
    expose(1, sets={"b": "B"})
    assert set(Set.objects.values_list("spec", flat=True)) == {"a", "b"}


def test_nothing_that_was_never_exposed_makes_a_set_or_a_tombstone(expose):
    assert expose(formats=()) == 0
    assert not Set.objects.exists()
    assert not Record.objects.exists()


def test_one_bad_fragment_changes_nothing(db):
    bad = exposure(2, formats=())
    bad = services.Exposure(**{**vars(bad), "metadata": {"oai_dc": b"<broken"}})
    with pytest.raises(BadFragment):
        services.expose([exposure(1), bad])
    assert not Record.objects.exists()


@pytest.mark.parametrize("identifier", ["", "a b", "a&b", "<", "é", "a\n"])
def test_an_identifier_is_a_uri_that_needs_no_escaping(db, identifier):
    fields = {**vars(exposure(1)), "identifier": identifier}
    with pytest.raises(ValueError, match="identifier"):
        services.expose([services.Exposure(**fields)])
