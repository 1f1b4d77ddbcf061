"""Videos that come from outside: a folder for each, on the way and afterwards, which all processes of a service share.

    ROOT/OWNER/unfinished/ID/   being sent
    ROOT/OWNER/kept/ID/         all there; ID.mp4 in it is what gets indexed

Each holds `state.json`, the file itself, and a lock that the kernel lets go when its holder dies. What a sender calls
the file is text in `state.json` and never part of a path.
"""

import contextlib
import json
import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Literal
from uuid import UUID, uuid4

from scenedex.errors import BusyError, NotFoundError
from scenedex.store.locks import locked, open_lock, taken

STATE = "state.json"
LOCK = "lock"
STALE_S = 3600.0  #: a folder that is being made or removed for longer than this belongs to nobody

Folder = Literal["unfinished", "kept"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A file on its way in, or one that is there."""

    id: UUID
    owner: UUID
    name: str  #: what its sender calls it
    suffix: str  #: of the file on disk, with its dot
    length: int | None  #: bytes there will be; None: sent in one go, and gone when that breaks off
    created_at: float  #: Unix seconds
    expires_at: float  #: Unix seconds; until then a sender may go on
    metadata: str = ""  #: tus: `Upload-Metadata` as it was sent
    refused: str | None = None  #: why it is not taken in
    job: int | None = None  #: of its ingestion
    double_of: UUID | None = None  #: the video that has its content already: it was removed

    def outlived(self, now: float) -> bool:
        """Whether nobody can go on with it any more."""
        return now >= self.expires_at


class Arrivals:
    """All files from outside, below the folder `root`. Nothing is made before the first one comes."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()

    def path(self, arrival: Arrival) -> Path:
        """Where its bytes lie. Raises NotFoundError when it is not there any more."""
        return self._folder(arrival.owner, arrival.id) / f"{arrival.id}{arrival.suffix}"

    def offset(self, arrival: Arrival) -> int:
        """Bytes that are there and on the disk to stay. Raises NotFoundError."""
        with _missing(arrival.id), self.path(arrival).open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            os.fsync(file.fileno())  # what another process wrote before this, too
            return size

    def find(self, owner: UUID, arrival_id: UUID) -> Arrival:
        """As it is now. Raises NotFoundError, for another owner's as for none."""
        folder = self._folder(owner, arrival_id)
        with _missing(arrival_id):
            found = _read(folder)
        if found is None or (found.owner, found.id) != (owner, arrival_id):
            raise _unknown(arrival_id)
        return found

    def listed(self, owner: UUID, folder: Folder) -> list[Arrival]:
        """An owner's arrivals, the oldest first. Damaged ones are left out."""
        found = []
        for place in _folders(self.root / str(owner) / folder):
            with contextlib.suppress(ValueError, NotFoundError):
                found.append(self.find(owner, UUID(place.name)))
        return sorted(found, key=lambda arrival: (arrival.created_at, arrival.id))

    def owners(self) -> list[UUID]:
        """Who has arrivals."""
        found = []
        for folder in _folders(self.root):
            with contextlib.suppress(ValueError):
                found.append(UUID(folder.name))
        return sorted(found)

    def kept_bytes(self, owner: UUID) -> int:
        """Size of an owner's files that are all there."""
        size = 0
        for folder in _folders(self.root / str(owner) / "kept"):
            with contextlib.suppress(FileNotFoundError):  # its video was just indexed, or removed
                size += sum(file.stat().st_size for file in folder.glob(f"{folder.name}.*"))
        return size

    @contextlib.contextmanager
    def counting(self, owner: UUID) -> Iterator[None]:
        """Alone among all that count and create an owner's arrivals; short."""
        folder = self.root / str(owner)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with locked(folder / LOCK):
            yield

    @contextlib.contextmanager
    def created(self, arrival: Arrival) -> Iterator[Arrival]:
        """Make a place for a new arrival, and hold its lock."""
        unfinished = self.root / str(arrival.owner) / "unfinished"
        unfinished.mkdir(mode=0o700, parents=True, exist_ok=True)
        making = unfinished / f".{arrival.id}"
        making.mkdir(mode=0o700)
        lock = open_lock(making / LOCK)
        try:
            assert taken(lock)
            (making / f"{arrival.id}{arrival.suffix}").touch(mode=0o600)
            _write(making, arrival)
            making.rename(unfinished / str(arrival.id))
            _settle(unfinished)
            yield arrival
        finally:
            os.close(lock)

    @contextlib.contextmanager
    def held(self, owner: UUID, arrival_id: UUID) -> Iterator[Arrival]:
        """Alone with an arrival, as it is now. Raises NotFoundError, and BusyError when another one holds it."""
        with _missing(arrival_id):
            lock = open_lock(self._folder(owner, arrival_id) / LOCK)
        try:
            if not taken(lock):
                raise BusyError()
            yield self.find(owner, arrival_id)
        finally:
            os.close(lock)

    def save(self, arrival: Arrival) -> Arrival:
        """Write what is known of it; whoever calls holds it. Raises NotFoundError."""
        with _missing(arrival.id):
            _write(self._folder(arrival.owner, arrival.id), arrival)
        return arrival

    def keep(self, arrival: Arrival) -> Path:
        """It is all there: move it to where it stays. The path of the file; whoever calls holds it."""
        here = self._folder(arrival.owner, arrival.id)
        kept = self.root / str(arrival.owner) / "kept"
        if here.parent != kept:
            kept.mkdir(mode=0o700, exist_ok=True)
            here.rename(kept / here.name)
            _settle(kept)
        return self.path(arrival)

    def kept(self, arrival: Arrival) -> bool:
        """Whether it is all there."""
        return self._folder(arrival.owner, arrival.id).parent.name == "kept"

    def refuse(self, arrival: Arrival, reason: str) -> None:
        """Remember why it is not taken in, and drop its bytes; whoever calls holds it."""
        self.save(replace(arrival, refused=reason))
        self.path(arrival).unlink(missing_ok=True)

    def forget(self, arrival: Arrival) -> None:
        """Remove it, whole; whoever calls holds it."""
        with contextlib.suppress(FileNotFoundError, NotFoundError):
            here = self._folder(arrival.owner, arrival.id)
            aside = here.with_name(f".{here.name}")
            here.rename(aside)  # from one moment to the next it is not there
            shutil.rmtree(aside, ignore_errors=True)

    def of_path(self, owner: UUID, path: Path) -> Arrival | None:
        """The arrival whose file lies at this path, if it is one of this owner's that is all there."""
        if path.parent.parent != self.root / str(owner) / "kept":
            return None
        try:
            found = self.find(owner, UUID(path.parent.name))
        except (ValueError, NotFoundError):
            return None
        return found if path.name == f"{found.id}{found.suffix}" else None

    def clear_rubble(self, owner: UUID, now: float) -> None:
        """Remove what was left by processes that died while they made or removed a place, and damaged places."""
        for part in ("unfinished", "kept"):
            for folder in _folders(self.root / str(owner) / part, hidden=True):
                with contextlib.suppress(FileNotFoundError):
                    broken = folder.name.startswith(".") or _read(folder) is None
                    if broken and now - folder.stat().st_mtime > STALE_S:
                        shutil.rmtree(folder, ignore_errors=True)

    def _folder(self, owner: UUID, arrival_id: UUID) -> Path:
        parts: tuple[Folder, ...] = ("unfinished", "kept", "unfinished", "kept")  # it may move meanwhile
        for part in parts:
            folder = self.root / str(owner) / part / str(arrival_id)
            if folder.is_dir():
                return folder
        raise _unknown(arrival_id)


def new_arrival(
    owner: UUID, name: str, suffix: str, *, length: int | None, lasts_s: float, metadata: str = ""
) -> Arrival:
    """One that begins now, with an id that nobody can guess."""
    now = time.time()
    return Arrival(
        id=uuid4(),
        owner=owner,
        name=name,
        suffix=suffix,
        length=length,
        created_at=now,
        expires_at=now + lasts_s,
        metadata=metadata,
    )


def _folders(parent: Path, *, hidden: bool = False) -> list[Path]:
    try:
        with os.scandir(parent) as entries:
            return sorted(
                Path(entry.path)
                for entry in entries
                if entry.is_dir(follow_symlinks=False) and (hidden or not entry.name.startswith("."))
            )
    except FileNotFoundError:
        return []


def _read(folder: Path) -> Arrival | None:
    """None where the state is damaged."""
    try:
        known = json.loads((folder / STATE).read_bytes())
        double = known["double_of"]
        ids = {"id": UUID(known["id"]), "owner": UUID(known["owner"]), "double_of": double and UUID(double)}
        return Arrival(**{**known, **ids})
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def _write(folder: Path, arrival: Arrival) -> None:
    """All of it or nothing, also when the power fails."""
    known = {
        name: str(value) if isinstance(value, UUID) else value for name, value in asdict(arrival).items()
    }
    aside = folder / f"{STATE}.new"
    with aside.open("w", encoding="ascii") as file:
        json.dump(known, file)
        file.flush()
        os.fsync(file.fileno())
    aside.rename(folder / STATE)
    _settle(folder)


def _settle(folder: Path) -> None:
    entry = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(entry)
    finally:
        os.close(entry)


@contextlib.contextmanager
def _missing(arrival_id: UUID) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as exc:
        raise _unknown(arrival_id) from exc


def _unknown(arrival_id: UUID) -> NotFoundError:
    return NotFoundError(f"There is no upload {arrival_id}.")
