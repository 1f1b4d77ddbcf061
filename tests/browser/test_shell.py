"""What lies around every view: header, theme, language, keys, and addresses that lead nowhere."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from tests.browser.axe import axe
from tests.browser.conftest import OpenPage


def test_the_theme_is_chosen_and_kept(page: Page) -> None:
    page.goto("/baselines")
    page.get_by_role("button", name="Light or dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    axe(page)
    page.get_by_role("button", name="Light or dark").click()
    expect(page.locator("html")).not_to_have_attribute("data-theme", "dark")


def test_the_language_is_the_browsers_or_chosen(open_page: OpenPage) -> None:
    page = open_page(lang="ko-KR")
    page.goto("/baselines")
    expect(page.locator("html")).to_have_attribute("lang", "ko")
    expect(page.get_by_role("searchbox", name="내 영상 검색")).to_be_visible()
    axe(page)
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.goto("/baselines?lang=ko")
    expect(page.locator("html")).to_have_attribute("lang", "ko")


def test_help_lists_the_keys_and_can_turn_them_off(page: Page) -> None:
    page.goto("/baselines")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.keyboard.press("?")
    sheet = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(sheet.get_by_text("Show these shortcuts")).to_be_visible()
    axe(page)
    sheet.get_by_role("checkbox").uncheck()
    page.keyboard.press("Escape")
    expect(sheet).to_have_count(0)
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).not_to_be_focused()
    page.get_by_role("button", name="Keyboard shortcuts").click()
    sheet.get_by_role("checkbox").check()
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("what?/")
    expect(page.get_by_role("searchbox")).to_have_value("what?/")


def test_an_address_that_leads_nowhere(page: Page, expect_failures: Callable[..., None]) -> None:
    expect_failures("404")
    answer = page.goto("/videos/a/b")
    assert answer is not None
    assert answer.status == 404


@pytest.mark.parametrize("width", [320, 390])
def test_a_phone_has_all_of_it_and_scrolls_in_one_direction(open_page: OpenPage, width: int) -> None:
    page = open_page(phone=True, viewport={"width": width, "height": 700})
    page.goto("/baselines")
    page.get_by_role("button", name="More").tap()
    expect(page.get_by_role("button", name="Light or dark")).to_be_visible()
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
