"""One owner's rows on their way out, as tables: a batch at a time, all of one moment."""

import contextlib
from collections.abc import Iterator, Sequence
from itertools import count
from typing import Any, LiteralString
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from psycopg.rows import tuple_row
from psycopg.sql import SQL, Literal

from scenedex.store.connections import our_errors
from scenedex.store.database import Database, Query, Transaction
from scenedex.store.spaces import COLUMNS
from scenedex.types import Measured, Space

BATCH = 2_000
"""Rows that are fetched at once: 2 MB of vectors."""

SCENES_AT_ONCE = 4_000
"""Scenes of the videos whose rows the server sorts at once, unless one video alone has more."""

PAGE = 500

Row = tuple[Any, ...]
Halves = NDArray[np.float16]

_numbers = count(1)


@contextlib.contextmanager
def moment(database: Database, owner: UUID) -> Iterator[Transaction]:
    """What this owner has now, however long the block takes and whoever writes meanwhile. Read only."""
    with database.transaction(owner) as tx:
        tx.execute("set transaction isolation level repeatable read, read only")
        yield tx


def pages(tx: Transaction, only: Sequence[UUID] = ()) -> list[list[UUID]]:
    """The owner's videos in the order of their ids, those of a page together; `only` these, where some are named."""
    rows = tx.tuples(
        """select id, scene_count from videos where owner_id = %(owner)s
          and (cardinality(%(only)s::uuid[]) = 0 or id = any(%(only)s)) order by id""",
        {"only": list(only)},
    )
    found: list[list[UUID]] = []
    scenes = 0
    for video_id, of_video in rows:
        if not found or scenes + of_video > SCENES_AT_ONCE or len(found[-1]) >= PAGE:
            found.append([])
            scenes = 0
        found[-1].append(video_id)
        scenes += of_video
    return found


def rows_of(tx: Transaction, table: str, videos: Sequence[UUID]) -> Iterator[list[Row]]:
    """The rows of these videos, in the columns of `scenedex.types.TABLES`, by video."""
    yield from _batches(tx, SQL(QUERIES[table]), videos)


def embeddings_of(
    tx: Transaction, space: Space, videos: Sequence[UUID]
) -> Iterator[tuple[list[Row], Halves, NDArray[np.bool_]]]:
    """Rows in the columns of EMBEDDINGS, their vectors (n, dim), and of which there is none (n,)."""
    for batch in _batches(tx, SQL(VECTORS).format(space=Literal(space.id)), videos):
        empty = np.array([row[-1] is None for row in batch], dtype=np.bool_)
        blank = bytes(4 + 2 * space.dim)
        sent = b"".join(blank if row[-1] is None else row[-1] for row in batch)
        # as pgvector sends them: two 16-bit words, then one half float an element, big endian
        vectors = np.frombuffer(sent, ">f2").reshape(len(batch), space.dim + 2)[:, 2:].astype(np.float16)
        yield [row[:-1] for row in batch], vectors, empty


def filled_spaces(tx: Transaction) -> list[Space]:
    """The spaces in which the owner has rows, whatever their state, the oldest first."""
    query = SQL(
        """select {} from spaces s where exists (
          select from embeddings e where e.owner_id = %(owner)s and e.space_id = s.id) order by id"""
    ).format(COLUMNS)
    return [Space(**row) for row in tx.execute(query)]


def measured(tx: Transaction) -> dict[int, Measured]:
    """Space id to how unrelated queries scored there."""
    rows = tx.execute("select space_id, quantiles, samples from backgrounds where owner_id = %(owner)s")
    return {
        row["space_id"]: Measured(quantiles=tuple(row["quantiles"]), vectors=row["samples"]) for row in rows
    }


def pictures_of(tx: Transaction, videos: Sequence[UUID]) -> list[str]:
    """The names of all pictures of these videos."""
    rows = tx.tuples(
        """select k.object_key from scenes s join keyframes k on k.owner_id = s.owner_id and k.scene_id = s.id
        where s.owner_id = %(owner)s and s.video_id = any(%(videos)s)
        union select thumbnail_key from scenes
        where owner_id = %(owner)s and video_id = any(%(videos)s) and thumbnail_key is not null order by 1""",
        {"videos": list(videos)},
    )
    return [row[0] for row in rows]


def _batches(tx: Transaction, query: Query, videos: Sequence[UUID]) -> Iterator[list[Row]]:
    with (
        our_errors(),
        tx.driver.cursor(f"leaving_{next(_numbers)}", row_factory=tuple_row) as cursor,
    ):
        cursor.execute(query, {"owner": tx.owner, "videos": list(videos)})
        while batch := cursor.fetchmany(BATCH):
            yield batch


QUERIES: dict[str, LiteralString] = {
    "videos": """select id::text, content_hash, title, duration_s, width, height, frame_rate_num, frame_rate_den,
        added_at, tags, warnings, annotations::text, media::text, recipe, sidecars,
        recorded_at
      from videos where owner_id = %(owner)s and id = any(%(videos)s) order by id""",
    "files": """select video_id::text, path, size_bytes, mtime_ns, missing::int, name
      from files where owner_id = %(owner)s and video_id = any(%(videos)s)
      order by video_id, missing, seen_at desc, path""",
    "scenes": """select video_id::text, index, id::text, start_s, end_s, thumbnail_key,
        transition, transition_start_s, transition_end_s
      from scenes where owner_id = %(owner)s and video_id = any(%(videos)s) order by video_id, index""",
    "keyframes": """select s.video_id::text, s.index, k.ordinal, k.t_s, k.quality, k.width, k.height, k.object_key
      from scenes s join keyframes k on k.owner_id = s.owner_id and k.scene_id = s.id
      where s.owner_id = %(owner)s and s.video_id = any(%(videos)s) order by s.video_id, s.index, k.ordinal""",
    "captions": """select video_id::text, origin, nullif(language, ''), index, start_s, end_s, text, measures::text,
      speaker
      from captions where owner_id = %(owner)s and video_id = any(%(videos)s)
      order by video_id, origin, language, index""",
    "descriptions": """select s.video_id::text, s.index, d.model, d.description, d.summary, d.tags
      from scenes s join descriptions d on d.owner_id = s.owner_id and d.scene_id = s.id
      where s.owner_id = %(owner)s and s.video_id = any(%(videos)s) order by s.video_id, s.index""",
    "terms": """select s.video_id::text, s.index, p.term, p.tf, p.len
      from scenes s join postings p on p.owner_id = s.owner_id and p.scene_id = s.id
      where s.owner_id = %(owner)s and s.video_id = any(%(videos)s) order by s.video_id, s.index, p.term""",
    "scene_tags": """select t.video_id::text, s.index, t.t_s, t.tag
      from scene_tags t join scenes s on s.owner_id = t.owner_id and s.video_id = t.video_id
        and t.t_s >= s.start_s and t.t_s < s.end_s
      where t.owner_id = %(owner)s and t.video_id = any(%(videos)s) order by t.video_id, s.index, t.tag, t.t_s""",
    "scene_notes": """select n.video_id::text, s.index, n.t_s, n.text, n.made_by, n.made_at
      from scene_notes n join scenes s on s.owner_id = n.owner_id and s.video_id = n.video_id
        and n.t_s >= s.start_s and n.t_s < s.end_s
      where n.owner_id = %(owner)s and n.video_id = any(%(videos)s)
      order by n.video_id, s.index, n.made_at, n.text""",
    "bin_scenes": """select c.video_id::text, s.index, c.t_s, b.id::text, b.name, c.position
      from bin_scenes c join bins b on b.owner_id = c.owner_id and b.id = c.bin_id
      join scenes s on s.owner_id = c.owner_id and s.video_id = c.video_id
        and c.t_s >= s.start_s and c.t_s < s.end_s
      where c.owner_id = %(owner)s and c.video_id = any(%(videos)s)
      order by c.video_id, s.index, b.id, c.position""",
}

VECTORS: LiteralString = """select s.video_id::text, s.index, e.ordinal, e.t_s, e.region, e.metadata::text,
    halfvec_send(e.vector)
  from scenes s join embeddings e on e.owner_id = s.owner_id and e.scene_id = s.id
  where s.owner_id = %(owner)s and s.video_id = any(%(videos)s) and e.owner_id = %(owner)s and e.space_id = {space}
  order by s.video_id, s.index, e.ordinal"""
