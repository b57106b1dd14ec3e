from __future__ import annotations

import itertools
import sys
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vmnetx.wire import frames, packing
from vmnetx.wire.inbox import Rejected
from vmnetx.wire.messages import (
    CLIENT_MESSAGES,
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
from vmnetx.wire.server_endpoint import ServerEndpoint, ServerState

AUTHENTICATE = Authenticate("ID/code")
AUTH_OK = AuthOk("stopped", "Test VM", None, 2, 3)
COMMANDS = [AttachViewer(), StartVm(), StopVm(), DestroyVm(), Ping()]
EVENTS = [
    StartupProgress(0.5),
    StartupRejectedMemory(),
    StartupFailed("no"),
    VmStarted(check_display=True),
    VmStopped(),
]
ANSWERS = [AUTH_OK, AuthFailed("no"), AttachingViewer(), Pong(), ErrorReport("no")]


def frame(message):
    return frames.encode(packing.encode(message))


def events_of(endpoint):
    return list(iter(endpoint.next_event, None))


@pytest.fixture
def stranger():
    return ServerEndpoint()


@pytest.fixture
def peer(stranger):
    stranger.receive(frame(AUTHENTICATE))
    assert stranger.next_event() == AUTHENTICATE
    stranger.send(AUTH_OK)
    return stranger


@pytest.fixture
def attaching(peer):
    peer.receive(frame(AttachViewer()))
    assert peer.next_event() == AttachViewer()
    return peer


@pytest.mark.parametrize("command", COMMANDS)
def test_a_stranger_may_command_nothing(stranger, command):
    stranger.receive(frame(command))
    assert events_of(stranger) == [Rejected(ErrorReport("Not authenticated"))]
    assert stranger.state is ServerState.NEW


def test_a_wrong_token_leaves_a_stranger_who_may_try_again(stranger):
    for _ in range(2):
        stranger.receive(frame(AUTHENTICATE))
        assert stranger.next_event() == AUTHENTICATE
        assert stranger.send(AuthFailed("no")) == frame(AuthFailed("no"))
    assert stranger.state is ServerState.NEW


def test_the_right_token_makes_a_peer(peer):
    assert peer.state is ServerState.AUTHENTICATED


def test_a_second_token_while_the_first_is_looked_up_waits_for_its_answer(stranger):
    stranger.receive(2 * frame(AUTHENTICATE))
    assert events_of(stranger) == [AUTHENTICATE]
    stranger.send(AUTH_OK)
    assert events_of(stranger) == [Rejected(ErrorReport("Already authenticated"))]
    assert stranger.state is ServerState.AUTHENTICATED


@pytest.mark.parametrize("command", COMMANDS)
def test_a_peer_may_command_everything(peer, command):
    peer.receive(frame(command))
    assert events_of(peer) == [command]


@pytest.mark.parametrize("endpoint", ["stranger", "peer"])
def test_a_message_of_the_wrong_direction_is_unknown(endpoint, request):
    endpoint = request.getfixturevalue(endpoint)
    endpoint.receive(frame(Pong()) + frame(ErrorReport("unhappy")))
    assert events_of(endpoint) == [
        Rejected(ErrorReport("Unknown message type")),
        ErrorReport("unhappy"),
    ]


@pytest.mark.parametrize("endpoint", ["stranger", "peer"])
def test_an_error_closes(endpoint, request):
    endpoint = request.getfixturevalue(endpoint)
    endpoint.receive(frame(ErrorReport("unhappy")) + frame(Ping()))
    assert events_of(endpoint) == [ErrorReport("unhappy")]
    assert endpoint.state is ServerState.CLOSED


@pytest.mark.parametrize("message", [*EVENTS, Pong(), ErrorReport("no")])
def test_a_peer_hears_events_and_answers(peer, message):
    assert peer.send(message) == frame(message)
    assert peer.state is ServerState.AUTHENTICATED


def test_the_end_of_the_instance_is_the_last_word(peer):
    assert peer.send(VmDestroyed()) == frame(VmDestroyed())
    assert peer.state is ServerState.CLOSED
    assert not peer.may_send(VmDestroyed())


@pytest.mark.parametrize("event", [*EVENTS, VmDestroyed(), Pong()])
def test_nothing_is_told_to_a_connection_that_is_attaching(attaching, event):
    """The original sent events there: a fatal error to clients (10.1.12)."""
    assert not attaching.may_send(event)
    with pytest.raises(
        ValueError, match=f"{event.kind} cannot be sent while ATTACHING"
    ):
        attaching.send(event)


def test_what_follows_attach_viewer_is_for_spice(attaching):
    attaching.receive(frame(Ping()) + b"REDQ")
    assert attaching.next_event() is None
    assert attaching.send(AttachingViewer()) == frame(AttachingViewer())
    assert attaching.take_raw() == frame(Ping()) + b"REDQ"
    assert attaching.next_event() is None


def test_messages_go_on_when_no_viewer_could_be_attached(attaching):
    """In the original the connection was never read right again (10.1.5)."""
    attaching.receive(frame(Ping()))
    attaching.send(ErrorReport("Couldn't connect viewer"))
    assert events_of(attaching) == [Ping()]
    assert attaching.state is ServerState.AUTHENTICATED


def test_a_viewer_hears_no_message_any_more(attaching):
    attaching.send(AttachingViewer())
    assert not any(map(attaching.may_send, [*EVENTS, *ANSWERS, VmDestroyed()]))


def test_raw_bytes_are_those_of_a_viewer_alone(peer):
    with pytest.raises(ValueError, match="no raw bytes while AUTHENTICATED"):
        peer.take_raw()


def test_what_cannot_be_written_moves_nothing(stranger):
    stranger.receive(frame(AUTHENTICATE))
    stranger.next_event()
    with pytest.raises(ValueError, match="no state"):
        stranger.send(AuthOk("paused", "x"))
    assert stranger.state is ServerState.LOOKING_UP


def test_a_stranger_is_believed_less_length_than_a_peer(stranger, peer):
    assert stranger is peer
    peer.receive((64 << 20).to_bytes(4, "big"))
    assert events_of(peer) == [Rejected(ErrorReport("Message too large"))]


@pytest.mark.parametrize("length", [2**21 + 1, 2**32 - 1])
def test_a_stranger_with_an_absurd_length_is_refused(stranger, length):
    answer = ErrorReport("Message too large")
    stranger.receive(length.to_bytes(4, "big"))
    assert events_of(stranger) == [Rejected(answer, is_final=True)]
    assert stranger.state is ServerState.REFUSING
    assert stranger.send(answer) == frame(answer)
    assert stranger.state is ServerState.CLOSED


PIECES = st.one_of(
    st.sampled_from([AUTHENTICATE, *COMMANDS, ErrorReport("x"), VmStopped()]).map(
        frame
    ),
    st.sampled_from([bytes(4), b"\0\x10\0\1", b"\xff" * 4, b"\0\0\0\1\xc1"]),
    st.binary(max_size=12),
)
STEPS = st.lists(
    st.one_of(PIECES, st.sampled_from([*EVENTS, *ANSWERS, VmDestroyed()])), max_size=30
)
SILENT = {
    ServerState.LOOKING_UP,
    ServerState.ATTACHING,
    ServerState.FORWARDING,
    ServerState.REFUSING,
    ServerState.CLOSED,
}


def converse(steps):
    """Play `steps` against a new endpoint and check what must always hold."""
    endpoint = ServerEndpoint()
    has_authenticated = False
    for step in steps:
        if isinstance(step, bytes):
            endpoint.receive(step)
        else:
            with suppress(ValueError):
                endpoint.send(step)
                has_authenticated |= isinstance(step, AuthOk)
        was_silent = endpoint.state in SILENT
        for event in itertools.islice(iter(endpoint.next_event, None), 1000):
            assert not was_silent
            assert has_authenticated or not isinstance(
                event, tuple(map(type, COMMANDS))
            )
            assert isinstance(event, (Rejected, *CLIENT_MESSAGES.values()))
            if isinstance(event, Rejected):
                assert endpoint.may_send(event.answer)
        assert endpoint.next_event() is None


def test_no_conversation_breaks_the_endpoint(capsys):
    cases = itertools.count()

    @settings(max_examples=500, deadline=None)
    @given(STEPS)
    def fuzz(steps):
        next(cases)
        converse(steps)

    fuzz()
    with capsys.disabled():
        sys.stdout.write(
            f"\n{next(cases)} random conversations with the server endpoint\n"
        )
