"""The play page in a real Chromium. The screen is a real QEMU's, whose VNC server
speaks WebSocket itself; the session's row is moved by hand."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import time
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import expect, sync_playwright

from olive_portal.launch.models import Session, State
from tests.portal.browsing import CHROMIUM, FLAGS, complaints, needs_chromium

ROOT = Path(__file__).parents[3]
SCREEN = "#screen canvas"
# How many of the canvas's pixels are lit.
LIT = """() => {
  const canvas = document.querySelector('#screen canvas');
  const { data } = canvas.getContext('2d')
    .getImageData(0, 0, canvas.width, canvas.height);
  return data.filter((value, place) => place % 4 < 3 && value > 100).length;
}"""

pytestmark = [
    pytest.mark.django_db(transaction=True),
    needs_chromium,
    pytest.mark.skipif(
        not (ROOT / "build/static/launch/play.js").exists(),
        reason="needs the browser files: script/setup builds them",
    ),
]


@pytest.fixture(scope="module")
def browser():
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright's loop runs in this thread; Django takes it for asynchronous code.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        chromium = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def screen():
    """Starts a machine without a disk on the same port each time: its firmware's text
    is on the screen."""
    if shutil.which("qemu-system-x86_64") is None:
        pytest.skip("needs QEMU")
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    running = []

    def start():
        display = f"127.0.0.1:0,to=99,websocket={port}"
        command = ["qemu-system-x86_64", "-nodefaults", "-vga", "std", "-m", "16"]
        running.append(subprocess.Popen([*command, "-vnc", display]))
        deadline = time.monotonic() + 60
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
            except ConnectionRefusedError:
                assert time.monotonic() < deadline
                time.sleep(0.05)  # QEMU announces its port nowhere
            else:
                return running[-1]

    start.url = f"ws://127.0.0.1:{port}"
    yield start
    for process in running:
        process.kill()
        process.wait()


@pytest.fixture
def open_page(browser, live_server, as_visitor, settings, screen):
    """Opens a session's page as alice's browser. Fails on any error in the page."""
    settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]["connect-src"] = [
        "'self'",
        screen.url,
    ]
    contexts, errors = [], []

    def open_page(session):
        cookie = as_visitor("alice").cookies["sessionid"].value
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        context.set_default_timeout(60_000)
        contexts.append(context)
        context.add_cookies(
            [{"name": "sessionid", "value": cookie, "url": live_server.url}]
        )
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on(
            "console",
            lambda message: (
                errors.append(message.text)
                if "Content Security Policy" in message.text
                else None
            ),
        )
        page.goto(live_server.url + session.get_absolute_url())
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert errors == []


def wait_until_lit(page):
    """wait_for_function() evaluates text in the page, which its policy forbids."""
    deadline = time.monotonic() + 60
    while page.evaluate(LIT) <= 500:
        assert time.monotonic() < deadline
        page.wait_for_timeout(50)


def run(session, url):
    Session.objects.filter(pk=session.pk).update(
        state=State.RUNNING,
        instance_id="ONE",
        viewer_url=url,
        viewer_token="abc",
        running_at=timezone.now(),
    )


@pytest.fixture
def playing(open_page, make_session, screen):
    """The page of a session whose screen is shown, and the machine."""
    machine = screen()
    session = make_session()
    run(session, screen.url)
    page = open_page(session)
    expect(page.locator("main")).to_have_attribute("data-screen", "connected")
    return page, machine, session


def test_the_page_follows_the_session_to_its_screen(open_page, make_session, screen):
    session = make_session(reason="All places are taken.")
    page = open_page(session)
    main = page.locator("main")
    current = page.locator("#steps [aria-current=step]")
    expect(main).to_have_attribute("data-state", "queued")
    expect(current).to_contain_text("Waiting for a place")
    expect(page.get_by_role("status")).to_have_text("All places are taken.")

    Session.objects.update(state=State.BOOTING, reason="")
    expect(main).to_have_attribute("data-state", "booting")
    expect(current).to_contain_text("switching it on")

    screen()
    run(session, screen.url)
    expect(main).to_have_attribute("data-state", "running")
    expect(main).to_have_attribute("data-screen", "connected")
    expect(page.locator(SCREEN)).to_be_focused()
    wait_until_lit(page)
    expect(page.locator("#progress")).to_be_hidden()
    expect(page.locator("#elapsed")).to_have_text(re.compile(r":(0[1-9]|[1-5]\d)$"))


def test_the_page_says_how_far_the_restore_is(
    open_page, make_session, make_package, screen
):
    session = make_session(package=make_package("cave", has_memory_image=True))
    page = open_page(session)
    current = page.locator("#steps [aria-current=step]")
    Session.objects.update(state=State.BOOTING, memory="restoring", progress=0.439)
    expect(current).to_have_text("Restoring its saved moment 43 %")
    Session.objects.update(progress=0.9)
    expect(current).to_have_text(
        re.compile("Restoring its saved moment 90 %, (any time now|about .* left)")
    )
    screen()
    run(session, screen.url)
    Session.objects.update(memory="restored", progress=None)
    expect(page.locator("main")).to_have_attribute("data-screen", "connected")
    expect(page.locator("#notice")).to_have_text("")


def test_the_page_says_when_the_saved_moment_could_not_be_used(
    open_page, make_session, screen
):
    session = make_session()
    page = open_page(session)
    Session.objects.update(state=State.BOOTING, memory="rejected")
    expect(page.get_by_role("status")).to_contain_text("could not be used")
    expect(page.locator("[data-step=restoring]")).to_be_hidden()
    screen()
    run(session, screen.url)
    expect(page.locator("main")).to_have_attribute("data-screen", "connected")
    expect(page.get_by_role("status")).to_contain_text("could not be used")


def test_a_dropped_screen_is_connected_again(playing, screen):
    page, machine, _ = playing
    machine.kill()
    machine.wait()
    main = page.locator("main")
    expect(main).to_have_attribute("data-screen", "reconnecting")
    expect(page.get_by_role("status")).to_contain_text("lost")
    expect(page.locator("#esc")).to_be_disabled()
    screen()
    expect(main).to_have_attribute("data-screen", "connected")
    wait_until_lit(page)


def test_the_keyboard_gets_out_of_the_screen_and_back(playing):
    page, _, _ = playing
    page.keyboard.press("Tab")
    expect(page.locator(SCREEN)).to_be_focused()
    page.keyboard.press("Control+Alt+Shift")
    expect(page.locator("#esc")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(SCREEN)).to_be_focused()


def test_text_is_typed_by_a_dialog(playing):
    page, _, _ = playing
    page.locator("#type-text").click()
    page.get_by_label("Text; it is typed").fill("Hello é")
    page.get_by_role("button", name="Type it").click()
    expect(page.get_by_role("status")).to_contain_text("left out: é")
    expect(page.locator(SCREEN)).to_be_focused()


def test_the_size_of_the_screen_is_chosen_and_remembered(playing):
    page, _, _ = playing
    page.locator("#scale").select_option("actual")
    width = "() => document.querySelector('#screen canvas').clientWidth"
    native = "() => document.querySelector('#screen canvas').width"
    assert page.evaluate(width) == page.evaluate(native)
    page.reload()
    expect(page.locator("#scale")).to_have_value("actual")


def test_ending_shows_a_page_that_says_so(playing):
    page, _, session = playing
    page.locator("#end").click()
    expect(page.locator("main")).to_have_attribute("data-state", "ended")
    expect(page.get_by_text("You ended the session.")).to_be_visible()
    expect(page.get_by_role("button", name="Launch again")).to_be_visible()
    assert Session.objects.get(pk=session.pk).state == State.ENDED


def test_axe_finds_nothing_while_it_starts_and_runs(playing, open_page, make_session):
    page, _, session = playing
    page.locator(".play-below summary").click()
    assert complaints(page) == []
    package = session.package
    Session.objects.filter(pk=session.pk).close(State.ENDED, reason="Over.")
    assert complaints(open_page(make_session(package=package))) == []


@pytest.mark.parametrize("state", [State.RUNNING, State.ENDED])
def test_axe_finds_nothing_where_it_runs_elsewhere(open_page, make_thick, state):
    page = open_page(make_thick(state=state))
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert complaints(page) == []


def test_a_failure_is_told_with_a_reference(open_page, make_session):
    session = make_session()
    page = open_page(session)
    Session.objects.filter(pk=session.pk).close(State.FAILED, reason="It is damaged.")
    expect(page.locator("main")).to_have_attribute("data-state", "failed")
    expect(page.get_by_text("It is damaged.")).to_be_visible()
    expect(page.locator("#reference")).to_have_text(str(session.pk))
    assert complaints(page) == []
