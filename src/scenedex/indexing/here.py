"""Files are read in this process."""

from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from scenedex.errors import DecodeError
from scenedex.indexing.reading import Reached
from scenedex.media.ahead import Ahead, ahead_of
from scenedex.media.audio import waveform
from scenedex.media.decode import Decoding, frames_at, measure_duration
from scenedex.media.playing import Stretch, film
from scenedex.media.probe import probe
from scenedex.media.subtitles import embedded_captions
from scenedex.scenes.hints import hints_for
from scenedex.scenes.segment import segment, sound_scenes
from scenedex.types import Caption, Limits, MediaInfo, Piece, Pixels, SceneDraft, Waveform

HEADER_TOLERANCE_S = 0.5
"""A header's duration this close to what was decoded is taken for true."""


class Here:
    """A `scenedex.indexing.reading.Decoder`. What waits for the end of a long shot waits in `scratch`, a folder."""

    def __init__(self, scratch: Path | None = None) -> None:
        self._scratch = scratch

    @contextmanager
    def reading(self, path: Path, limits: Limits, detector: str = "") -> Iterator["HereReading"]:
        """A file, open."""
        yield HereReading(path, limits, self._scratch)

    def warm(self) -> None:
        """There is nothing to prepare."""

    def close(self) -> None:
        """Nothing is held."""


class HereReading:
    """A `scenedex.indexing.reading.Reading`. `scratch` is a folder, or a file that is open for writing and reading."""

    def __init__(self, path: Path, limits: Limits, scratch: Path | IO[bytes] | None = None) -> None:
        self._path, self._limits, self._scratch = path, limits, scratch
        self._closed_captions: tuple[Caption, ...] = ()
        self.info: MediaInfo = probe(path, limits)
        self.warnings: tuple[str, ...] = ()

    def scenes(
        self, detector: str, reached: Reached, *, accurate: bool | None = None
    ) -> Generator[SceneDraft, None, None]:
        """The one decode pass."""
        info, limits = self.info, self._limits
        if info.video is None:
            duration_s = info.duration_s or measure_duration(self._path, info, limits)
            yield from sound_scenes(_lasting(duration_s))
            return
        hints = hints_for(info.video, detector, accurate=accurate)
        look = hints.look if hints is not None else None
        with (
            Decoding(self._path, info, limits, look=look, progress=reached) as decoding,
            Ahead(decoding, ahead_of(info.video), weight=lambda frame: not frame.light) as frames,
        ):
            yield from segment(
                frames,
                duration_s=lambda: _lasting(_duration(info, decoding.end_s)),
                detector=detector,
                fetch=lambda times: frames_at(self._path, info, limits, times, hasty=True),
                sparse=hints is not None,
                scratch=self._scratch,
            )
            self._closed_captions, self.warnings = decoding.captions, decoding.warnings

    def captions(self) -> list[Caption]:
        """Text tracks first, then closed captions."""
        return [*embedded_captions(self._path, self.info, self._limits), *self._closed_captions]

    def sound(self, rate: int, start_s: float = 0.0, end_s: float | None = None) -> Iterator[Waveform]:
        """The default track, else the first."""
        return waveform(self._path, self.info, self._limits, rate=rate, start_s=start_s, end_s=end_s)

    def pictures(self, times: Iterable[float], short_side: int) -> Iterator[Pixels]:
        """Sorted times are read fastest."""
        for frame in frames_at(self._path, self.info, self._limits, times):
            yield frame.picture(short_side)

    def film(self, from_s: float, to_s: float, *, copied: bool) -> Generator[Piece, None, None]:
        """Fragments of an MP4 file."""
        return film(self._path, self.info, self._limits, Stretch(from_s, to_s), copied=copied)


def _duration(info: MediaInfo, measured_s: float) -> float:
    """What was decoded, or the header's word where the two nearly agree."""
    header_s = info.duration_s or 0.0
    return max(header_s, measured_s) if abs(header_s - measured_s) <= HEADER_TOLERANCE_S else measured_s


def _lasting(duration_s: float) -> float:
    if not duration_s > 0:
        raise DecodeError("Nothing in this file lasts: no picture and no sound could be read.")
    return duration_s
