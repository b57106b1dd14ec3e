from __future__ import annotations

from lxml import etree

from olive_portal.oai import envelope
from olive_portal.oai.errors import Code, Problem


def test_what_the_harvester_sent_is_escaped():
    content = envelope.errors([Problem(Code.BAD_VERB, "no <verb> & no end\x00")])
    xml = envelope.wrap(content, date="d", url="u", request={"identifier": '"<&>\x00'})
    root = etree.fromstring(xml.encode())
    assert root[1].get("identifier") == '"<&>\ufffd'
    assert root[2].text == "no <verb> & no end\ufffd"
    assert root[2].get("code") == "badVerb"
