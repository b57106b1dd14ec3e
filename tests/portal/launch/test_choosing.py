from __future__ import annotations

import pytest
from django.test import RequestFactory

from olive_portal.launch import choosing, visitors, waiting
from olive_portal.launch.models import State

pytestmark = pytest.mark.django_db


@pytest.fixture
def choose(package):
    """What `visitor` is offered for a title: the one of `package` if no other."""

    def choose(visitor="", item=None):
        request = RequestFactory().get("/")
        request.session = {visitors.KEY: visitor} if visitor else {}
        return choosing.choose(item or package.item, request)

    return choose


def test_somebody_new_is_offered_the_newest_version(choose, package):
    assert choose() == choosing.Choice(package)


def test_without_a_package_the_curators_reason_is_given(choose, package):
    item = package.item
    package.state = "withdrawn"
    package.save()
    item.unavailable_reason = "Its disk is lost."
    assert choose(item=item).refusal == "Its disk is lost."
    item.unavailable_reason = ""
    assert choose(item=item).refusal == choosing.NO_PACKAGE
    assert choose(item=item).package is None


def test_what_runs_for_a_visitor_is_gone_back_to(choose, make_session):
    session = make_session("alice", State.RUNNING)
    assert choose("alice").running == session
    assert choose("bob").running is None


def test_who_has_too_many_is_told_which(choose, make_session, make_package, settings):
    settings.OLIVE_LAUNCH_MAX_OPEN = 2
    others = [
        make_session("alice", State.RUNNING, package=make_package(slug))
        for slug in ("chess", "go")
    ]
    choice = choose("alice")
    assert "You have 2 programs running" in choice.refusal
    assert set(choice.others) == set(others)


def test_a_wait_is_told_before_the_launch(choose, make_session):
    make_session("bob", reason=waiting.FULL, attempts=1)
    assert choose("alice").wait == waiting.reason()


@pytest.mark.parametrize(
    ("arch", "needs"),
    [("i686", "a PC with Linux"), ("x86_64", "a 64-bit PC with Linux")],
)
def test_a_64_bit_machine_needs_a_64_bit_computer(choose, package, arch, needs):
    package.arch = arch
    assert choosing.Choice(package).desktop_needs == needs
