"""Someone and something with a name: shown by pictures, found in videos, renamed, forgotten."""

import base64
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests.browser.axe import axe
from tests.browser.conftest import OpenPage
from tests.browser.serving import Served
from tests.media import shared_media

HOSTILE = '<img src=x onerror="alert(1)"><script>alert(2)</script>'


@pytest.fixture
def tidy(page: Page, served: Served) -> Iterator[None]:
    """What a test has made goes again."""
    yield
    for one in asked(page, served, "/entities")["entities"]:
        page.request.delete(f"{served.url}/api/v1/entities/{one['id']}")


def asked(page: Page, served: Served, path: str, body: dict[str, Any] | None = None) -> Any:
    answer = page.request.fetch(
        f"{served.url}/api/v1{path}", method="GET" if body is None else "POST", data=body
    )
    assert answer.ok, answer.text()
    return answer.json()


def an_entity(page: Page, served: Served, name: str, *boxes: tuple[float, ...]) -> dict[str, Any]:
    """One that is shown by parts of the first scene of the demo film."""
    videos = asked(page, served, "/videos")["videos"]
    film = next(one["id"] for one in videos if one["name"] == "scenedex-demo.mp4")
    scene = asked(page, served, f"/videos/{film}/scenes")["scenes"][0]["id"]
    examples = [{"scene_id": scene, "box": box} for box in boxes]
    made: dict[str, Any] = asked(page, served, "/entities", {"name": name, "examples": examples})
    return made


def drag_files(page: Page, files: list[str], onto: str) -> None:
    """As from a file manager."""
    box = page.locator(onto).bounding_box()
    assert box is not None
    session = page.context.new_cdp_session(page)
    data = {"items": [], "files": files, "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver", "drop"):
        session.send(
            "Input.dispatchDragEvent", {"type": kind, "x": box["x"] + 20, "y": box["y"] + 20, "data": data}
        )


def begin(page: Page, name: str) -> None:
    page.goto("/entities")
    page.get_by_role("button", name="New entity").click()
    expect(page.get_by_label("Name")).to_be_focused()
    page.keyboard.type(name)


def created(page: Page) -> str:
    page.get_by_role("button", name="Create").click()
    page.wait_for_url(re.compile("/entities/[0-9a-f-]{36}$"))
    return page.url.rsplit("/", 1)[1]


def boxes_of(page: Page, served: Served, entity: str) -> list[list[float] | None]:
    return [one["box"] for one in asked(page, served, f"/entities/{entity}/examples")["examples"]]


def test_nobody_has_a_name_yet(page: Page) -> None:
    page.goto("/entities")
    expect(page.get_by_text("Nobody and nothing has a name yet.")).to_be_visible()
    axe(page)


@pytest.mark.usefixtures("tidy")
def test_a_chosen_picture_with_a_rectangle_by_mouse_and_keys(page: Page, served: Served) -> None:
    begin(page, "Balloon")
    with page.expect_file_chooser() as choosing:
        page.get_by_text("Choose pictures").click()
    choosing.value.set_files(
        [str(shared_media("photos/hamster.jpg")), str(shared_media("photos/balloon.jpg"))]
    )
    expect(page.get_by_role("button", name="Picture 2")).to_have_attribute("aria-pressed", "true")
    frame = page.locator(".easel").bounding_box()
    assert frame is not None
    page.mouse.move(frame["x"] + frame["width"] * 0.2, frame["y"] + frame["height"] * 0.1)
    page.mouse.down()
    page.mouse.move(frame["x"] + frame["width"] * 0.8, frame["y"] + frame["height"] * 0.6, steps=5)
    page.mouse.up()
    page.mouse.move(frame["x"], frame["y"])
    expect(page.get_by_text("60 × 50 % of the picture, from 20 %, 10 %")).to_be_visible()
    axe(page)

    page.get_by_role("button", name="Picture 1").click()
    expect(page.get_by_text("100 × 100 % of the picture")).to_be_visible()
    part = page.get_by_role("application", name="The part of the picture")
    part.focus()
    for key in ["Shift+ArrowLeft"] * 10 + ["Shift+ArrowUp"] * 5 + ["ArrowRight"] * 2 + ["ArrowDown"]:
        page.keyboard.press(key)
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")  # there is no further
    expect(page.get_by_text("80 × 90 % of the picture, from 4 %, 0 %")).to_be_visible()
    entity = created(page)
    expect(page.get_by_role("heading", level=1, name="Balloon")).to_be_visible()
    first, second = boxes_of(page, served, entity)
    assert first == pytest.approx([0.04, 0, 0.84, 0.9])
    assert second == pytest.approx([0.2, 0.1, 0.8, 0.6], abs=0.01)


@pytest.mark.usefixtures("tidy")
def test_dropped_pasted_and_found_pictures(
    page: Page, served: Served, expect_failures: Callable[..., None]
) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    begin(page, "All of them")
    drag_files(page, [str(shared_media("photos/fish.png"))], ".sheet h2")
    expect(page.get_by_role("button", name="Picture 1")).to_be_visible()

    png = base64.b64encode(shared_media("photos/fish.png").read_bytes()).decode()
    page.evaluate(
        """data => {
          const blob = new Blob([Uint8Array.from(atob(data), (one) => one.charCodeAt(0))], { type: "image/png" });
          return navigator.clipboard.write([new ClipboardItem({ "image/png": blob })]);
        }""",
        png,
    )
    page.keyboard.press("Control+v")
    expect(page.get_by_role("button", name="Picture 2")).to_be_visible()
    expect(page).to_have_url(re.compile("/entities$"))  # nothing was searched with it

    page.get_by_role("searchbox", name="Find in your videos").fill("red car")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="scenedex-demo.mp4 0:05").click()
    expect(page.get_by_role("button", name="Picture 3")).to_be_visible()
    axe(page)
    drag_files(page, [str(shared_media("odd/syn_bad.srt"))], ".sheet h2")
    expect(page.get_by_role("alert")).to_have_text(re.compile("cannot be shown as a picture"))
    expect(page.get_by_role("button", name="Picture 4")).to_have_count(0)
    page.get_by_role("button", name="Picture 1").click()
    page.get_by_role("button", name="Take this picture away").click()
    entity = created(page)
    examples = asked(page, served, f"/entities/{entity}/examples")["examples"]
    assert [one["video_id"] is not None for one in examples] == [False, True]

    expect_failures("422")
    begin(page, "ALL OF THEM")
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_role("alert")).to_have_text(re.compile("There is an entity 'ALL OF THEM' already"))
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


@pytest.mark.usefixtures("tidy")
def test_a_scene_that_a_link_names(page: Page, served: Served) -> None:
    film = asked(page, served, "/videos")["videos"][0]["id"]
    scene = asked(page, served, f"/videos/{film}/scenes")["scenes"][2]
    page.goto(f"/entities?scene={scene['id']}&t={scene['start_s']}")
    expect(page.get_by_role("button", name="Picture 1")).to_be_visible()
    page.get_by_label("Name").fill("From a link")
    created(page)
    expect(page.get_by_role("link", name=re.compile(r"0:1\d")).first).to_be_visible()


@pytest.mark.usefixtures("tidy")
def test_where_it_is_to_be_seen(page: Page, served: Served) -> None:
    made = an_entity(page, served, HOSTILE, (0, 0, 1, 1), (0, 0, 0.5, 0.5))
    page.goto("/entities")
    expect(page.get_by_text(re.compile(r"In \d+ scenes?"))).to_be_visible()
    axe(page)
    page.get_by_role("link", name=HOSTILE).click()
    expect(page.get_by_role("heading", level=1, name=HOSTILE)).to_be_visible()
    expect(page.get_by_text("Crops are compared with whole pictures")).to_be_visible()
    axe(page)
    found = asked(page, served, f"/entities/{made['id']}/appearances")
    shots = page.locator(".hit")
    expect(shots).to_have_count(found["total"])
    expect(page.get_by_role("heading", level=3)).to_have_count(found["videos"])

    page.get_by_label("Similarity from").focus()
    page.keyboard.press("Home")
    expect(page).to_have_url(re.compile(r"threshold=0\.5$"))
    more = asked(page, served, f"/entities/{made['id']}/appearances?threshold=0.5")
    assert more["scenes"] > found["scenes"]
    expect(shots).to_have_count(more["total"])
    expect(page.get_by_text(f"In {more['scenes']} scenes")).to_be_visible()

    first = found["appearances"][0]
    page.goto(f"/entities/{made['id']}")
    shots.first.get_by_role("link").click()
    expect(page).to_have_url(
        re.compile(f"/videos/{first['video_id']}\\?.*t={first['best_s']:.3f}".rstrip("0"))
    )


@pytest.mark.usefixtures("tidy")
def test_its_pictures_and_name_are_changed_and_it_goes(page: Page, served: Served) -> None:
    made = an_entity(page, served, "Car", (0, 0, 1, 1))
    page.goto(f"/entities/{made['id']}")
    page.get_by_role("button", name="Rename").click()
    expect(page.get_by_role("textbox", name="Name")).to_have_value("Car")
    page.get_by_role("textbox", name="Name").fill("The red car")
    axe(page)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name="The red car")).to_be_visible()

    page.get_by_role("button", name="Add pictures").click()
    page.locator("dialog input[type=file]").set_input_files(str(shared_media("photos/balloon.jpg")))
    page.get_by_role("dialog").get_by_role("button", name="Add pictures").click()
    expect(page.get_by_role("button", name="Remove picture 2")).to_be_visible()
    page.get_by_role("button", name="Remove picture 1").click()
    expect(page.get_by_role("button", name="Remove picture 2")).to_have_count(0)
    assert boxes_of(page, served, made["id"]) == [[0, 0, 1, 1]]
    page.get_by_role("button", name="Remove picture 1").click()
    expect(page.get_by_text("Add a picture, and scenedex looks for it.")).to_be_visible()
    axe(page)

    page.get_by_role("button", name="Remove", exact=True).click()
    expect(page.get_by_role("dialog", name="Remove “The red car”?")).to_be_visible()
    axe(page)
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(page).to_have_url(re.compile("/entities$"))
    assert asked(page, served, "/entities")["total"] == 0


def test_one_that_is_not_there(page: Page, expect_failures: Callable[..., None]) -> None:
    expect_failures("404")
    page.goto("/entities/0b6f2f5e-6c0e-5f0e-9d3b-5f1c6f1f3a10")
    expect(page.get_by_text("There is no such entity")).to_be_visible()


@pytest.mark.usefixtures("tidy")
def test_in_korean_on_a_phone(open_page: OpenPage, page: Page, served: Served) -> None:
    made = an_entity(page, served, "빨간 자동차", (0, 0, 1, 1))
    phone = open_page(phone=True, dark=True, lang="ko-KR", viewport={"width": 320, "height": 640})
    phone.goto("/entities")
    phone.get_by_role("button", name="새로 만들기").tap()
    phone.locator("dialog input[type=file]").set_input_files(str(shared_media("photos/Tiger--1280x1025.jpg")))
    expect(phone.get_by_text("사진의 100 × 100 %")).to_be_visible()
    axe(phone)
    phone.get_by_role("button", name="닫기").tap()
    phone.goto(f"/entities/{made['id']}")
    expect(phone.locator(".hit").first).to_be_visible()
    axe(phone)
    assert phone.evaluate("document.documentElement.scrollWidth") <= 320
