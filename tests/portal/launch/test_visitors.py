from __future__ import annotations

from django.contrib.sessions.backends.signed_cookies import SessionStore
from django.test import RequestFactory

from olive_portal.launch import visitors


def test_a_visitor_is_nobody_until_welcomed_and_then_the_same(rf: RequestFactory):
    request = rf.get("/")
    request.session = SessionStore()
    assert visitors.known(request) == ""
    word = visitors.welcome(request)
    assert len(word) == 24
    assert visitors.welcome(request) == visitors.known(request) == word


def test_no_two_visitors_are_given_the_same_word(rf):
    words = set()
    for _ in range(100):
        request = rf.get("/")
        request.session = SessionStore()
        words.add(visitors.welcome(request))
    assert len(words) == 100
