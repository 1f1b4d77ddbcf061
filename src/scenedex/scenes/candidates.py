"""What is kept of a shot while it passes: its best pictures, at most a second apart.

The pictures of a shot wait for its end (only then is it known how it is split), and a shot can last for hours.
So they wait in an anonymous temporary file, as JPEG: about 200 MB an hour. The last few wait as they were decoded: of
a short shot only those are encoded that become keyframes.
"""

import io
import math
import struct
import tempfile
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO

from PIL import Image

from scenedex.errors import DiskFullError
from scenedex.scenes.keyframes import NEAR_CUT_S
from scenedex.scenes.quality import quality
from scenedex.types import KEYFRAME_SHORT_SIDE, Frame, Keyframe

SPACING_S = 1.0
"""Neighbouring candidates are at most this far apart; `choose` needs it to keep keyframes within their gap."""

JPEG_QUALITY = 88

HASTY = 0.8
"""Times its quality that a picture is worth which was decoded in haste."""

IN_MEMORY_BYTES = 8 * 1024 * 1024
"""Up to here the pictures of a shot don't touch the disk."""

AS_DECODED = 4
"""Candidates that wait as they were decoded."""

AS_DECODED_PIXELS = 8_500_000
"""Pixels of all of them: four pictures of 1080p, one of 4K, none of 8K."""

_HEADER = struct.Struct("<dddIII")  # t_s, until_s, quality, width, height, bytes of JPEG that follow


@dataclass(frozen=True, slots=True)
class Candidate:
    """A picture that may become a keyframe at any time while it was shown."""

    t_s: float
    until_s: float  #: when the next picture took its place
    quality: float
    where: "_Written | _Decoded"

    def times(self, start_s: float, end_s: float) -> list[float]:
        """When it can stand for a part of `[start_s, end_s)`: more than once if it was shown for long."""
        first, last = max(self.t_s, start_s), min(self.until_s, end_s)
        times = (first + n * SPACING_S for n in range(math.ceil((last - first) / SPACING_S)))
        return [t_s for t_s in times if t_s < last]  # rounding can bring the last one up to the end


@dataclass(frozen=True, slots=True)
class _Written:
    width: int
    height: int
    offset: int  #: where its JPEG lies
    size: int


@dataclass(slots=True)
class _Decoded:
    frame: Frame
    until_s: float
    quality: float
    made: list[Keyframe] = field(default_factory=list)

    def keyframe(self) -> Keyframe:
        """As JPEG; the same each time."""
        if not self.made:
            self.made.append(encode(self.frame, self.frame.t_s, self.quality))
        return self.made[0]


@dataclass(frozen=True, slots=True)
class _Best:
    frame: Frame
    until_s: float
    quality: float
    score: float  #: quality, less what being near a cut takes away


class Candidates:
    """The candidates of the shot in hand. Holds few frames; a context manager over its temporary file.

    `scratch` is the folder of that file (by default the system's temporary one), or the file itself, open for writing
    and reading; it is closed here.
    """

    def __init__(self, scratch: Path | IO[bytes] | None = None) -> None:
        self._file: IO[bytes]
        if scratch is None or isinstance(scratch, Path):
            where = None if scratch is None else str(scratch)
            self._file = tempfile.SpooledTemporaryFile(IN_MEMORY_BYTES, dir=where)  # noqa: SIM115 - closed in __exit__
        else:
            self._file = scratch
        self._size = 0
        self._decoded: deque[_Decoded] = deque()  # later than all in the file
        self._start_s = 0.0  # of the shot
        self._latest_s = 0.0  # the latest candidate's last time; the shot's start as long as there is none
        self._fresh = True  # no candidate yet
        self._best: _Best | None = None

    def __enter__(self) -> "Candidates":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def offer(self, frame: Frame, until_s: float) -> None:
        """The next frame of the shot, and when it is replaced by the one after it."""
        held = until_s - frame.t_s > SPACING_S / 2
        # A shot's first candidate comes within half the spacing: nothing before it keeps the distance small.
        if held or frame.t_s - self._latest_s > (SPACING_S / 2 if self._fresh else SPACING_S):
            self.close_window()
        if not (held or self._fresh) and frame.t_s - self._latest_s <= SPACING_S / 2:
            return
        found = quality(frame.small()) * (HASTY if frame.hasty else 1.0)
        near_cut = self._start_s > 0.0 and frame.t_s - self._start_s < NEAR_CUT_S
        best = _Best(frame, until_s, found, found / 2 if near_cut else found)
        if self._best is None or best.score > self._best.score:
            self._best = best
        if held:
            self.close_window()

    def close_window(self, before_s: float = float("inf")) -> None:
        """Make the best frame since the last candidate a candidate, if it was shown first before `before_s`."""
        best = self._best
        if best is None or best.frame.t_s >= before_s:
            return
        self._best = None
        self._decoded.append(_Decoded(best.frame, best.until_s, best.quality))
        while len(self._decoded) > min(AS_DECODED, AS_DECODED_PIXELS // max(1, best.frame.area)):
            oldest = self._decoded.popleft()
            self._append(oldest.keyframe(), oldest.until_s)
        self._took(best.frame.t_s, best.until_s)

    def may_start(self, start_s: float) -> None:
        """A shot may begin here: from now on pictures are chosen as if it did, and nothing is forgotten."""
        self.close_window(before_s=start_s)
        self._start_s, self._latest_s, self._fresh = start_s, start_s, True

    def start_shot(self, start_s: float) -> None:
        """Forget the candidates before a cut and give their space back."""
        written = (one for one in self if isinstance(one.where, _Written) and one.t_s >= start_s)
        late = [(self.keyframe(one, one.t_s), one.until_s) for one in written]
        self._decoded = deque(one for one in self._decoded if one.frame.t_s >= start_s)
        self._size = 0
        with _disk_full():
            self._file.seek(0)
            self._file.truncate()
        self._start_s, self._latest_s, self._fresh = start_s, start_s, True
        for picture, until_s in late:
            self._append(picture, until_s)
            self._took(picture.t_s, until_s)
        for one in self._decoded:
            self._took(one.frame.t_s, one.until_s)

    def __iter__(self) -> Iterator[Candidate]:
        """Everything kept of the shot, in order of time, one in memory at a time."""
        at = 0
        while at < self._size:
            with _disk_full():
                self._file.seek(at)
                header = self._file.read(_HEADER.size)
            t_s, until_s, found, width, height, size = _HEADER.unpack(header)
            at += _HEADER.size
            yield Candidate(t_s, until_s, found, _Written(width, height, at, size))
            at += size
        for one in self._decoded:
            yield Candidate(one.frame.t_s, one.until_s, one.quality, one)

    def keyframe(self, candidate: Candidate, t_s: float) -> Keyframe:
        """A candidate as the keyframe at a time while it was shown."""
        where = candidate.where
        if isinstance(where, _Decoded):
            return replace(where.keyframe(), t_s=t_s)
        with _disk_full():
            self._file.seek(where.offset)
            jpeg = self._file.read(where.size)
        return Keyframe(t_s=t_s, quality=candidate.quality, width=where.width, height=where.height, jpeg=jpeg)

    def _took(self, t_s: float, until_s: float) -> None:
        self._latest_s, self._fresh = max(t_s, until_s - SPACING_S), False

    def _append(self, picture: Keyframe, until_s: float) -> None:
        header = _HEADER.pack(
            picture.t_s, until_s, picture.quality, picture.width, picture.height, len(picture.jpeg)
        )
        with _disk_full():
            self._file.seek(self._size)
            self._file.write(header)
            self._file.write(picture.jpeg)
        self._size += len(header) + len(picture.jpeg)


def encode(frame: Frame, t_s: float, found: float) -> Keyframe:
    """A frame of quality `found` as the keyframe at `t_s`."""
    picture = Image.fromarray(frame.picture(KEYFRAME_SHORT_SIDE))
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=JPEG_QUALITY)
    return Keyframe(
        t_s=t_s, quality=found, width=picture.width, height=picture.height, jpeg=buffer.getvalue()
    )


@contextmanager
def _disk_full() -> Iterator[None]:
    """Whatever goes wrong with a file that has no name is the disk's doing."""
    try:
        yield
    except OSError as exc:
        raise DiskFullError(
            f"The pictures of a long shot don't fit into the temporary folder ({exc}): free some space there, "
            "or name another folder in TMPDIR, then run the same command again."
        ) from exc
