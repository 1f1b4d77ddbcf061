"""An export → the library: its videos come back with their ids, where the owner is the same."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from uuid import UUID

from scenedex.errors import ExchangeError
from scenedex.exchange.layout import SpaceFile
from scenedex.exchange.reading import Export, Row
from scenedex.exchange.records import exported_video
from scenedex.library.brought import brought
from scenedex.library.importing import Taking, Tally, file_here, put_files
from scenedex.library.importing_marks import checked_marks, put_marks
from scenedex.search.background import GROWTH
from scenedex.store.backgrounds import read_backgrounds, vectors_by_space, write_background
from scenedex.store.coming_in import indexed_at_the_end, restore_row
from scenedex.store.coming_marks import Behind
from scenedex.store.database import Transaction
from scenedex.store.encoding import text_to_path
from scenedex.store.videos import find_by_hash
from scenedex.store.writing import write_video
from scenedex.types import ExportedVideo, ImportReport, KnownFile, Space

Spaces = Mapping[str, tuple[Space, bool]]
"""By the file that holds it: the library's space, and whether it is new."""


def import_parquet(taking: Taking, folder: Path, *, find_files: bool) -> ImportReport:
    """Take in what an export holds and this owner does not have. Run again after it was stopped, it goes on.

    `find_files`: files that lie where they lay, and whose content is the same, are found; else all videos are offline.
    Raises NotFoundError, NotInstalledError, ExchangeError, StoreError; a video that is no good is in the report.
    """
    export = Export(folder)
    before = taking.spaces()
    if not taking.dry_run:
        named = {each.space.model for each in export.manifest.spaces}
        brought(taking.database, taking.owner, named - {space.model for space in before})
    spaces = {each.file: taking.space(each.space, before) for each in export.manifest.spaces}
    work = _Import(taking, spaces, find_files)
    pictures = 0
    if taking.dry_run:
        work.all_of(export)
    else:
        pictures = _put(taking, export)  # before rows name them
        with indexed_at_the_end(taking.database, [space for space, _ in spaces.values()]):
            work.all_of(export)
        _measured(taking, export.manifest.spaces, spaces)
    return replace(work.tally.report(spaces, dry_run=taking.dry_run), pictures=pictures)


def _put(taking: Taking, export: Export) -> int:
    """Keep the pictures that came along; how many. What no row will name is swept."""
    count = 0
    with taking.objects().writing() as writing:
        for name, jpeg in export.pictures():
            writing.put(jpeg, "." + name.rpartition(".")[2])
            count += 1
    return count


class _Import:
    def __init__(self, taking: Taking, spaces: Spaces, find_files: bool) -> None:
        self.taking = taking
        self.spaces = spaces
        self.find_files = find_files
        self.tally = Tally()
        self.behind: Behind = {}

    def all_of(self, export: Export) -> None:
        of = export.manifest.rows["videos"]
        for done, (tables, spaces) in enumerate(export.videos()):
            self.taking.tell(done, of)
            title = str(tables["videos"][0]["title"])
            try:
                self._one(tables, spaces)
            except ExchangeError as exc:
                self.tally.refuse(title, exc)
        self.taking.tell(of, of)

    def _one(self, tables: Mapping[str, Sequence[Row]], spaces: Mapping[str, Sequence[Row]]) -> None:
        # a dry run has no numbers for spaces that are not there yet
        ids = {name: -number for number, name in enumerate(self.spaces)}
        if not self.taking.dry_run:
            ids = {name: space.id for name, (space, _) in self.spaces.items()}
        video = exported_video(tables, spaces, ids)
        video = replace(video, marks=checked_marks(video.marks))
        if self.taking.dry_run:
            with self.taking.database.transaction(self.taking.owner) as tx:
                known = find_by_hash(tx, video.record.content_hash)
            files: list[KnownFile] = []
        else:
            known, files = self._written(video)
        if known:
            self.tally.videos["unchanged"] += 1
            return
        self.tally.videos["imported"] += 1
        self.tally.videos["offline"] += all(file.missing for file in files) and not self.taking.dry_run
        self.tally.scenes += len(video.record.scenes)
        for name, number in ids.items():
            drafts = video.record.embeddings.get(number, ())
            vectors = sum(draft.vector is not None for draft in drafts)
            refused = video.refused.get(name, 0)
            self.tally.add(name, {"vectors": vectors, "failures": len(drafts) - vectors, "refused": refused})

    def _written(self, video: ExportedVideo) -> tuple[UUID | None, list[KnownFile]]:
        """Write it, unless it is there: its id then; and its files."""
        taking, record = self.taking, video.record
        with taking.database.lock(f"index:{taking.owner}:{record.content_hash}"):
            with taking.database.transaction(taking.owner) as tx:
                known = find_by_hash(tx, record.content_hash)
            if known:
                return known, []
            files = self._files(video)
            with taking.database.transaction(taking.owner) as tx:
                video_id = write_video(tx, record)
                restore_row(tx, video_id, video.row, video.descriptions)
                put_marks(tx, video_id, video.marks, self.behind)
                files = [replace(file, video_id=video_id) for file in files]
                put_files(tx, files)
        return None, files

    def _files(self, video: ExportedVideo) -> list[KnownFile]:
        found = []
        for said in video.files:
            place = text_to_path(said.path)
            here = file_here(place, said.size_bytes) if self.find_files else None
            same = here is not None and here.digest == video.record.content_hash
            found.append(
                KnownFile(
                    path=place,
                    video_id=UUID(int=0),  # known when the video is written
                    size_bytes=said.size_bytes,
                    mtime_ns=here.mtime_ns if same and here else said.mtime_ns,
                    missing=not same,
                    name=said.name,
                )
            )
        return found


def _measured(taking: Taking, files: Sequence[SpaceFile], spaces: Spaces) -> None:
    """What unrelated queries scored there holds here, too, as long as nothing else was measured."""
    with taking.database.transaction(taking.owner) as tx:
        known = read_backgrounds(tx)
        for each in files:
            space, _ = spaces[each.file]
            if (
                each.measured is not None
                and space.id not in known
                and _all_of(tx, space, each.measured.vectors)
            ):
                write_background(tx, space.id, each.measured.quantiles, each.measured.vectors)


def _all_of(tx: Transaction, space: Space, vectors: int) -> bool:
    """Whether the owner has about as many vectors there as when it was measured: else it is measured anew."""
    return abs(vectors_by_space(tx).get(space.id, 0) - vectors) <= GROWTH * vectors
