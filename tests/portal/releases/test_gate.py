from __future__ import annotations

import pytest

from olive_portal.releases.gate import refusal
from vmnetx.package.http import USER_AGENT

OF_2015 = "vmnetx/{} python-requests/2.3.0 CPython/2.7.6 Linux/3.13.0-24-generic"


@pytest.fixture
def required(make_release):
    return make_release("0.5.1", is_required=True)


@pytest.mark.parametrize("version", ["0.2", "0.3.3", "0.4.10", "0.5.0", "0.5"])
def test_an_older_client_is_told_what_it_is_and_what_it_needs(required, version):
    sentence = refusal(OF_2015.format(version))
    assert f"VMNetX {version} is too old" in sentence
    assert "version 0.5.1 or newer: http://127.0.0.1:8000/releases" in sentence


def test_so_is_the_part_of_it_that_reads_the_disk(required):
    assert refusal("vmnetfs/0.5.0 libcurl/7.35.0 OpenSSL/1.0.1f zlib/1.2.8")


@pytest.mark.parametrize(
    "agent",
    [
        OF_2015.format("0.5.1"),
        OF_2015.format("0.5.1-14-g0db3f78"),
        "vmnetfs/0.5.1 libcurl/7.35.0",
        USER_AGENT,
        "",
        "curl/8.14.1",
        "vmnetx",
        "vmnetx/new",
        "Mozilla/5.0 vmnetx/0.1",
    ],
)
def test_everybody_else_is_let_through(required, agent):
    assert refusal(agent) is None


@pytest.mark.parametrize("digits", [7, 5000])
def test_a_number_without_end_is_no_version(required, digits):
    assert refusal(f"vmnetx/{'9' * digits}") is None


def test_while_nothing_is_required_nobody_is_refused(make_release):
    make_release("0.5.1")
    assert refusal(OF_2015.format("0.2")) is None


def test_only_who_names_a_version_costs_a_query(required, django_assert_num_queries):
    with django_assert_num_queries(0):
        refusal("curl/8.14.1")
    with django_assert_num_queries(1):
        refusal(OF_2015.format("0.5.1"))


def test_the_sentence_fits_a_status_line(required):
    sentence = refusal("vmnetx/0.1\r\nX-Evil: yes")
    assert sentence.isascii()
    assert sentence.isprintable()
