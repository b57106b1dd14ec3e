from __future__ import annotations

from vmnetx.wire import texts


def test_a_missing_token_is_named_with_its_message():
    assert (
        texts.missing_field_of("authenticate", "token")
        == "Missing field in authenticate message: 'token'"
    )


def test_any_other_missing_field_is_named_alone():
    assert texts.missing_field("message") == "Missing field in message: 'message'"


def test_the_texts_are_those_of_2015():
    """Clients compare and show them: a changed letter is a changed protocol."""
    found = {value for name, value in vars(texts).items() if name.isupper()}
    assert found == {
        "Already authenticated",
        "Authentication failed",
        "Couldn't connect viewer",
        "Can't start VM unless it is stopped",
        "Can't stop VM unless it is running",
        "Invalid message",
        "Invalid state for operation",
        "Message too large",
        "Not authenticated",
        "Unknown message type",
        "Unsupported operation",
    }
