"""How the library and its server are doing."""

import re

from playwright.sync_api import Page, Route, expect
from tests.browser.axe import axe
from tests.browser.conftest import OpenPage
from tests.browser.serving import Served

BUSY = {
    "queue": [{"stage": "embedding_generation", "waiting": 3, "running": 1, "failed": 2}],
    "degraded": {"visual": {"timeout": 4}},
    "encoders": {"done": 120, "timeout": 4},
}


def test_what_is_embedded_and_how_fast_searches_are(page: Page, served: Served) -> None:
    for query in ("red car", "elephant"):
        assert page.request.post(f"{served.url}/search", data={"query": query}).ok
    page.goto("/status")
    found = page.request.get(f"{served.url}/api/v1/status").json()
    pictures = next(one for one in found["coverage"] if one["modality"] == "visual")
    expect(page.get_by_role("row", name="Pictures mini")).to_contain_text(
        f"{pictures['scenes']} of {pictures['of']}"
    )
    expect(page.get_by_role("row", name="All")).to_contain_text(re.compile(r"half in \d+ ms, 95 % in \d+ ms"))
    expect(page.get_by_text("Nothing waits.")).to_be_visible()
    axe(page)


def test_it_is_refreshed_while_one_looks_and_no_longer(page: Page) -> None:
    def busy(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, json={**answer.json(), **BUSY})

    page.goto("/status")
    expect(page.get_by_text("Nothing waits.")).to_be_visible()
    page.route("**/api/v1/status", busy)
    expect(page.get_by_role("row", name="Embedding")).to_contain_text("1 running, 3 waiting, 2 failed")
    expect(page.get_by_role("row", name="Seen: took too long")).to_contain_text("4")
    expect(page.get_by_role("row", name="took too long").last).to_contain_text("4")
    axe(page)
    asked: list[str] = []
    page.goto("/entities")
    page.on("request", lambda request: asked.append(request.url))
    page.wait_for_timeout(6_000)
    assert not [url for url in asked if url.endswith("/status")]


def test_in_korean_on_a_phone(open_page: OpenPage) -> None:
    phone = open_page(phone=True, dark=True, lang="ko-KR", viewport={"width": 320, "height": 640})
    phone.goto("/status")
    expect(phone.get_by_role("heading", name="임베딩 현황")).to_be_visible()
    axe(phone)
    assert phone.evaluate("document.documentElement.scrollWidth") <= 320
