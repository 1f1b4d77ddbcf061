"""A picture → the lines written in it, by PP-OCR as rapidocr packs it: its models are in its wheel."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING

import numpy as np

from scenedex.errors import AnnotationError, NotInstalledError
from scenedex.types import Pixels

if TYPE_CHECKING:
    from rapidocr import RapidOCR

LEAST_SCORE = 0.75
"""Lines that the network is less sure of are dropped. On 30 photographs that show no writing it sees 9 lines above 0.5;
this and LEAST_CHARACTERS leave 2 of them. Lettering of the demo film scores 0.9 and more."""

LEAST_CHARACTERS = 2
"""Letters and digits of a line: single ones are mostly twigs and stripes."""

MAX_LINES = 200
"""Lines of one picture that are kept: a full page of a book has fewer."""

MAX_CHARACTERS = 500
"""Characters of a line that are kept."""

SMALLEST_SIDE = 16
"""Pixels of a side below which no letter can be told."""

LONGEST = 8
"""Aspect ratio up to which a picture is read as it is; a thinner one is set on a grey ground first, since the network's
input is scaled by the short side."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenLine:
    """A line of text in a picture."""

    text: str
    score: float  #: how sure the network is, 0 to 1
    box: tuple[
        float, float, float, float
    ]  #: left, top, right, bottom: shares of the picture's width and height


class ScreenReader:
    """Reads pictures. Loads its networks at the first one; one picture at a time, whoever asks."""

    def __init__(self, *, least_score: float = LEAST_SCORE, threads: int = 0) -> None:
        """`threads` of 0: as many as ONNX Runtime finds good. Raises NotInstalledError."""
        try:
            found = version("rapidocr")
        except ModuleNotFoundError as exc:
            raise NotInstalledError(
                "Reading what is written in pictures needs rapidocr: `pip install 'scenedex[ocr]'` installs it."
            ) from exc
        self.recipe = f"rapidocr-{found}:{least_score:g}"
        """How lines are read, in one word: another one reads pictures again."""
        self._least = least_score
        self._threads = threads
        self._lock = threading.Lock()
        self._engine: RapidOCR | None = None

    def read(self, pixels: Pixels) -> tuple[ScreenLine, ...]:
        """The lines of a picture (height, width, 3; RGB) in reading order; none where nothing is written.

        Raises AnnotationError where the networks fail on it, NotInstalledError where they cannot be loaded.
        """
        height, width = pixels.shape[:2]
        if min(height, width) < SMALLEST_SIDE:
            return ()
        ground = _on_ground(pixels)
        with self._lock:
            engine = self._loaded()
            try:
                read = engine(np.ascontiguousarray(ground[:, :, ::-1]))
            except Exception as exc:
                raise AnnotationError(f"This picture cannot be read: {type(exc).__name__}: {exc}") from exc
        if not len(read):
            return ()
        lines = zip(read.txts, read.scores, read.boxes, strict=True)
        return tuple(_ordered(self._kept(lines, (width, height))))[:MAX_LINES]

    def _loaded(self) -> "RapidOCR":
        if self._engine is None:
            try:
                from rapidocr import RapidOCR
            except ImportError as exc:
                raise NotInstalledError(
                    f"rapidocr is installed and cannot be loaded ({exc}): `pip install 'scenedex[ocr]'` mends it."
                ) from exc
            threads = {"EngineConfig.onnxruntime.intra_op_num_threads": self._threads or -1}
            self._engine = RapidOCR(params={"Global.log_level": "critical", **threads})
        return self._engine

    def _kept(self, lines: "Iterator[tuple[str, float, object]]", size: tuple[int, int]) -> list[ScreenLine]:
        kept = []
        for text, score, box in lines:
            words = " ".join(text.split())[:MAX_CHARACTERS]
            if score < self._least or sum(map(str.isalnum, words)) < LEAST_CHARACTERS:
                continue
            corners = np.clip(np.asarray(box, dtype=np.float64) / size, 0.0, 1.0)
            (left, top), (right, bottom) = corners.min(axis=0).tolist(), corners.max(axis=0).tolist()
            kept.append(ScreenLine(text=words, score=float(score), box=(left, top, right, bottom)))
        return kept


def _on_ground(pixels: Pixels) -> Pixels:
    """The picture, with grey added below or to its right until it is at most LONGEST times as long as it is thick."""
    height, width = pixels.shape[:2]
    taller, wider = max(height, -(-width // LONGEST)), max(width, -(-height // LONGEST))
    if (taller, wider) == (height, width):
        return pixels
    ground = np.full((taller, wider, 3), 128, dtype=np.uint8)
    ground[:height, :width] = pixels
    return ground


def _ordered(lines: list[ScreenLine]) -> list[ScreenLine]:
    """From top to bottom, and from left to right where lines stand side by side."""
    rows: list[list[ScreenLine]] = []
    for line in sorted(lines, key=lambda each: (each.box[1] + each.box[3], each.box[0])):
        middle = (line.box[1] + line.box[3]) / 2
        if rows and rows[-1][0].box[1] <= middle <= rows[-1][0].box[3]:
            rows[-1].append(line)
        else:
            rows.append([line])
    return [line for row in rows for line in sorted(row, key=lambda each: each.box[0])]
