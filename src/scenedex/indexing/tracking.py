"""Listings of folders, one after the other → what has settled since and is to be indexed, and what is gone."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from scenedex.indexing.listing import Listing, Mark, is_gone
from scenedex.indexing.writers import being_written
from scenedex.media.files import SUBTITLE_SUFFIXES, sniff
from scenedex.media.sidecars import is_sidecar
from scenedex.media.wholeness import is_whole

SOONEST_S = 0.1
"""Between two looks at what waits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long files are waited for, in seconds."""

    settle_s: float = (
        3.0  #: without a change for so long, a file counts as complete, and one that is away as gone
    )
    patience_s: float = 600.0  #: the same for one that is open for writing, or shorter than it says itself


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """What is to be done now."""

    ready: dict[Path, Mark]  #: media files that are new or have changed, complete as far as can be told
    gone: tuple[Path, ...]  #: files that were removed
    again: tuple[Path, ...]  #: media files whose subtitles have changed
    waiting: int  #: files that are not yet complete
    next_s: float | None  #: seconds until something of what waits may be due; None: nothing waits


@dataclass(slots=True)
class _Waiting:
    mark: Mark
    since: float


class Tracker:
    """Remembers how each file was when it was dealt with. `known`: files that the library knows to lie there."""

    def __init__(self, roots: Sequence[Path], patience: Patience, known: Iterable[Path] = ()) -> None:
        self._roots = tuple(roots)
        self._patience = patience
        self._done: dict[Path, Mark | None] = dict.fromkeys(known)
        self._device: dict[Path, int] = {}  # file to the file system of its folder
        self._waiting: dict[Path, _Waiting] = {}
        self._absent: dict[Path, float] = {}

    def look(self, listing: Listing, now: float) -> Due:
        """What this listing, made at `now` (seconds of any clock), lets be done."""
        self._learn_devices(listing)
        for path, mark in listing.files.items():
            if path in self._done and self._done[path] == mark:
                self._waiting.pop(path, None)
            elif path not in self._waiting or self._waiting[path].mark != mark:
                self._waiting[path] = _Waiting(mark, now)
        for path in [path for path in self._waiting if path not in listing.files]:
            del self._waiting[path]
        settled = {path: it.mark for path, it in self._waiting.items() if self._settled(path, it, now)}
        gone = tuple(self._gone(listing, now))
        subtitles = [p for p in (*settled, *gone) if p.suffix.lower() in SUBTITLE_SUFFIXES]
        ready: dict[Path, Mark] = {}
        for path, mark in settled.items():
            if path in subtitles or sniff(path) != "media":
                self.dealt_with(path, mark)
            else:
                ready[path] = mark
        return Due(
            ready=ready,
            gone=gone,
            again=tuple(self._captioned(subtitles, listing)),
            waiting=len(self._waiting) - len(ready),
            next_s=self._next_s(now, ready),
        )

    def dealt_with(self, path: Path, mark: Mark) -> None:
        """This file has been indexed, or refused, as it was then: nothing more until it changes."""
        self._done[path] = mark
        if path in self._waiting and self._waiting[path].mark == mark:
            del self._waiting[path]

    def forget(self, path: Path) -> None:
        """This file is gone, and that is known."""
        self._done.pop(path, None)
        self._absent.pop(path, None)
        self._device.pop(path, None)

    def _settled(self, path: Path, it: _Waiting, now: float) -> bool:
        still = now - it.since
        if still < self._patience.settle_s:
            return False
        return still >= self._patience.patience_s or (not being_written(path) and is_whole(path))

    def _gone(self, listing: Listing, now: float) -> Iterator[Path]:
        self._absent = {p: since for p, since in self._absent.items() if p not in listing.files}
        for path in [path for path in self._done if path not in listing.files]:
            root = self._root_of(path)
            device = self._device.get(path)
            held = root is None or (root in listing.away and path != root)
            if held or (root in listing.bare and device is None) or not is_gone(path, root or path, device):
                self._absent.pop(path, None)
            elif now - self._absent.setdefault(path, now) >= self._patience.settle_s:
                yield path

    def _root_of(self, path: Path) -> Path | None:
        return next((root for root in self._roots if path.is_relative_to(root)), None)

    def _learn_devices(self, listing: Listing) -> None:
        """A disk that was away and is back can have another number: what lay on it lies on that one now."""
        renamed: dict[int, int] = {}
        for path in listing.files:
            before, device = self._device.get(path), listing.devices.get(path.parent)
            if device is None:
                continue
            if before is not None and before != device:
                renamed[before] = device
            self._device[path] = device
        if renamed:
            self._device = {path: renamed.get(device, device) for path, device in self._device.items()}

    def _captioned(self, subtitles: Iterable[Path], listing: Listing) -> Iterator[Path]:
        """The media files, dealt with before, to which these subtitles belong."""
        names: defaultdict[Path, list[str]] = defaultdict(list)
        for path in subtitles:
            names[path.parent].append(path.name)
        for path in listing.files if names else ():
            beside = names.get(path.parent, ()) if path not in self._waiting else ()
            if any(is_sidecar(name, path.name) for name in beside) and sniff(path) == "media":
                yield path

    def _next_s(self, now: float, ready: dict[Path, Mark]) -> float | None:
        settle_s = self._patience.settle_s
        times = [it.since for path, it in self._waiting.items() if path not in ready]
        times += self._absent.values()
        if not times:
            return None
        left = min(settle_s - (now - since) if now - since < settle_s else settle_s for since in times)
        return max(left, SOONEST_S)
