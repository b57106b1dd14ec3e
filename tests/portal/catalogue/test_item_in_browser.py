"""The page of a title as people use it who have no mouse, no scripts or a printer."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from olive_portal.catalogue import services
from olive_portal.catalogue.models import Item
from tests.portal.browsing import in_browser, needs_chromium

__all__ = ["in_browser"]  # a fixture

pytestmark = [needs_chromium, pytest.mark.django_db(transaction=True)]
PATIENCE = 60_000
PHONE = {"viewport": {"width": 390, "height": 800}}
DESK = {"viewport": {"width": 1280, "height": 900}}


@pytest.fixture
def title(live_server, make_exhibit, make_screenshot):
    item = make_exhibit(platform="Unix", abstract="A dungeon.")
    make_exhibit("moria", title="Moria", platform="Unix")
    text = {"media_type": "text/plain", "content": b"Press any key.\n" * 200}
    make_screenshot(item, kind="manual", caption="Guidebook", **text)
    services.record_change(items=Item.objects.all())
    return f"{live_server.url}/items/rogue"


def visit(browser, url, steps, options):
    with browser.new_context(**options) as context:
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.goto(url)
        return steps(page)


def walk_to(page, name):
    """Tab on until what has the focus reads `name`."""
    for _ in range(60):
        page.keyboard.press("Tab")
        focused = page.evaluate("document.activeElement.textContent.trim()")
        if focused == name:
            return
    pytest.fail(f"the keyboard does not reach {name}")


def use_the_keyboard(page):
    walk_to(page, "Other ways to run")
    page.keyboard.press("Enter")
    expect(page.get_by_text("On your own computer")).to_be_visible()
    walk_to(page, "Guidebook")
    page.keyboard.press("Enter")
    page.wait_for_url("**/documents/*")
    walk_to(page, page.locator(".document-text").text_content().strip())
    page.keyboard.press("PageDown")
    walk_to(page, "How it works")


@pytest.mark.parametrize(
    "options",
    [DESK, {**PHONE, "java_script_enabled": False}],
    ids=["desk", "phone without scripts"],
)
def test_everything_is_within_reach_of_the_keyboard(in_browser, title, options):
    in_browser(visit, title, use_the_keyboard, options)


def follow_what_is_related(page):
    related = page.get_by_role("region", name="Related titles")
    related.get_by_role("link", name="Moria").click()
    page.wait_for_url("**/items/moria")


def test_a_related_title_is_a_step_away(in_browser, title):
    in_browser(visit, title, follow_what_is_related, PHONE)


def print_it(page):
    page.emulate_media(media="print")
    for name in ("What it is", "Facts", "How to cite"):
        expect(page.get_by_role("heading", name=name)).to_be_visible()
    for hidden in (".launch-panel", ".site-nav", ".site-search", ".related"):
        expect(page.locator(hidden)).to_be_hidden()


def test_on_paper_is_the_record_and_nothing_to_press(in_browser, title):
    in_browser(visit, title, print_it, DESK)
