"""Every page in a real browser, in both themes and on a phone: axe finds nothing, no
page is wider than the screen, and the theme that was chosen stays."""

from __future__ import annotations

import pytest

from olive_portal.accounts.models import User
from olive_portal.catalogue import services
from olive_portal.catalogue.models import Item
from tests.portal.browsing import in_browser, look, needs_chromium

__all__ = ["in_browser"]  # a fixture

PAGES = [
    "/",
    "/collections",
    "/collections/games",
    "/collections/empty",
    "/search",
    "/search?q=dungoen",
    "/search?platform=Unix&decade=1980s&sort=oldest",
    "/search?q=nothing-fits",
    "/browse",
    "/browse/makers",
    "/timeline",
    "/items/rogue",
    "/items/rogue/documents/9000",
    "/items/rogue/embed",
    "/items/wumpus",
    "/items/gone",
    "/about",
    "/sign-in",
    "/nothing",
]
pytestmark = [
    needs_chromium,
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture
def library(live_server, make_collection, make_item, make_exhibit, make_screenshot):
    """A portal with a page of every kind, and its address."""
    item = make_exhibit(
        abstract="A dungeon.",
        significance="The first.",
        rights_text="In copyright.",
        issued="1980",
        platform="Unix",
    )
    make_screenshot(item, position=1, alt="A shop")
    text = {"media_type": "text/plain", "content": b"Press any key. " * 9}
    make_screenshot(item, kind="manual", pk=9000, **text)
    make_item("wumpus", unavailable_reason="Its disk is lost.")
    make_item("gone", state="withdrawn", withdrawn_reason="Its owner asked.")
    make_collection("empty", tint="sand")
    User.objects.create_user("alice")
    services.record_change(items=Item.objects.all())
    return live_server.url


@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_page_is_sound_and_fits(in_browser, library, theme, width):
    for path in PAGES:
        assert (path, *in_browser(look, library + path, theme, width)) == (
            path,
            [],
            [],
            0,
        )


def choose_theme(browser, url):
    with browser.new_context(color_scheme="light") as context:
        page = context.new_page()
        page.goto(url)
        before = page.evaluate(
            "getComputedStyle(document.documentElement).backgroundColor"
        )
        page.get_by_role("button", name="Dark theme").click()
        page.goto(f"{url}/about")
        after = page.evaluate(
            "getComputedStyle(document.documentElement).backgroundColor"
        )
        return before, after, page.get_by_role("button", name="Light theme").count()


def test_a_chosen_theme_holds_on_the_next_page(in_browser, library):
    assert in_browser(choose_theme, library) == (
        "rgb(250, 249, 244)",
        "rgb(21, 23, 15)",
        1,
    )


def walk_by_keyboard(browser, url):
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(f"{url}/items/rogue")
        page.keyboard.press("Tab")
        first = page.evaluate("document.activeElement.textContent")
        page.keyboard.press("Enter")
        for _ in range(20):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.type") == "submit":
                break
        return first, page.evaluate("document.activeElement.textContent.trim()")


def test_the_keyboard_reaches_launch_past_the_header(in_browser, library):
    assert in_browser(walk_by_keyboard, library) == (
        "Skip to content",
        "Run in your browser",
    )


def change_screen(browser, url):
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(f"{url}/items/rogue")
        page.get_by_role("link", name="A shop").click()
        return page.url, page.locator("[data-gallery-main] img").get_attribute("alt")


def test_a_small_screen_is_shown_large_in_place(in_browser, library):
    assert in_browser(change_screen, library) == (f"{library}/items/rogue", "A shop")
