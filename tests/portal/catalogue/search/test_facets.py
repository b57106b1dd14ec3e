from __future__ import annotations

import pytest

from olive_portal.catalogue.models import Subject, SubjectKind
from olive_portal.catalogue.search.facets import values_of

pytestmark = pytest.mark.django_db


def test_an_item_has_its_values_in_words(make_item, make_package):
    item = make_item(
        makers=["Michael Toy", "Glenn Wichman"],
        issued="1979/1980",
        language="eng",
        platform="Unix",
        rights_uri="https://rightsstatements.org/vocab/InC/1.0/",
    )
    item.subjects.add(
        Subject.objects.create(term="Dungeons"),
        Subject.objects.create(term="Role-playing", kind=SubjectKind.GENRE),
    )
    make_package(item)
    assert values_of(item) == {
        "collection": [str(item.collection_id)],
        "runs": ["in your browser", "on your own computer"],
        "platform": ["Unix"],
        "decade": ["1970s", "1980s"],
        "year": ["1979", "1980"],
        "maker": ["Michael Toy", "Glenn Wichman"],
        "language": ["English"],
        "rights": ["In copyright"],
        "genre": ["Role-playing"],
        "subject": ["Dungeons"],
    }


def test_what_is_not_known_is_no_value(make_item, make_package):
    item = make_item()
    make_package(item, state="draft")
    assert values_of(item) == {
        "collection": [str(item.collection_id)],
        "runs": ["described, cannot be run"],
    }
