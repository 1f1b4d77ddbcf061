"""An empty library, and then one in which everything that can hold text holds a script."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.browser.axe import axe
from tests.browser.conftest import OpenPage
from tests.browser.serving import Served

from scenedex.testing import Clip, shots_clip

SCRIPT = "<img src=x onerror=alert(1)>"
NAME = "<script>alert(1)<script> & 'more'.mp4"


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    home = tmp_path_factory.mktemp("first") / "home"
    home.mkdir()
    server = Served(home, "--no-worker")
    server.start()
    yield server
    server.stop()


def test_first_there_is_nothing_and_then_there_are_scripts(
    empty: Served, open_page: OpenPage, tmp_path: Path
) -> None:
    page = open_page(base_url=empty.url)
    page.goto("/")
    expect(page.get_by_role("heading", name="No videos yet")).to_be_visible()
    expect(page.get_by_role("link", name="Add videos")).to_have_attribute("href", "/videos")
    axe(page)
    shots_clip(
        tmp_path / NAME, (1.0, 1.0), Clip(captions=((0.2, 0.9, f"Our {SCRIPT} & <mark>harbour</mark>"),))
    )
    empty.scenedex("index", str(tmp_path / NAME))
    page.goto("/")
    shows_text(page)


def shows_text(page: Page) -> None:
    page.get_by_role("searchbox").fill("harbour script")
    hit = page.locator(".hit").first
    expect(hit).to_contain_text(NAME)
    hit.get_by_role("button", name="Why").click()
    quoted = page.locator(".why blockquote").first
    expect(quoted).to_have_text(re.compile(re.escape(f"Our {SCRIPT} & <mark>harbour</mark>")))
    expect(quoted.locator("mark")).to_have_text("harbour")
    assert page.locator("main script, main img[onerror]").count() == 0
    page.get_by_role("searchbox").fill(SCRIPT)
    expect(page).to_have_title(f"{SCRIPT} · scenedex")
    axe(page)
