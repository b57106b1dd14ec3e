"""Searching as a visitor does it, in Chromium."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from olive_portal.catalogue import services
from olive_portal.catalogue.models import Item
from tests.portal.browsing import in_browser, needs_chromium

__all__ = ["in_browser"]  # a fixture

pytestmark = [needs_chromium, pytest.mark.django_db(transaction=True)]
PATIENCE = 60_000


@pytest.fixture
def library(live_server, make_item, make_exhibit):
    make_exhibit("rogue", title="Rogue", platform="Unix", abstract="A dungeon.")
    make_item("moria", title="Moria", platform="VAX")
    make_item("zork", title="Zork", platform="VAX")
    services.record_change(items=Item.objects.all())
    return live_server.url


def visit(browser, url, steps, **options):
    with browser.new_context(**options) as context:
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.goto(url)
        return steps(page)


def suggest_by_keyboard(page):
    field = page.get_by_role("combobox", name="Search the archive")
    field.press_sequentially("rog")
    option = page.get_by_role("option", name="Rogue")
    expect(option).to_be_visible(timeout=PATIENCE)
    field.press("ArrowDown")
    expect(option).to_have_attribute("aria-selected", "true")
    assert field.get_attribute("aria-activedescendant") == option.get_attribute("id")
    field.press("Enter")
    page.wait_for_url("**/items/rogue")


def test_a_suggestion_is_taken_with_the_keyboard(in_browser, library):
    in_browser(visit, library, suggest_by_keyboard)


def suggest_and_leave(page):
    field = page.get_by_role("combobox", name="Search the archive")
    field.press_sequentially("rog")
    expect(page.get_by_role("option")).to_have_count(1, timeout=PATIENCE)
    field.press("Escape")
    expect(page.get_by_role("option")).to_have_count(0)
    field.press("Enter")
    page.wait_for_url("**/search?q=rog")


def test_what_was_typed_is_searched_when_no_suggestion_is_chosen(in_browser, library):
    in_browser(visit, library, suggest_and_leave)


def take_with_the_pointer(page):
    page.get_by_role("combobox", name="Search the archive").press_sequentially("mor")
    page.get_by_role("option", name="Moria").click()
    page.wait_for_url("**/items/moria")


def test_a_suggestion_is_taken_with_the_pointer(in_browser, library):
    in_browser(visit, library, take_with_the_pointer)


def narrow(page):
    page.get_by_label("Search the archive").fill("dungeon")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("heading", name="1 title")).to_be_visible()
    page.get_by_label("Search the archive").fill("")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("heading", name="3 titles")).to_be_visible()
    if page.get_by_text("Narrow the results").is_visible():
        page.get_by_text("Narrow the results").click()
    page.get_by_role("link", name="VAX").click()
    expect(page.get_by_role("heading", name="2 titles")).to_be_visible()
    page.get_by_label("Chosen").get_by_role("link", name="VAX").click()
    expect(page.get_by_role("heading", name="3 titles")).to_be_visible()


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("has_scripts", [True, False])
def test_results_are_narrowed_with_and_without_scripts(
    in_browser, library, width, has_scripts
):
    options = {
        "viewport": {"width": width, "height": 800},
        "java_script_enabled": has_scripts,
    }
    in_browser(lambda browser: visit(browser, f"{library}/search", narrow, **options))
