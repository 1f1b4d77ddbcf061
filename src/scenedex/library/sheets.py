"""A contact sheet: the scenes of a video at a glance, as one picture."""

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from scenedex.errors import NotFoundError, UsageError
from scenedex.library.showing import Showing
from scenedex.store.scenes import bare_scenes_of
from scenedex.store.videos import get_video
from scenedex.types import Scene, Video

MAX_COLUMNS = 12
MAX_ROWS = 30
CELL_WIDTH = 256
"""Of a picture, in pixels."""

GAP = 8
LINE = 20
"""Height of a line of text."""

PAPER, INK, EMPTY = (255, 255, 255), (32, 32, 32), (224, 224, 224)
QUALITY = 85


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One sheet of several."""

    jpeg: bytes
    page: int  #: from 1
    pages: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """What stands above a sheet. The name is cut where both do not fit."""

    name: str
    rest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A picture of a sheet, and what stands below it."""

    jpeg: bytes | None  #: None: an empty field
    label: str


class Sheets(Showing):
    """A library whose videos can be laid out on sheets."""

    def contact_sheet(self, video_id: UUID, *, columns: int = 6, rows: int = 10, page: int = 1) -> Sheet:
        """The thumbnails of scenes, `columns` (1 to 12) by `rows` (1 to 30), each with its time; JPEG.

        A scene without a picture, or whose picture is gone, is an empty field. Raises NotFoundError for the video and
        for a page beyond the last, UsageError for a sheet that makes no sense.
        """
        _check(columns, rows, page)
        with self._database.transaction(self.owner) as tx:
            video, scenes = get_video(tx, video_id), bare_scenes_of(tx, video_id)
        pages = max(1, math.ceil(len(scenes) / (columns * rows)))
        if page > pages:
            raise NotFoundError(f"There are {pages} sheets of this video with so many scenes on each.")
        shown = scenes[(page - 1) * columns * rows : page * columns * rows]
        cells = [
            Cell(jpeg=self._thumbnail(scene), label=f"{scene.index}   {_clock(scene.start_s)}")
            for scene in shown
        ]
        of = f"  ({page} of {pages})" if pages > 1 else ""
        heading = Heading(name=video.name, rest=f"  {_clock(video.duration_s)}{of}")
        jpeg = drawn(heading, cells, columns, _cell_height(video))
        return Sheet(jpeg=jpeg, page=page, pages=pages)

    def _thumbnail(self, scene: Scene) -> bytes | None:
        try:
            return self.picture(scene.thumbnail_key) if scene.thumbnail_key else None
        except NotFoundError:
            return None


def _check(columns: int, rows: int, page: int) -> None:
    if not 1 <= columns <= MAX_COLUMNS or not 1 <= rows <= MAX_ROWS:
        raise UsageError(f"A sheet has 1 to {MAX_COLUMNS} columns and 1 to {MAX_ROWS} rows.")
    if page < 1:
        raise UsageError("Sheets are counted from 1.")


def drawn(heading: Heading, cells: Sequence[Cell], columns: int, height: int = CELL_WIDTH * 9 // 16) -> bytes:
    """A sheet as JPEG, its pictures `height` pixels high at most."""
    from PIL import Image, ImageDraw, ImageFont

    columns = max(1, min(columns, len(cells)))
    lines = math.ceil(len(cells) / columns)
    size = (GAP + columns * (CELL_WIDTH + GAP), 2 * GAP + LINE + lines * (height + LINE + GAP))
    sheet = Image.new("RGB", size, PAPER)
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(14)
    draw.text((GAP, GAP), f"{_fitted(_readable(heading.name), columns)}{heading.rest}", INK, font)
    for number, cell in enumerate(cells):
        x = GAP + number % columns * (CELL_WIDTH + GAP)
        y = 2 * GAP + LINE + number // columns * (height + LINE + GAP)
        if cell.jpeg is None:
            draw.rectangle((x, y, x + CELL_WIDTH - 1, y + height - 1), EMPTY)
        else:
            with Image.open(io.BytesIO(cell.jpeg)) as picture:
                picture.draft("RGB", (CELL_WIDTH, height))
                picture.thumbnail((CELL_WIDTH, height))
                sheet.paste(picture, (x + (CELL_WIDTH - picture.width) // 2, y))
        draw.text((x, y + height + 2), _readable(cell.label), INK, font)
    made = io.BytesIO()
    sheet.save(made, "JPEG", quality=QUALITY)
    return made.getvalue()


def _cell_height(video: Video) -> int:
    """As the video is shaped, within reason."""
    if not video.width or not video.height:
        return CELL_WIDTH * 9 // 16
    return min(2 * CELL_WIDTH, max(CELL_WIDTH // 4, round(CELL_WIDTH * video.height / video.width)))


def _readable(text: str) -> str:
    return "".join(one if one.isprintable() else "\ufffd" for one in text)


def _fitted(name: str, columns: int) -> str:
    most = columns * CELL_WIDTH // 9 - 16
    return name if len(name) <= most else name[: max(1, most - 1)] + "…"


def _clock(seconds: float) -> str:
    hours, rest = divmod(int(seconds), 3600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02}"
