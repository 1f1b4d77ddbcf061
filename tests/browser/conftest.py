"""Real Chromium on a real server. One server a session, one browser a file, one context a test."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from tests.browser.serving import Served, serving
from tests.browser.watching import Watch
from tests.demo_run import demo_run
from tests.media import shared_media
from tests.once import once

expect.set_options(timeout=20_000)

DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}

OpenPage = Callable[..., Page]


def chromium() -> str:
    """Where it is. Without it the tests are skipped, but never where CI runs them."""
    found = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if found is None:
        said = "Chromium is not on this machine: apt-get install chromium, or name it in CHROMIUM"
        if os.environ.get("CI"):
            pytest.fail(said)
        pytest.skip(said)
    return found


@pytest.fixture(scope="session")
def page_library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library with the demo film and `openreel_20shots`, made once in a run. It is copied, never opened."""
    chromium()
    reel = shared_media("video/openreel_20shots.mp4")

    def make(folder: Path) -> None:
        home = demo_run(tmp_path_factory).library(folder / "home")
        Served(home).scenedex("index", str(reel))

    return once(tmp_path_factory, "page-library", make) / "home"


@pytest.fixture(scope="session")
def served(page_library: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server over a copy of it. Whoever adds something to it takes that away again."""
    with serving(page_library, tmp_path_factory.mktemp("served")) as server:
        yield server


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Not for a session: while Playwright runs, no other test of this process can run an event loop."""
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    path = chromium()
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=arguments)
        yield opened
        opened.close()


@pytest.fixture
def watches() -> Iterator[list[Watch]]:
    """Fails the test by what its pages complain of."""
    watched: list[Watch] = []
    yield watched
    assert [complaint for watch in watched for complaint in watch.complaints()] == []


@pytest.fixture
def open_page(browser: Browser, served: Served, watches: list[Watch]) -> Iterator[OpenPage]:
    """Open a page of its own: `open_page(phone=True, dark=True, lang="ko", base_url=…, …)`."""
    contexts = []

    def opened(*, phone: bool = False, dark: bool = False, lang: str = "en-US", **more: Any) -> Page:
        context = browser.new_context(
            **{
                "base_url": served.url,
                "viewport": PHONE if phone else DESKTOP,
                "has_touch": phone,
                "is_mobile": phone,
                "color_scheme": "dark" if dark else "light",
                "locale": lang,
                **more,
            }
        )
        context.set_default_timeout(20_000)
        contexts.append(context)
        page = context.new_page()
        watches.append(Watch(page))
        return page

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    """A page on a desktop, light, in English."""
    return open_page()


@pytest.fixture
def expect_failures(watches: list[Watch]) -> Callable[..., None]:
    """Say which complaints will come: regular expressions, looked for in `KIND: TEXT URL`."""

    def announce(*patterns: str) -> None:
        for watch in watches:
            watch.announce(*patterns)

    return announce


@pytest.fixture(scope="session")
def keyed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, str]]:
    """A server that demands keys, over a library with nothing in it; and a key of an admin."""
    chromium()
    home = tmp_path_factory.mktemp("keyed") / "home"
    home.mkdir()
    server = Served(home, "--no-worker", env={"SCENEDEX_DEMAND_KEYS": "true"})
    key = server.scenedex("keys", "create", "--access", "admin").strip()
    server.start()
    yield server, key
    server.stop()
