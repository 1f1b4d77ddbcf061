"""The library: what is in it, how it comes in, how it goes on by itself, and how it is removed."""

import hashlib
import json
import re
import struct
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest
from playwright.sync_api import Locator, Page, Route, expect
from tests.browser.axe import axe
from tests.browser.conftest import OpenPage
from tests.browser.serving import Served, serving
from tests.media import make_clip, shared_media

SCRIPT = "<img src=x onerror=alert(1)>.mp4"
INDEXED_MS = 60_000  # a worker takes jobs one by one, on a machine that others use as well


@pytest.fixture(scope="module")
def served(page_library: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server of this file's own: its library changes all the time."""
    with serving(page_library, tmp_path_factory.mktemp("library")) as server:
        yield server


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """A clip of a second or two, as no other is: `clips("name.mp4", megabytes=3)`."""
    folder, number = tmp_path_factory.mktemp("clips"), iter(range(1, 100))

    def make(name: str, megabytes: float = 0) -> Path:
        path = make_clip(folder / f"{len(list(folder.iterdir()))}-clip.mp4", 1.0, 0.5 + next(number) / 5)
        size = int(megabytes * 1_000_000)
        if size:  # a box that players pass over
            path.write_bytes(path.read_bytes() + struct.pack(">I4s", size + 8, b"free") + bytes(size))
        (folder / name).parent.mkdir(exist_ok=True, parents=True)
        return path.rename(folder / name)

    return make


def card(page: Page, name: str) -> Locator:
    """The card of a video."""
    return page.get_by_role("article", name=name, exact=True)


def row(page: Page, name: str) -> Locator:
    """What is on its way in by this name."""
    return page.locator(".arrivals li").filter(has_text=name)


def opened(page: Page, address: str = "/videos") -> Page:
    """The view, with what it shows."""
    page.goto(address)
    expect(page.locator(".state").first).to_be_attached()
    return page


def add(page: Page, *files: Path) -> None:
    """As a person does: open the panel, choose files."""
    if not page.locator("details[open]").count():
        page.get_by_text("Add videos").click()
    page.get_by_label("Choose videos").set_input_files(files)


def videos(served: Served) -> dict[str, dict[str, object]]:
    """What the API has, by name."""
    with urlopen(f"{served.url}/api/v1/videos") as answer:
        return {one["name"]: one for one in json.load(answer)["videos"]}


def test_videos_are_shown_filtered_and_sorted(page: Page) -> None:
    opened(page)
    film = card(page, "scenedex-demo.mp4")
    expect(film.get_by_text("22 scenes")).to_be_visible()
    expect(film.locator(".length")).to_have_text("1:19")
    expect(film.get_by_role("link", name="scenedex-demo.mp4")).to_have_attribute(
        "href", re.compile("^/videos/")
    )
    assert film.locator("img").evaluate("one => one.decode().then(() => one.naturalWidth)") > 0
    axe(page)

    page.keyboard.press("f")
    page.keyboard.type("DEMO")
    expect(card(page, "openreel_20shots.mp4")).to_have_count(0)
    expect(page).to_have_url(re.compile(r"/videos\?name=DEMO$"))
    page.keyboard.type("?")
    expect(page.get_by_text("No video is like this.")).to_be_visible()
    page.keyboard.press("Backspace")
    expect(film).to_be_visible()
    page.reload()
    expect(page.get_by_label("Filter by name")).to_have_value("DEMO")
    page.get_by_label("Filter by name").fill("")
    page.get_by_label("Order").select_option("Shortest first")
    expect(page.get_by_role("article").first).to_have_accessible_name("scenedex-demo.mp4")
    page.get_by_label("State").select_option(label="Ready (2)")
    expect(page).to_have_url(re.compile(r"state=indexed&sort=shortest$"))
    expect(page.get_by_role("article")).to_have_count(2)


def test_a_film_that_is_chosen_comes_in_and_goes(
    page: Page, served: Served, clips: Callable[..., Path]
) -> None:
    clip = clips(SCRIPT)
    opened(page)
    page.evaluate(
        "window.seen = new Set(); new MutationObserver((all) => all.forEach((one) => one.target.dataset?.state"
        " && seen.add(one.target.dataset.state))).observe(document, {subtree: true, attributes: true})"
    )
    page.keyboard.press("a")
    axe(page)
    add(page, clip)
    expect(card(page, SCRIPT)).to_be_visible(timeout=INDEXED_MS)
    expect(row(page, SCRIPT)).to_have_count(0)
    assert {"sending", "indexed"} <= set(page.evaluate("[...seen]"))
    assert page.evaluate("[...seen].some((one) => one === 'running' || one === 'pending')")
    assert videos(served)[SCRIPT]["content_hash"] == hashlib.sha256(clip.read_bytes()).hexdigest()

    card(page, SCRIPT).get_by_role("checkbox").check(force=True)
    expect(page.get_by_text("1 selected")).to_be_visible()
    page.keyboard.press("Delete")
    asked = page.get_by_role("dialog", name=f"Remove {SCRIPT}?")
    axe(page)
    asked.get_by_role("button", name="Close").click()
    expect(card(page, SCRIPT)).to_be_visible()
    page.keyboard.press("Delete")
    asked.get_by_role("button", name="Remove").click()
    expect(page.get_by_text(f"{SCRIPT} is removed.")).to_be_visible()
    expect(card(page, SCRIPT)).to_have_count(0)
    assert SCRIPT not in videos(served)


def test_an_upload_that_breaks_off_goes_on_by_itself(
    page: Page, served: Served, clips: Callable[..., Path], expect_failures: Callable[..., None]
) -> None:
    clip = clips("broken-line.mp4", megabytes=5)
    offsets: list[int] = []

    def cut(route: Route) -> None:
        if route.request.method == "PATCH":
            offsets.append(int(route.request.headers["upload-offset"]))
            if len(offsets) == 2:
                return route.abort("connectionreset")
        return route.continue_()

    expect_failures("ERR_CONNECTION_RESET", "console: Failed to load resource")
    opened(page)
    page.route("**/api/v1/uploads/*", cut)
    add(page, clip)
    expect(card(page, clip.name)).to_be_visible(timeout=INDEXED_MS)
    assert offsets[0] == 0
    assert offsets[1] == offsets[2] > 0
    assert videos(served)[clip.name]["content_hash"] == hashlib.sha256(clip.read_bytes()).hexdigest()


def test_an_upload_pauses_and_goes_on_after_a_reload(
    page: Page, served: Served, clips: Callable[..., Path]
) -> None:
    clip = clips("after-reload.mp4", megabytes=4)
    offsets: list[int] = []
    held = threading.Event()

    def hold(route: Route) -> None:
        if route.request.method == "PATCH":
            offsets.append(int(route.request.headers["upload-offset"]))
            if len(offsets) == 2 and not held.is_set():
                held.set()
                return  # never answered: the page gives it up when it is paused
        route.continue_()

    opened(page)
    page.route("**/api/v1/uploads/*", hold)
    add(page, clip)
    expect(row(page, clip.name)).to_contain_text("26")
    page.get_by_role("button", name=f"Pause {clip.name}").click()
    expect(row(page, clip.name)).to_contain_text("Paused at 26")
    page.reload()
    expect(row(page, clip.name)).to_contain_text("Broken off at 26")
    axe(page)
    add(page, clip)
    expect(card(page, clip.name)).to_be_visible(timeout=INDEXED_MS)
    expect(row(page, clip.name)).to_have_count(0)
    assert offsets[2] == offsets[1] > 0
    assert videos(served)[clip.name]["content_hash"] == hashlib.sha256(clip.read_bytes()).hexdigest()


def test_an_upload_is_cancelled(page: Page, served: Served, clips: Callable[..., Path]) -> None:
    clip = clips("unwanted.mp4", megabytes=4)
    opened(page)
    page.route(
        "**/api/v1/uploads/*", lambda route: None if route.request.method == "PATCH" else route.continue_()
    )
    with page.expect_request(lambda asked: asked.method == "PATCH"):  # the server knows of it by then
        add(page, clip)
    expect(row(page, clip.name)).to_have_attribute("data-state", "sending")
    with page.expect_response(lambda answer: answer.request.method == "DELETE"):
        row(page, clip.name).get_by_role("button", name="Cancel").click()
    expect(row(page, clip.name)).to_have_count(0)
    with urlopen(f"{served.url}/api/v1/uploads") as answer:
        assert json.load(answer)["uploads"] == []


def test_files_are_dropped(page: Page, clips: Callable[..., Path]) -> None:
    clip = clips("dropped.mp4")
    opened(page)
    files = page.evaluate_handle(
        """async (bytes) => {
          const data = new DataTransfer();
          data.items.add(new File([new Uint8Array(bytes)], "dropped.mp4", { type: "video/mp4" }));
          return data;
        }""",
        list(clip.read_bytes()),
    )
    page.dispatch_event("main", "dragover", {"dataTransfer": files})
    expect(page.locator("body")).to_have_class("dropping")
    page.dispatch_event("main", "drop", {"dataTransfer": files})
    expect(page.locator("body")).not_to_have_class("dropping")
    expect(card(page, clip.name)).to_be_visible(timeout=INDEXED_MS)


def test_a_folder_is_dropped(page: Page, clips: Callable[..., Path], tmp_path: Path) -> None:
    """As the system does it, through the protocol of the browser: a folder in a folder, and what is no video."""
    folder = tmp_path / "holiday"
    (folder / "day two").mkdir(parents=True)
    (folder / "notes.txt").write_text("Not a video.")
    clips("one.mp4").rename(folder / "one.mp4")
    clips("two.mp4").rename(folder / "day two" / "two.mp4")
    opened(page)
    session = page.context.new_cdp_session(page)
    data = {"items": [], "files": [str(folder)], "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver", "drop"):
        session.send("Input.dispatchDragEvent", {"type": kind, "x": 600, "y": 500, "data": data})
    for name in ("one.mp4", "two.mp4"):
        expect(card(page, name)).to_be_visible(timeout=INDEXED_MS)
    expect(row(page, "notes.txt")).to_have_count(0)


def test_a_folder_is_chosen(page: Page, clips: Callable[..., Path], tmp_path: Path) -> None:
    clips("three.mp4").rename(tmp_path / "three.mp4")
    (tmp_path / "three.srt").write_text("1\n00:00:00,000 --> 00:00:01,000\nHello.\n")
    opened(page)
    page.get_by_text("Add videos").click()
    page.get_by_label("Choose a folder").set_input_files(tmp_path)
    expect(card(page, "three.mp4")).to_be_visible(timeout=INDEXED_MS)
    expect(row(page, "three.srt")).to_have_count(0)


def test_a_file_on_the_server_is_added_and_stays_when_it_is_removed(
    page: Page, clips: Callable[..., Path], expect_failures: Callable[..., None]
) -> None:
    clip = clips("by-path.mp4")
    expect_failures("404", "400", "422")
    opened(page)
    page.keyboard.press("a")
    field = page.get_by_label("Or a file on the server")
    field.fill(str(clip.with_name("nothing.mp4")))
    page.keyboard.press("Enter")
    expect(page.get_by_text("There is no file at this path.")).to_be_visible()
    field.fill(str(clip))
    page.keyboard.press("Enter")
    expect(card(page, clip.name)).to_be_visible(timeout=INDEXED_MS)

    card(page, clip.name).get_by_role("link", name=clip.name).focus()
    page.keyboard.press("Delete")
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(card(page, clip.name)).to_have_count(0)
    assert clip.exists()


def test_what_is_there_already_and_what_is_no_video_is_said(
    page: Page, served: Served, tmp_path: Path, expect_failures: Callable[..., None]
) -> None:
    text = tmp_path / "letter.mp4"
    text.write_text("Dear Sir or Madam, this is no video. " * 1000)
    double = tmp_path / "the same again.mp4"
    double.write_bytes((served.home / "demo" / "scenedex-demo.mp4").read_bytes())
    expect_failures("422", "410")
    opened(page)
    add(page, text, double)
    expect(row(page, "letter.mp4")).to_have_attribute("data-state", "failed")
    expect(row(page, "letter.mp4").locator(".state")).to_have_text(re.compile(r"[a-z]+ .*\."))
    page.get_by_role("button", name="Try again letter.mp4").click()
    expect(row(page, "letter.mp4")).to_have_attribute("data-state", "failed")
    expect(row(page, "the same again.mp4")).to_have_attribute("data-state", "known", timeout=INDEXED_MS)
    expect(row(page, "the same again.mp4").get_by_role("link")).to_have_attribute(
        "href", f"/videos/{videos(served)['scenedex-demo.mp4']['id']}"
    )
    axe(page)
    for name in ("letter.mp4", "the same again.mp4"):
        row(page, name).get_by_role("button", name="Cancel").click()
        expect(row(page, name)).to_have_count(0)


def test_a_file_that_cannot_be_taken_in_says_why_and_is_tried_again(page: Page, served: Served) -> None:
    broken = shared_media("odd/syn_trunc_moov_missing.mp4")
    served.scenedex("jobs", "add", "video_ingestion", str(broken))
    opened(page)
    said = row(page, broken.name)
    expect(said).to_have_attribute("data-state", "failed", timeout=INDEXED_MS)
    expect(said.locator(".state")).to_have_text(re.compile(r"[a-z]+ .*\."))
    with page.expect_response(re.compile("/retry$")) as again:
        page.get_by_role("button", name=f"Try again {broken.name}").click()
    assert again.value.ok
    expect(said).to_have_attribute("data-state", "failed", timeout=INDEXED_MS)
    said.get_by_role("button", name="Cancel").click()
    page.reload()
    expect(page.get_by_role("article").first).to_be_visible()
    expect(said).to_have_count(0)


def test_a_video_has_a_sheet_and_tags(page: Page) -> None:
    opened(page)
    card(page, "openreel_20shots.mp4").get_by_role("button", name="More").click()
    sheet = page.get_by_role("dialog", name="openreel_20shots.mp4")
    picture = sheet.locator("img")
    assert picture.evaluate("one => one.decode().then(() => one.naturalWidth)") > 300
    tag = "<b>sunny</b>"
    sheet.get_by_label("New tag").fill(tag)
    page.keyboard.press("Enter")
    expect(sheet.get_by_role("listitem")).to_have_text(tag)
    axe(page)
    with page.expect_download() as fetched:
        sheet.get_by_role("link", name="Contact sheet").click()
    assert fetched.value.suggested_filename == "openreel_20shots.mp4.jpg"
    page.keyboard.press("Escape")
    expect(card(page, "openreel_20shots.mp4")).to_contain_text(tag)
    card(page, "openreel_20shots.mp4").get_by_role("button", name="More").click()
    sheet.get_by_role("button", name=f"Take away the tag {tag}").click()
    expect(sheet.get_by_role("listitem")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(card(page, "openreel_20shots.mp4")).not_to_contain_text(tag)


@pytest.mark.parametrize(("width", "dark"), [(320, True), (390, False)])
def test_on_a_phone(open_page: OpenPage, width: int, dark: bool) -> None:
    page = opened(open_page(phone=True, dark=dark, lang="ko-KR", viewport={"width": width, "height": 700}))
    page.get_by_text("영상 추가").tap()
    expect(page.get_by_text("영상이나 폴더를 통째로 여기에 놓으세요.")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    axe(page)


def test_a_library_without_videos_says_how_to_begin(open_page: OpenPage, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    server = Served(home, "--no-worker", env={"SCENEDEX_ROOTS": "/media"})
    server.start()
    page = open_page(base_url=server.url)
    page.goto("/videos")
    expect(page.locator("#roots option")).to_have_attribute("value", "/media/")
    expect(page.get_by_text("Drop videos here, or a whole folder.")).to_be_visible()
    expect(page.get_by_text("scenedex demo", exact=True)).to_be_visible()
    expect(page.get_by_label("Filter by name")).to_be_hidden()
    axe(page)
    page.close()
    server.stop()


def test_the_server_goes_and_comes_back(
    page: Page, served: Served, expect_failures: Callable[..., None]
) -> None:
    expect_failures(".*")
    opened(page)
    served.stop()
    expect(page.get_by_text("scenedex does not answer")).to_be_visible()
    expect(card(page, "scenedex-demo.mp4")).to_be_visible()
    served.start()
    expect(page.get_by_text("scenedex does not answer")).to_be_hidden(timeout=INDEXED_MS)
    expect(card(page, "scenedex-demo.mp4")).to_be_visible()
