from __future__ import annotations

import itertools
import sys
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vmnetx.wire import frames, packing
from vmnetx.wire.client_endpoint import ClientEndpoint, ClientState
from vmnetx.wire.inbox import Rejected
from vmnetx.wire.messages import (
    SERVER_MESSAGES,
    AttachingViewer,
    AttachViewer,
    Authenticate,
    AuthFailed,
    AuthOk,
    DestroyVm,
    ErrorReport,
    Ping,
    Pong,
    StartupFailed,
    StartupProgress,
    StartupRejectedMemory,
    StartVm,
    StopVm,
    VmDestroyed,
    VmStarted,
    VmStopped,
)
from vmnetx.wire.server_endpoint import ServerEndpoint

AUTHENTICATE = Authenticate("ID/code")
AUTH_OK = AuthOk("running", "Test VM", None, 2, 3)
COMMANDS = [AttachViewer(), StartVm(), StopVm(), DestroyVm(), Ping()]
QUIET = [VmStopped(), VmDestroyed()]
LOUD = [
    StartupProgress(0.5),
    StartupRejectedMemory(),
    StartupFailed("no"),
    VmStarted(check_display=True),
]
OUT_OF_PLACE = Rejected(ErrorReport("Invalid state for operation"))


def frame(message):
    return frames.encode(packing.encode(message))


def events_of(endpoint):
    return list(iter(endpoint.next_event, None))


@pytest.fixture
def fresh():
    return ClientEndpoint()


@pytest.fixture
def authenticating(fresh):
    assert fresh.send(AUTHENTICATE) == frame(AUTHENTICATE)
    return fresh


@pytest.fixture
def running(authenticating):
    authenticating.receive(frame(AUTH_OK))
    assert events_of(authenticating) == [AUTH_OK]
    return authenticating


@pytest.fixture
def attaching(running):
    running.send(AttachViewer())
    return running


@pytest.fixture
def viewer(attaching):
    attaching.receive(frame(AttachingViewer()) + b"REDQ")
    assert events_of(attaching) == [AttachingViewer()]
    return attaching


@pytest.mark.parametrize("command", COMMANDS)
def test_nothing_is_commanded_before_auth_ok(fresh, command):
    with pytest.raises(ValueError, match="cannot be sent while UNAUTHENTICATED"):
        fresh.send(command)
    fresh.send(AUTHENTICATE)
    with pytest.raises(ValueError, match="cannot be sent while AUTHENTICATING"):
        fresh.send(command)


def test_auth_failed_allows_another_try(authenticating):
    authenticating.receive(frame(AuthFailed("no")))
    assert events_of(authenticating) == [AuthFailed("no")]
    assert authenticating.send(AUTHENTICATE) == frame(AUTHENTICATE)


@pytest.mark.parametrize("command", COMMANDS)
def test_everything_is_commanded_after_auth_ok(running, command):
    assert running.send(command) == frame(command)


@pytest.mark.parametrize("event", [*QUIET, *LOUD])
def test_events_are_heard_while_running_and_only_then(running, event):
    running.receive(frame(event))
    assert events_of(running) == [event]
    stranger = ClientEndpoint()
    stranger.receive(frame(event))
    assert events_of(stranger) == [OUT_OF_PLACE]


@pytest.mark.parametrize("name", ["fresh", "authenticating", "running", "attaching"])
def test_pong_and_error_are_heard_anywhere(name, request):
    endpoint = request.getfixturevalue(name)
    state = endpoint.state
    endpoint.receive(frame(Pong()) + frame(ErrorReport("no")))
    assert events_of(endpoint) == [Pong(), ErrorReport("no")]
    assert endpoint.state is state


@pytest.mark.parametrize("event", QUIET)
def test_the_end_of_the_machine_is_not_heard_while_attaching(attaching, event):
    attaching.receive(frame(event) + frame(AttachingViewer()))
    assert events_of(attaching) == [AttachingViewer()]


@pytest.mark.parametrize("event", [*LOUD, AUTH_OK])
def test_other_messages_are_out_of_place_while_attaching(attaching, event):
    attaching.receive(frame(event))
    assert events_of(attaching) == [OUT_OF_PLACE]
    assert attaching.send(OUT_OF_PLACE.answer) == frame(OUT_OF_PLACE.answer)
    assert attaching.state is ClientState.ATTACHING_VIEWER


def test_what_follows_attaching_viewer_is_spice(viewer):
    assert viewer.next_event() is None
    assert viewer.take_raw() == b"REDQ"


def test_a_viewer_says_nothing_more(viewer):
    with pytest.raises(ValueError, match="error cannot be sent while VIEWER"):
        viewer.send(ErrorReport("no"))


def test_raw_bytes_are_those_of_a_viewer_alone(running):
    with pytest.raises(ValueError, match="no raw bytes while RUNNING"):
        running.take_raw()


@pytest.mark.parametrize("kind", ["io-failed", "ping", "of-the-future"])
def test_an_unknown_message_is_passed_over(running, kind):
    """An `error` about it would make an old server hang up (10.1.16)."""
    body = b"\x81\xa1_" + bytes([0xA0 + len(kind)]) + kind.encode()
    running.receive(frames.encode(body) + frame(VmStopped()))
    assert events_of(running) == [VmStopped()]


def test_a_bad_message_is_answered_and_gone_on_from(running):
    running.receive(bytes(4) + frame(VmStopped()))
    rejected = Rejected(ErrorReport("Invalid message"))
    assert events_of(running) == [rejected, VmStopped()]


def test_a_message_without_its_field_is_named_as_clients_do(running):
    running.receive(frames.encode(b"\x81\xa1_\xaavm-started"))
    missing = ErrorReport("Missing field in message: 'check_display'")
    assert events_of(running) == [Rejected(missing)]


def test_an_absurd_length_ends_the_connection(fresh):
    answer = ErrorReport("Message too large")
    fresh.receive(b"\xff\xff\xff\xff")
    assert events_of(fresh) == [Rejected(answer, is_final=True)]
    assert fresh.state is ClientState.CLOSED
    assert fresh.send(answer) == frame(answer)
    assert fresh.next_event() is None


TURNS = st.lists(
    st.sampled_from(
        [AUTHENTICATE, AUTH_OK, AuthFailed("no"), AttachingViewer(), *COMMANDS, *LOUD]
    ),
    max_size=40,
)


def test_a_client_finds_no_fault_with_our_server(capsys):
    """Whatever each says when it may, the other end takes as said."""
    cases = itertools.count()

    @settings(max_examples=500, deadline=None)
    @given(TURNS)
    def fuzz(turns):
        next(cases)
        client, server = ClientEndpoint(), ServerEndpoint()
        for message in turns:
            with suppress(ValueError):
                if type(message) in SERVER_MESSAGES.values():
                    client.receive(server.send(message))
                else:
                    server.receive(client.send(message))
            events = events_of(client) + events_of(server)
            assert not any(isinstance(event, Rejected) for event in events)

    fuzz()
    with capsys.disabled():
        sys.stdout.write(
            f"\n{next(cases)} random conversations between both endpoints\n"
        )


def test_no_bytes_break_the_endpoint(capsys):
    cases = itertools.count()
    frame_of = st.sampled_from([AUTH_OK, AttachingViewer(), Pong(), *QUIET, *LOUD])
    step = st.one_of(frame_of.map(frame), st.binary(max_size=12))

    @settings(max_examples=500, deadline=None)
    @given(st.lists(step, max_size=30), st.booleans())
    def fuzz(steps, has_asked):
        next(cases)
        client = ClientEndpoint()
        if has_asked:
            client.send(AUTHENTICATE)
        for data in steps:
            client.receive(data)
            for event in events_of(client):
                assert isinstance(event, (Rejected, *SERVER_MESSAGES.values()))

    fuzz()
    with capsys.disabled():
        sys.stdout.write(f"\n{next(cases)} random streams into the client endpoint\n")
