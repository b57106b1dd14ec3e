from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from packaging.version import Version

from olive_portal.releases.models import Release, validate_version


def test_the_newest_has_the_highest_number_and_not_the_latest_date(make_release):
    make_release("0.9", released_on="2020-01-01")
    make_release("0.10", released_on="2019-01-01")
    assert Release.objects.newest().version == "0.10"


@pytest.mark.parametrize(
    ("version", "fields"), [("0.6", {"is_draft": True}), ("0.6rc1", {})]
)
def test_a_draft_or_a_trial_is_not_the_newest(make_release, version, fields):
    make_release("0.5.1")
    make_release(version, **fields)
    assert Release.objects.newest().version == "0.5.1"


def test_without_a_release_there_is_no_newest(db):
    assert Release.objects.newest() is None


def test_the_highest_required_version_is_the_oldest_that_is_allowed(make_release):
    make_release("0.4.4", is_required=True)
    make_release("0.4.10", is_required=True)
    make_release("0.5.1")
    make_release("0.6", is_required=True, is_draft=True)
    assert Release.objects.oldest_allowed() == Version("0.4.10")


def test_with_none_required_all_are_allowed(make_release):
    make_release()
    assert Release.objects.oldest_allowed() is None


@pytest.mark.parametrize("text", ["", "new", "0.5-1", "v1", "01.2"])
def test_a_version_is_written_in_one_way(text):
    with pytest.raises(ValidationError):
        validate_version(text)


@pytest.mark.parametrize("text", ["0.2", "0.5.1", "0.6.0rc1"])
def test_versions_that_were_and_will_be_are_good(text):
    validate_version(text)
