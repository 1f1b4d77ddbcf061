"""Searching with a picture: chosen, pasted or dropped, wherever one is."""

import base64
import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect
from tests.browser.axe import axe
from tests.browser.conftest import OpenPage

SHOW = """([type, name, bytes, kind]) => {
  const data = new DataTransfer();
  const binary = Uint8Array.from(atob(bytes), (one) => one.charCodeAt(0));
  data.items.add(new File([binary], name, {type: kind}));
  const event = type === "paste"
    ? new ClipboardEvent(type, {clipboardData: data, bubbles: true, cancelable: true})
    : new DragEvent(type, {dataTransfer: data, bubbles: true, cancelable: true});
  document.body.dispatchEvent(event);
}"""
"""What the browser does with a file that is dropped or pasted: no driver can hold one over a window."""


@pytest.fixture
def picture(page: Page, tmp_path: Path) -> Path:
    """A picture of the film, larger than what is sent."""
    page.goto("/?q=balloons+over+mountains")
    address = page.locator(".hit img").first.get_attribute("src")
    assert address is not None
    image = Image.open(io.BytesIO(page.request.get(address).body()))
    path = tmp_path / "balloons.png"
    image.resize((3000, 1688)).save(path)
    return path


def give(page: Page, how: str, content: bytes, kind: str = "image/png") -> None:
    page.evaluate(SHOW, [how, "balloons.png", base64.b64encode(content).decode(), kind])


def finds_balloons(page: Page) -> None:
    expect(page).to_have_url(re.compile(r"/\?picture=\w+"))
    expect(page.locator(".hit").first).to_contain_text("0:5")
    expect(page.locator(".hit").first).to_contain_text("scenedex-demo.mp4")
    expect(page.get_by_text("Like your picture")).to_be_visible()


def test_a_picture_is_chosen_and_made_small_before_it_is_sent(
    page: Page, picture: Path, open_page: OpenPage
) -> None:
    page.goto("/")
    with page.expect_request("**/search") as asked, page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Search with a picture").click()
        chooser.value.set_files(picture)
    finds_balloons(page)
    sent = asked.value.post_data_json["anchor"]["image"]
    image = Image.open(io.BytesIO(base64.b64decode(sent.partition(",")[2])))
    assert (image.format, image.size) == ("JPEG", (1024, 576))
    axe(page)
    page.get_by_role("searchbox").fill("red")
    expect(page).to_have_url(re.compile(r"picture=\w+&q=red"))
    elsewhere = open_page()
    elsewhere.goto(page.url)
    expect(elsewhere.get_by_text("The picture of this search is not here any more.")).to_be_visible()
    axe(elsewhere)
    page.get_by_role("button", name="Without: Like your picture").click()
    expect(page).to_have_url(re.compile(r"/\?q=red$"))


def test_a_picture_is_dropped_or_pasted_on_any_view(page: Page, picture: Path) -> None:
    page.goto("/baselines")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    give(page, "dragover", picture.read_bytes())
    expect(page.get_by_text("Drop the picture to search with it")).to_be_visible()
    give(page, "drop", picture.read_bytes())
    expect(page.get_by_text("Drop the picture to search with it")).to_be_hidden()
    finds_balloons(page)
    page.go_back()
    expect(page.locator(".hit")).to_have_count(0)
    page.go_forward()
    finds_balloons(page)
    give(page, "paste", picture.read_bytes())
    finds_balloons(page)


def test_what_is_no_picture_is_said_or_let_be(page: Page, expect_failures: Callable[..., None]) -> None:
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    give(page, "drop", b"\x89PNG no picture")
    expect(page.get_by_text("The browser cannot read this picture.")).to_be_visible()
    page.get_by_role("button", name="Close").click()
    give(page, "dragover", b"film", "video/mp4")
    expect(page.get_by_text("Drop the picture to search with it")).to_be_hidden()
    expect(page).to_have_url(re.compile(r"/$"))
