"""A media file as indexing reads it, wherever that happens: in this process, or in a child of it."""

from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from scenedex.types import Caption, Limits, MediaInfo, Piece, Pixels, SceneDraft, Waveform

Reached = Callable[[float], None]
"""Told the seconds of the video that are decoded, about ten times a second; perhaps in another thread."""


class Reading(Protocol):
    """One file that is open. One thing is read at a time: asking for another ends what was being read.

    Every method raises MediaError.
    """

    @property
    def info(self) -> MediaInfo:
        """What its headers say."""

    @property
    def warnings(self) -> tuple[str, ...]:
        """What was wrong in the pass over its pictures, in sentences for people; complete after `scenes`."""

    def scenes(
        self, detector: str, reached: Reached, *, accurate: bool | None = None
    ) -> Generator[SceneDraft, None, None]:
        """Its scenes, in order, each as soon as its shot is over. Raises DiskFullError, too.

        `accurate`: every picture is decoded, also where the file gives hints by which many can be passed over; None: of
        videos with pictures of fewer than `scenedex.scenes.hints.HINTS_FROM_LINES`.
        """

    def captions(self) -> list[Caption]:
        """The text of its tracks and, after `scenes`, of the closed captions in its pictures."""

    def sound(self, rate: int, start_s: float = 0.0, end_s: float | None = None) -> Iterator[Waveform]:
        """Its sound between two times, in blocks of four seconds, `rate` samples a second; nothing without any."""

    def pictures(self, times: Iterable[float], short_side: int) -> Iterator[Pixels]:
        """The picture shown at each of these times, its short side `short_side` pixels at most."""

    def film(self, from_s: float, to_s: float, *, copied: bool) -> Generator[Piece, None, None]:
        """What is shown and heard between two times as the fragments of an MP4 file that browsers play, one by one.

        `copied`: pictures as they are, from the key frame at or before `from_s`; else encoded anew, exactly from there.
        """


class Decoder(Protocol):
    """Reads files."""

    def reading(self, path: Path, limits: Limits, detector: str = "") -> AbstractContextManager[Reading]:
        """A file, open. By this detector its `scenes` may be asked for.

        Raises MediaError, and NotFoundError where there is no file.
        """

    def warm(self) -> None:
        """A file will be read soon: prepare for it meanwhile. Returns at once and never raises."""

    def close(self) -> None:
        """Let go of what it holds."""
