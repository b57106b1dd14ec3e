"""From the home page to playing a preserved program, through all the real processes."""

from __future__ import annotations

import os
import re
import signal

import pytest
import requests
from playwright.sync_api import expect

from tests.e2e import screens
from tests.e2e.conftest import DEADLINE, eventually
from tests.vmnetx.launcher.stand_in import BEGIN, open_link

pytestmark = pytest.mark.xdist_group("portal")

GAME = "/items/grub-invaders"
TITLES = ["GRUB Invaders", "Memtest86+", "Colossal Cave Adventure"]
# The first words of a SPICE connection: for the main channel, without capabilities.
SPICE_ANSWERS = """\
import struct
message = struct.pack("<IBBIII", 0, 1, 0, 0, 0, 18)
channel.sendall(struct.pack("<4sIII", b"REDQ", 2, 2, len(message)) + message)
assert channel.recv(4) == b"REDQ"
"""
# No session may hang for longer, whichever process was killed.
UNSTUCK_SECONDS = 30


@pytest.fixture
def playing(page, portal):
    """A page on which GRUB Invaders runs. Its machine is gone when the test is over."""
    page.goto(GAME)
    launch(page)
    expect(page.locator("main")).to_have_attribute("data-state", "running")
    page.locator(screens.CANVAS).wait_for()
    eventually(lambda: screens.ship(screens.of_canvas(page)) is not None)
    yield page
    if page.locator("main").get_attribute("data-state") == "running":
        page.locator("#end").click()
    eventually(lambda: portal.machines() == [])


def launch(page):
    page.get_by_role("button", name="Run in your browser").click()


def image_of(page, address):
    answer = page.request.get(address)
    assert answer.ok, answer.status_text
    return screens.open_image(answer.body())


@pytest.mark.parametrize("title", TITLES)
def test_each_program_is_there_with_a_real_screenshot(page, title):
    page.goto("/")
    page.get_by_role("link", name=title, exact=True).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(title)
    picture = page.locator("main img").first.get_attribute("src")
    assert screens.is_lit(image_of(page, picture))


def test_a_visitor_browses_launches_plays_and_ends(page, portal):
    page.goto("/")
    page.get_by_role("link", name="Collections").first.click()
    page.goto(GAME)
    launch(page)
    main = page.locator("main")
    expect(main).to_have_attribute("data-state", "running")
    page.locator(screens.CANVAS).wait_for()
    eventually(lambda: screens.ship(screens.of_canvas(page)) is not None)

    session = page.url
    # The game moves on between the two pictures, but most of the screen stays black.
    server_side = image_of(page, f"{session}/screenshot")
    assert screens.likeness(screens.of_canvas(page), server_side) > 0.95
    assert screens.ship(server_side) is not None

    page.locator(screens.CANVAS).click()
    before = screens.ship(screens.of_canvas(page))
    page.keyboard.down("ArrowRight")
    eventually(lambda: screens.ship(screens.of_canvas(page)) > before + 30)
    page.keyboard.up("ArrowRight")
    page.keyboard.press("Space")

    page.goto("/")
    page.goto(session)
    page.locator(screens.CANVAS).wait_for()
    eventually(lambda: screens.ship(screens.of_canvas(page)) is not None)
    assert len(portal.machines()) == 1

    page.locator("#end").click()
    expect(main).to_have_attribute("data-state", "ended")
    eventually(lambda: portal.machines() == [])


def test_nobody_else_sees_the_session(playing, portal):
    answer = requests.get(playing.url, timeout=10)
    assert answer.status_code == 404


def test_a_visit_by_link_starts_nothing(portal):
    requests.get(f"{portal.url}{GAME}/launch", timeout=10)
    assert portal.machines() == []


@pytest.fixture
def open_in_the_desktop_client(folder):
    """The launcher on a link, with a viewer that is closed as soon as QEMU answers it.
    Returns what it says to the person."""

    def open_in_the_desktop_client(link):
        script = BEGIN + SPICE_ANSWERS
        told = open_link(link, folder, script=script, seconds=DEADLINE)
        assert told.returncode == 0, told.stderr
        return told.stderr

    return open_in_the_desktop_client


def choose(page, way):
    page.goto(GAME)
    page.get_by_text("Other ways to run").click()
    page.get_by_role("button", name=way).click()


def test_the_desktop_client_runs_it_on_the_visitors_computer(
    page, portal, open_in_the_desktop_client
):
    choose(page, "Run it on your computer")
    link = page.locator("#desktop").get_attribute("href")
    assert link.startswith("vmnetx+http://")
    said = open_in_the_desktop_client(link)
    assert "GRUB Invaders: closed. Its changes are gone." in said
    assert portal.machines() == []
    package = link.removeprefix("vmnetx+")
    assert requests.head(package, timeout=30).status_code == 200
    page.locator("#end").click()
    page.get_by_text("You ended the session.").wait_for()
    assert requests.head(package, timeout=30).status_code == 403


def test_the_desktop_client_shows_what_runs_here(
    page, portal, open_in_the_desktop_client
):
    choose(page, "Run it for the desktop client")
    link = page.get_by_role("link", name="Open its screen in the desktop client")
    expect(link).to_be_visible()
    expect(link).to_have_attribute("href", re.compile("^vmnetx://127.0.0.1"))
    expect(page.locator("main")).to_have_attribute("data-state", "running")
    assert len(portal.machines()) == 1
    said = open_in_the_desktop_client(link.get_attribute("href"))
    assert "The machine is switched off" in said
    expect(page.locator("main")).to_have_attribute("data-state", "ended")
    eventually(lambda: portal.machines() == [])


@pytest.mark.parametrize("program", ["worker", "thin-client", "broker", "web"])
def test_a_process_killed_during_a_boot_leaves_nothing_stuck(page, portal, program):
    page.goto(GAME)
    launch(page)
    os.kill(portal.pid(program), signal.SIGKILL)
    if program == "worker":
        for process in portal.processes("celery"):
            process.kill()
    main = page.locator("main")

    def is_settled():
        state = main.get_attribute("data-state") if main.count() else None
        if state is None:  # the web server was away for a moment
            page.reload(wait_until="commit")
        return state in {"running", "ended", "failed"}

    eventually(is_settled, seconds=UNSTUCK_SECONDS)
    if main.get_attribute("data-state") == "running":
        page.locator("#end").click()
    eventually(lambda: portal.machines() == [], seconds=UNSTUCK_SECONDS)
    eventually(lambda: portal.pid(program) > 0)


def test_nothing_secret_is_in_the_log(portal):
    log = (portal.data / "server.log").read_text()
    assert "/launch/" not in log or re.search(r"/launch/[\w:-]{40,}", log) is None
    key = (portal.data / "thin-client-key").read_text()
    assert key not in log
    for process in portal.machines():
        assert "/launch/" not in " ".join(process.cmdline())
