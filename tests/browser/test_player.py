"""A video: played, with its scenes, what is said in it, and what a search found in it."""

import re
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect
from tests.browser.axe import axe
from tests.browser.conftest import OpenPage
from tests.browser.serving import Served
from tests.media import shared_media

NASTY = "<img src=x onerror=alert(1)>"
TRACTOR_S = 34.54  # the middle of a frame
FRAME_S = 1 / 25


@pytest.fixture(scope="module")
def videos(served: Served, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Ids by short names; those that only this file needs are taken away again."""
    away = tmp_path_factory.mktemp("away") / f"{NASTY}.mp4"
    shutil.copy(shared_media("video/mdn_stream-of-water.mp4"), away)
    away.with_suffix(".srt").write_text(f"1\n00:00:00,000 --> 00:00:03,000\n{NASTY} a <mark>torrent</mark>\n")
    mine = {
        "theora": shared_media("video/popcorn_trailer.ogv"),
        "speech": shared_media("audio/whisper_jfk.flac"),
        "away": away,
    }
    served.scenedex("index", *map(str, mine.values()))
    away.unlink()
    found = {one["name"]: one["id"] for one in httpx.get(f"{served.url}/api/v1/videos").json()["videos"]}
    yield {
        "film": found["scenedex-demo.mp4"],
        "reel": found["openreel_20shots.mp4"],
        **{name: found[path.name] for name, path in mine.items()},
    }
    for path in mine.values():
        httpx.delete(f"{served.url}/api/v1/videos/{found[path.name]}")


def video(page: Page, name: str) -> Any:
    """A property of the element that plays."""
    return page.evaluate(f"document.querySelector('video').{name}")


def until(page: Page, true: str) -> None:
    """Wait for it. The page's policy lets nobody evaluate strings in it, so Playwright's own way is shut."""
    for _ in range(400):
        if page.evaluate(true):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"{true} did not come true; {page.locator('.stage').inner_text()}")


def is_at(page: Page, seconds: float, within: float = 0.02) -> None:
    """Wait until the line of time says so."""
    until(page, f"Math.abs(document.querySelector('.line input')?.value - {seconds}) <= {within}")


def is_ready(page: Page) -> None:
    """Wait until there is a picture, and all that comes after it."""
    until(page, "document.querySelector('video')?.readyState > 1")
    expect(page.locator(".lines button").first).to_be_visible(timeout=20_000)


def starts_of(served: Served, video_id: str) -> list[float]:
    """Where its scenes begin."""
    listed = httpx.get(f"{served.url}/api/v1/videos/{video_id}/timeline").json()["scenes"]
    return [one["start_s"] for one in listed]


def scene(page: Page, number: int) -> Locator:
    return page.get_by_role("button", name=re.compile(rf"^Scene {number},"))


def test_a_link_starts_exactly_there_with_its_scene_and_line(page: Page, videos: dict[str, str]) -> None:
    page.goto(f"/videos/{videos['reel']}?t={TRACTOR_S}")
    is_ready(page)
    assert video(page, "currentTime") == pytest.approx(TRACTOR_S, abs=FRAME_S / 2 - 0.001)  # the same frame
    assert video(page, "paused")
    expect(page.get_by_role("heading", level=1)).to_have_text("openreel_20shots.mp4")
    expect(scene(page, 9)).to_have_attribute("aria-current", "true")
    expect(page.locator(".lines [aria-current]")).to_contain_text("A green tractor")
    expect(page.get_by_text("0:34 / 1:33")).to_be_visible()
    axe(page)


def test_a_link_to_a_scene(page: Page, videos: dict[str, str], served: Served) -> None:
    listed = httpx.get(f"{served.url}/api/v1/videos/{videos['reel']}/timeline").json()["scenes"]
    page.goto(f"/videos/{videos['reel']}?scene={listed[5]['scene_id']}")
    is_at(page, listed[5]["start_s"])
    expect(scene(page, 6)).to_have_attribute("aria-current", "true")


def test_scenes_and_lines_are_gone_to_by_click_and_by_key(
    page: Page, videos: dict[str, str], served: Served
) -> None:
    starts = starts_of(served, videos["reel"])
    page.goto(f"/videos/{videos['reel']}")
    is_ready(page)
    scene(page, 2).click()
    is_at(page, starts[1])
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(scene(page, 4)).to_be_focused()
    page.keyboard.press("Enter")
    is_at(page, starts[3])
    page.keyboard.press("End")
    expect(scene(page, 20)).to_be_focused()
    expect(scene(page, 20)).to_be_in_viewport()
    page.get_by_role("button", name="The Space Shuttle").click()
    is_at(page, 21.6)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    is_at(page, 26.6)
    page.get_by_label("Which words").select_option(label="Subtitle file · German")
    expect(page.locator(".lines [aria-current]")).to_have_text(re.compile("Wasser|Bach"))


def test_it_plays_and_is_driven_by_keys(page: Page, videos: dict[str, str], served: Served) -> None:
    starts = starts_of(served, videos["reel"])
    after = min(one for one in starts if one > TRACTOR_S - FRAME_S - 5)
    page.goto(f"/videos/{videos['reel']}?t={TRACTOR_S}")
    is_ready(page)
    press = page.keyboard.press
    press(".")
    is_at(page, TRACTOR_S + FRAME_S, 0.001)
    press(",")
    press(",")
    is_at(page, TRACTOR_S - FRAME_S, 0.001)
    press("ArrowLeft")
    is_at(page, TRACTOR_S - FRAME_S - 5, 0.001)
    press("]")
    is_at(page, after)
    press("[")
    is_at(page, starts[starts.index(after) - 1])
    press("m")
    expect(page.get_by_role("button", name="Sound")).to_have_attribute("aria-pressed", "false")
    assert video(page, "muted")
    press("c")
    assert video(page, "textTracks[0].mode") == "hidden"
    page.reload()
    is_ready(page)
    assert video(page, "textTracks[0].mode") == "hidden"
    press("c")
    assert video(page, "textTracks[0].mode") == "showing"
    press(" ")
    until(page, "document.querySelector('video').currentTime > 26.7")
    until(page, "document.querySelector('video').textTracks[0].activeCues.length")
    expect(page.get_by_role("button", name="Play")).to_have_attribute("aria-pressed", "true")
    page.locator("video").click()
    assert video(page, "paused")
    press("f")
    until(page, "document.fullscreenElement !== null")
    press("f")
    until(page, "!document.fullscreenElement")
    press("?")
    expect(page.get_by_role("dialog")).to_contain_text("One frame back or on")


def test_the_line_of_time_is_dragged(page: Page, videos: dict[str, str]) -> None:
    page.goto(f"/videos/{videos['reel']}")
    is_ready(page)
    box = page.get_by_role("slider", name="Time").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 5, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 20, steps=4)
    page.mouse.up()
    is_at(page, 46.64, 0.5)
    until(page, "Math.abs(document.querySelector('video').currentTime - 46.64) < .5")
    expect(page).to_have_url(re.compile(r"\?t=46\."))


def test_hits_are_lit_and_gone_to(page: Page, videos: dict[str, str]) -> None:
    page.goto(f"/videos/{videos['reel']}?q=red+car")
    is_ready(page)
    found = page.locator(".hits")
    expect(found).to_contain_text("hits")
    expect(found).to_be_visible()
    assert page.locator(".heat").get_attribute("d")
    expect(page.locator("[aria-label*=fits]").first).to_be_attached()
    page.keyboard.press("n")
    expect(found).to_contain_text("1 / ")
    page.get_by_role("button", name="Next hit").click()
    expect(found).to_contain_text("2 / ")
    page.keyboard.press("p")
    expect(found).to_contain_text("1 / ")
    axe(page)


def test_after_the_last_hit_comes_the_next_video(page: Page, videos: dict[str, str], served: Served) -> None:
    both = [videos["film"], videos["reel"]]
    asked = {"query": "red car", "group_by": "video", "filters": {"video_ids": both}}
    first, last = httpx.post(f"{served.url}/search", json=asked).json()["groups"]
    page.goto(f"/videos/{first['video_id']}?q=red+car&video={','.join(both)}&t=79")
    is_ready(page)
    found, title = page.locator(".hits"), page.get_by_role("heading", level=1)
    expect(found).to_contain_text("/")
    count = int(found.inner_text().split("/")[1])
    expect(found).to_contain_text(f"{count} / {count}")
    expect(found).to_be_visible()
    page.keyboard.press("n")
    expect(title).to_have_text(last["video"])
    until(page, "document.querySelector('video').paused === false")  # who goes there wants to see it
    page.get_by_role("button", name="Play").click()
    page.get_by_role("slider", name="Time").focus()
    page.keyboard.press("End")
    expect(found).to_contain_text(re.compile(r"(\d+) / \1"))
    expect(found).to_be_visible()
    page.keyboard.press("n")
    expect(page.get_by_text("This is the last hit.")).to_be_visible()
    page.go_back()
    expect(title).to_have_text(first["video"])
    is_at(page, 79)
    assert video(page, "paused")


def test_found_words_are_marked(page: Page, videos: dict[str, str]) -> None:
    page.goto(f"/videos/{videos['reel']}?q=%22space+shuttle%22")
    expect(page.locator(".lines mark").first).to_have_text(re.compile("space|shuttle", re.IGNORECASE))
    page.get_by_role("link", name="Results").click()
    expect(page).to_have_url(re.compile(r"/\?q="))


def finds_the_tractor(page: Page) -> None:
    expect(page).to_have_url(re.compile(r"/\?picture="))
    expect(page.locator(".hit").first).to_contain_text("openreel_20shots.mp4")


def test_a_rectangle_is_drawn_by_mouse_and_searched_for(page: Page, videos: dict[str, str]) -> None:
    page.goto(f"/videos/{videos['reel']}?t={TRACTOR_S}")
    is_ready(page)
    page.get_by_role("button", name="Search in the picture").click()
    axe(page)
    screen, box = page.locator(".screen"), page.locator(".picking .cut")
    area = screen.bounding_box()
    assert area is not None
    left, top, width, height = (area[name] for name in ("x", "y", "width", "height"))
    page.mouse.move(left + width * 0.1, top + height * 0.1)
    page.mouse.down()
    page.mouse.move(left + width * 0.9, top + height * 0.8, steps=3)
    page.mouse.up()
    drawn = box.bounding_box()
    assert drawn is not None
    assert drawn["width"] == pytest.approx(width * 0.8, abs=3)
    assert drawn["y"] == pytest.approx(top + height * 0.1, abs=3)
    with page.expect_request("**/search") as asked:
        page.get_by_role("button", name="Search for this").click()
    assert "data:image/jpeg" in (asked.value.post_data or "")
    finds_the_tractor(page)
    page.go_back()
    is_at(page, TRACTOR_S)


def test_a_rectangle_by_keys_and_away_again(page: Page, videos: dict[str, str]) -> None:
    page.goto(f"/videos/{videos['reel']}?t={TRACTOR_S}")
    is_ready(page)
    page.keyboard.press("d")
    box = page.get_by_role("application", name="What to search for")
    expect(box).to_be_focused()
    before = box.bounding_box()
    page.keyboard.press("ArrowLeft")
    for _ in range(5):
        page.keyboard.press("Shift+ArrowRight")
    after = box.bounding_box()
    assert before is not None
    assert after is not None
    assert after["x"] < before["x"]
    assert after["width"] > before["width"] * 1.2
    is_at(page, TRACTOR_S)
    page.keyboard.press("Escape")
    expect(box).to_be_hidden()
    expect(page.get_by_role("button", name="Search in the picture")).to_be_focused()
    page.keyboard.press("d")
    page.keyboard.press("Enter")
    finds_the_tractor(page)


def test_a_rectangle_by_finger(open_page: OpenPage, videos: dict[str, str]) -> None:
    page = open_page(phone=True)
    page.goto(f"/videos/{videos['reel']}?t={TRACTOR_S}")
    is_ready(page)
    page.get_by_role("button", name="Search in the picture").tap()
    area = page.locator(".screen").bounding_box()
    assert area is not None
    touches = page.context.new_cdp_session(page)

    def touch(kind: str, across: float, down: float) -> None:
        at = {"x": area["x"] + area["width"] * across, "y": area["y"] + area["height"] * down}
        touches.send(
            "Input.dispatchTouchEvent", {"type": kind, "touchPoints": [at] if kind != "touchEnd" else []}
        )

    touch("touchStart", 0.05, 0.05)
    touch("touchMove", 0.5, 0.5)
    touch("touchMove", 0.95, 0.7)
    touch("touchEnd", 0.95, 0.7)
    drawn = page.locator(".picking .cut").bounding_box()
    assert drawn is not None
    assert drawn["width"] == pytest.approx(area["width"] * 0.9, abs=3)
    axe(page)
    page.get_by_role("button", name="Search for this").click()
    finds_the_tractor(page)


def test_more_like_this_copy_link_and_the_clip(open_page: OpenPage, videos: dict[str, str]) -> None:
    page = open_page(permissions=["clipboard-read", "clipboard-write"])
    page.goto(f"/videos/{videos['reel']}?t={TRACTOR_S}")
    is_ready(page)
    page.keyboard.press("y")
    expect(page.get_by_text("The link to this second is copied.")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.endswith(f"/videos/{videos['reel']}?t=34")
    with page.expect_download() as loaded:
        page.get_by_role("link", name="Download clip").click()
    assert loaded.value.path().stat().st_size > 10_000
    page.keyboard.press("a")
    expect(page).to_have_url(re.compile(r"/\?like="))
    expect(page.locator(".hit").first).to_be_visible()
    page.go_back()
    is_at(page, TRACTOR_S)


def test_what_the_browser_cannot_play_is_converted_from_any_second(
    page: Page, videos: dict[str, str]
) -> None:
    with page.expect_request(re.compile("play.mp4")) as made:
        page.goto(f"/videos/{videos['theora']}?t=20")
    assert "from=20&" in made.value.url
    expect(page.get_by_text("Your browser does not play this file (THEORA + VORBIS)")).to_be_visible()
    until(page, "document.querySelector('video').readyState > 1")
    is_at(page, 20)
    axe(page)
    page.keyboard.press("k")
    until(page, "document.querySelector('.line input').value > 20.3")
    with page.expect_request(re.compile("play.mp4")) as made:
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowRight")
    assert float(re.findall(r"from=([\d.]+)", made.value.url)[0]) > 30
    until(page, "document.querySelector('video').currentTime > .2")  # it goes on playing
    expect(page.get_by_role("button", name="Play")).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_text(re.compile(r"0:3\d / 1:04"))).to_be_visible()
    page.keyboard.press("d")
    until(page, "document.querySelector('video').readyState > 1")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/\?picture="))
    expect(page.locator(".hits, .grid").get_by_text("popcorn_trailer.ogv").first).to_be_visible()


def test_a_video_whose_file_is_gone_says_so_and_its_words_are_text(
    page: Page, videos: dict[str, str], expect_failures: Callable[..., None]
) -> None:
    expect_failures("404", "ERR_ABORTED")
    page.goto(f"/videos/{videos['away']}?q=torrent")
    expect(page.get_by_role("heading", level=1)).to_have_text(f"{NASTY}.mp4")
    expect(page.get_by_text("offline").or_(page.get_by_text("not where it was")).first).to_be_visible()
    expect(page.locator("video")).to_have_attribute("poster", re.compile("keyframes/0"))
    expect(page.get_by_role("button", name="Play")).to_be_disabled()
    expect(page.locator(".lines button")).to_contain_text(NASTY)
    expect(page.locator(".lines mark")).to_have_text("torrent")
    axe(page)


def test_sound_alone_is_played(page: Page, videos: dict[str, str]) -> None:
    page.goto(f"/videos/{videos['speech']}?t=2")
    until(page, "document.querySelector('video')?.readyState > 1")
    expect(page.get_by_role("button", name="Search in the picture")).to_be_hidden()
    axe(page)
    page.keyboard.press(" ")
    until(page, "document.querySelector('.line input').value > 2.3")


def test_a_connection_that_breaks_is_told_and_taken_up_again(
    page: Page, videos: dict[str, str], expect_failures: Callable[..., None]
) -> None:
    expect_failures("ERR_CONNECTION_RESET", "ERR_FAILED")
    page.route("**/stream", lambda route: route.abort("connectionreset"))
    page.goto(f"/videos/{videos['reel']}?t=12")
    expect(page.get_by_text("The connection broke off.")).to_be_visible()
    axe(page)
    page.unroute("**/stream")
    page.get_by_role("button", name="Try again").click()
    is_ready(page)
    is_at(page, 12)


def test_a_video_that_is_not_there(page: Page, expect_failures: Callable[..., None]) -> None:
    expect_failures("404")
    page.goto("/videos/00000000-0000-4000-8000-000000000000")
    expect(page.get_by_role("heading", level=1)).to_have_text("This did not work.")


@pytest.mark.parametrize("width", [320, 390])
def test_on_a_phone_in_korean_and_dark(open_page: OpenPage, videos: dict[str, str], width: int) -> None:
    page = open_page(phone=True, dark=True, lang="ko-KR", viewport={"width": width, "height": 844})
    page.goto(f"/videos/{videos['film']}?q=boat&t=12")
    is_ready(page)
    expect(page.get_by_role("button", name="화면에서 골라 검색")).to_be_visible()
    expect(page.locator(".lines")).to_contain_text("바람이 우리를 집으로")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    axe(page)


def test_thousands_of_scenes(
    page: Page, videos: dict[str, str], expect_failures: Callable[..., None]
) -> None:
    expect_failures("keyframes")  # nobody has pictures of these
    many = 3_000
    part = 93.28 / many
    scenes = [
        {
            "scene_id": f"{n}",
            "index": n,
            "start_s": n * part,
            "end_s": (n + 1) * part,
            "heat": None,
            "thumbnail": None,
        }
        for n in range(many)
    ]
    page.route("**/timeline?*", lambda route: route.fulfill(json={"scenes": scenes}))
    page.route("**/keyframes/0", lambda route: route.fulfill(path=shared_media("photos/balloon.jpg")))
    page.goto(f"/videos/{videos['reel']}?t=50")
    expect(page.locator(".strip li")).to_have_count(many, timeout=60_000)
    now = page.locator(".strip [aria-current]")
    expect(now).to_be_in_viewport()
    expect(now).to_have_attribute("aria-label", re.compile("^Scene 1609,"))
    now.focus()
    page.keyboard.press("End")
    expect(page.locator(".strip li").last).to_be_in_viewport()
