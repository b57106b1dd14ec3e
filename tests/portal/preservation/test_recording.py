from __future__ import annotations

import pytest

from olive_portal.catalogue.models import Agent, Collection, Item, Subject
from olive_portal.metadata.reading.report import Report
from olive_portal.metadata.records import (
    Identifier,
    Name,
    Rights,
    TitleRecord,
)
from olive_portal.metadata.records import Subject as Topic
from olive_portal.preservation import recording
from olive_portal.preservation.errors import BadSubmission
from olive_portal.preservation.shelving import Shelf
from olive_portal.preservation.submissions import Submission

pytestmark = pytest.mark.django_db


@pytest.fixture
def save():
    """Saves a record that says `fields`; each call is another METS document."""
    Collection.objects.create(slug="lab", title="Lab")
    count = iter(range(9))

    def save(title="Rogue", shelf=None, is_named=True, **fields):
        submission = Submission(
            slug="rogue",
            is_named=is_named,
            mets=b"%d" % next(count),
            report=Report(TitleRecord(title, **fields), ()),
            package=None,
            attachments=(),
            shelf=shelf or Shelf("lab"),
        )
        return recording.save_item(submission, "")[0]

    return save


def roles(item):
    return [(c.agent.name, c.role) for c in item.contributions.all()]


def test_an_authority_uri_makes_two_names_one_agent(save):
    save(names=(Name("Michael Toy", uri="http://viaf.org/1"),))
    item = save(names=(Name("Toy, Michael", uri="http://viaf.org/1"),))
    assert Agent.objects.get().name == "Michael Toy"
    assert roles(item) == [("Michael Toy", "creator")]


def test_roles_become_those_of_the_catalogue(save):
    item = save(names=(Name("A", roles=("programmer", "tester")), Name("B")))
    assert roles(item) == [
        ("A", "programmer"),
        ("A", "contributor"),
        ("B", "creator"),
    ]


def test_names_that_a_new_record_leaves_out_are_gone(save):
    save(names=(Name("A"), Name("B")))
    assert roles(save(names=(Name("B"),))) == [("B", "creator")]


def test_a_subject_gets_the_authority_that_it_lacked(save):
    save(subjects=(Topic("Games"),))
    save(subjects=(Topic("Games", "http://a.example/1"),), genres=("roguelike",))
    assert set(Subject.objects.values_list("term", "uri")) == {
        ("Games", "http://a.example/1"),
        ("roguelike", ""),
    }


def test_identifiers_follow_the_record(save):
    save(identifiers=(Identifier("ark", "1"), Identifier("doi", "2")))
    item = save(identifiers=(Identifier("doi", "2"), Identifier("other id", "3")))
    assert [str(row) for row in item.identifiers.all()] == ["doi:2", "other-id:3"]


def test_a_rights_uri_that_is_no_link_is_words(save):
    item = save(rights=Rights("info:x/y", "Ask us.", "On site only."))
    assert item.rights_uri == ""
    assert item.rights_text == "Ask us.\n\nOn site only.\n\ninfo:x/y"


@pytest.mark.parametrize(
    ("languages", "language"), [((), ""), (("eng",), "eng"), (("eng", "fre"), "mul")]
)
def test_several_languages_are_mul(save, languages, language):
    assert save(languages=languages).language == language


def test_a_date_in_words_is_taken_as_it_is(save):
    assert save(issued="Spring 1992").issued == "Spring 1992"


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"issued": "1" * 41}, "date issued: more than 40"),
        ({"names": (Name("A" * 201),)}, "agent: name"),
        ({"subjects": (Topic("A" * 201),)}, "subject: term"),
        ({"identifiers": (Identifier("ark", "1" * 201),)}, "identifier: value"),
    ],
)
def test_what_the_catalogue_has_no_room_for_is_refused(save, fields, message):
    with pytest.raises(BadSubmission, match=message):
        save(**fields)


def test_an_item_stays_in_its_collection_when_nothing_names_one(save):
    save()
    again = Submission(
        "rogue", True, b"x", Report(TitleRecord("Rogue 2"), ()), None, (), None
    )
    item, is_changed = recording.save_item(again, "")
    assert (item.collection.slug, is_changed) == ("lab", True)
    assert Item.objects.get().title == "Rogue 2"


def test_the_title_that_its_folder_features_is_so_until_a_curator_says(save):
    item = save(shelf=Shelf("lab", featured="rogue"))
    assert item.is_featured
    Item.objects.filter(pk=item.pk).update(is_featured=False)
    assert not save(shelf=Shelf("lab", featured="rogue")).is_featured


def test_a_record_finds_the_item_that_has_its_ark(save):
    item = save()
    Item.objects.update(ark="99999/s1fh3kz9m7w")
    for objid in ("ark:99999/s1fh3kz9m7w", "ark:/99999/s1fh3kz9m7w"):
        assert save(is_named=False, objid=objid) == item


def test_our_own_ark_is_no_name_that_others_gave(save):
    save()
    Item.objects.update(ark="99999/s1fh3kz9m7w")
    names = ("ark:99999/s1fh3kz9m7w", "ark:/1/other")
    item = save(identifiers=tuple(Identifier("ark", name) for name in names))
    assert [row.value for row in item.identifiers.all()] == ["ark:/1/other"]


def test_a_record_finds_the_item_that_has_its_address(save, settings):
    settings.BASE_URL = "https://olive.example.org"
    item = save()
    objid = "https://olive.example.org/items/rogue"
    assert save(is_named=False, objid=objid) == item
    assert save(is_named=False, objid=f"{objid}-2") != item


def test_two_titles_of_one_name_are_two_items(save):
    first, second = (save(is_named=False, objid=objid) for objid in ("a", "b"))
    assert [first.slug, second.slug] == ["rogue", "rogue-2"]
    assert save(is_named=False, objid="b") == second


@pytest.mark.parametrize("uri", ["http://", "https://a.example:x/", "https://a b"])
def test_a_link_that_cannot_be_followed_costs_no_record_its_place(save, uri):
    item = save(
        names=(Name("A", uri=uri),),
        subjects=(Topic("Games", uri),),
        rights=Rights(uri, "Ask."),
    )
    assert (Agent.objects.get().uri, Subject.objects.get().uri) == ("", "")
    assert (item.rights_uri, item.rights_text) == ("", f"Ask.\n\n{uri}")
