"""Videos from elsewhere → the library, each in a transaction of its own. What is there already stays as it is."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID

from scenedex.errors import ExchangeError, MediaError, NotFoundError, ScenedexError
from scenedex.media.files import content_hash, sniff
from scenedex.store.coming_in import all_spaces, claim_file
from scenedex.store.database import Database, Transaction
from scenedex.store.objects import ObjectStore
from scenedex.store.spaces import ensure_space
from scenedex.types import ImportReport, KnownFile, MediaInfo, Refusal, Space, SpaceReport

Tell = Callable[[int, int], None]
"""Hears how many of how many videos were looked at; of 0 where nobody knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taking:
    """Where imports go."""

    database: Database
    owner: UUID
    recipe: str  #: as indexing here gives it: a video of it is not cut into scenes again
    probe: Callable[[Path], MediaInfo]  #: raises MediaError
    objects: Callable[[], ObjectStore]
    dry_run: bool = False
    tell: Tell = lambda done, of: None

    def space(self, wanted: Space, before: Sequence[Space]) -> tuple[Space, bool]:
        """The library's space of this name, made where it is missing; and whether it was.

        A new one waits (`building`) where another one of its modality was searched before. Raises StoreError.
        """
        known = {space.name: space for space in before}
        made = wanted.name not in known
        if made and any(each.state == "live" and each.modality == wanted.modality for each in before):
            wanted = replace(wanted, state="building")
        if self.dry_run and made:
            return wanted, True
        return ensure_space(self.database, replace(wanted, id=0)), made

    def spaces(self) -> list[Space]:
        """All that there are now."""
        return all_spaces(self.database)


class Tally:
    """What became of the videos so far."""

    def __init__(self) -> None:
        self.videos: Counter[str] = Counter()
        self.scenes = 0
        self.counts: dict[str, Counter[str]] = {}  # by source of the space
        self.refused: list[Refusal] = []

    def space(self, source: str) -> Counter[str]:
        """Of one space: `vectors`, `failures`, `missing`, `refused`."""
        return self.counts.setdefault(source, Counter())

    def refuse(self, video: str, reason: ScenedexError) -> None:
        """This video is not taken in."""
        self.refused.append(Refusal(video=video, reason=str(reason)))

    def add(self, source: str, found: Mapping[str, int]) -> None:
        """What came into a space with one video."""
        self.space(source).update(found)

    def report(self, spaces: Mapping[str, tuple[Space, bool]], *, dry_run: bool) -> ImportReport:
        """`spaces`: by source, each with whether it is new."""
        return ImportReport(
            dry_run=dry_run,
            imported=self.videos["imported"],
            completed=self.videos["completed"],
            unchanged=self.videos["unchanged"],
            offline=self.videos["offline"],
            scenes=self.scenes,
            spaces=tuple(
                SpaceReport(space=space, source=source, made=made, **self.space(source))
                for source, (space, made) in spaces.items()
            ),
            refused=tuple(self.refused),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Here:
    """A file that was found, and read to its end."""

    path: Path
    digest: str
    size_bytes: int
    mtime_ns: int

    def known(self, video_id: UUID, name: str | None = None) -> KnownFile:
        """As the library keeps it."""
        return KnownFile(
            path=str(self.path),
            video_id=video_id,
            size_bytes=self.size_bytes,
            mtime_ns=self.mtime_ns,
            name=name,
        )


def file_here(path: str | None, size_bytes: int | None = None) -> Here | None:
    """The video at an absolute path, hashed; None where none is, or none of that size. Raises ExchangeError.

    What is said of a path is not believed: one that leads to something else than a video leads nowhere.
    """
    if not path:
        return None
    place = Path(path)
    if ".." in place.parts:
        raise ExchangeError(f"{path!r} is no path that can be trusted: it holds '..'.")
    if not place.is_absolute():
        return None
    with suppress(OSError, ValueError, MediaError, NotFoundError):
        there = place.stat()
        if sniff(place) == "media" and size_bytes in (None, there.st_size):
            digest = content_hash(place)
            return Here(path=place, digest=digest, size_bytes=there.st_size, mtime_ns=there.st_mtime_ns)
    return None


def put_files(tx: Transaction, files: Sequence[KnownFile]) -> None:
    """Paths of a video; one at which the library knows another video already stays that one's."""
    for file in files:
        claim_file(tx, file)
