"""`python -m tests.browser.screenshots [name ...]`: pictures of each view, light and dark, desktop and phone."""

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright
from tests.browser.conftest import DESKTOP, PHONE, chromium
from tests.browser.serving import Served
from tests.media import shared_media

BUILD = Path("build")
TARGET = BUILD / "screenshots"


def nothing(_: Page) -> None:
    """The view as it opens."""


def why(page: Page) -> None:
    """The first hit, unfolded."""
    page.locator(".unfold").first.click()


@dataclass(frozen=True)
class Shot:
    """One view: its name, its address (`{film}` and `{reel}` are the ids of the two videos), and what is done there."""

    name: str
    address: str
    prepare: Callable[[Page], None] = nothing


def a_new_entity(page: Page) -> None:
    """The sheet in which an entity is made, with a picture of the reel."""
    page.get_by_role("button", name="New entity").click()
    page.get_by_label("Name").fill("Hot air balloon")
    page.locator("dialog input[type=file]").set_input_files(str(shared_media("photos/balloon.jpg")))


def picking(page: Page) -> None:
    """A rectangle is drawn on the picture."""
    page.keyboard.press("d")


def about(page: Page) -> None:
    """The sheet of the first video."""
    page.locator(".about").first.click()
    page.locator(".overview img").evaluate("(one) => one.decode()")


def adding(page: Page) -> None:
    """The ways in, and a video that is chosen."""
    page.get_by_text("Add videos").click()
    page.get_by_role("checkbox").first.check(force=True)


SHOTS = [
    Shot("entities", "/entities"),
    Shot("entities-new", "/entities", a_new_entity),
    Shot("anomalies", "/anomalies/{film}?threshold=0.7"),
    Shot("status", "/status"),
    Shot("sign-in", "/sign-in?next=/"),
    Shot("search", "/"),
    Shot("search-results", "/?q=a&weaker=1"),
    Shot("search-why", "/?q=we+should+have+turned+left+at+the+old+mill", why),
    Shot("search-nothing", "/?q=quarterly+tax+report&days=7"),
    Shot("search-korean", "/?q=약속&lang=ko", why),
    Shot("keys", "/", lambda page: page.locator("#help").evaluate("(one) => one.click()")),
    Shot("missing", "/baselines"),
    Shot("player", "/videos/{reel}?q=red+car&t=34.54"),
    Shot("player-rectangle", "/videos/{reel}?t=34.54", picking),
    Shot("player-film", "/videos/{film}?q=owl&t=12"),
    Shot("library", "/videos"),
    Shot("library-about", "/videos", about),
    Shot("library-adding", "/videos", adding),
    Shot("library-korean", "/videos?lang=ko"),
]


def library() -> Served:
    """A server over a library that is made once and kept in the build folder."""
    home = BUILD / "screenshots-library"
    server = Served(home)
    if not (home / "made").exists():
        home.mkdir(parents=True, exist_ok=True)
        server.scenedex("demo")
        server.scenedex("index", str(shared_media("video/openreel_20shots.mp4")))
        (home / "made").touch()
    return server


def videos(server: Served) -> dict[str, str]:
    """Ids by short names."""
    found = {
        one["name"]: one["id"] for one in json.loads(server.scenedex("videos", "list", "--json"))["videos"]
    }
    return {"film": found["scenedex-demo.mp4"], "reel": found["openreel_20shots.mp4"]}


def shoot(browser: Browser, base_url: str, shot: Shot, ids: dict[str, str]) -> None:
    """Four pictures of one view."""
    for screen, viewport in (("desktop", DESKTOP), ("phone", PHONE)):
        for theme in ("light", "dark"):
            phone = screen == "phone"
            context = browser.new_context(
                base_url=base_url,
                viewport=viewport,  # type: ignore[arg-type]
                color_scheme=theme,
                is_mobile=phone,
                has_touch=phone,
                device_scale_factor=2 if phone else 1,
            )
            page = context.new_page()
            page.goto(shot.address.format(**ids))
            page.wait_for_load_state("networkidle")
            shot.prepare(page)
            page.wait_for_timeout(300)  # pictures fade in
            page.screenshot(path=TARGET / f"{shot.name}-{screen}-{theme}.png")
            context.close()


def main(wanted: list[str]) -> None:
    """Take those that are named, or all."""
    TARGET.mkdir(parents=True, exist_ok=True)
    server = library()
    server.start()
    try:
        ids = videos(server)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
            for shot in SHOTS:
                if not wanted or shot.name in wanted:
                    shoot(browser, server.url, shot, ids)
            browser.close()
    finally:
        server.stop()
    print(f"{len(list(TARGET.glob('*.png')))} pictures in {TARGET.resolve()}")


if __name__ == "__main__":
    main(sys.argv[1:])
