from __future__ import annotations

import pytest

from olive_portal.metadata.records import (
    Collection,
    Face,
    File,
    Identifier,
    Name,
    OtherVersion,
    Package,
    Rights,
    Route,
    Subject,
    TitleRecord,
)


@pytest.fixture
def rogue():
    """A record that has something to say in every format."""
    return TitleRecord(
        title="Rogue",
        alternative_titles=("Rog-O-Matic",),
        version="5.4",
        names=(
            Name("Toy, Michael", "person", "http://viaf.org/viaf/1", ("creator",)),
            Name("Wichman, Glenn", "person", "", ("programmer",)),
            Name("Epyx", "organization", "", ("publisher",)),
            Name("Ken Arnold", "person", "", ("contributor",)),
        ),
        issued="1980~",
        languages=("eng",),
        abstract="It digs.",
        significance="First.",
        platform="Unix V6",
        system_details="A terminal.",
        subjects=(Subject("Dungeons", "http://a.example/1"),),
        genres=("video game",),
        identifiers=(Identifier("doi", "10.5555/a"), Identifier("ark", "ark:/9/a")),
        rights=Rights("https://spdx.org/licenses/MIT.html", "MIT", "On site."),
        collections=(Collection("All"), Collection("Games", "https://o.example/games")),
        files=(
            File("https://o.example/1.png", "image/png", "SCREENSHOTS", "A dungeon"),
            File("https://o.example/m.pdf", "application/pdf", "DOCUMENTATION", "Help"),
        ),
        package=Package(2, "rogue-2.nxpk", 570, "ab" * 32, "i686", 1 << 26, 1),
        other_versions=(OtherVersion(1, "https://o.example/1"),),
        routes=(Route("browser", "https://o.example/items/rogue/launch", "Run"),),
        faces=(Face("CODEMETA", "https://o.example/c.json"),),
        objid="ark:/9/a",
        url="https://o.example/items/rogue",
        archive="Olive",
        created="2026-01-05T10:00:00Z",
        changed="2026-02-01T09:30:00Z",
    )
