from __future__ import annotations

import pytest

from olive_portal.metadata.errors import BadRecord
from olive_portal.metadata.reading import mods
from olive_portal.metadata.reading.parsing import parse
from olive_portal.metadata.records import Identifier, Name, Rights, Subject

MODS = (
    '<mods xmlns="http://www.loc.gov/mods/v3" '
    'xmlns:xlink="http://www.w3.org/1999/xlink">{}</mods>'
)
TITLE = "<titleInfo><title>Rogue</title></titleInfo>"


def read(content):
    return mods.read(parse(MODS.format(content).encode()))


def test_a_title_is_enough():
    record = read(TITLE)
    assert record.title == "Rogue"
    assert (record.names, record.issued, record.rights) == ((), "", Rights())


@pytest.mark.parametrize("content", ["", "<titleInfo><title> </title></titleInfo>"])
def test_a_record_without_a_title_is_refused(content):
    with pytest.raises(BadRecord, match="line 1: the MODS record has no title"):
        read(content)


def test_the_title_of_a_related_item_is_not_the_title():
    host = "<titleInfo><title>Games</title></titleInfo>"
    related = f'<relatedItem type="host">{host}</relatedItem>'
    record = read(related + TITLE)
    assert (record.title, record.host) == ("Rogue", "Games")


@pytest.mark.parametrize(
    ("parts", "title"),
    [
        ("<nonSort>The</nonSort><title>Hack</title>", "The Hack"),
        ("<nonSort>L'</nonSort><title>Arche</title>", "L'Arche"),
        ("<title>Rogue</title><subTitle>the dungeon</subTitle>", "Rogue: the dungeon"),
        ("<title>Ultima</title><partName>Exodus</partName>", "Ultima. Exodus"),
    ],
)
def test_a_title_is_put_together(parts, title):
    assert read(f"<titleInfo>{parts}</titleInfo>").title == title


def test_other_titles_are_alternatives():
    other = '<titleInfo type="alternative"><title>Rog-O-Matic</title></titleInfo>'
    record = read(other + TITLE + TITLE)
    assert (record.title, record.alternative_titles) == ("Rogue", ("Rog-O-Matic",))


def test_the_primary_title_comes_first():
    primary = '<titleInfo usage="primary"><title>Rogue 5</title></titleInfo>'
    assert read(TITLE + primary).title == "Rogue 5"


def test_the_edition_is_the_version():
    number = "<titleInfo><title>A</title><partNumber>5.4</partNumber></titleInfo>"
    assert read(number).version == "5.4"
    edition = "<originInfo><edition>5.4.4</edition></originInfo>"
    assert read(number + edition).version == "5.4.4"


def test_names_have_their_roles_and_authorities():
    person = """<name type="personal" valueURI="http://viaf.org/viaf/1">
      <namePart type="given">Michael</namePart><namePart type="family">Toy</namePart>
      <role><roleTerm type="text">Programmierer</roleTerm>
            <roleTerm type="code" authority="marcrelator">prg</roleTerm></role>
      <role><roleTerm type="code">aut</roleTerm></role></name>"""
    corporate = '<name type="corporate"><namePart>Epyx</namePart></name>'
    nobody = "<name><role><roleTerm>author</roleTerm></role></name>"
    assert read(TITLE + person + corporate + nobody).names == (
        Name(
            "Michael Toy", "person", "http://viaf.org/viaf/1", ("programmer", "author")
        ),
        Name("Epyx", "organization"),
    )


def test_a_role_in_words_counts_where_it_has_no_code():
    name = "<name><namePart>A</namePart><role><roleTerm>tester</roleTerm></role></name>"
    assert read(TITLE + name).names == (Name("A", roles=("tester",)),)


def test_the_publisher_is_a_name():
    origin = "<originInfo><publisher>A.I. Design</publisher></originInfo>"
    assert read(TITLE + origin).names == (
        Name("A.I. Design", "organization", roles=("publisher",)),
    )


def test_only_web_addresses_are_authority_uris():
    name = '<name valueURI="javascript:alert(1)"><namePart>A</namePart></name>'
    assert read(TITLE + name).names[0].uri == ""


def test_a_language_is_its_code_or_its_word():
    terms = """<language><languageTerm type="text">English</languageTerm>
      <languageTerm type="code">eng</languageTerm></language>
      <language><languageTerm>Klingon</languageTerm></language>"""
    assert read(TITLE + terms).languages == ("eng", "Klingon")


def test_notes_are_told_apart_by_their_type():
    notes = """<note type="significance">It gave\n a genre its name.</note>
      <note type="system details">80x24 terminal</note>
      <note type="platform">Unix</note><note>something else</note>"""
    record = read(TITLE + notes)
    assert record.significance == "It gave a genre its name."
    assert (record.system_details, record.platform) == ("80x24 terminal", "Unix")


def test_subjects_carry_authorities_of_their_own_or_of_their_part():
    subjects = """<subject valueURI="http://a.example/1"><topic>Games</topic></subject>
      <subject><topic valueURI="https://a.example/2">Mazes</topic></subject>
      <subject><topic>Play</topic><geographic>Unix</geographic></subject>
      <subject><topic>Mazes</topic></subject><subject/>"""
    assert read(TITLE + subjects).subjects == (
        Subject("Games", "http://a.example/1"),
        Subject("Mazes", "https://a.example/2"),
        Subject("Play -- Unix"),
    )


def test_invalid_identifiers_are_left_out():
    identifiers = """<identifier type="DOI">10.1/a</identifier>
      <identifier>7</identifier>
      <identifier type="isbn" invalid="yes">0</identifier><identifier type="ark"/>"""
    assert read(TITLE + identifiers).identifiers == (
        Identifier("doi", "10.1/a"),
        Identifier("local", "7"),
    )


def test_rights_tell_use_from_access():
    conditions = """<accessCondition type="restriction on access">Open</accessCondition>
      <accessCondition type="use and reproduction" xlink:href="https://spdx.org/licenses/MIT.html">MIT
      </accessCondition>"""
    assert read(TITLE + conditions).rights == Rights(
        "https://spdx.org/licenses/MIT.html", "MIT", "Open"
    )


def test_a_rights_uri_may_be_the_text():
    condition = (
        "<accessCondition>http://rightsstatements.org/vocab/NKC/1.0/</accessCondition>"
    )
    assert read(TITLE + condition).rights == Rights(
        "http://rightsstatements.org/vocab/NKC/1.0/"
    )
