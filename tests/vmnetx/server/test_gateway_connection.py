from __future__ import annotations

from vmnetx.server.gateway_connection import MAX_TEXT, plain


def test_a_text_for_clients_is_one_line_without_markup():
    """Android renders it as HTML, and desktops showed tracebacks (10.1.17)."""
    assert plain('Trace\n  back <img src="x">') == 'Trace back \u2039img src="x"\u203a'


def test_a_text_for_clients_is_bounded():
    assert len(plain("x" * 5000)) == MAX_TEXT
