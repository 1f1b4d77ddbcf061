"""Whatever stands in titles, captions and tags: shown, and never markup."""

import json
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any
from uuid import UUID

import lxml.html
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenedex.search.as_json import answer_as_json, plain
from scenedex.types import Answer, Evidence, Hit, Plan, Video
from scenedex.types.showing import MAX_CARDS, MAX_PICTURE_BYTES, clock

ONE = UUID(int=1)
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</div></style><iframe srcdoc='<script>x</script>'>",
    "<mark onclick=alert(1)>car</mark>",
    "</mark><mark><svg/onload=alert(1)></mark>",
    "<mark>",
    "&lt;mark&gt;x&lt;/mark&gt;<mark>y</mark>",
    "javascript:alert(1)",
    "\udcff\x00\x1b[31m\u202e<b>",
    "<!--",
    "]]><![CDATA[",
)
TAGS = {"div", "b", "br", "span", "img", "mark", "p"}
ATTRIBUTES = {("style",), ("alt", "style", "src"), ()}


class Seen(HTMLParser):
    """Every tag and attribute that a parser sees, and the text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, tuple[str, ...]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, tuple(name for name, _ in attrs)))
        if tag not in ("br", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)

    def unknown_decl(self, data: str) -> None:
        raise AssertionError(data)


def hit(text: str = "a car", **changed: Any) -> Hit:
    made = Hit(
        video_id=ONE, video=text, path=text, scene=3, scene_id=ONE, start_s=3725.2, end_s=3730.0, best_s=3726.0,
        score=0.5, band="strong", channels={"lexical": Evidence(raw=1.0, calibrated=0.5, text=text)},
    )  # fmt: skip
    return replace(made, **changed)


def video(text: str = "a film") -> Video:
    return Video(
        id=ONE, content_hash="", name=text, duration_s=61.0, width=None, height=None, frame_rate=None, scene_count=2,
        caption_count=1, paths=(), offline=False, added_at="2024-01-01T00:00:00+00:00", tags=(text, "safe"),
    )  # fmt: skip


def answer(text: str = "car", hits: int = 1) -> Answer:
    return Answer(
        query=text,
        plan=Plan(mode="auto", confidence=1.0, reason=text, weights={}),
        hits=(hit(text, then=(hit(text),)),) * hits,
        hidden=2,
        degraded=(f"visual: {text}",),
    )


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_never_markup(text: str) -> None:
    for value in (hit(text), video(text), answer(text)):
        html = value._repr_html_()
        json.dumps(html).encode("utf-8")  # as a notebook is kept
        html.encode("utf-8")
        seen = Seen(html)
        assert not seen.open
        assert {tag for tag, _ in seen.tags} <= TAGS
        assert {names for _, names in seen.tags} <= ATTRIBUTES
        assert text.encode("utf-8", "replace").decode().replace("\x00", "") in seen.text.replace("\x00", "")
        tree = lxml.html.fragment_fromstring(
            html.replace("\x00", "").replace("\x1b", ""), create_parent="main"
        )
        assert {node.tag for node in tree.iter()} - {"main"} <= TAGS
        assert all(set(node.attrib) <= {"style", "alt", "src"} for node in tree.iter())


@given(st.text(alphabet=st.sampled_from("<>/&;\"'= markonscript#x"), max_size=60))
def test_no_text_opens_a_tag_of_its_own(text: str) -> None:
    seen = Seen(hit(text)._repr_html_())
    assert not seen.open
    assert {names for _, names in seen.tags} <= ATTRIBUTES
    assert {tag for tag, _ in seen.tags} <= TAGS


def test_words_that_matched_are_marked() -> None:
    assert "a <mark>red</mark> car" in hit("a <mark>red</mark> car")._repr_html_()


def test_only_a_small_picture_is_shown() -> None:
    shown, large = hit(picture=b"\xff\xd8jpeg"), hit(picture=b"x" * (MAX_PICTURE_BYTES + 1))
    assert 'src="data:image/jpeg;base64,/9hqcGVn"' in shown._repr_html_()
    assert "<img" not in large._repr_html_()
    assert len(answer(hits=500)._repr_html_()) < MAX_CARDS * 2 * 2000
    assert f"the first {MAX_CARDS} are shown" in answer(hits=500)._repr_html_()
    assert "0:00:59" not in shown._repr_html_()
    assert [clock(seconds) for seconds in (0, 59.9, 3725.2, -1)] == [
        "0:00:00",
        "0:00:59",
        "1:02:05",
        "0:00:00",
    ]


def test_a_picture_takes_no_part_in_json_or_comparing() -> None:
    assert hit(picture=b"a") == hit(picture=b"b") == hit()
    pictured = replace(answer(), hits=(hit(picture=b"a"),))
    assert "picture" not in json.dumps(answer_as_json(pictured))
    assert "picture" not in plain(video())
    assert "picture" not in plain(hit(picture=b"a"))
