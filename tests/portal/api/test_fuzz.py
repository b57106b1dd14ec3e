"""Schemathesis asks what the API's own description allows, and what it does not.
Nothing is an error of ours, and every answer is as described.

OLIVE_FUZZ_EXAMPLES says how many requests of each operation, at random; without it they
are few, and the same each time. docs/howto/contribute.md has the command.
"""

from __future__ import annotations

import os

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, settings
from schemathesis import GenerationMode, checks

from olive_portal.accounts import tokens
from olive_portal.catalogue import services
from olive_portal.launch.models import Session, Visitor
from olive_portal.wsgi import application

IS_LONG = "OLIVE_FUZZ_EXAMPLES" in os.environ
EXAMPLES = int(os.environ.get("OLIVE_FUZZ_EXAMPLES", "20"))
UNKNOWABLE = [
    # A description cannot say which collections and titles there are.
    checks.positive_data_acceptance,
    # It knows no 428 for a missing If-Match; test_conditions.py does.
    checks.missing_required_header,
]
SENT = []


@pytest.fixture(scope="module", autouse=True)
def counted(request):
    yield
    if capture := request.config.pluginmanager.getplugin("capturemanager"):
        with capture.global_and_fixture_disabled():
            request.config.get_terminal_writer().line(f" {len(SENT)} requests")


@pytest.fixture
def library(make_exhibit, make_item, curator, settings):
    """One of everything, to be found by who guesses its name."""
    settings.OLIVE_API_RATE = settings.OLIVE_API_TOKEN_RATE = 10**9
    item = make_exhibit()
    make_item("plan", state="draft")
    make_item("gone", state="withdrawn")
    services.index_everything()
    visitor = Visitor.objects.create(pk=f"api:{curator.pk}")
    session = Session.objects.create(visitor=visitor, package=item.current_package())
    return {
        "/items": ["rogue", "plan", "gone"],
        "/collections": ["games"],
        "/packages": [item.current_package().pk],
        "/agents": [part.agent_id for part in item.contributions.all()],
        "/sessions": [str(session.pk)],
    }


@pytest.fixture(autouse=True)
def _one_connection():
    """The whole test is one transaction: a request that ends must not close it, as
    Django's own test client sees to."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def api(library):
    """The API's description; half of the right names in paths exist."""
    config = schemathesis.Config.from_dict(
        {"phases": {"coverage": {"enabled": IS_LONG}}}
    )
    schema = schemathesis.openapi.from_wsgi(
        "/api/v1/openapi.json", application, config=config
    )

    @schema.hook
    def map_case(context, case):
        place = case.operation.path.removeprefix("/api/v1").partition("/{")[0]
        is_wrong = case.meta.generation.mode == GenerationMode.NEGATIVE
        for name, value in ({} if is_wrong else case.path_parameters).items():
            number = sum(str(value).encode("utf-8", "replace"))
            if number % 2 and place in library:
                known = library[place]
                case.path_parameters[name] = known[number // 2 % len(known)]
        return case

    return schema


described = schemathesis.pytest.from_fixture("api")


@described.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=not IS_LONG,
    suppress_health_check=list(HealthCheck),
)
def test_a_curators_program_gets_what_is_described(case, curators_token):
    SENT.append(case.operation.label)
    case.call_and_validate(
        headers={"Authorization": f"Bearer {curators_token}"},
        excluded_checks=UNKNOWABLE,
    )


@pytest.fixture
def curators_token(curator):
    return tokens.make(user=curator, name="fuzz")[1]
