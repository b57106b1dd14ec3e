from __future__ import annotations

import pytest
from django.db import connection

from olive_portal.catalogue import arks, services
from olive_portal.catalogue.models import Item


@pytest.fixture
def named(make_exhibit, make_package):
    item = make_exhibit(issued="1980")
    make_package(item, number=2)
    services.follow_up()
    item.refresh_from_db()
    return item


@pytest.mark.parametrize("start", ["/ark:", "/ark:/"])
def test_an_ark_leads_to_its_item_in_both_forms(client, named, start):
    response = client.get(f"{start}{named.ark}")
    assert (response.status_code, response["Location"]) == (302, "/items/rogue")


def test_hyphens_and_case_carry_no_meaning(client, named):
    naan, name = named.ark.split("/")
    written = f"/ark:{naan}/{name[:4]}-{name[4:].upper()}"
    assert client.get(written)["Location"] == "/items/rogue"


@pytest.mark.parametrize("number", [1, 2])
def test_an_ark_of_a_version_leads_to_exactly_that_one(client, named, number):
    response = client.get(arks.address(named.ark, number), follow=True)
    page = response.content.decode()
    assert response.redirect_chain == [(f"/items/rogue/versions/{number}", 302)]
    assert f"ark:{named.ark}.v{number}" in page
    assert named.packages.get(number=number).sha256 in page
    assert ("a newer one" in page) == (number == 1)
    assert f"package version {number}." in page  # the citation
    assert f"Launch version {number}" in page


@pytest.mark.parametrize("query", ["info", "?"])
def test_an_inflection_tells_about_the_name(client, named, query):
    response = client.get(f"/ark:{named.ark}?{query}")
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    lines = response.content.decode().splitlines()
    assert lines[0] == "erc:"
    assert "who: Michael Toy; Glenn Wichman" in lines
    assert "when: 1980" in lines
    assert f"where: http://127.0.0.1:8000/ark:{named.ark}" in lines


def test_a_title_cannot_add_statements(client, named):
    Item.objects.update(title="Rogue\nwho: Somebody else")
    text = client.get(f"/ark:{named.ark}?info").content.decode()
    assert "what: Rogue who: Somebody else" in text.splitlines()


def test_a_withdrawn_title_keeps_its_name_its_citation_and_410(client, named):
    Item.objects.update(state="withdrawn", withdrawn_at=named.published_at)
    services.follow_up()
    for url in (f"/ark:{named.ark}", f"/ark:{named.ark}.v1"):
        response = client.get(url, follow=True)
        assert response.status_code == 410
        assert f"http://127.0.0.1:8000/ark:{named.ark}" in response.content.decode()
    assert client.get(f"/ark:{named.ark}?info").status_code == 200


def test_a_deleted_title_is_gone_and_not_unknown(client, named):
    name = named.ark
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM catalogue_package")
    named.delete()
    response = client.get(f"/ark:{name}")
    assert response.status_code == 410
    assert "has been deleted" in response.content.decode()


def test_a_slip_in_a_name_is_told_from_an_unknown_name(client, named):
    slip = f"{named.ark[:-1]}{'b' if named.ark[-1] != 'b' else 'c'}"
    response = client.get(f"/ark:{slip}")
    assert response.status_code == 404
    assert "There is a slip" in response.content.decode()
    unknown = "99999/s1bbbbbbbb"
    unknown += arks.check_character(unknown)
    response = client.get(f"/ark:{unknown}")
    assert response.status_code == 404
    assert "No title here" in response.content.decode()


@pytest.mark.parametrize("name", ["x", "99999/", "99999/a/b/c", "<script>", "%00"])
def test_what_is_no_ark_is_not_found(client, db, name):
    assert client.get(f"/ark:{name}").status_code == 404
