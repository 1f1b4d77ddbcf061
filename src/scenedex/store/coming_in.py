"""Videos out of an export or of other systems → rows: what indexing would have written, and what goes beyond it."""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

from psycopg.sql import SQL, Identifier

from scenedex.errors import StoreError
from scenedex.store.database import Database, Statements, Transaction
from scenedex.store.descriptions import put_description
from scenedex.store.encoding import path_hash, path_to_text, plain, plain_json
from scenedex.store.spaces import COLUMNS, build_index, partition
from scenedex.store.tables import analyze
from scenedex.store.writing import scene_id
from scenedex.types import KnownFile, Space, StoredDescription, VideoRow


def restore_row(
    tx: Transaction, video_id: UUID, row: VideoRow, descriptions: Mapping[int, StoredDescription]
) -> None:
    """What a video had before it left, beside what `write_video` has written of it."""
    tx.execute(
        """update videos set width = %(width)s, height = %(height)s, frame_rate_num = %(rate_num)s,
          frame_rate_den = %(rate_den)s, added_at = %(added_at)s, tags = %(tags)s, annotations = %(annotations)s,
          media = %(media)s
        where owner_id = %(owner)s and id = %(video)s""",
        {
            "video": video_id,
            "width": row.width,
            "height": row.height,
            "rate_num": row.frame_rate_num,
            "rate_den": row.frame_rate_den,
            "added_at": row.added_at,
            "tags": plain_json(row.tags),
            "annotations": plain_json(row.annotations),
            "media": plain_json(row.media),
        },
    )
    for index, made in descriptions.items():
        put_description(tx, scene_id(video_id, index), plain(made.model), made)


def all_spaces(database: Database) -> list[Space]:
    """Whatever their state, the oldest first."""
    with database.ownerless() as tx:
        return [Space(**row) for row in tx.execute(SQL("select {} from spaces order by id").format(COLUMNS))]


def has_vectors(tx: Transaction, video_id: UUID, space_id: int) -> bool:
    """Whether a video has rows in a space."""
    rows = tx.execute(
        """select exists (select from scenes s
          join embeddings e on e.owner_id = s.owner_id and e.scene_id = s.id
          where s.owner_id = %(owner)s and s.video_id = %(video)s and e.owner_id = %(owner)s
            and e.space_id = %(space)s) as filled""",
        {"video": video_id, "space": space_id},
    )
    return bool(rows[0]["filled"])


@contextlib.contextmanager
def indexed_at_the_end(database: Database, spaces: Sequence[Space]) -> Iterator[None]:
    """A block that fills spaces. The HNSW index of one that holds nothing yet is built when the block ends, however it
    ends: several times faster than row by row. One that a killed import left without is built, too.

    Meanwhile searches compare with every vector there. Whoever may not change the tables has indexes kept row by row.
    """
    waiting: list[Space] = []
    with contextlib.suppress(StoreError), database.migrator() as connection:
        tx = Statements(connection, {})
        waiting = [space for space in spaces if _put_off(tx, space)]
    try:
        yield
    finally:
        for space in waiting:
            with database.migrator() as connection:
                tx = Statements(connection, {})
                tx.execute("select pg_advisory_xact_lock(hashtextextended('scenedex index', 0))")
                if not _indexed(tx, space):
                    build_index(tx, space.id, space.dim)
    if waiting:
        with database.migrator() as connection:
            analyze(connection)


def _put_off(tx: Statements, space: Space) -> bool:
    """Drop the index of a space that was never filled; whether it has none now."""
    rows = tx.execute(
        "select pg_relation_size(%(table)s::regclass) = 0 as bare", {"table": partition(space.id)}
    )
    if rows[0]["bare"]:
        tx.execute(SQL("drop index if exists {}").format(Identifier(f"{partition(space.id)}_vector_idx")))
    return not _indexed(tx, space)


def _indexed(tx: Statements, space: Space) -> bool:
    rows = tx.execute(
        "select to_regclass(%(index)s) is not null as there", {"index": f"{partition(space.id)}_vector_idx"}
    )
    return bool(rows[0]["there"])


def claim_file(tx: Transaction, file: KnownFile) -> None:
    """This file is one of a video's, unless its path is known already: of whichever video, it stays as it is."""
    path = path_to_text(file.path)
    tx.execute(
        """insert into files (owner_id, path_hash, path, video_id, size_bytes, mtime_ns, missing, name)
        values (%(owner)s, %(hash)s, %(path)s, %(video)s, %(size)s, %(mtime)s, %(missing)s, %(name)s)
        on conflict (owner_id, path_hash) do nothing""",
        {
            "hash": path_hash(path),
            "path": path,
            "video": file.video_id,
            "size": file.size_bytes,
            "mtime": file.mtime_ns,
            "missing": file.missing,
            "name": None if file.name is None else plain(file.name),
        },
    )
