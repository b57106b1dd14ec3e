from __future__ import annotations

import json
from dataclasses import replace

import pytest

from olive_portal.metadata.records import Subject, TitleRecord
from olive_portal.metadata.writing import schema_org


def said(record):
    return json.loads(schema_org.render(record))


def test_a_title_is_enough():
    assert said(TitleRecord("Rogue")) == {
        "@context": "https://schema.org",
        "@type": "SoftwareApplication",
        "name": "Rogue",
    }


def test_a_game_is_a_game_and_is_played(rogue):
    found = said(rogue)
    assert (found["@type"], found["genre"]) == ("VideoGame", ["video game"])
    assert found["gamePlatform"] == "Unix V6"
    assert found["potentialAction"] == [
        {
            "@type": "PlayAction",
            "name": "Run",
            "target": "https://o.example/items/rogue/launch",
        }
    ]


@pytest.mark.parametrize("subject", ["Gamete biology", "Editors"])
def test_what_is_no_game_is_used(rogue, subject):
    tool = replace(rogue, genres=("editor",), subjects=(Subject(subject),))
    found = said(tool)
    assert found["@type"] == "SoftwareApplication"
    assert found["applicationCategory"] == ["editor"]
    assert found["operatingSystem"] == "Unix V6"
    assert found["potentialAction"][0]["@type"] == "UseAction"


def test_the_record_is_said_to_search_engines(rogue):
    found = said(rogue)
    assert found["description"] == "It digs.\n\nFirst."
    assert [author["name"] for author in found["author"]] == [
        "Toy, Michael",
        "Wichman, Glenn",
    ]
    assert found["isPartOf"]["@id"] == "https://o.example/games"
    assert found["screenshot"][0]["caption"] == "A dungeon"
    assert found["softwareHelp"][0]["name"] == "Help"
    assert found["encoding"]["sha256"] == "ab" * 32
    assert found["provider"]["name"] == "Olive"
    assert found["license"] == "https://spdx.org/licenses/MIT.html"
    assert "datePublished" not in found
