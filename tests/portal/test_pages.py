"""What holds for every public page: what it may do, what it weighs, who may keep it."""

from __future__ import annotations

import re

import pytest
from lxml import html

from olive_portal.accounts.models import User
from olive_portal.catalogue import services
from olive_portal.catalogue.models import (
    Agent,
    Collection,
    Contribution,
    Identifier,
    Item,
    Media,
    Package,
    Subject,
)

pytestmark = pytest.mark.django_db

MOST_BYTES = 100_000
MANY = 26
PAGES = [
    "/",
    "/about",
    "/collections",
    "/collections/games",
    "/search",
    "/search?q=word",
    "/search?decade=1980s&platform=Amiga&sort=oldest",
    "/browse",
    "/browse/makers",
    "/timeline",
    "/items/title-0",
    "/items/title-0/embed",
    "/news",
    "/releases",
    "/sign-in",
    "/nothing",
]


@pytest.fixture(autouse=True)
def library(settings, tmp_path):
    """More of everything than a page shows."""
    settings.MEDIA_ROOT = tmp_path
    settings.STATIC_ROOT.mkdir(exist_ok=True)
    games = Collection.objects.create(slug="games", title="Games", abstract="A. " * 999)
    for number in range(MANY):
        make_title(games, number)
    services.record_change(items=Item.objects.all())


def make_title(collection, number):
    now = "2020-01-01T00:00:00Z"
    item = Item.objects.create(
        slug=f"title-{number}",
        title=f"A title of many words, number {number}",
        collection=collection,
        issued=str(1950 + number),
        platform=f"Machine {number}",
        abstract="A word, and another. " * 200,
        significance="It matters. " * 200,
        state="published",
        published_at=now,
    )
    agents = [f"Maker {number}-{n}" for n in range(8)]
    for name in agents:
        agent = Agent.objects.create(name=name)
        Contribution.objects.create(item=item, agent=agent)
    item.subjects.add(
        *(Subject.objects.create(term=f"Topic {number}-{n}") for n in range(10))
    )
    Identifier.objects.create(item=item, scheme="local", value=str(number))
    for n in range(4):
        shot = {"media_type": "image/png", "width": 640, "height": 480}
        name = f"title-{number}/{n}.png"
        Media.objects.create(item=item, alt="A screen", file=name, **shot)
    Package.objects.create(
        item=item,
        number=1,
        name="x",
        file=f"{number}.nxpk",
        size=1,
        sha256=f"{number:064x}",
        memory_bytes=1,
        arch="i686",
        disk_format="raw",
        disk_virtual_size=1,
        state="published",
        published_at=now,
    )


def test_pages_are_light_do_little_and_set_no_cookie(client):
    for url in PAGES:
        answer = client.get(url)
        assert len(answer.content) < MOST_BYTES, url
        assert url == "/sign-in" or not answer.cookies, url
        check_markup(answer.content, url)
        check_headers(answer.headers, url)


def check_markup(content, url):
    page = html.fromstring(content)
    inline = page.xpath("//style | //script[not(@src)] | //*[@style]")
    # Data for machines is no script: no browser runs it.
    own = [tag for tag in inline if tag.get("type") != "application/ld+json"]
    assert own == [], url
    assert page.xpath("//@*[starts-with(name(), 'on')]") == [], url
    assert page.get("lang") == "en", url
    assert len(page.xpath("//h1")) == 1, url


def check_headers(headers, url):
    policy = headers["Content-Security-Policy"]
    for part in ("default-src 'self'", "object-src 'none'", "base-uri 'none'"):
        assert part in policy, url
    assert "unsafe" not in policy, url
    assert headers["X-Content-Type-Options"] == "nosniff", url
    assert headers["Referrer-Policy"] == "same-origin", url
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin", url


def test_cookies_are_kept_from_scripts_and_other_sites(client):
    User.objects.create_user("alice", password="secret")
    client.post("/sign-in", {"username": "alice", "password": "secret"})
    cookie = client.cookies["sessionid"]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")


def test_no_page_leads_nowhere(client):
    """Every link of our own on every page answers."""
    seen = {}
    for url in PAGES:
        for link in re.findall(r'href="(/[^"#]*)', client.get(url).content.decode()):
            path = html.fromstring(f"<a href='{link}'>").get("href")
            if path.startswith(("/static/", "/media/")) or path in seen:
                continue
            seen[path] = client.get(path).status_code
    assert {path: status for path, status in seen.items() if status >= 400} == {}
    assert len(seen) > 50
