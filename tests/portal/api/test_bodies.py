from __future__ import annotations

import pytest

from olive_portal.api.bodies import MAX_BYTES


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        (b'"' + b"a" * MAX_BYTES + b'"', "longer than"),
        (b"[" * 100_000, "nested too deeply"),
        (b"{", "JSON parse error"),
        (b'{"item": NaN}', "JSON parse error"),
        (b"\xff", "JSON parse error"),
        (b'{"item": "\\ud800"}', "surrogate"),
        (b'{"item": "\\u0000"}', "Null characters"),
    ],
)
def test_what_no_honest_program_sends_is_refused(their, body, complaint):
    answer = their.post("/api/v1/sessions", body, content_type="application/json")
    assert answer.status_code == 400
    assert complaint.lower() in answer.content.decode().lower()
