"""OAI-PMH 2.0 and its implementation guidelines, point by point.

POINTS lists what a provider is held to, in the order of the protocol document. Each
test says in `@point` which of them it proves; the first sees that none is left.
"""

from __future__ import annotations

import gzip
import re
import threading
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, urlencode

import pytest
from django.test import Client
from django.urls import reverse
from lxml import etree

from olive_portal.env import DOMAIN, EMAIL
from olive_portal.metadata.writing import dublin_core
from olive_portal.oai import load, services, stamping
from olive_portal.oai.arguments import VERBS
from olive_portal.oai.errors import Code
from olive_portal.oai.formats import FORMATS
from olive_portal.oai.models import Record, Set
from tests.portal.metadata import varied
from tests.portal.metadata.schemas import complaints, needs_schemas
from tests.portal.oai.conftest import OAI, SETS, Answer, exposure

POINTS = """
1.1 GET and POST give the same answers, without a CSRF token
1.2 the order of arguments is irrelevant; escapes are decoded once
1.3 every answer is text/xml in UTF-8
1.4 the protocol's errors are HTTP 200
1.5 an overload is 503 with seconds in Retry-After
1.6 a redirect is 302, never 301
1.7 gzip for those who ask for it
1.8 other methods and huge requests do not crash
1.9 the base URL is the public one, to the letter
1.10 an argument in the query and in the form is repeated
2.1 XML declaration, root, schemaLocation
2.2 responseDate, request, then the verb or errors
2.3 responseDate is UTC in seconds
2.4 request repeats the arguments
2.5 request has no attributes after badVerb and badArgument
2.6 well-formed whatever the input
2.7 no illegal characters, entities or document type
2.8 valid by the schema with its strict wildcards
2.9 metadata fragments stand on their own
3.1 badVerb
3.2 badArgument
3.3 each error only where its verb may have it
3.4 resumptionToken is exclusive
3.5 all errors that apply are listed
3.6 syntax before meaning; both of GetRecord's errors
3.7 illegal dates, prefixes and sets
3.8 a deleted record's identifier exists
3.9 an identifier that is no URI
3.10 noSetHierarchy without sets
3.11 an unknown set is noRecordsMatch
3.12 cannotDisseminateFormat for repository and record
3.13 only the eight error codes
4.1 Identify has everything in the schema's order
4.2 adminEmail as validators want it
4.3 earliestDatestamp is below every stamp
4.4 Identify takes no argument
4.5 description oai-identifier
4.6 descriptions friends, branding, rights
4.7 compression is told
5.1 a datestamp is the record's, and moves for any of four reasons
5.2 seconds everywhere, days accepted
5.3 both ends are inclusive
5.4 granularities must be one, from not after until
5.5 windows before and after everything
5.6 an empty list is noRecordsMatch
5.7 a record that commits late is not lost
5.8 windows side by side make the whole
5.9 responseDate is a safe from
6.1 setSpecs are legal and unique, and have names
6.2 a set has what is inside of it, each record once
6.3 every ancestor is listed
6.4 headers carry setSpecs alike
6.5 a record that left a set
6.6 a set may go without a description
6.7 an empty set is noRecordsMatch
6.8 the set survives resumption
7.1 everything has oai_dc
7.2 prefix, namespace and schema agree
7.3 metadata has one child, not in OAI's namespace
7.4 a record's parts
7.5 ListIdentifiers has ListRecords' headers
7.6 a record lacking the format is not listed
7.7 GetRecord gives ListRecords' record
7.8 ListMetadataFormats tells what GetRecord gives
7.9 about is optional
7.10 identifiers are stable URIs, one for all formats
7.11 oai_dc has its fifteen elements
7.12 records are this repository's own
8.1 persistent tombstones everywhere
8.2 a tombstone keeps sets and formats
8.3 back from the dead
8.4 leaving the exposed scope is a deletion
8.5 deletion by any path
9.1 tokens where lists are incomplete
9.2 cursor
9.3 completeListSize
9.4 expirationDate
9.5 the same token gives the same page
9.6 tokens are bound; others are refused
9.7 tokens survive escaping and a new start
9.8 unchanged records come exactly once under writes
9.9 a page costs the same wherever it is
9.10 pages are moderate and of one size
9.11 ListSets is resumable
9.12 a token is refused when the list is beyond repair
9.13 ascending datestamps
10.1 a bad record stops nothing
10.2 harvesters do not disturb each other
10.3 metadata is checked before it is stored
10.4 injection
"""
PROVEN = set()
URL = "http://127.0.0.1:8000/oai"
FORM = "application/x-www-form-urlencoded"
LISTS = ("ListRecords", "ListIdentifiers")
FIRST = "oai:olive.invalid:99999/1"
DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
XSI = "{http://www.w3.org/2001/XMLSchema-instance}"


def point(*numbers):
    PROVEN.update(numbers)
    return lambda test: test


def get(query, **extra):
    return Answer(Client().get(f"/oai?{query}", **extra))


def post(query="", **form):
    """As a harvester does: without a token against forged requests."""
    client = Client(enforce_csrf_checks=True)
    sent = urlencode(form)
    return Answer(client.generic("POST", f"/oai{query}", sent, content_type=FORM))


def canonical(element):
    return etree.tostring(element, method="c14n", with_tail=False)


def headers(answer):
    return [canonical(header) for header in answer.all("header")]


def identifiers(answers):
    return [text for answer in answers for text in answer.texts("identifier")]


def at(second):
    return stamping.written(second)


def test_every_point_is_proven_by_a_test():
    assert {line.split()[0] for line in POINTS.strip().splitlines()} == PROVEN


# 1 HTTP


@point("1.1")
def test_1_1_get_and_post_give_the_same_answers(expose_many, small_pages, ask, clock):
    expose_many(3)
    token = ask("ListRecords", metadataPrefix="oai_dc").token
    record = {"metadataPrefix": "oai_dc", "identifier": FIRST}
    for form in (
        {"verb": "Identify"},
        {"verb": "ListMetadataFormats"},
        {"verb": "ListSets"},
        {"verb": "ListIdentifiers", "metadataPrefix": "oai_dc", "set": "collection"},
        {"verb": "ListRecords", "resumptionToken": token},
        {"verb": "GetRecord", **record},
    ):
        posted, got = post(**form), get(urlencode(form))
        assert not posted.errors
        # The moment at which a token expires is the one thing that differs.
        for answer in (posted, got):
            for element in answer.all("resumptionToken"):
                element.text = None
                element.attrib.pop("expirationDate", None)
        assert canonical(posted.root) == canonical(got.root)


@point("1.2")
def test_1_2_order_is_irrelevant_and_escapes_are_decoded_once(expose):
    expose()
    escaped = quote(FIRST, safe="")
    right = get(f"verb=GetRecord&identifier={FIRST}&metadataPrefix=oai_dc")
    other = get(f"metadataPrefix=oai%5Fdc&identifier={escaped}&verb=%47etRecord")
    assert headers(right) == headers(other) != []
    twice = get(f"verb=GetRecord&metadataPrefix=oai_dc&identifier={quote(escaped)}")
    assert twice.errors == ["idDoesNotExist"]
    asked = get("verb=GetRecord&metadataPrefix=oai_dc&identifier=a%3F%23%3D%26%25%2B")
    assert asked.one("request").get("identifier") == "a?#=&%+"
    blank = get("verb=GetRecord&metadataPrefix=oai_dc&identifier=a+b")
    assert blank.errors == ["badArgument"]  # a blank, and no URI has one


@point("1.3", "1.4", "1.6")
@pytest.mark.parametrize(
    "query", ["verb=Identify", "verb=Nothing", "", "verb=ListSets"]
)
def test_1_3_every_answer_is_xml_and_http_200(db, query):
    response = get(query).response
    assert response.status_code == 200
    assert response["Content-Type"] == "text/xml; charset=utf-8"


@point("1.5")
def test_1_5_an_overload_is_503_and_passes(db, settings, client):
    settings.OLIVE_OAI_MAX_REQUESTS = 1
    with load.place():
        response = client.get("/oai?verb=Identify")
        assert response.status_code == 503
        assert 0 < int(response["Retry-After"]) < 3600
    assert client.get("/oai?verb=Identify").status_code == 200


@point("1.7", "4.7")
def test_1_7_gzip_is_for_those_who_ask(expose, client):
    expose()
    url = "/oai?verb=ListRecords&metadataPrefix=oai_dc"
    plain = client.get(url)
    packed = client.get(url, headers={"Accept-Encoding": "gzip"})
    assert not plain.has_header("Content-Encoding")
    assert packed["Content-Encoding"] == "gzip"
    assert "OAI-PMH" in gzip.decompress(packed.content).decode()
    for response in (plain, packed):
        assert "Accept-Encoding" in response["Vary"]
    assert get("verb=Identify").texts("compression") == ["gzip"]
    neither = client.get(url, headers={"Accept-Encoding": "gzip;q=0, identity;q=0"})
    assert neither.status_code == 406


@point("1.8")
def test_1_8_other_methods_and_huge_requests_do_not_crash(db, client, settings):
    assert client.head("/oai?verb=Identify").status_code == 200
    for method in ("PUT", "DELETE", "PATCH"):
        assert client.generic(method, "/oai?verb=Identify").status_code == 405
    assert client.options("/oai").status_code < 500
    assert get("&".join(f"a{n}=1" for n in range(5000))).errors == ["badVerb"]
    many = "&".join(f"a{n}=1" for n in range(5000))
    assert set(get(f"verb=Identify&{many}").errors) == {"badArgument"}
    assert post(verb="x" * 100_000).errors == ["badVerb"]
    length = settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1
    big = client.generic("POST", "/oai", b"x" * length, content_type=FORM)
    assert big.status_code == 413


@point("1.9")
def test_1_9_the_base_url_is_the_public_one(db, settings):
    settings.BASE_URL = "https://Olive.Example:8443/portal"
    answer = get("verb=Identify", headers={"Host": "127.0.0.1:7000"})
    assert answer.text("request") == answer.text("baseURL")
    assert answer.text("baseURL") == "https://Olive.Example:8443/portal/oai"


@point("1.10")
def test_1_10_what_is_in_the_query_and_in_the_form_is_repeated(db):
    assert post("?verb=Identify", verb="Identify").errors == ["badVerb"]
    half = post("?verb=ListMetadataFormats&identifier=a", identifier="a")
    assert half.errors == ["badArgument"]


# 2 Envelope


@point("2.1", "2.2", "2.3")
@pytest.mark.parametrize("verb", ["Identify", "Nothing"])
def test_2_1_the_envelope(db, verb):
    answer = get(f"verb={verb}")
    content = answer.response.content
    assert content.startswith(b'<?xml version="1.0" encoding="UTF-8"?>')
    assert (
        b'xsi:schemaLocation="http://www.openarchives.org/OAI/2.0/'
        b' http://www.openarchives.org/OAI/2.0/OAI-PMH.xsd"' in content
    )
    last = "Identify" if verb == "Identify" else "error"
    tags = [child.tag for child in answer.root]
    assert tags == [OAI + name for name in ("responseDate", "request", last)]
    assert DATE.fullmatch(answer.text("responseDate"))
    date = datetime.fromisoformat(answer.text("responseDate"))
    assert abs(date - datetime.now(UTC)) < timedelta(minutes=5)


@point("2.4")
@pytest.mark.parametrize("send", [lambda **a: get(urlencode(a)), post])
def test_2_4_request_repeats_the_arguments(db, send):
    asked = {"verb": "GetRecord", "identifier": "a'&<>\"b", "metadataPrefix": "oai_dc"}
    request = send(**asked).one("request")
    assert (dict(request.attrib), request.text) == (asked, URL)


@point("2.5")
def test_2_5_an_illegal_request_is_not_repeated(db):
    for query in ("verb=Nothing", "verb=Identify&set=a", "verb=ListRecords"):
        assert not get(query).one("request").attrib
    other = get("verb=ListRecords&metadataPrefix=unknown")
    assert dict(other.one("request").attrib) == {
        "verb": "ListRecords",
        "metadataPrefix": "unknown",
    }


@point("2.6")
@pytest.mark.parametrize(
    "value",
    ["%22", "%3C%26%27", "%FF%C3", "%00", "%EF%BF%BE", "%ED%A0%80", "%", "x" * 9000],
)
@pytest.mark.parametrize("name", ["identifier", "verb", "set", "resumptionToken", "x"])
def test_2_6_whatever_comes_in_the_answer_is_well_formed(db, value, name):
    verb = "" if name == "verb" else "verb=ListRecords&metadataPrefix=oai_dc&"
    assert get(f"{verb}{name}={value}").errors
    assert get(f"verb=GetRecord&metadataPrefix=oai_dc&identifier={value}").errors
    assert get(f"verb=ListRecords&{value}={value}").errors


@point("2.7")
def test_2_7_what_is_illegal_in_xml_does_not_get_in(expose, clock, ask):
    expose(sets={"a": "bell\x07 surrogate\ud800 \ufffe"})
    assert ask("ListSets").text("setName") == "bell\ufffd surrogate\ufffd \ufffd"
    content = ask("ListRecords", metadataPrefix="oai_dc").response.content
    assert b"<!DOCTYPE" not in content
    assert set(re.findall(rb"&(\w+);", content)) <= {b"lt", b"gt", b"amp", b"quot"}


@point("2.8")
@needs_schemas
def test_2_8_every_answer_is_valid_by_the_schema(expose_many, small_pages, settings):
    settings.OLIVE_OAI_FRIENDS = ["https://friend.example/oai"]
    settings.OLIVE_OAI_METADATA_RIGHTS = "https://rights.example/cc0"
    expose_many(3)
    services.retire(["item/1"])
    answers = [
        get("verb=Identify"),
        get("verb=ListSets"),
        get("verb=ListMetadataFormats"),
        get(f"verb=GetRecord&metadataPrefix=oai_dc&identifier={FIRST}"),
        *(get(f"verb={verb}&metadataPrefix=oai_dc") for verb in LISTS),
        *(get(f"verb={verb}&metadataPrefix=nothing") for verb in LISTS),
        get("verb=Nothing"),
    ]
    for answer in answers:
        assert complaints(answer.response.content) == []


@point("2.9")
def test_2_9_a_fragment_can_be_cut_out_as_text(expose, ask):
    expose()
    text = ask("ListRecords", metadataPrefix="oai_dc").response.content.decode()
    cut = text.partition("<metadata>")[2].partition("</metadata>")[0]
    root = etree.fromstring(cut)
    assert root.get(f"{XSI}schemaLocation").startswith(FORMATS["oai_dc"].namespace)


# 3 Arguments and errors


@point("3.1")
@pytest.mark.parametrize(
    "query",
    [
        "",
        "verb=",
        "verb=identify",
        "verb=Nothing",
        "verb=Identify&verb=Identify",
        "a=b",
    ],
)
def test_3_1_bad_verb(db, query):
    assert get(query).errors == ["badVerb"]


@point("3.2")
@pytest.mark.parametrize(
    "query",
    [
        "verb=Identify&x=1",
        "verb=GetRecord&metadataPrefix=oai_dc",
        "verb=GetRecord&identifier=a",
        "verb=ListRecords",
        "verb=ListIdentifiers&set=a",
        "verb=ListRecords&metadataPrefix=oai_dc&metadataPrefix=oai_dc",
        "verb=ListRecords&metadataPrefix=",
        "verb=ListRecords&metadataPrefix=oai_dc&set=",
        "verb=ListRecords&metadataPrefix=oai_dc&identifier=a",
        "verb=ListSets&metadataPrefix=oai_dc",
        "verb=ListMetadataFormats&resumptionToken=a",
        "verb=ListRecords&resumptionToken=",
    ],
)
def test_3_2_bad_argument(db, query):
    assert set(get(query).errors) == {"badArgument"}


@point("3.3", "3.13")
def test_3_3_each_error_only_where_it_may_be(expose, ask):
    expose()
    may = {
        "GetRecord": {"cannotDisseminateFormat", "idDoesNotExist"},
        "Identify": set(),
        "ListIdentifiers": {"badResumptionToken", "cannotDisseminateFormat"}
        | {"noRecordsMatch", "noSetHierarchy"},
        "ListMetadataFormats": {"idDoesNotExist", "noMetadataFormats"},
        "ListSets": {"badResumptionToken", "noSetHierarchy"},
    }
    may["ListRecords"] = may["ListIdentifiers"]
    values = {"metadataPrefix": "none", "identifier": "none", "set": "none"}
    assert {code.value for code in Code} == set.union(*may.values()) | {
        "badVerb",
        "badArgument",
    }
    for verb in VERBS:
        for arguments in ({}, {"resumptionToken": "none"}, values):
            found = set(ask(verb, **arguments).errors)
            assert found <= may[verb] | {"badArgument"}


@point("3.4")
def test_3_4_a_token_stands_alone(expose_many, small_pages, ask):
    expose_many(3)
    token = ask("ListRecords", metadataPrefix="oai_dc").token
    for more in ({"metadataPrefix": "oai_dc"}, {"set": "collection"}):
        assert ask("ListRecords", resumptionToken=token, **more).errors == [
            "badArgument"
        ]


@point("3.5")
def test_3_5_all_errors_are_listed_with_a_message(db, ask):
    answer = ask("ListRecords", metadataPrefix="none", set="none")
    assert answer.errors == ["cannotDisseminateFormat", "noSetHierarchy"]
    assert all(answer.texts("error"))
    assert len(ask("ListRecords", from_="x", until="y").errors) == 3


@point("3.6")
def test_3_6_syntax_comes_before_meaning(expose, ask):
    expose()
    assert ask("ListRecords", metadataPrefix="none", from_="x").errors == [
        "badArgument"
    ]
    assert set(ask("GetRecord", metadataPrefix="none", identifier="none").errors) == {
        "cannotDisseminateFormat",
        "idDoesNotExist",
    }


@point("3.7")
@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(
            ("from", v)
            for v in ("yesterday", "2002-02-30", "2002-13-01", " 2002-01-01")
        ),
        *(("until", v) for v in ("2002-02-05T00:00Z", "2002-02-05t00:00:00z")),
        *(("from", f"2002-02-05T00:00:00{v}") for v in ("+01:00", ".5Z", "Z ")),
        *(("metadataPrefix", v) for v in ("oai dc", "oai:dc", "oai/dc", "é", "a&b")),
        *(("set", v) for v in ("a b", ":a", "a:", "a::b", "é", "a/b")),
    ],
)
def test_3_7_illegal_values(db, ask, name, value):
    asked = {"metadataPrefix": "oai_dc"} | {name: value}
    for verb in LISTS:
        assert ask(verb, **asked).errors == ["badArgument"]


@point("3.8")
def test_3_8_the_identifier_of_a_deleted_record_exists(expose, ask):
    expose()
    services.retire(["item/1"])
    answer = ask("GetRecord", metadataPrefix="oai_dc", identifier=FIRST)
    assert answer.one("header").get("status") == "deleted"
    formats = ask("ListMetadataFormats", identifier=FIRST)
    assert formats.texts("metadataPrefix") == ["oai_dc"]


@point("3.9")
@pytest.mark.parametrize(
    "value", ["really_wrong_id", 'invalid"id', "a b", "%%", "\x01"]
)
def test_3_9_an_identifier_that_is_no_uri(db, ask, value):
    answer = ask("GetRecord", metadataPrefix="oai_dc", identifier=value)
    assert answer.errors in (["idDoesNotExist"], ["badArgument"])


@point("3.10")
def test_3_10_a_repository_without_sets_says_so(db, ask):
    assert ask("ListSets").errors == ["noSetHierarchy"]
    for verb in LISTS:
        assert ask(verb, metadataPrefix="oai_dc", set="a").errors == ["noSetHierarchy"]


@point("3.11")
def test_3_11_an_unknown_set_has_no_records(expose, ask):
    expose()
    for spec in ("unknown", "collection:unknown", "collection:games:rogue", "coll"):
        answer = ask("ListRecords", metadataPrefix="oai_dc", set=spec)
        assert answer.errors == ["noRecordsMatch"]


@point("3.12", "7.6")
def test_3_12_a_format_that_the_repository_or_the_record_lacks(expose, ask):
    expose(1)
    expose(2, formats=("oai_dc", "mods"))
    assert ask("ListRecords", metadataPrefix="none").errors == [
        "cannotDisseminateFormat"
    ]
    for prefix in ("none", "mods"):
        answer = ask("GetRecord", metadataPrefix=prefix, identifier=FIRST)
        assert answer.errors == ["cannotDisseminateFormat"]
    only = ask("ListIdentifiers", metadataPrefix="mods").texts("identifier")
    assert only == ["oai:olive.invalid:99999/2"]


# 4 Identify


@point("4.1", "4.2")
def test_4_1_identify_has_everything_in_order(db, settings, ask):
    settings.OLIVE_OAI_ADMIN_EMAILS = ["archive@olive.example", "second@olive.example"]
    tags = [etree.QName(child).localname for child in ask("Identify").one("Identify")]
    assert tags == [
        *("repositoryName", "baseURL", "protocolVersion", "adminEmail", "adminEmail"),
        *("earliestDatestamp", "deletedRecord", "granularity", "compression"),
        *("description", "description"),
    ]
    answer = ask("Identify")
    assert answer.text("protocolVersion") == "2.0"
    assert answer.text("deletedRecord") == "persistent"
    assert answer.text("granularity") == "YYYY-MM-DDThh:mm:ssZ"
    assert all(EMAIL.fullmatch(email) for email in answer.texts("adminEmail"))


@point("4.3")
def test_4_3_the_earliest_datestamp_is_below_every_stamp(expose, clock, ask):
    assert ask("Identify").text("earliestDatestamp") == at(clock.now)
    expose(1)
    clock.now += 60
    expose(2)
    services.retire(["item/2"])
    assert ask("Identify").text("earliestDatestamp") == at(clock.now - 60)
    clock.now += 60
    services.retire(["item/1"])
    first = min(Record.objects.values_list("datestamp", flat=True))
    assert ask("Identify").text("earliestDatestamp") <= first


@point("4.4")
def test_4_4_identify_takes_no_argument(db, ask):
    for name in ("identifier", "metadataPrefix", "resumptionToken", "anything"):
        assert ask("Identify", **{name: "a"}).errors == ["badArgument"]


@point("4.5")
def test_4_5_the_sample_of_oai_identifier_resolves(expose, ask):
    expose()
    answer = ask("Identify")
    space = "http://www.openarchives.org/OAI/2.0/oai-identifier"
    (element,) = answer.root.iter(f"{{{space}}}oai-identifier")
    assert f'<oai-identifier xmlns="{space}"'.encode() in answer.response.content
    scheme, domain, delimiter, sample = (child.text for child in element)
    assert (scheme, delimiter) == ("oai", ":")
    assert DOMAIN.fullmatch(domain)
    assert sample.startswith(f"oai:{domain}:")
    assert not ask("GetRecord", metadataPrefix="oai_dc", identifier=sample).errors


@point("4.6")
def test_4_6_the_other_descriptions(db, settings, ask):
    settings.OLIVE_OAI_FRIENDS = ["https://friend.example/oai"]
    settings.OLIVE_OAI_METADATA_RIGHTS = "https://rights.example/cc0"
    base = "{http://www.openarchives.org/OAI/2.0/"
    root = ask("Identify").root
    assert root.find(f".//{base}friends/}}baseURL").text == "https://friend.example/oai"
    manifest = root.find(f".//{base}rights/}}rightsManifest")
    assert manifest.get("appliesTo") == f"{base[1:]}entity#metadata"
    reference = manifest.find(f".//{base}rights/}}rightsReference")
    assert reference.get("ref") == "https://rights.example/cc0"
    icon = root.find(f".//{base}branding/}}collectionIcon/{base}branding/}}url")
    assert icon.text.startswith("http://127.0.0.1:8000/static/")


# 5 Dates


@point("5.1")
def test_5_1_a_datestamp_is_of_item_and_format(expose, clock, ask):
    def of(prefix):
        answer = ask("GetRecord", metadataPrefix=prefix, identifier=FIRST)
        return answer.text("datestamp")

    both = ("oai_dc", "mods")
    expose(formats=both)
    start = at(clock.now)
    clock.now += 60
    expose(formats=both)
    assert {of("oai_dc"), of("mods")} == {start}
    clock.now += 60
    expose(formats=("oai_dc",))  # mods is gone
    assert (of("oai_dc"), of("mods")) == (start, at(clock.now))
    clock.now += 60
    expose(formats=both, sets={"other": "Other"})
    assert {of("oai_dc"), of("mods")} == {at(clock.now)}


@point("5.2")
def test_5_2_seconds_everywhere_and_days_accepted(expose, clock, ask):
    expose()
    found = [*ask("Identify").texts("earliestDatestamp")]
    found += ask("ListIdentifiers", metadataPrefix="oai_dc").texts("datestamp")
    assert all(DATE.fullmatch(text) for text in found)
    day = at(clock.now)[:10]
    for bound in (day, at(clock.now)):
        answer = ask("ListRecords", metadataPrefix="oai_dc", from_=bound, until=bound)
        assert len(answer.all("record")) == 1


@point("5.3")
def test_5_3_both_ends_are_inclusive(expose, clock, ask):
    clock.now = 1_700_006_399.7  # 23:59:59.7
    expose(1)
    clock.now += 1
    expose(2)
    clock.now += 1

    def number(**bounds):
        return len(
            ask("ListIdentifiers", metadataPrefix="oai_dc", **bounds).all("header")
        )

    assert number(until="2023-11-14T23:59:59Z") == 1
    assert number(until="2023-11-14") == 1
    assert number(from_="2023-11-15T00:00:00Z") == 1
    assert number(from_="2023-11-15") == 1
    assert number(from_="2023-11-14T23:59:59Z", until="2023-11-15T00:00:00Z") == 2


@point("5.4")
def test_5_4_granularities_must_be_one_and_from_not_after_until(expose, ask):
    expose()
    for start, end in (
        ("2001-01-01", "2099-01-01T00:00:00Z"),
        ("2001-01-01T00:00:00Z", "2099-01-01"),
        ("2001-01-02", "2001-01-01"),
        ("2001-01-01T00:00:01Z", "2001-01-01T00:00:00Z"),
    ):
        answer = ask("ListRecords", metadataPrefix="oai_dc", from_=start, until=end)
        assert answer.errors == ["badArgument"]


@point("5.5", "5.6")
def test_5_5_a_window_beside_everything_has_no_records(expose, ask):
    for window in ({}, {"until": "1990-01-01"}, {"from_": "2999-01-01"}):
        for verb in LISTS:
            answer = ask(verb, metadataPrefix="oai_dc", **window)
            assert answer.errors == ["noRecordsMatch"]
        expose()


@point("5.8")
def test_5_8_windows_side_by_side_make_the_whole(expose, clock, ask):
    start = clock.now
    for key in range(1, 10):
        expose(key)
        clock.now += key
    whole = identifiers([ask("ListIdentifiers", metadataPrefix="oai_dc")])
    parts = [
        ask(
            "ListIdentifiers",
            metadataPrefix="oai_dc",
            from_=at(second),
            until=at(second + 6),
        )
        for second in range(start, clock.now, 7)
    ]
    assert identifiers(parts) == whole
    assert len(whole) == 9


@point("5.7", "5.9")
def test_5_9_the_response_date_is_a_safe_from(expose, clock, ask, monkeypatch):
    """Against real transactions: test_late_commits.py."""
    expose(1)
    late = clock.now
    clock.now += 60
    expose(2)
    monkeypatch.setitem(stamping.HORIZONS, "sqlite", lambda: late)
    monkeypatch.setitem(stamping.HORIZONS, "postgresql", lambda: late)
    answer = ask("ListRecords", metadataPrefix="oai_dc")
    assert answer.text("responseDate") == at(late)
    assert answer.texts("datestamp") == [at(late)]


# 6 Sets


@point("6.1", "6.3", "6.6")
def test_6_1_sets_have_names_and_their_ancestors_are_listed(expose, ask):
    expose(1, sets=SETS | {"collection:games:dos": "DOS"})
    expose(2, sets={"platform": "Platforms", "platform:ibm-pc": "IBM PC"})
    answer = ask("ListSets")
    specs = answer.texts("setSpec")
    assert len(specs) == len(set(specs)) == len(answer.texts("setName")) == 5
    legal = re.compile(r"[A-Za-z0-9\-_.!~*'()]+(:[A-Za-z0-9\-_.!~*'()]+)*")
    assert all(legal.fullmatch(spec) for spec in specs)
    for spec in specs:
        parent = spec.rpartition(":")[0]
        assert not parent or parent in specs
    assert not answer.all("setDescription")


@point("6.2")
def test_6_2_a_set_has_what_is_inside_of_it_once(expose, ask):
    expose(1, sets={"a": "A", "a:b": "B", "a:b:c": "C", "a:d": "D"})
    expose(2, sets={"a": "A", "a:d": "D"})
    expose(3, sets={"ab": "AB"})
    for spec, numbers in (("a", "12"), ("a:b", "1"), ("a:b:c", "1"), ("a:d", "12")):
        answer = ask("ListIdentifiers", metadataPrefix="oai_dc", set=spec)
        assert [text[-1] for text in answer.texts("identifier")] == [*numbers]


@point("6.4")
def test_6_4_headers_carry_set_specs_alike(expose, ask):
    expose()
    answers = [
        *(ask(verb, metadataPrefix="oai_dc") for verb in LISTS),
        ask("GetRecord", metadataPrefix="oai_dc", identifier=FIRST),
    ]
    assert [a.texts("setSpec") for a in answers] == [["collection:games"]] * 3


@point("6.5")
def test_6_5_a_record_that_leaves_a_set_is_news(expose, clock, ask):
    expose(sets={"a": "A", "b": "B"})
    clock.now += 60
    expose(sets={"b": "B"})
    answer = ask("ListRecords", metadataPrefix="oai_dc", from_=at(clock.now))
    assert answer.texts("setSpec") == ["b"]


@point("6.7")
def test_6_7_an_empty_set_has_no_records(expose, ask):
    expose()
    Set.objects.create(spec="empty", name="Empty")
    assert "empty" in ask("ListSets").texts("setSpec")
    answer = ask("ListRecords", metadataPrefix="oai_dc", set="empty")
    assert answer.errors == ["noRecordsMatch"]


@point("6.8")
def test_6_8_the_set_survives_resumption(expose, small_pages, pages):
    for key in range(1, 11):
        expose(key, sets={"odd": "Odd"} if key % 2 else {"even": "Even"})
    found = [spec for a in pages(set="odd") for spec in a.texts("setSpec")]
    assert found == ["odd"] * 5


# 7 Records and formats


@point("7.1", "7.2")
def test_7_1_formats_agree_with_what_is_delivered(expose, ask):
    expose(formats=("oai_dc", "mods"))
    formats = ask("ListMetadataFormats").all("metadataFormat")
    assert "oai_dc" in [form.findtext(f"{OAI}metadataPrefix") for form in formats]
    for form in formats:
        prefix = form.findtext(f"{OAI}metadataPrefix")
        answer = ask("GetRecord", metadataPrefix=prefix, identifier=FIRST)
        if prefix in ("oai_dc", "mods"):
            root = answer.one("metadata")[0]
            space = form.findtext(f"{OAI}metadataNamespace")
            assert etree.QName(root).namespace == space


@point("7.3", "7.4", "7.9")
def test_7_3_a_record_has_a_header_and_metadata_or_is_deleted(expose, ask):
    expose(1)
    expose(2)
    services.retire(["item/2"])
    live, deleted = ask("ListRecords", metadataPrefix="oai_dc").all("record")
    assert [etree.QName(part).localname for part in live] == ["header", "metadata"]
    (metadata,) = live[1]
    assert not metadata.tag.startswith(OAI)
    assert [etree.QName(part).localname for part in deleted] == ["header"]
    assert deleted[0].get("status") == "deleted"


@point("7.5")
def test_7_5_list_identifiers_has_the_headers_of_list_records(
    expose_many, small_pages, pages
):
    expose_many(5)
    services.retire(["item/3"])
    records = [h for answer in pages("ListRecords") for h in headers(answer)]
    assert records == [
        h for answer in pages("ListIdentifiers") for h in headers(answer)
    ]
    assert len(records) == 5


@point("7.7")
def test_7_7_get_record_gives_the_record_of_the_list(expose_many, ask):
    expose_many(3)
    services.retire(["item/3"])
    for record in ask("ListRecords", metadataPrefix="oai_dc").all("record"):
        identifier = record.find(f".//{OAI}identifier").text
        alone = ask("GetRecord", metadataPrefix="oai_dc", identifier=identifier)
        assert canonical(alone.one("record")) == canonical(record)


@point("7.8")
def test_7_8_list_metadata_formats_tells_what_get_record_gives(expose, ask):
    expose(formats=("oai_dc", "mods"))
    expose(formats=("oai_dc",))
    told = ask("ListMetadataFormats", identifier=FIRST).texts("metadataPrefix")
    given = [
        prefix
        for prefix in FORMATS
        if not ask("GetRecord", metadataPrefix=prefix, identifier=FIRST).errors
    ]
    assert told == given == ["oai_dc", "mods"]  # of mods there is the tombstone
    assert ask("ListMetadataFormats", identifier="none").errors == ["idDoesNotExist"]


@point("7.10", "7.12")
def test_7_10_one_identifier_for_all_formats(expose, ask):
    expose(formats=("oai_dc", "mods"))
    (dc,), (mods,) = (
        ask("ListIdentifiers", metadataPrefix=prefix).texts("identifier")
        for prefix in ("oai_dc", "mods")
    )
    assert dc == mods
    assert re.fullmatch(r"oai:[\w.]+:[A-Za-z0-9\-_.!~*'();/?:@&=+$,%]+", dc)
    assert ask("GetRecord", metadataPrefix="oai_dc", identifier=dc.upper()).errors


@point("7.11")
def test_7_11_oai_dc_has_its_fifteen_elements_and_no_empty_one():
    fifteen = {
        *("title", "creator", "subject", "description", "publisher", "contributor"),
        *("date", "type", "format", "identifier", "source", "language", "relation"),
        *("coverage", "rights"),
    }
    for record in varied.records(100):
        for element in etree.fromstring(dublin_core.render(record)):
            assert etree.QName(element).namespace == "http://purl.org/dc/elements/1.1/"
            assert etree.QName(element).localname in fifteen
            assert not set(element.attrib) - {
                "{http://www.w3.org/XML/1998/namespace}lang"
            }
            assert element.text.strip()


# 8 Deletions


@point("8.1", "8.2")
def test_8_1_a_tombstone_is_found_by_date_set_and_format(expose, clock, ask):
    expose(formats=("oai_dc", "mods"))
    clock.now += 60
    services.retire(["item/1"])
    window = {"from_": at(clock.now), "until": at(clock.now)}
    for verb in LISTS:
        for prefix in ("oai_dc", "mods"):
            for spec in ("collection", "collection:games"):
                answer = ask(verb, metadataPrefix=prefix, set=spec, **window)
                header = answer.one("header")
                assert header.get("status") == "deleted"
                assert header.findtext(f"{OAI}setSpec") == "collection:games"


@point("8.3")
def test_8_3_back_from_the_dead_with_a_new_datestamp(expose, clock, ask):
    expose()
    services.retire(["item/1"])
    clock.now += 60
    expose()
    answer = ask("ListRecords", metadataPrefix="oai_dc")
    assert answer.one("header").get("status") is None
    assert answer.text("datestamp") == at(clock.now)


@point("8.4", "8.5")
def test_8_4_leaving_the_exposed_scope_is_a_deletion(expose, ask):
    """By which paths an item may leave: tests/portal/catalogue/test_exposing.py."""
    expose()
    expose(formats=())
    answer = ask("ListRecords", metadataPrefix="oai_dc")
    assert answer.one("header").get("status") == "deleted"


# 9 Flow control


@point("9.1", "9.2", "9.3", "9.4")
def test_9_1_tokens_cursors_and_sizes(expose_many, small_pages, ask, pages):
    expose_many(2)
    assert not ask("ListRecords", metadataPrefix="oai_dc").all("resumptionToken")
    expose_many(5)
    found = [answer.one("resumptionToken") for answer in pages()]
    assert [bool(token.text) for token in found] == [True, True, False]
    assert [token.get("cursor") for token in found] == ["0", "2", "4"]
    assert {token.get("completeListSize") for token in found} == {"5"}
    for token in found[:-1]:
        assert DATE.fullmatch(token.get("expirationDate"))
        expires = datetime.fromisoformat(token.get("expirationDate"))
        assert expires > datetime.now(UTC) + timedelta(hours=24)


@point("9.5")
def test_9_5_the_same_token_gives_the_same_page(expose_many, small_pages, ask, pages):
    expose_many(7)
    first, second, *_ = list(pages())
    again = ask("ListRecords", resumptionToken=first.token)
    assert headers(again) == headers(second)


@point("9.6")
def test_9_6_other_tokens_are_refused(expose_many, small_pages, ask):
    expose_many(3)
    token = ask("ListRecords", metadataPrefix="oai_dc").token
    for verb in ("ListIdentifiers", "ListSets"):
        assert ask(verb, resumptionToken=token).errors == ["badResumptionToken"]
    for wrong in (token[:-1], token[1:], token + "a", "none", token.swapcase()):
        answer = ask("ListRecords", resumptionToken=wrong)
        assert answer.errors == ["badResumptionToken"]


@point("9.7")
def test_9_7_a_token_survives_escaping_twice(expose_many, small_pages, ask):
    expose_many(3)
    token = ask("ListRecords", metadataPrefix="oai_dc").token
    assert quote(quote(token, safe=""), safe="") == token
    assert not get(f"verb=ListRecords&resumptionToken={token}").errors


@point("9.8")
def test_9_8_what_does_not_change_comes_exactly_once(
    expose, expose_many, small_pages, ask, clock
):
    """With a schedule that hypothesis draws: test_concurrency.py."""
    expose_many(20)
    clock.now += 60
    answer = ask("ListRecords", metadataPrefix="oai_dc")
    answers = [answer]
    key = 1
    while answer.token:
        for changed in (key, key + 1):  # delivered before, and not yet
            expose(changed * 2, title=f"Changed {changed}")
        key = min(key + 3, 9)
        answer = ask("ListRecords", resumptionToken=answer.token)
        answers.append(answer)
    found = identifiers(answers)
    for odd in range(1, 20, 2):
        assert found.count(f"oai:olive.invalid:99999/{odd}") == 1
    assert len(set(found)) == 20


@point("9.9", "10.2")
def test_9_9_every_page_costs_the_same_and_writes_nothing(
    expose_many, small_pages, pages, django_assert_num_queries, ask, clock
):
    expose_many(10)
    *middle, _ = list(pages())
    for answer in middle:
        with django_assert_num_queries(1) as queries:
            ask("ListRecords", resumptionToken=answer.token)
        assert queries[0]["sql"].lstrip().startswith("SELECT")


@point("9.10")
def test_9_10_a_page_has_a_hundred_records(expose_many, pages):
    expose_many(250)
    sizes = [len(answer.all("record")) for answer in pages()]
    assert sizes == [100, 100, 50]


@point("9.11")
def test_9_11_list_sets_is_resumable(expose, small_pages, ask, pages):
    expose(sets={f"s{n}": f"Set {n}" for n in range(5)})
    found = [ask("ListSets")]
    while found[-1].token:
        found.append(ask("ListSets", resumptionToken=found[-1].token))
    specs = [spec for answer in found for spec in answer.texts("setSpec")]
    assert specs == ["s0", "s1", "s2", "s3", "s4"]
    flows = [answer.one("resumptionToken") for answer in found]
    assert [flow.get("cursor") for flow in flows] == ["0", "2", "4"]
    assert {flow.get("completeListSize") for flow in flows} == {"5"}


@point("9.12")
def test_9_12_a_list_that_vanished_is_refused(expose_many, small_pages, ask):
    expose_many(5)
    token = ask("ListRecords", metadataPrefix="oai_dc", set="collection").token
    expose_many(5, sets={"other": "Other"})
    answer = ask("ListRecords", resumptionToken=token)
    assert answer.errors == ["badResumptionToken"]


def test_9_12_a_list_whose_rest_moved_away_still_ends(
    expose, expose_many, small_pages, ask, clock
):
    expose_many(3)
    until = at(clock.now)
    answer = ask("ListRecords", metadataPrefix="oai_dc", until=until)
    clock.now += 60
    expose(3, title="Moved beyond the window")
    answer = ask("ListRecords", resumptionToken=answer.token)
    assert answer.texts("identifier") == ["oai:olive.invalid:99999/2"]  # once more
    assert answer.one("resumptionToken").text is None


@point("9.13")
def test_9_13_datestamps_ascend(expose, clock, small_pages, pages):
    for key in (3, 1, 4, 5, 2):
        expose(key)
        clock.now += 1
    found = [stamp for answer in pages() for stamp in answer.texts("datestamp")]
    assert found == sorted(found)


# 10 Robustness


@point("10.1", "10.3")
def test_10_1_bad_metadata_does_not_get_into_a_list(expose, ask):
    """What is done about it: tests/portal/catalogue/test_exposing.py."""
    expose(1)
    bad = services.Exposure(**{**vars(exposure(2)), "metadata": {"oai_dc": b"<dc>"}})
    with pytest.raises(services.fragments.BadFragment):
        services.expose([bad])
    assert len(ask("ListRecords", metadataPrefix="oai_dc").all("record")) == 1


@pytest.mark.django_db(transaction=True)
def test_10_2_parallel_harvesters_get_the_same(expose_many, small_pages, pages):
    expose_many(9)
    found = []

    def harvest():
        found.append(identifiers(pages()))

    threads = [threading.Thread(target=harvest) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 3
    assert found[0] == found[1] == found[2]


@point("10.4")
@pytest.mark.parametrize(
    "value", ["'; DROP TABLE oai_record; --", "' OR '1'='1", "%s", "%(x)s", "{0}"]
)
def test_10_4_nothing_is_injected(expose, ask, value):
    expose()
    for name in ("identifier", "metadataPrefix", "set", "from", "resumptionToken"):
        for verb in VERBS:
            ask(verb, **({"metadataPrefix": "oai_dc"} | {name: value}))
    assert Record.objects.count() == 1
    assert reverse("oai") == "/oai"
