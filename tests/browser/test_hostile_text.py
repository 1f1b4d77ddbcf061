"""Script in a file name, in what is said and in what is written on the screen is shown as text."""

import json
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.browser.axe import axe
from tests.browser.serving import Served

from scenedex import open_library
from scenedex.indexing.words import terms_of_scenes
from scenedex.store.scenes import captions_of, scenes_of
from scenedex.store.writing import write_words
from scenedex.testing import shots_clip
from scenedex.types import Caption

NAME = "<img src=x onerror=window.hit=1>.mp4"
SAID = "zebrafinch <img src=x onerror=window.hit=2> sings <mark>nothing</mark>"
WRITTEN = "quillwort </blockquote><script>window.hit=3</script> &lt;b&gt; grows"


@pytest.fixture(scope="module")
def hostile(served: Served, browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A video with such words, beside the others for as long as this file's tests run."""
    film: Path = tmp_path_factory.mktemp("hostile") / NAME
    shots_clip(film, (1.0, 1.0))
    served.scenedex("index", str(film))
    listed = json.loads(served.scenedex("videos", "list", "--json"))["videos"]
    video = UUID(next(one["id"] for one in listed if one["name"] == NAME))
    with open_library(served.home) as library, library.transaction() as tx:
        captions = (
            Caption(start_s=0.1, end_s=0.9, text=SAID, origin="sidecar"),
            Caption(
                start_s=1.2, end_s=1.8, text=WRITTEN, origin="screen", language=None, index=0, measures={}
            ),
        )
        spans = [(scene.start_s, scene.end_s) for scene in scenes_of(tx, video)]
        terms = terms_of_scenes(spans, captions, [NAME])
        write_words(tx, video, captions=captions, terms=terms, embeddings={})
        assert {one.text for one in captions_of(tx, video)} == {SAID, WRITTEN}
    yield
    served.scenedex("videos", "remove", str(video))


@pytest.mark.usefixtures("hostile")
@pytest.mark.parametrize(("word", "text"), [("zebrafinch", SAID), ("quillwort", WRITTEN)])
def test_words_that_matched_are_text(page: Page, word: str, text: str) -> None:
    page.goto(f"/?q={word}")
    hit = page.locator(".hit").filter(has_text=NAME).first
    hit.get_by_role("button").click()
    told = page.locator("blockquote").first
    expect(told).to_contain_text(text)
    expect(told.locator("mark")).to_have_text(word)
    expect(page.locator("main img[src=x], blockquote script")).to_have_count(0)
    assert page.evaluate("window.hit") is None
    axe(page)
