"""The checkpoint of a backfill: how far it is, for people and for counting. What is done is told by the database.

A checkpoint belongs to one process at a time: it is locked, and the lock ends with the process. It is replaced as a
whole, so that a reader sees one state or the next.
"""

import contextlib
import fcntl
import json
import os
import stat
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from scenedex.errors import StoreError, UsageError

VERSION = 1
MAX_BYTES = 65_536
MAX_INSTANCES = 1000
COUNTS = ("total_processed", "total_updated", "total_skipped", "total_errors")
TIMES = ("started_at", "updated_at")


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """How far the runs of one checkpoint have come."""

    last_scene_id: str | None = None  #: the last scene that was done
    total_processed: int = 0  #: the sum of the next three
    total_updated: int = 0  #: scenes that got embeddings
    total_skipped: int = 0  #: scenes without a picture, in what the latest run looked through
    total_errors: int = 0  #: scenes that could not be embedded
    started_at: str = ""  #: ISO 8601, UTC: when the checkpoint was begun
    updated_at: str = ""
    version: int = VERSION
    pass_of: str = ""  #: what the latest pass over the scenes does, and where
    pass_started_at: str = ""  #: when it was begun, by whichever instance was the first
    pass_finished: bool = False  #: nothing was left of it

    @property
    def done(self) -> int:
        """Scenes that were tried."""
        return self.total_updated + self.total_errors


def now() -> str:
    """The time as it stands in checkpoints and metadata."""
    return datetime.now(UTC).isoformat()


class CheckpointFile:
    """A checkpoint on disk that is locked for this process. Close it, or use it in a `with` block."""

    def __init__(self, path: Path, number: int, lock: int, known: Checkpoint) -> None:
        self.path = path
        self.number = number  #: 1 for the first of several instances
        self.known = known  #: what stood in it
        self._lock = lock

    @classmethod
    def take(cls, path: Path) -> Self:
        """The first of PATH, then PATH with .2, .3 … before its suffix, that no other process has.

        Raises UsageError for what is no checkpoint of ours, and where none can be written.
        """
        for number in range(1, MAX_INSTANCES):
            own = numbered(path, number)
            lock = _locked(own)
            if lock is not None:
                try:
                    return cls(own, number, lock, _read(own, lock))
                except BaseException:
                    os.close(lock)
                    raise
        raise UsageError(f"{MAX_INSTANCES} backfills share {path} already.")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._lock)

    def write(self, checkpoint: Checkpoint) -> None:
        """Replace what stands in it. The new file is locked before it has the name. Raises StoreError."""
        aside = self.path.with_name(f"{self.path.name}.tmp")
        try:
            with contextlib.suppress(FileNotFoundError):  # of a process that was killed
                aside.unlink()
            new = os.open(aside, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(new, fcntl.LOCK_EX | fcntl.LOCK_NB)
                os.write(new, (json.dumps(asdict(checkpoint), indent=2) + "\n").encode())
                os.fsync(new)
                aside.replace(self.path)
            except BaseException:
                os.close(new)
                aside.unlink(missing_ok=True)
                raise
        except OSError as exc:
            raise StoreError(
                f"The checkpoint {self.path} cannot be written ({exc.strerror or exc}). What was embedded is kept."
            ) from exc
        os.close(self._lock)
        self._lock, self.known = new, checkpoint


def numbered(path: Path, number: int) -> Path:
    """The checkpoint of the so-manyth instance."""
    return path if number == 1 else path.with_name(f"{path.stem}.{number}{path.suffix}")


def peek(path: Path) -> Checkpoint:
    """What stands in a checkpoint, without taking it; an empty one where there is none. Raises UsageError."""
    try:
        file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return Checkpoint()
    except OSError as exc:
        raise _unusable(path, exc) from exc
    try:
        return _read(path, file)
    finally:
        os.close(file)


def begun(path: Path, pass_of: str) -> str | None:
    """When the pass of this kind began that no instance has finished; None where there is none."""
    open_since: set[str] = set()
    over: set[str] = set()
    for number in range(1, MAX_INSTANCES):
        own = numbered(path, number)
        if not own.exists():
            break
        with contextlib.suppress(UsageError):
            known = peek(own)
            if known.pass_of == pass_of:
                (over if known.pass_finished else open_since).add(known.pass_started_at)
    return min(open_since - over, default=None)


def _locked(path: Path) -> int | None:
    """The file of this name, locked; None where another process has it."""
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    while True:
        try:
            file = os.open(path, flags, 0o600)
        except OSError as exc:
            raise _unusable(path, exc) from exc
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.path.samestat(os.fstat(file), path.lstat()):
                return file
        except BlockingIOError:
            os.close(file)
            return None
        except FileNotFoundError:
            pass
        os.close(file)  # it was replaced in between: look again


def _unusable(path: Path, exc: OSError) -> UsageError:
    why = "it is a symbolic link" if path.is_symlink() else exc.strerror or str(exc)
    return UsageError(f"{path} cannot be the checkpoint ({why}): name another file with --checkpoint-file.")


def _read(path: Path, file: int) -> Checkpoint:
    if not stat.S_ISREG(os.fstat(file).st_mode):
        raise UsageError(
            f"{path} cannot be the checkpoint (it is no file): name another one with --checkpoint-file."
        )
    said = os.pread(file, MAX_BYTES + 1, 0)
    if not said.strip():
        return Checkpoint()
    try:
        return _understood(json.loads(said[:MAX_BYTES]))
    except (ValueError, RecursionError) as exc:
        why = str(exc) if isinstance(exc, _NotOursError) else "it is not JSON"
        raise UsageError(
            f"{path} is no checkpoint of this scenedex ({why}): delete it to begin anew, or name another file with "
            "--checkpoint-file."
        ) from exc


class _NotOursError(ValueError):
    """JSON, and no checkpoint."""


def _understood(said: Any) -> Checkpoint:
    if not isinstance(said, dict):
        raise _NotOursError("it is no object")
    version = said.get("version", VERSION)
    if version != VERSION or isinstance(version, bool):
        raise _NotOursError(f"it is of version {version!r}")
    known = {field.name: said[field.name] for field in fields(Checkpoint) if field.name in said}
    for name in COUNTS:
        if type(known.get(name)) is not int or not 0 <= known[name] < 2**63:
            raise _NotOursError(f"{name} is no count")
    for name in (*TIMES, "pass_of", "pass_started_at"):
        if not isinstance(known.get(name, None if name in TIMES else ""), str):
            raise _NotOursError(f"{name} is no text")
    if not isinstance(known.get("last_scene_id"), str | None) or not isinstance(
        known.get("pass_finished", False), bool
    ):
        raise _NotOursError("a field is of another kind")
    return Checkpoint(**known)
