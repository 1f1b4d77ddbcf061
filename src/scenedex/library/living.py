"""Folders that a library keeps up with: what comes is indexed, what moves is found again, what goes is offline."""

import logging
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from scenedex.errors import DecoderStartError, ScenedexError, StoreError, UsageError
from scenedex.indexing.listing import Listing, Mark, list_files
from scenedex.indexing.tracking import Due, Patience, Tracker
from scenedex.indexing.walk import absolute, is_regular, printable, status
from scenedex.library.telling import Teller
from scenedex.library.waking import Waker
from scenedex.store.files import files_at, files_of, known_files, mark_missing
from scenedex.store.retention import forgotten
from scenedex.types import FileOutcome, Video

if TYPE_CHECKING:
    from scenedex.indexing.progress import Progress
    from scenedex.library.core import Library

log = logging.getLogger(__name__)

AT_A_TIME = 64
"""Files that are given to the indexer together, or a sixteenth of them where they are more."""

RETAIN_EVERY_S = 3600.0
"""Between two times that rules of retention are applied."""

RETRY_S = 5.0
"""After a failure of the library itself."""

UNFINISHED = ("*.part", "*.partial", "*.crdownload", "*.download", "*.filepart", "*.tmp", "*.!qB")
"""Names of what other programs are still fetching."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchOptions:
    """How folders are watched. Times in seconds."""

    exclude: Sequence[str] = ()  #: shell patterns, as for `add`
    poll: bool = False  #: look from time to time, also where the system tells of changes
    poll_s: float = 10.0  #: how often, there and on network file systems
    rescan_s: float = 300.0  #: how often where it tells of them
    patience: Patience = field(default_factory=Patience)


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What one look at the folders found, and what became of it."""

    files: tuple[FileOutcome, ...] = ()
    offline: tuple[str, ...] = ()  #: paths that were removed and were the last of their videos
    waiting: int = 0  #: files that are not yet complete
    forgotten: tuple[Video, ...] = ()  #: by rules of retention that are on
    away: tuple[str, ...] = ()  #: roots that are not there: nothing of them is called removed
    next_s: float | None = None  #: seconds until something of what waits may be due

    @property
    def quiet(self) -> bool:
        """Whether there is nothing to tell."""
        return not (self.files or self.offline or self.forgotten)


class Watching:
    """A watch on folders. It removes no file, and a video from the library only by a rule of retention that is on."""

    def __init__(
        self,
        library: "Library",
        paths: Sequence[Path | str],
        options: WatchOptions | None = None,
        *,
        complain: Callable[[str], None] = log.warning,
        progress: "Progress | None" = None,
    ) -> None:
        """Raises UsageError without paths, for times below zero, and for the library's own folders."""
        self.options = options or WatchOptions()
        _check(paths, self.options)
        self.roots = _apart(absolute(Path(path)) for path in paths)
        self._library = library
        self._complain = complain
        self._progress = progress
        self._closed = {absolute(folder) for folder in library.own_folders()}
        if inside := [root for root in self.roots if any(root.is_relative_to(own) for own in self._closed)]:
            raise UsageError(f"A library's own folder is not watched: {printable(inside[0])}.")
        self._tracker: Tracker | None = None
        self._away: tuple[Path, ...] = ()
        self._retained: float | None = None
        self._waker = Waker(
            self.roots,
            complain,
            poll=self.options.poll,
            poll_s=self.options.poll_s,
            rescan_s=self.options.rescan_s,
        )

    @property
    def polls(self) -> bool:
        """Whether some of the folders are only looked at from time to time."""
        return self._waker.polls

    def run(self, tell: Callable[[Looked], None] = lambda _: None) -> None:
        """Keep up with the folders until `stop`. `tell` hears of each look that found something, and of the first.

        An outage of the library or of a file system is waited out; a file that cannot be indexed is an outcome with
        its reason.
        """
        first = True
        with self._waker as waker, Teller(self._library):
            while not waker.over:
                began = time.monotonic()
                looked = self._tried()
                if looked is not None and (first or not looked.quiet):
                    tell(looked)
                    first = False
                due_s = RETRY_S if looked is None else looked.next_s
                waker.wait(due_s, 0.0 if looked is None or looked.files else time.monotonic() - began)

    def stop(self) -> None:
        """End `run` after what is in hand. Safe in threads and signal handlers."""
        self._waker.stop()

    def look(self) -> Looked:
        """Look once at the folders, and do what is due. Raises StoreError, DecoderStartError; the next look goes on."""
        if self._tracker is None:
            self._tracker = Tracker(self.roots, self.options.patience, self._known())
        listing = list_files(self.roots, (*UNFINISHED, *self.options.exclude), self._closed)
        self._say_away(listing)
        due = self._tracker.look(listing, time.monotonic())
        outcomes, left = self._index(self._tracker, due.ready)
        offline, others = self._lose(self._tracker, due)
        outcomes += self._again({*due.again, *left, *others} - set(due.ready))
        return Looked(
            files=tuple(outcomes),
            offline=offline,
            forgotten=self._retain(),
            waiting=due.waiting,
            away=tuple(map(str, listing.away)),
            next_s=due.next_s,
        )

    def _tried(self) -> Looked | None:
        try:
            return self.look()
        except (StoreError, DecoderStartError, OSError) as exc:
            why = exc if isinstance(exc, ScenedexError) else f"The file system does not answer: {exc}."
            self._complain(f"{why} What lies in the folders is looked at again in {RETRY_S:g} s.")
            return None

    def _known(self) -> list[Path]:
        with self._library.transaction() as tx:
            known = [known_files(tx, str(root)) for root in self.roots]
        return [Path(path) for files in known for path, file in files.items() if not file.missing]

    def _index(self, tracker: Tracker, ready: dict[Path, Mark]) -> tuple[list[FileOutcome], set[Path]]:
        """Index these; also where contents lie still that were replaced at one of these paths."""
        outcomes: list[FileOutcome] = []
        left: set[Path] = set()
        paths = list(ready)
        size = max(AT_A_TIME, len(paths) // 16)
        for first in range(0, len(paths), size):
            if self._waker.over:
                break
            some = paths[first : first + size]
            with self._library.transaction() as tx:
                before = {file.path: file.video_id for file in files_at(tx, map(str, some))}
                unwanted = [
                    path
                    for path in some
                    if str(path) not in before
                    and forgotten(tx, str(path), ready[path].size_bytes, ready[path].mtime_ns)
                ]
            for path in unwanted:  # by a rule; `index` would bring it back
                tracker.dealt_with(path, ready[path])
            some = [path for path in some if path not in unwanted]
            if not some:
                continue
            report = self._library.add(*some, progress=self._progress)
            for outcome in report.files:
                path = Path(outcome.path)
                if path in ready:
                    tracker.dealt_with(path, ready[path])
                if outcome.video_id and before.get(outcome.path, outcome.video_id) != outcome.video_id:
                    left |= self._places([before[outcome.path]])
                if outcome.outcome not in ("unchanged", "refused") or (outcome.reason and status(path)):
                    outcomes.append(outcome)
        return outcomes, left

    def _lose(self, tracker: Tracker, due: Due) -> tuple[tuple[str, ...], set[Path]]:
        """Mark what is gone; the paths that were the last of their videos, and where the other videos lie still."""
        if not due.gone:
            return (), set()
        with self._library.transaction() as tx:
            files = [file for file in files_at(tx, map(str, due.gone)) if not file.missing]
            mark_missing(tx, [file.path for file in files])
        left = {file.path: self._places([file.video_id]) for file in files}
        for path in due.gone:
            tracker.forget(path)
        offline = tuple(sorted(path for path, places in left.items() if not places))
        return offline, {place for places in left.values() for place in places}

    def _retain(self) -> tuple[Video, ...]:
        if self._retained is not None and time.monotonic() - self._retained < RETAIN_EVERY_S:
            return ()
        self._retained = time.monotonic()
        return self._library.apply_retention()

    def _again(self, paths: Iterable[Path]) -> list[FileOutcome]:
        """Read names and subtitles of these videos anew, where they have changed."""
        there = sorted(path for path in paths if is_regular(path))
        if not there:
            return []
        report = self._library.add(*there, progress=self._progress)
        return [outcome for outcome in report.files if outcome.outcome != "unchanged"]

    def _places(self, videos: Iterable[UUID]) -> set[Path]:
        with self._library.transaction() as tx:
            files = [file for video in videos for file in files_of(tx, video)]
        return {Path(file.path) for file in files if not file.missing}

    def _say_away(self, listing: Listing) -> None:
        for root in listing.away:
            if root not in self._away:
                self._complain(
                    f"{printable(root)} is not there now: its videos stay as they are until it is."
                )
        self._away = listing.away


def _check(paths: Sequence[Path | str], options: WatchOptions) -> None:
    if not paths or not all(str(path).strip() for path in paths):
        raise UsageError("Say which folder is meant (`.` for this one).")
    patience = options.patience
    if min(patience.settle_s, patience.patience_s) < 0 or min(options.poll_s, options.rescan_s) <= 0:
        raise UsageError("Times are seconds, and more than none.")


def _apart(roots: Iterable[Path]) -> tuple[Path, ...]:
    """Each root once, without those that lie below another."""
    alone = list(dict.fromkeys(roots))
    return tuple(
        root for root in alone if not any(root != other and root.is_relative_to(other) for other in alone)
    )
