"""Everybody gets at every address what permission_table.py says; it explains itself."""

from __future__ import annotations

from io import BytesIO

import pytest
from django.contrib.auth.models import Permission
from django.core.files.base import ContentFile
from django.db import transaction
from django.test import Client
from django.urls import get_resolver, reverse
from django.utils import timezone
from PIL import Image

from olive_portal.accounts import tokens as api_tokens
from olive_portal.accounts.models import User
from olive_portal.catalogue.models import (
    Agent,
    Collection,
    Contribution,
    Item,
    Media,
    Package,
)
from olive_portal.launch import tasks, tokens
from olive_portal.launch.models import Session, Visitor
from olive_portal.news.models import Post
from olive_portal.preservation.models import ReceivedMets
from olive_portal.releases.models import Release, ReleaseFile
from tests.portal import answers
from tests.portal.permission_table import ROLES, lines

LINES = lines()
# What the rooms give their curators to do; docs/howto/curate.md tells so.
CURATED = ["catalogue", "news", "releases"]
# Of the admin itself, not ours, and all behind the same door.
DJANGOS = {
    "app_list",
    "autocomplete",
    "jsi18n",
    "login",
    "logout",
    "password_change",
    "password_change_done",
    "view_on_site",
}
PAGES_OF_A_MODEL = ("_add", "_change", "_delete", "_history")


def addresses(resolver=None, namespace=""):
    """Name and pattern of every address there is; the admin's begin with `admin:`."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if hasattr(pattern, "url_patterns"):
            inner = f"{pattern.namespace}:" if pattern.namespace else ""
            yield from addresses(pattern, namespace + inner)
        elif pattern.name or not namespace:
            yield f"{namespace}{pattern.name}", pattern.pattern


def needs_a_line(name):
    page = name.removeprefix("admin:")
    is_djangos = page in DJANGOS or page.endswith(PAGES_OF_A_MODEL)
    return page == name or not is_djangos


@pytest.fixture
def people(db):
    """Each role's user."""
    curator = User.objects.create_user("curator", is_staff=True)
    curator.user_permissions.set(
        Permission.objects.filter(content_type__app_label__in=CURATED)
    )
    return {
        "visitor": None,
        "signed-in": User.objects.create_user("reader"),
        "curator": curator,
        "administrator": User.objects.create_superuser("administrator"),
    }


@pytest.fixture
def things(people, settings, tmp_path, monkeypatch):
    """An item in each state, and what the words with a `$` stand for."""
    settings.MEDIA_ROOT = tmp_path
    settings.STATIC_ROOT.mkdir(exist_ok=True)  # WhiteNoise warns when it is not there
    monkeypatch.setattr(tasks, "ask", lambda *_args, **_options: None)
    found = {}
    games = Collection.objects.create(slug="games", title="Games")
    for state in ("draft", "published", "withdrawn"):
        item = make_item(games, state)
        found[f"${state}-pk"] = item.pk
        found[f"${state}-shot"] = make_shot(item).file.name
        found[f"${state}-manual"] = make_manual(item).pk
    package = make_package(Item.objects.get(slug="published"))
    for name in ("own", "other"):
        visitor = Visitor.objects.create(pk=name)
        session = Session.objects.create(visitor=visitor, package=package)
        found[f"${name}-session"] = session.pk
    found["$token"] = tokens.issue(session)
    found |= make_what_programs_use(package, people["curator"])
    make_news()
    return found


def make_item(collection, state):
    now = timezone.now()
    item = Item.objects.create(
        slug=state,
        title=state.title(),
        collection=collection,
        state=state,
        published_at=None if state == "draft" else now,
        withdrawn_at=now if state == "withdrawn" else None,
    )
    ReceivedMets.objects.create(item=item, sha256="0" * 64, content=b"<mets/>")
    return item


def make_shot(item):
    picture = BytesIO()
    Image.new("RGB", (64, 48)).save(picture, "PNG")
    shot = Media(item=item, alt="A screen", media_type="image/png")
    shot.file.save("screen.png", ContentFile(picture.getvalue()))
    return shot


def make_manual(item):
    manual = Media(item=item, kind="manual", media_type="text/plain")
    manual.file.save("manual.txt", ContentFile(b"Press any key."))
    return manual


def make_package(item, state="published"):
    package = Package(
        item=item,
        number=1,
        name=item.slug,
        size=4,
        sha256=f"{item.pk:064x}",
        memory_bytes=64 << 20,
        arch="i686",
        disk_format="raw",
        disk_virtual_size=512,
        state=state,
        published_at=None if state == "draft" else timezone.now(),
    )
    package.file.save("x.nxpk", ContentFile(b"1234"), save=False)
    package.save()
    return package


def make_what_programs_use(package, curator):
    visitor = Visitor.objects.create(pk=f"api:{curator.pk}")
    session = Session.objects.create(visitor=visitor, package=package)
    token, _ = api_tokens.make(user=curator, name="import")
    draft = make_package(Item.objects.get(slug="draft"), state="draft")
    return {
        "$program-session": session.pk,
        "$own-token": token.pk,
        "$package": package.pk,
        "$draft-package": draft.pk,
        "$agent": make_agent(package.item).pk,
        "$draft-agent": make_agent(draft.item).pk,
    }


def make_agent(item):
    agent = Agent.objects.create(name=f"Maker of {item}")
    Contribution.objects.create(item=item, agent=agent)
    return agent


def make_news():
    for slug in ("public", "draft"):
        Post.objects.create(slug=f"{slug}-post", title=slug, is_draft=slug == "draft")
    for version in ("1.0", "2.0"):
        release = Release.objects.create(
            version=version, released_on="2026-01-01", is_draft=version == "2.0"
        )
        file = ReleaseFile(release=release, name="client.tar", size=4, sha256="0" * 64)
        file.file.save("client.tar", ContentFile(b"1234"))


def address(line, things):
    return reverse(line.name, args=[things.get(a, a) for a in line.arguments])


def status(line, url, user):
    """What `user` gets; and whatever that changed is as before."""
    with transaction.atomic():
        client = Client()
        if user and line.name.startswith("api-") and "token" not in line.name:
            _, secret = api_tokens.make(user=user, name="a test")
            client = Client(headers={"Authorization": f"Bearer {secret}"})
        elif user:
            client.force_login(user)
        session = client.session
        session["visitor"] = "own"
        session.save()
        answer = client.generic(line.method, url)
        answers.close(answer)
        transaction.set_rollback(True)
    return answer.status_code


def test_the_table_has_every_address_and_no_other():
    wanted = {name for name, _ in addresses() if needs_a_line(name)}
    assert wanted == {line.name for line in LINES}


def test_the_table_has_every_method_of_an_address(things):
    missing = []
    for name in {line.name for line in LINES}:
        mine = [line for line in LINES if line.name == name]
        allowed = Client().options(address(mine[0], things)).headers.get("Allow", "")
        known = {line.method for line in mine} | {"HEAD", "OPTIONS"}
        missing += [(name, m) for m in allowed.split(", ") if m and m not in known]
    assert missing == []


@pytest.mark.parametrize("line", LINES, ids=str)
def test_everybody_gets_what_the_table_says(line, people, things):
    url = address(line, things)
    found = {role: status(line, url, people[role]) for role in ROLES}
    assert found == dict(zip(ROLES, line.statuses, strict=True))


def test_nobody_but_staff_passes_the_door_of_the_admin(people, things, client):
    for name, pattern in addresses():
        if not name.startswith("admin:") or name == "admin:app_list":
            continue
        url = reverse(name, args=[1] * len(pattern.converters))
        for user in (None, people["signed-in"]):
            if user:
                client.force_login(user)
            answer = client.get(url)
            assert (name, answer.status_code) == (name, 302)
            assert answer.url.startswith(("/admin/", "/sign-in")), name
        client.logout()
