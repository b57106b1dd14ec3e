from __future__ import annotations

import json

from olive_portal.metadata.records import TitleRecord
from olive_portal.metadata.writing import codemeta


def said(record):
    return json.loads(codemeta.render(record))


def test_a_title_is_enough():
    assert said(TitleRecord("Rogue")) == {
        "@context": "https://w3id.org/codemeta/3.0",
        "@type": "SoftwareApplication",
        "name": "Rogue",
    }


def test_what_a_program_needs_is_said(rogue):
    found = said(rogue)
    assert found["operatingSystem"] == "Unix V6"
    assert found["softwareRequirements"] == "A terminal."
    assert found["processorRequirements"] == "i686"
    assert found["memoryRequirements"] == "67108864 bytes"
    assert found["version"] == "5.4"
    assert found["fileSize"] == "570 B"
    assert found["softwareHelp"][0]["url"] == "https://o.example/m.pdf"
