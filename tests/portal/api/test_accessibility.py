"""The API's page and the tokens' in a real browser; see tests/portal/browsing.py."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from olive_portal.accounts.models import User
from tests.portal.browsing import in_browser, needs_chromium

__all__ = ["in_browser"]  # a fixture
pytestmark = [needs_chromium, pytest.mark.django_db(transaction=True)]
SECONDS = 60_000
TOKENS = "/account/api-tokens"


def faults(page, width):
    violations = Axe().run(page).response["violations"]
    found = [(v["id"], node["html"]) for v in violations for node in v["nodes"]]
    overflow = page.evaluate("document.documentElement.scrollWidth") - width
    return found, overflow


def sign_in(page, url):
    page.goto(f"{url}/sign-in?next={TOKENS}")
    page.get_by_label("Name").fill("alice")
    page.get_by_label("Password").fill("correct horse")
    page.get_by_role("button", name="Sign in").click()


def make_and_use_a_token(browser, url, theme, width):
    with browser.new_context(
        color_scheme=theme, viewport={"width": width, "height": 800}
    ) as context:
        page = context.new_page()
        said = []
        page.on("console", lambda message: said.append(message.text))
        sign_in(page, url)
        page.get_by_label("What it is for").fill("the nightly import")
        page.get_by_role("button", name="Make a token").click()
        secret = page.locator("[data-token]").inner_text()
        assert faults(page, width) == ([], 0)

        page.goto(f"{url}/api/v1/docs")
        assert faults(page, width) == ([], 0)
        page.evaluate(
            "document.querySelectorAll('details').forEach(d => d.open = true)"
        )
        assert faults(page, width) == ([], 0)
        page.get_by_label("Token to try with").fill(secret)
        launch = page.locator("#sessions_create")
        launch.get_by_label("Body").fill('{"item": "rogue"}')
        launch.get_by_role("button", name="Send").click()
        answer = launch.locator("output")
        expect(answer).to_contain_text("201 Created", timeout=SECONDS)
        session = re.search(r'"id": "([\w-]+)"', answer.inner_text())[1]
        end = page.locator("#sessions_destroy")
        end.get_by_label("id").fill(session)
        end.get_by_role("button", name="Send").click()
        expect(end.locator("output")).to_contain_text("204", timeout=SECONDS)
        item = page.locator("#items_retrieve")
        item.get_by_label("slug").fill("no such/thing")
        item.get_by_role("button", name="Send").click()
        expect(item.locator("output")).to_contain_text("404", timeout=SECONDS)
        assert faults(page, width) == ([], 0)

        page.goto(url + TOKENS)
        page.get_by_role("button", name="Revoke").click()
        expect(page.get_by_text("revoked")).to_be_visible(timeout=SECONDS)
        assert faults(page, width) == ([], 0)
    return [text for text in said if "404" not in text]


@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 320)])
def test_a_person_makes_a_token_and_tries_the_api_with_it(
    in_browser, live_server, make_exhibit, theme, width
):
    make_exhibit()
    User.objects.create_user("alice", password="correct horse")
    assert in_browser(make_and_use_a_token, live_server.url, theme, width) == []


def read_without_scripts(browser, url):
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{url}/api/v1/docs")
        page.locator("#items_list summary").click()
        return page.get_by_role("button", name="Send").count(), page.locator(
            "#items_list .operation-body"
        ).is_visible()


def test_without_javascript_the_page_is_for_reading(in_browser, live_server):
    assert in_browser(read_without_scripts, live_server.url) == (0, True)
