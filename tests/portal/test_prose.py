from __future__ import annotations

import re

import pytest
from lxml import html

from olive_portal.prose import ELEMENTS, render


def test_markdown_becomes_html():
    assert render("A *small* [step](../about).\n\n- one\n- two") == (
        '<p>A <em>small</em> <a href="../about">step</a>.</p>\n'
        "<ul>\n<li>one</li>\n<li>two</li>\n</ul>\n"
    )


def test_a_table_is_a_table():
    assert "<td>2</td>" in render("| a | b |\n|---|---|\n| 1 | 2 |")


@pytest.mark.parametrize(
    ("text", "below", "tag"),
    [("# A", 1, "h2"), ("## A", 1, "h2"), ("A\n=", 2, "h3"), ("###### A", 2, "h3")],
)
def test_headings_begin_below_the_pages_own(text, below, tag):
    assert render(text, below=below).strip() == f"<{tag}>A</{tag}>"


def test_lower_headings_stay_lower():
    html = render("## A\n\n### B\n\n## C\n\n####### D\n\n###### E", below=2)
    assert re.findall(r"<(h\d)>(\w)", html) == [
        ("h3", "A"),
        ("h4", "B"),
        ("h3", "C"),
        ("h6", "E"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[a](javascript:alert(1))",
        "[a](JaVaScRiPt:alert(1))",
        "[a](data:text/html;base64,PHNjcmlwdD4=)",
        "[a](vbscript:x)",
        "![a](https://elsewhere.example/pixel.png)",
        '<a href="x" style="position:fixed" onclick="x()">a</a>',
        '[a](x "\\" onmouseover=\\"alert(1)")',
        "```<script>\nalert(1)\n```",
    ],
)
def test_nothing_that_acts_comes_out(text):
    page = html.fromstring(f"<div>{render(text)}</div>")
    for element in page.iterdescendants():
        assert element.tag in ELEMENTS
        assert set(element.attrib) <= {"href", "title"}
        assert ":" not in element.get("href", "")


def test_what_comes_out_is_safe_for_a_template():
    assert hasattr(render("a"), "__html__")
