"""Files and folders → what became of each: known by content, indexed, or refused with a reason."""

import logging
import os
import threading
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from scenedex.errors import DecodeError, DecoderStartError, MediaError, NotAVideoError, StoreError
from scenedex.indexing.pipeline import Content, Parts, index_content, recipe, refresh_words
from scenedex.indexing.progress import Progress, Silent
from scenedex.indexing.several import Turns, side_by_side
from scenedex.indexing.walk import Found, absolute, find_files, printable, status
from scenedex.media.files import content_hash, ends_hash, is_media_name, sniff
from scenedex.media.sidecars import find_sidecars
from scenedex.store.files import files_of, known_files, mark_missing, put_file, same_file
from scenedex.store.videos import find_by_hash, recipe_of
from scenedex.types import AnnotationOutcome, FileOutcome, IndexOutcome, KnownFile

log = logging.getLogger(__name__)

NOT_VIDEOS = {
    "picture": "This is a picture, not a video.",
    "other": "This is no video and no sound.",
    "empty": "The file is empty.",
    "subtitles": "These are subtitles, and no video of that name lies beside them.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexReport:
    """What one run did."""

    files: tuple[FileOutcome, ...]
    offline: tuple[str, ...]  #: known paths at which nothing lies any more
    annotations: tuple[AnnotationOutcome, ...] = ()  #: of the kinds that the settings ask for


def index_paths(
    parts: Parts,
    paths: Sequence[Path],
    *,
    exclude: Sequence[str] = (),
    force: bool = False,
    progress: Progress | None = None,
) -> IndexReport:
    """Index the videos at and below `paths`, `parts.at_once` of them side by side. One bad file never stops the rest.

    `force` indexes known content again. Raises StoreError when the library itself fails, and
    DecoderStartError where files cannot be read at all; every file that was finished before is kept.
    """
    run = _Run(parts, force, progress or Silent())
    outcomes = [
        _refused(absolute(path), "There is no file or folder at this path.")
        for path in paths
        if status(path.expanduser()) is None
    ]
    here = [path for path in paths if status(path.expanduser()) is not None]
    outcomes += run.all_of(list(find_files(here, exclude, passed_over=parts.own_folders)))
    return IndexReport(files=tuple(outcomes), offline=run.gone_below([absolute(path) for path in paths]))


def index_file(
    parts: Parts, path: Path, *, force: bool = False, progress: Progress | None = None
) -> FileOutcome:
    """Index one file, without reading what else the owner has.

    Raises what `index_paths` makes an outcome of: MediaError, OSError, EncoderError, and whatever nobody foresaw.
    """
    run = _Run(parts, force, progress or Silent(), alone=absolute(path))
    return run.one(absolute(path))


class _Run:
    def __init__(self, parts: Parts, force: bool, progress: Progress, *, alone: Path | None = None) -> None:
        """`alone`: the only file of the run; what is known of others is then read when it is needed."""
        self.parts = parts
        self.alone = alone
        self.force = force
        self.progress = Turns(progress)
        self.learning = threading.RLock()  # what is known of files is shared by the threads of a run
        self.done: set[UUID] = set()  # videos that this run has indexed: copies of them need no second pass
        self.captioned: dict[Path, FileOutcome] = {}  # sidecar to the outcome of its video
        with parts.transaction() as tx:
            self.known = known_files(tx, None if alone is None else str(alone))
        self.paths: defaultdict[UUID, set[str]] = defaultdict(set)
        for file in self.known.values():
            self.paths[file.video_id].add(file.path)

    def all_of(self, found: Sequence[Found]) -> list[FileOutcome]:
        self.progress.found(len(found))
        kinds = [(it, sniff(it.path) if os.access(it.path, os.R_OK) else "unreadable") for it in found]
        videos = [pair for pair in kinds if pair[1] != "subtitles"]
        at_once = min(self.parts.at_once, len(videos))
        if at_once > 1:
            outcomes = side_by_side(self._told, videos, at_once, self.progress)
        else:
            outcomes = [self._told(pair) for pair in videos]
        return outcomes + [self._subtitles(item) for item, kind in kinds if kind == "subtitles"]

    def _told(self, pair: tuple[Found, str]) -> FileOutcome:
        self.progress.start(str(pair[0].path))
        outcome = self._one(*pair)
        self.progress.finish(outcome)
        return outcome

    def one(self, path: Path) -> FileOutcome:
        """Index this file, which is named. Raises where `all_of` would refuse it."""
        if path.is_dir():
            raise NotAVideoError("This is a folder, not a video.")
        path.stat()  # says why it cannot be read
        if (kind := sniff(path)) in NOT_VIDEOS:
            raise NotAVideoError(NOT_VIDEOS[kind])
        return self._video(path)

    def gone_below(self, roots: Sequence[Path]) -> tuple[str, ...]:
        """Mark the known files at and below `roots` that are not there any more.

        Gives those that were there the last time and were the last path of their video: it is offline now.
        """
        gone = [
            path
            for path, file in self.known.items()
            if not file.missing
            and any(Path(path).is_relative_to(root) for root in roots)
            and not os.path.lexists(path)
        ]
        with self.parts.transaction() as tx:
            mark_missing(tx, gone)
            offline = [
                path for path in gone if all(file.missing for file in files_of(tx, self.known[path].video_id))
            ]
        return tuple(sorted(offline))

    def _one(self, item: Found, kind: str) -> FileOutcome:
        if kind in NOT_VIDEOS:
            return _refused(item.path, NOT_VIDEOS[kind], failed=item.named or is_media_name(item.path))
        try:
            outcome = self._video(item.path)
        except MediaError as exc:
            return _refused(item.path, str(exc))
        except (StoreError, DecoderStartError):
            raise
        except OSError as exc:
            return _refused(item.path, f"The file cannot be read: {exc.strerror or exc}.")
        except Exception as exc:
            log.exception("indexing %s", printable(item.path))
            return _refused(item.path, f"scenedex itself failed on this file ({type(exc).__name__}: {exc}).")
        self.captioned |= {sidecar.path: outcome for sidecar in find_sidecars(item.path)}
        return outcome

    def _video(self, path: Path) -> FileOutcome:
        stat = path.stat()
        before = self.known.get(str(path))
        if before and not self.force and _same(before, stat):
            content = self._described(path, "", before.video_id)
            with self.parts.transaction() as tx:
                made = recipe_of(tx, before.video_id)
            if made == (recipe(self.parts), content.fingerprint()):
                return _outcome(path, "unchanged", before.video_id)
        digest = self._known_digest(path, stat) or content_hash(
            path, lambda read: self.progress.step("hash", read / max(stat.st_size, 1))
        )
        # Two runs that meet the same content take turns: the second one finds it done.
        with self.parts.database.lock(f"index:{self.parts.owner}:{digest}"):
            return self._content(path, stat, digest)

    def _known_digest(self, path: Path, stat: os.stat_result) -> str | None:
        """The content hash of a file that was moved, renamed, linked or away, without reading more than its ends.

        What the file system says of it is not enough: inodes, sizes and times recur on other disks.
        """
        if self.force or stat.st_size == 0:
            return None
        with self.parts.transaction() as tx:
            found = same_file(tx, inode_of(stat), stat.st_size, stat.st_mtime_ns)
        ends = ends_hash(path) if found else None
        for known in found:
            alone = known.path == str(path) or not os.path.lexists(known.path)
            if ends is not None and known.ends == ends and (alone or _same_inode(Path(known.path), stat)):
                return known.content_hash
        return None

    def _content(self, path: Path, stat: os.stat_result, digest: str) -> FileOutcome:
        with self.parts.transaction() as tx:
            video_id = find_by_hash(tx, digest)
            made = recipe_of(tx, video_id) if video_id else ("", "")
        content = self._described(path, digest, video_id)
        known = video_id is not None and made[0] == recipe(self.parts)
        if not known or (self.force and video_id not in self.done):
            warnings = self._index(content, stat)
            word: IndexOutcome = "warning" if warnings else "indexed"
            return _outcome(path, word, self.known[str(path)].video_id, " ".join(warnings) or None)
        assert video_id is not None
        read_again = made[1] != content.fingerprint()
        if read_again:
            refresh_words(self.parts, video_id, content)
        return self._arrived(path, stat, video_id, read_again)

    def _index(self, content: Content, stat: os.stat_result) -> tuple[str, ...]:
        record = index_content(self.parts, content, self.progress)
        if not _same_stat(content.path.stat(), stat):
            raise DecodeError("The file changed while it was being read: index it again when it is complete.")
        self.progress.step("store", 0.0)
        ends = ends_hash(content.path)
        video_id = self.parts.write(
            record, lambda tx, vid: put_file(tx, self._entry(content.path, stat, vid), ends)
        )
        self._learn(self._entry(content.path, stat, video_id))
        self.done.add(video_id)
        return record.warnings

    def _arrived(self, path: Path, stat: os.stat_result, video_id: UUID, read_again: bool) -> FileOutcome:
        """A path of a content that is known: the same file as before, a copy, or where it was moved to."""
        self._learn(self._entry(path, stat, video_id))
        with self.parts.transaction() as tx:
            before = {file.path: file for file in files_of(tx, video_id)}
            others = sorted(set(before) - {str(path)})
            alive = [other for other in others if os.path.lexists(other)]
            left = [other for other in others if other not in alive and not before[other].missing]
            put_file(tx, self._entry(path, stat, video_id), ends_hash(path))
            mark_missing(tx, left)
        known = before.get(str(path))
        if known and not known.missing:
            reason = "Its subtitles or names changed: its words were read again." if read_again else None
            return _outcome(path, "indexed" if read_again else "unchanged", video_id, reason)
        if alive:
            return _outcome(path, "unchanged", video_id, f"The same content as {printable(alive[0])}.")
        reason = f"It lay at {printable(left[0])} before." if left else "It is back."
        return _outcome(path, "moved", video_id, reason)

    def _described(self, path: Path, digest: str, video_id: UUID | None) -> Content:
        sources = self._sources(path, video_id)
        called = {source: name for source in sources if (name := self.parts.called(source))}
        return Content(path=path, digest=digest, sources=sources, called=called)

    def _entry(self, path: Path, stat: os.stat_result, video_id: UUID) -> KnownFile:
        return KnownFile(
            path=str(path),
            video_id=video_id,
            size_bytes=stat.st_size,
            mtime_ns=stat.st_mtime_ns,
            name=self.parts.called(path),
            inode=inode_of(stat),
        )

    def _sources(self, path: Path, video_id: UUID | None) -> tuple[Path, ...]:
        if video_id and self.alone is not None:
            with self.parts.transaction() as tx:
                for file in files_of(tx, video_id):
                    self._learn(file)
        with self.learning:
            others = set(self.paths[video_id]) if video_id else set()
        return tuple(Path(p) for p in sorted({str(path)} | {o for o in others if os.path.lexists(o)}))

    def _learn(self, entry: KnownFile) -> None:
        with self.learning:
            before = self.known.get(entry.path)
            if before:
                self.paths[before.video_id].discard(entry.path)
            self.known[entry.path] = entry
            self.paths[entry.video_id].add(entry.path)

    def _subtitles(self, item: Found) -> FileOutcome:
        video = self.captioned.get(item.path)
        if video is None or video.video_id is None:
            return _refused(item.path, NOT_VIDEOS["subtitles"], failed=item.named)
        word: IndexOutcome = "unchanged" if video.outcome == "unchanged" else "indexed"
        return _outcome(item.path, word, video.video_id, f"Subtitles of {printable(video.path)}.")


def inode_of(stat: os.stat_result) -> int:
    """The number of a file in its file system, as the store keeps it: signed, 64 bits."""
    return (stat.st_ino + 2**63) % 2**64 - 2**63


def _same_inode(path: Path, stat: os.stat_result) -> bool:
    try:
        other = path.stat()
    except OSError:
        return False
    return (other.st_dev, other.st_ino) == (stat.st_dev, stat.st_ino)


def _same(before: KnownFile, stat: os.stat_result) -> bool:
    return not before.missing and (before.size_bytes, before.mtime_ns) == (stat.st_size, stat.st_mtime_ns)


def _same_stat(now: os.stat_result, then: os.stat_result) -> bool:
    return (now.st_size, now.st_mtime_ns) == (then.st_size, then.st_mtime_ns)


def _refused(path: Path, reason: str, *, failed: bool = True) -> FileOutcome:
    return FileOutcome(path=str(path), outcome="refused", reason=reason, failed=failed)


def _outcome(path: Path, outcome: IndexOutcome, video_id: UUID, reason: str | None = None) -> FileOutcome:
    return FileOutcome(path=str(path), outcome=outcome, reason=reason, video_id=video_id)
