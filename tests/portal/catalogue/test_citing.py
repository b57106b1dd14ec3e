from __future__ import annotations

from olive_portal.catalogue.citing import cite

URL = "https://olive.example/items/rogue"


def test_a_citation_names_makers_title_version_and_package(make_item, make_package):
    item = make_item(makers=["Toy, M.", "Wichman, G."], version="5.4", issued="1985~")
    make_package(item, number=2)
    assert cite(item, URL) == (
        "Toy, M.; Wichman, G. Rogue, version 5.4 (about 1985). "
        f"Preserved by Olive, package version 2. {URL}"
    )


def test_a_citation_leaves_out_what_is_not_known(make_item):
    assert cite(make_item(), URL) == f"Rogue. Preserved by Olive. {URL}"
