"""A library of a million scenes in the real schema: COPY, statements over sets, and each index at the end.

What is in it: `drawn_library`. One owner has nearly all of it, four others 1.8 % together.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from uuid import UUID, uuid5

import numpy as np
import psycopg
from psycopg.sql import SQL, Identifier

from benchmarks.binary_copy import Columns, copy_arrays, uuids
from benchmarks.drawn_library import SCENES_PER_VIDEO, Drawn, Senses
from scenedex.embeddings.terms import word_terms
from scenedex.store.database import Database, Statements
from scenedex.store.spaces import attach, ensure_space, partition, stand_alone
from scenedex.types import LOCAL_OWNER, Space

SCENE_S = 5.0
KEYFRAMES = 2
CHUNK = 50_000
OTHERS = (0.01, 0.005, 0.002, 0.001)  #: parts that other owners have beside the one


def owners(scenes: int) -> list[tuple[UUID, int]]:
    """Who has how many scenes: whole videos."""
    parts = [(LOCAL_OWNER, scenes)]
    parts += [(uuid5(LOCAL_OWNER, str(part)), int(scenes * part)) for part in OTHERS]
    return [(owner, max(1, count // SCENES_PER_VIDEO) * SCENES_PER_VIDEO) for owner, count in parts]


def chunks(scenes: int) -> Iterator[tuple[int, UUID, int, int]]:
    """Number of the chunk, owner, first scene, scenes: in the order of all scenes."""
    number = first = 0
    for owner, count in owners(scenes):
        for start in range(0, count, CHUNK):
            own = min(CHUNK, count - start)
            yield number, owner, first, own
            number, first = number + 1, first + own


def fill(database: Database, admin: psycopg.Connection, senses: Senses, scenes: int) -> dict[str, float]:
    """Make all of it; seconds of each part."""
    drawn, took = Drawn(senses), dict[str, float]()
    admin.execute("set session_replication_role = replica")  # foreign keys hold by construction
    admin.execute("set synchronous_commit = off")
    admin.execute("set maintenance_work_mem = '1GB'")
    spaces = {
        kind: ensure_space(database, space)
        for kind, space in zip(
            ("visual", "audio", "text"),
            (senses.sight.space, senses.hearing.space, senses.words.space),
            strict=True,
        )
    }

    def timed(name: str, do: Callable[..., object], *arguments: object) -> None:
        began = time.perf_counter()
        do(*arguments)
        took[name] = time.perf_counter() - began
        print(f"  {name}: {took[name]:.0f} s", flush=True)

    timed("videos, scenes and keyframes", scenes_of, admin, scenes)
    timed("captions and terms", _words, admin, drawn, scenes, spaces)
    for kind, space in spaces.items():
        timed(f"{kind} embeddings", refill, database, space, vectors_of(drawn, space, scenes))
    timed("vacuum analyze", admin.execute, "vacuum (analyze, parallel 2)")
    return took


def scene_ids(number: int, count: int) -> np.ndarray:
    """Of the scenes of a chunk, (count, 16) bytes."""
    return uuids(count, 1000 + number)


def scenes_of(admin: psycopg.Connection, scenes: int) -> None:
    """Videos, their files, scenes and keyframes."""
    videos = []
    columns: list[Columns] = []
    for number, owner, first, count in chunks(scenes):
        own = uuids(count // SCENES_PER_VIDEO, 500_000 + number)
        videos += [
            (owner, UUID(bytes=one.tobytes()), first // SCENES_PER_VIDEO + n) for n, one in enumerate(own)
        ]
        index = np.tile(np.arange(SCENES_PER_VIDEO, dtype=np.int32), len(own))
        columns.append(
            {
                "owner_id": owner.bytes,
                "id": scene_ids(number, count),
                "video_id": np.repeat(own, SCENES_PER_VIDEO, axis=0),
                "index": index,
                "start_s": index * SCENE_S,
                "end_s": (index + 1) * SCENE_S,
            }
        )
    with admin.cursor().copy(
        "copy videos (owner_id, id, content_hash, title, duration_s, recipe, scene_count) from stdin"
    ) as writer:
        for owner, video, n in videos:
            title = f"{n}.mp4"
            writer.write_row(
                (owner, video, f"{n:064x}", title, SCENES_PER_VIDEO * SCENE_S, "bench", SCENES_PER_VIDEO)
            )
    copy_arrays(admin, "scenes", columns)
    for statement in (KEYFRAMES_OF_SCENES, FILES_OF_VIDEOS):
        admin.execute(statement)


KEYFRAMES_OF_SCENES = """insert into keyframes (owner_id, scene_id, ordinal, t_s, quality, width, height, object_key)
  select owner_id, id, n, start_s + 2 * n, 0.5, 683, 384, left(id::text, 2) || '/' || md5(id::text || n) || '.jpg'
  from scenes, generate_series(0, 1) n order by owner_id, id, n"""
FILES_OF_VIDEOS = """insert into files (owner_id, path_hash, path, video_id, size_bytes, mtime_ns)
  select owner_id, sha256(('/films/' || title)::bytea), '/films/' || title, id, 1, 1 from videos"""

# put aside while rows come: sorted they then build each index at once
ASIDE = ("postings_pkey", "postings_owner_id_scene_id_idx")


def _words(admin: psycopg.Connection, drawn: Drawn, scenes: int, spaces: dict[str, Space]) -> None:
    terms = sorted({term for word in drawn.vocabulary for term in word_terms(word)})
    place = {term: n for n, term in enumerate(terms)}
    of_word = np.array([place[word_terms(word)[0]] for word in drawn.vocabulary])
    admin.execute('create temp table vocabulary (n int, term text collate "C")')
    admin.execute("create unlogged table made (owner_id uuid, scene_id uuid, n int, tf real, len int)")
    with admin.cursor().copy("copy vocabulary from stdin") as writer:
        writer.write("".join(f"{n}\t{term}\n" for n, term in enumerate(terms)))
    copy_arrays(admin, "made", _terms(drawn, scenes, of_word, len(terms)))
    with admin.cursor().copy(
        "copy captions (owner_id, video_id, origin, language, index, start_s, end_s, text) from stdin"
    ) as writer:
        for number, owner, first, count in chunks(scenes):
            writer.write("".join(_captions(drawn, number, owner, first, count)))
    definitions = admin.execute("select pg_get_indexdef(%s::regclass)", [ASIDE[1]]).fetchone()
    admin.execute(SQL("drop index {}").format(Identifier(ASIDE[1])))
    admin.execute("alter table postings drop constraint postings_pkey")
    admin.execute(POSTINGS)
    admin.execute("alter table postings add primary key (owner_id, term, scene_id) include (tf, len)")
    assert definitions is not None
    admin.execute(definitions[0])
    admin.execute(SUMS, {"visual": str(spaces["visual"].id), "audio": str(spaces["audio"].id),
                         "text": str(spaces["text"].id), "keyframes": KEYFRAMES})  # fmt: skip
    admin.execute("drop table made")


POSTINGS = """insert into postings (owner_id, term, scene_id, tf, len)
  select m.owner_id, v.term, m.scene_id, m.tf, m.len from made m join vocabulary v using (n)
  union all select s.owner_id, 'mp4', s.id, 0.05, coalesce(m.len, 0) from scenes s
    left join (select distinct scene_id, len from made) m on m.scene_id = s.id
  order by 1, 2, 3"""

SUMS = """update videos v set caption_count = x.spoken, longest_caption_s = 4, passages = scene_count,
    spoken = x.spoken, tokens = x.tokens, vectors = jsonb_build_object(
      %(visual)s::text, scene_count * %(keyframes)s::int, %(audio)s::text, scene_count, %(text)s::text, x.spoken)
  from (select s.owner_id, s.video_id, count(m.len) as spoken, coalesce(sum(m.len), 0) as tokens from scenes s
    left join (select distinct scene_id, len from made) m on m.scene_id = s.id group by 1, 2) x
  where x.owner_id = v.owner_id and x.video_id = v.id"""


def _terms(drawn: Drawn, scenes: int, of_word: np.ndarray, terms: int) -> Iterator[Columns]:
    for number, owner, first, count in chunks(scenes):
        lines = drawn.lines(first, count)
        lengths = np.array([len(line) for line in lines])
        keys = np.repeat(np.arange(count), lengths) * terms + of_word[np.concatenate(lines)]
        found, times = np.unique(keys, return_counts=True)
        scene = found // terms
        yield {
            "owner_id": owner.bytes,
            "scene_id": scene_ids(number, count)[scene],
            "n": (found % terms).astype(np.int32),
            "tf": times.astype(np.float32),
            "len": lengths[scene].astype(np.int32),
        }


def _captions(drawn: Drawn, number: int, owner: UUID, first: int, count: int) -> Iterator[str]:
    videos = uuids(count // SCENES_PER_VIDEO, 500_000 + number)
    names = [UUID(bytes=one.tobytes()) for one in videos]
    for n, line in enumerate(drawn.lines(first, count)):
        if len(line):
            index = n % SCENES_PER_VIDEO
            start = index * SCENE_S
            video = names[n // SCENES_PER_VIDEO]
            yield f"{owner}\t{video}\tsidecar\ten\t{index}\t{start}\t{start + 4}\t{drawn.said(line)}\n"


def vectors_of(drawn: Drawn, space: Space, scenes: int) -> Iterator[Columns]:
    """Rows of a space, in the order of the scenes."""
    for number, owner, first, count in chunks(scenes):
        ids, start = scene_ids(number, count), np.arange(count) % SCENES_PER_VIDEO * SCENE_S
        each, kept = KEYFRAMES if space.modality == "visual" else 1, np.arange(count)
        if space.modality == "text":
            lines = drawn.lines(first, count)
            kept = np.flatnonzero([len(line) for line in lines])
            vectors = drawn.passages([lines[n] for n in kept])
        else:
            vectors = drawn.pictures(first, count, each) if each > 1 else drawn.sounds(first, count)
        ordinal = np.tile(np.arange(each, dtype=np.int16), len(kept))
        yield {
            "owner_id": owner.bytes,
            "space_id": space.id,
            "scene_id": np.repeat(ids[kept], each, axis=0),
            "ordinal": ordinal,
            "t_s": np.repeat(start[kept], each) + 2.0 * ordinal,
            "vector": vectors,
        }


def refill(database: Database, space: Space, rows: Iterable[Columns]) -> None:
    """Fill a space that is empty, as a restore does it: a table that stands alone is filled, indexed and attached."""
    with database.migrator() as connection:
        tx = Statements(connection, {})
        emptied(tx, space)
        copy_arrays(connection, partition(space.id), rows)
        attach(tx, space.id, space.dim)


def emptied(tx: Statements, space: Space) -> None:
    """A table that stands alone in place of the partition."""
    table = Identifier(partition(space.id))
    tx.execute(SQL("alter table embeddings detach partition {}").format(table))
    tx.execute(SQL("drop table {}").format(table))
    stand_alone(tx, space.id)
