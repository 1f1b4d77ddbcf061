"""Data in and out: tables that other programs read, and what people of other systems have."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scenedex.errors import NotFoundError, UsageError
from scenedex.library.opened import Opened
from scenedex.store.videos import resolve_video

if TYPE_CHECKING:  # a search needs none of it
    from scenedex.library.importing import Taking
    from scenedex.library.importing import Tell as TellVideos
    from scenedex.library.leaving import Tell
    from scenedex.store.foreign import ForeignCounts
    from scenedex.store.foreign_tables import ForeignTable
    from scenedex.types import ExportReport, ImportReport, MediaInfo


class Exchanging(Opened):
    """An open library whose data can leave, and into which others' can come."""

    def export_parquet(
        self,
        folder: Path | str,
        *,
        videos: Sequence[str] = (),
        float32: bool = False,
        pictures: bool = False,
        tell: "Tell" = lambda step, done, of: None,
    ) -> "ExportReport":
        """Write what this owner has into a new folder of Parquet files: docs/data.md says which.

        `videos`: these alone, by id, path or file name. `float32`: vectors of 32 bits instead of the 16 that are
        stored. `pictures`: keyframes and thumbnails too. The folder holds one moment; after Ctrl-C or a failure there
        is none. Raises NotInstalledError without the extra `parquet`, UsageError where the folder is there,
        NotFoundError, DiskFullError, StoreError.
        """
        from scenedex.library.leaving import Wanted, export_parquet

        with self.transaction() as tx:
            only = [resolve_video(tx, video).id for video in videos]
        wanted = Wanted(only=only, whole=float32, objects=self._objects() if pictures else None)
        return export_parquet(self._database, self.owner, Path(folder), wanted, tell)

    def import_parquet(
        self,
        folder: Path | str,
        *,
        find_files: bool = True,
        dry_run: bool = False,
        tell: "TellVideos" = lambda done, of: None,
    ) -> "ImportReport":
        """Take in what `export_parquet` wrote, for this owner. A video whose content is there already stays as it is.

        `find_files`: a file that lies where it lay is read, and is the video's if it still has that content.
        Raises NotFoundError, NotInstalledError, ExchangeError, StoreError; what came in before that stays.
        """
        from scenedex.library.importing_parquet import import_parquet

        return import_parquet(self._taking(dry_run, tell), Path(folder), find_files=find_files)

    def import_postgres(
        self,
        url: str,
        *,
        table: str | None = None,
        mapping: Mapping[str, str] | None = None,
        source_owner: str | None = None,
        dry_run: bool = False,
        tell: "TellVideos" = lambda done, of: None,
    ) -> "ImportReport":
        """Take in the scenes and vectors of another system's PostgreSQL, for this owner. Nothing is embedded.

        `mapping`: column → the space for its vectors, `-` to leave it out, or the part of a scene that it is
        (`video_id`, `start_s`, `end_s`, `owner_id`, `thumbnail_url`). `source_owner`: whose rows, where there are
        several people's. Raises DatabaseUnreachableError, NotFoundError, UsageError, StoreError.
        """
        from scenedex.library.importing_foreign import Source, import_foreign
        from scenedex.store.foreign import foreign, videos_of
        from scenedex.store.foreign_tables import ROLES

        given = dict(mapping or {})
        with foreign(url) as connection:
            found, known = _understood(connection, table, given, source_owner)
            source = Source(
                kind="postgres",
                videos=videos_of(connection, found, source_owner),
                columns=found.vectors,
                models=known.models,
                total=known.videos,
            )
            spaces = {column: space for column, space in given.items() if space not in ROLES}
            return import_foreign(self._taking(dry_run, tell), source, self.equipment.registry, spaces)

    def import_numpy(
        self,
        file: Path | str,
        *,
        rows: Path | str | None = None,
        mapping: Mapping[str, str] | None = None,
        dry_run: bool = False,
        tell: "TellVideos" = lambda done, of: None,
    ) -> "ImportReport":
        """Take in vectors that somebody has computed: a .npz, or a .npy with `rows`, the table of what they are of.

        Those of a video of the library go to its scenes, unless these have some in that space; others make a video.
        `mapping`: array → space. Raises NotFoundError, UsageError, ExchangeError, StoreError.
        """
        from scenedex.exchange.numpy_files import precomputed
        from scenedex.library.importing_foreign import Source, import_foreign

        with precomputed(Path(file), None if rows is None else Path(rows)) as found:
            columns = found.columns()
            unknown = sorted(set(mapping or {}) - {column.name for column in columns})
            if unknown:
                raise UsageError(f"{str(file)!r} has no array of vectors {unknown[0]!r}.")
            source = Source(
                kind="numpy",
                videos=found.videos(),
                columns=columns,
                models={},
                total=len(found.places()),
                completes=True,
            )
            return import_foreign(
                self._taking(dry_run, tell), source, self.equipment.registry, dict(mapping or {})
            )

    def _taking(self, dry_run: bool, tell: "TellVideos") -> "Taking":
        from scenedex.indexing.pipeline import recipe_by
        from scenedex.library.importing import Taking

        return Taking(
            database=self._database,
            owner=self.owner,
            recipe=recipe_by(self.settings.scenedex_detector),
            probe=self._described_by,
            objects=self._objects,
            dry_run=dry_run,
            tell=tell,
        )

    def _described_by(self, path: Path) -> "MediaInfo":
        with self.decoder.reading(path, self.settings.limits()) as reading:
            return reading.info


def _understood(
    connection: Any, table: str | None, given: Mapping[str, str], owner: str | None
) -> "tuple[ForeignTable, ForeignCounts]":
    """The table that is meant, and what is in it. Raises NotFoundError, UsageError."""
    from scenedex.store.foreign import counts, with_dimensions
    from scenedex.store.foreign_tables import ROLES, find_table

    roles = {column: role for column, role in given.items() if role in ROLES}
    found = with_dimensions(connection, find_table(connection, table, roles))
    unknown = sorted(set(given) - set(found.kinds))
    if unknown:
        raise UsageError(f"{found.said} has no column {unknown[0]!r}.")
    known = counts(connection, found, owner)
    if not known.scenes:
        whose = "" if owner is None else f" of {owner!r}"
        raise NotFoundError(f"There are no scenes{whose} in {found.said}.")
    if len(known.owners) > 1:
        raise UsageError(
            f"{found.said} holds scenes of several people ({', '.join(known.owners)}): say with --source-owner "
            "whose are to come."
        )
    return found, known
