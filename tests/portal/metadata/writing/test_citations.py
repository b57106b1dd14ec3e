from __future__ import annotations

import pytest

from olive_portal.metadata.records import Name, TitleRecord
from olive_portal.metadata.writing import citations

END = "Preserved by Olive, package version 2. https://o.example/items/rogue"


@pytest.mark.parametrize(
    ("style", "text"),
    [
        (
            "APA",
            "Toy, M., & Wichman, G. (1980). Rogue (Version 5.4) [Computer software]. "
            "Epyx.",
        ),
        (
            "Chicago",
            "Toy, Michael, and Glenn Wichman. Rogue. V. 5.4. Epyx. Released 1980.",
        ),
        ("MLA", "Toy, Michael, and Glenn Wichman. Rogue. Version 5.4, Epyx, 1980."),
    ],
)
def test_a_citation_is_in_its_style(rogue, style, text):
    assert citations.STYLES[style](rogue) == f"{text} {END}"


def test_what_is_not_known_is_left_out():
    record = TitleRecord("Rogue")
    assert citations.apa(record) == "Rogue [Computer software]. (n.d.)."
    assert citations.chicago(record) == "Rogue."
    assert citations.mla(record) == "Rogue."


def test_a_name_that_nobody_took_apart_is_cited_as_it_stands():
    record = TitleRecord("Rogue", names=(Name("Michael Toy"),), issued="1980")
    assert citations.apa(record) == ("Michael Toy. (1980). Rogue [Computer software].")
    assert citations.mla(record) == "Michael Toy. Rogue. 1980."


def test_more_than_two_authors_are_others_in_mla():
    names = tuple(Name(f"{letter}, One") for letter in "ABC")
    assert citations.mla(TitleRecord("Rogue", names=names)) == ("A, One, et al. Rogue.")


def test_every_style_has_a_line(rogue):
    lines = citations.render(rogue).decode().splitlines()
    assert [line.partition(":")[0] for line in lines] == ["APA", "Chicago", "MLA"]
