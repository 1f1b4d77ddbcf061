"""How far a video is from what is normal, along time."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests.browser.axe import axe
from tests.browser.conftest import OpenPage
from tests.browser.serving import Served


@pytest.fixture
def film(page: Page, served: Served) -> Iterator[str]:
    """Id of the demo film; the baselines that a test has made go again."""
    yield next(
        one["id"] for one in asked(page, served, "/videos")["videos"] if one["name"] == "scenedex-demo.mp4"
    )
    for one in asked(page, served, "/baselines")["baselines"]:
        page.request.delete(f"{served.url}/api/v1/baselines/{one['id']}")


def asked(page: Page, served: Served, path: str) -> Any:
    answer = page.request.get(f"{served.url}/api/v1{path}")
    assert answer.ok, answer.text()
    return answer.json()


def test_peaks_are_marked_and_play(page: Page, served: Served, film: str) -> None:
    page.goto(f"/anomalies/{film}?threshold=0.7")
    found = asked(page, served, f"/videos/{film}/anomalies?threshold=0.7")
    peaks = found["anomalies"]
    assert peaks
    expect(page.get_by_role("heading", name=f"{len(peaks)} peak")).to_be_visible()
    expect(page.locator(".hit")).to_have_count(len(peaks))
    expect(page.locator(".peak")).to_have_count(len(peaks))
    axe(page)
    page.locator(".peak").first.click()
    expect(page).to_have_url(re.compile(rf"/videos/{film}\?t={peaks[0]['peak_s']:.2f}"))
    page.go_back()
    page.locator(".hit").first.get_by_role("link").click()
    expect(page).to_have_url(re.compile(rf"/videos/{film}\?.*t={peaks[0]['peak_s']:.2f}"))


def test_the_threshold_is_moved_by_key(page: Page, served: Served, film: str) -> None:
    page.goto(f"/anomalies/{film}")
    expect(page.get_by_text("50%", exact=True)).to_be_visible()
    page.get_by_label("Threshold").focus()
    page.keyboard.press("End")
    expect(page.get_by_role("heading", name="0 peaks")).to_be_visible()
    expect(page).to_have_url(re.compile("threshold=1$"))
    page.keyboard.press("Home")
    every = asked(page, served, f"/videos/{film}/anomalies?threshold=0")["anomalies"]
    expect(page.locator(".hit")).to_have_count(len(every))


def test_the_curve_as_a_table(page: Page, served: Served, film: str) -> None:
    page.goto(f"/anomalies/{film}")
    page.get_by_text("The curve as a table").click()
    scores = asked(page, served, f"/videos/{film}/anomalies")["scores"]
    rows = page.get_by_role("row")
    expect(rows).to_have_count(len(scores) + 1)
    expect(rows.nth(5)).to_contain_text(f"{scores[4]['score'] * 100:.0f}%")
    axe(page)
    rows.nth(5).get_by_role("link").click()
    expect(page).to_have_url(re.compile(rf"/videos/{film}\?t=16\.08"))


def test_what_is_normal_is_kept_and_chosen(
    page: Page, served: Served, film: str, expect_failures: Callable[..., None]
) -> None:
    page.goto(f"/anomalies/{film}?threshold=0.6")
    page.get_by_role("button", name="New baseline").click()
    page.keyboard.type("<b>calm</b>")
    axe(page)
    page.keyboard.press("Enter")
    normal = page.get_by_label("What is normal")
    expect(normal.locator("option:checked")).to_have_text("<b>calm</b>")
    (made,) = asked(page, served, "/baselines")["baselines"]
    assert made["made_of"]["videos"] == [film]
    page.get_by_role("button", name="New baseline").click()
    page.keyboard.type("<B>Calm</B>")
    expect_failures("422")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("already")
    page.keyboard.press("Escape")
    expect(page).to_have_url(re.compile(rf"baseline={made['id']}&threshold=0\.6"))
    peaks = asked(page, served, f"/videos/{film}/anomalies?threshold=0.6&baseline={made['id']}")["anomalies"]
    expect(page.locator(".hit")).to_have_count(len(peaks))
    normal.select_option(label="The video itself")
    expect(page).not_to_have_url(re.compile("baseline"))
    page.goto(f"/anomalies/{film}?baseline=0b6f2f5e-6c0e-5f0e-9d3b-5f1c6f1f3a10")
    expect_failures("404")
    expect(page.get_by_text("There is no such baseline")).to_be_visible()


def test_in_korean_on_a_phone(open_page: OpenPage, film: str) -> None:
    phone = open_page(phone=True, dark=True, lang="ko-KR", viewport={"width": 320, "height": 640})
    phone.goto(f"/anomalies/{film}?threshold=0.7")
    expect(phone.get_by_role("heading", name="튀는 장면")).to_be_visible()
    axe(phone)
    assert phone.evaluate("document.documentElement.scrollWidth") <= 320
