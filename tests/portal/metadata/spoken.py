"""A strategy for records that can be said in full: hypothesis makes them up.

Text is in single spaces and what XML can hold, and nothing is there twice: what a
record cannot say, or says in one way only, is not in here but in varied.py.
"""

from __future__ import annotations

from hypothesis import strategies as st

from olive_portal.metadata import relators
from olive_portal.metadata.records import (
    Agent,
    Collection,
    Environment,
    Event,
    Face,
    File,
    Identifier,
    Name,
    OtherVersion,
    Package,
    RegistryKey,
    Rights,
    Route,
    SignificantProperty,
    Source,
    Subject,
    TitleRecord,
)
from olive_portal.metadata.writing.elements import legal

words = (
    st.text(max_size=40)
    .map(lambda text: " ".join(legal(text).split()))
    .filter(lambda text: not text.startswith(("http", "[", "c", "C", "©", "(")))
)
spoken = words.filter(bool)
paragraphs = st.lists(spoken, max_size=3).map("\n\n".join)
links = st.sampled_from(("", "https://a.example/b?c=d&e#f", "http://viaf.org/viaf/1"))
moments = st.sampled_from(("", "2026-01-05T10:00:00Z", "2026-02-01T09:30:59Z"))
digests = st.sampled_from(("", "ab" * 32))
sizes = st.none() | st.integers(0, 1 << 60)
counts = st.none() | st.integers(1, 1 << 40)
dates = st.sampled_from(
    ("", "1992", "1992-03", "1992-03-03", "199X", "1992~", "1992?", "1977/1979", "once")
)
roles = st.sampled_from((*relators.TERMS.values(), "goblin"))


def several(strategy, most=3, key=None):
    return st.lists(strategy, max_size=most, unique_by=key).map(tuple)


def the_same(value):
    return value


names = st.builds(
    Name,
    text=spoken,
    kind=st.sampled_from(("", "person", "organization")),
    uri=links,
    roles=several(roles, 2, the_same),
)
subjects = st.builds(Subject, text=spoken, uri=links)
schemes = st.sampled_from(("ark", "doi", "isbn", "wikidata", "local"))
identifiers = st.builds(Identifier, scheme=schemes, value=spoken)
collections = st.builds(Collection, title=spoken, url=links)
sources = st.builds(Source, title=spoken, form=words, note=words)
properties = st.builds(SignificantProperty, kind=words, value=spoken)
keys = st.builds(RegistryKey, registry=spoken, key=spoken, role=words)
environments = st.builds(
    Environment,
    function=words,
    name=spoken,
    version=words,
    origin=words,
    note=words,
    keys=several(keys, 2),
)
files = st.builds(
    File,
    href=st.sampled_from(("shots/1.png", "https://a.example/ü.png", "a b")),
    media_type=st.sampled_from(("", "image/png")),
    use=st.sampled_from(("", "SCREENSHOTS", "DOCUMENTATION", "ORIGINAL")),
    label=words,
    size=sizes,
    sha256=digests,
)
parts = st.builds(
    File,
    href=st.sampled_from(("disk.img", "memory.img", "domain.xml")),
    media_type=st.sampled_from(("", "application/xml")),
    use=st.sampled_from(("disk", "memory", "domain")),
    label=words,
    size=sizes,
    sha256=digests,
)
packages = st.builds(
    Package,
    number=st.integers(0, 99),
    filename=st.just("rogue-1.nxpk"),
    size=sizes,
    sha256=digests,
    arch=words,
    memory_bytes=counts,
    vcpus=counts,
    published=moments,
    components=several(parts),
)
routes = st.builds(
    Route,
    kind=st.sampled_from(("thick", "thin", "browser")),
    url=links.filter(bool),
    label=words,
)
faces = st.builds(
    Face, format=st.just("CODEMETA"), url=links, media_type=st.just("application/json")
)
agents = st.builds(Agent, identifier=spoken, name=words, kind=words, version=words)
events = st.builds(
    Event,
    identifier=spoken,
    kind=spoken,
    moment=st.just("2026-01-05T10:00:00Z"),
    detail=words,
    outcome=words,
    agent=words,
    package=st.none() | st.integers(1, 99),
)
rights = st.builds(Rights, uri=links, text=words, access=words)


def _by_group(found):
    """METS lists files by what they are used for."""
    groups = dict.fromkeys(file.use for file in found)
    return tuple(file for use in groups for file in found if file.use == use)


@st.composite
def records(draw):
    title = draw(spoken)
    package = draw(st.none() | packages)
    known = draw(several(identifiers, 3, lambda identifier: identifier.value))
    return TitleRecord(
        title=title,
        alternative_titles=draw(
            several(spoken.filter(lambda other: other != title), 2, the_same)
        ),
        version=draw(words),
        names=draw(several(names)),
        issued=draw(dates),
        languages=draw(several(st.sampled_from(("eng", "pt-BR", "mul")), 2, the_same)),
        abstract=draw(paragraphs),
        significance=draw(paragraphs),
        platform=draw(paragraphs),
        system_details=draw(paragraphs),
        subjects=draw(several(subjects, 3, lambda subject: subject.text)),
        genres=draw(several(spoken, 2, the_same)),
        identifiers=known,
        rights=draw(rights),
        collections=draw(several(collections)),
        sources=draw(several(sources, 2)),
        significant_properties=draw(several(properties, 3, the_same)),
        environments=draw(several(environments, 3, the_same)),
        files=_by_group(draw(several(files))),
        package=package,
        other_versions=draw(
            several(st.builds(OtherVersion, number=st.integers(1, 99), url=links))
        ),
        routes=draw(several(routes)),
        events=draw(several(events)),
        agents=draw(several(agents)),
        faces=draw(several(faces, 1)),
        objid=draw(st.sampled_from(("", *(one.value for one in known)))),
        url=draw(links),
        cite_as=draw(links),
        archive=draw(words),
        created=draw(moments),
        changed=draw(moments),
        record_status=draw(words),
    )
