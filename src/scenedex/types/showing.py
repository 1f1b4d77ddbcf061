"""Values as HTML, for notebooks: what Jupyter shows when a cell ends with one.

Every text is escaped, and a picture is data in the page itself: nothing is fetched, and nothing in a title or a caption
becomes markup.
"""

import re
from base64 import b64encode
from collections.abc import Iterable
from html import escape
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from scenedex.types.search import Answer, Hit
    from scenedex.types.videos import Video

ASIDE: Final = {"plain": False}
"""Metadata of a field that is for people who look, and in no JSON."""

MAX_PICTURE_BYTES = 16_384
"""Of a picture that a value carries; a larger one is not shown."""

MAX_CARDS = 60
"""Hits of an answer that are shown."""

MAX_TEXT = 400
"""Characters of a text that are shown."""

_CARD = (
    "display:inline-block;vertical-align:top;width:240px;margin:0 12px 12px 0;font:13px/1.4 sans-serif;"
    "overflow-wrap:anywhere"
)
_PICTURE = "display:block;width:240px;height:135px;object-fit:contain;background:#8884"
_QUIET = "opacity:.7"


def clock(seconds: float) -> str:
    """A time of a video as h:mm:ss."""
    whole = max(0, int(seconds))
    return f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}"


def hit_html(hit: "Hit") -> str:
    """A scene with its picture, its time, and the words that matched."""
    lines = [
        f"<b>{_text(hit.video)}</b>",
        f"scene {hit.scene}, {clock(hit.start_s)}–{clock(hit.end_s)}",
        f'<span style="{_QUIET}">{_text(hit.band)}, {hit.score:.2f}</span>',
        *(_marked(said.text) for said in hit.channels.values() if said.text),
    ]
    return _card(hit.picture, lines) + "".join(hit_html(link) for link in hit.then)


def video_html(video: "Video") -> str:
    """A video with its picture, its length, and how much is known of it."""
    where = "offline" if video.offline else f"{video.scene_count} scenes, {video.caption_count} captions"
    lines = [f"<b>{_text(video.name)}</b>", f"{clock(video.duration_s)}, {where}"]
    if video.tags:
        lines.append(f'<span style="{_QUIET}">{_text(", ".join(video.tags))}</span>')
    return _card(video.picture, lines)


def answer_html(answer: "Answer") -> str:
    """The hits side by side, and what is to be known of the answer."""
    shown = answer.hits[:MAX_CARDS]
    notes = [
        f"{len(answer.hits)} hits" if answer.hits else "Nothing here fits.",
        *([f"the first {MAX_CARDS} are shown"] if len(answer.hits) > MAX_CARDS else []),
        *([f"{answer.hidden} weaker results hidden"] if answer.hidden else []),
        *(f"left out: {_text(reason)}" for reason in answer.degraded),
    ]
    heading = f'<p style="font:13px/1.4 sans-serif"><b>{_text(answer.query)}</b> {"; ".join(notes)}</p>'
    return f"<div>{heading}{''.join(map(hit_html, shown))}</div>"


def _card(picture: bytes | None, lines: Iterable[str]) -> str:
    return f'<div style="{_CARD}">{_image(picture)}{"<br>".join(lines)}</div>'


def _image(picture: bytes | None) -> str:
    if picture is None or len(picture) > MAX_PICTURE_BYTES:
        return f'<div style="{_PICTURE}"></div>'
    return (
        f'<img alt="" style="{_PICTURE}" src="data:image/jpeg;base64,{b64encode(picture).decode("ascii")}">'
    )


def _text(text: str) -> str:
    """Names of files may hold bytes that are no UTF-8, which no notebook can keep."""
    short = text if len(text) <= MAX_TEXT else text[:MAX_TEXT] + "…"
    return escape(short.encode("utf-8", "replace").decode("utf-8"))


def _marked(text: str) -> str:
    """Whoever wrote `<mark>` themselves gets a mark, in pairs, and nothing else."""
    return re.sub(r"&lt;mark&gt;(.*?)&lt;/mark&gt;", r"<mark>\1</mark>", _text(text), flags=re.DOTALL)
