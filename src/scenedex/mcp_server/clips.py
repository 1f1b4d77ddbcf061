"""Clips: where they are cut, how they are called, and how many are kept."""

import re
import tempfile
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import BoundedSemaphore, Lock
from uuid import UUID

from scenedex.errors import LimitError, UsageError
from scenedex.exports.names import file_name
from scenedex.http.errors import ApiError
from scenedex.library import Library

MAX_CLIPS = 2
"""Clips that are cut at the same time, as the API does."""

WAIT_S = 10.0
"""How long one waits for its turn."""

MAX_READ_BYTES = 16_000_000
"""Of a clip that is read as a resource: it comes in one message, in base64."""

MOST_KEPT = 50
"""Clips in the folder that is the session's own; the oldest make room."""

_URI = re.compile(
    r"scenedex://clips/([0-9a-f-]{36})/([0-9]{1,9}(?:\.[0-9]{1,3})?)-([0-9]{1,9}(?:\.[0-9]{1,3})?)\.mp4"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A part of a video."""

    video_id: UUID
    start_s: float
    end_s: float

    @property
    def uri(self) -> str:
        """The resource."""
        return f"scenedex://clips/{self.video_id}/{self.start_s:.3f}-{self.end_s:.3f}.mp4"

    @classmethod
    def of(cls, uri: str) -> "Stretch | None":
        """What a resource is about; None for another one."""
        match = _URI.fullmatch(uri)
        if match is None:
            return None
        try:
            return cls(video_id=UUID(match[1]), start_s=float(match[2]), end_s=float(match[3]))
        except ValueError:
            return None


@dataclass(frozen=True, slots=True)
class Clips:
    """Cuts clips, a few at a time. Safe in threads."""

    folder: Path | None = None  #: where `written` leaves them; None: it does not
    keep: bool = True  #: every clip; else the newest MOST_KEPT
    _places: BoundedSemaphore = field(default_factory=lambda: BoundedSemaphore(MAX_CLIPS))
    _lock: Lock = field(default_factory=Lock)
    _written: OrderedDict[Path, None] = field(default_factory=OrderedDict)

    def written(self, library: Library, stretch: Stretch, name: str) -> Path | None:
        """The clip as a file of the folder; None where there is none. Raises what cutting raises."""
        if self.folder is None:
            return None
        stem = file_name(name.rpartition(".")[0] or name)
        target = (
            self.folder / f"{stem} {str(stretch.video_id)[:8]} {stretch.start_s:.3f}-{stretch.end_s:.3f}.mp4"
        )
        with self._a_place():
            try:
                library.cut(stretch.video_id, target, start_s=stretch.start_s, end_s=stretch.end_s)
            except OSError as exc:
                raise UsageError(f"{target} cannot be written: {exc.strerror or exc}.") from exc
        self._make_room(target)
        return target

    def read(self, library: Library, stretch: Stretch) -> bytes:
        """The clip. Raises LimitError where it is too large for one message, and what cutting raises."""
        with self._a_place(), tempfile.TemporaryDirectory(prefix="scenedex-") as folder:
            target = Path(folder) / "clip.mp4"
            library.cut(stretch.video_id, target, start_s=stretch.start_s, end_s=stretch.end_s)
            if (size := target.stat().st_size) > MAX_READ_BYTES:
                raise LimitError(
                    f"This clip has {size / 1e6:.0f} MB, and {MAX_READ_BYTES / 1e6:.0f} MB fit into an answer: ask "
                    "for a shorter stretch."
                )
            return target.read_bytes()

    @contextmanager
    def _a_place(self) -> Iterator[None]:
        if not self._places.acquire(timeout=WAIT_S):
            raise ApiError(
                429, "too_many_requests", "Too many clips are being cut: ask again in a few seconds."
            )
        try:
            yield
        finally:
            self._places.release()

    def _make_room(self, target: Path) -> None:
        if self.keep:
            return
        with self._lock:
            self._written[target] = None
            self._written.move_to_end(target)
            while len(self._written) > MOST_KEPT:
                self._written.popitem(last=False)[0].unlink(missing_ok=True)
