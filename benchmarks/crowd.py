"""A large library of several owners, drawn at random: for benchmarks of the database.

Vectors as models give them: they lie in clusters (nearest neighbours mean nothing in pure noise), and the keyframes
of a scene lie close together. Rows come video by video, as from the indexer; the videos of the owners are mixed.
"""

import contextlib
import math
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid5

import numpy as np
import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from scenedex.store.database import Database, Transaction
from scenedex.store.embedded import EmbeddedServer
from scenedex.store.spaces import ensure_space, partition
from scenedex.types import LOCAL_OWNER, Space, Vectors

CENTRES = 2_000
SCENE_NOISE = 0.7  #: length, against 1 of the centre: cosine of two scenes of a cluster about 0.67
KEYFRAME_NOISE = 0.3
SCENES_PER_VIDEO = 40
SCENE_S = 5.0
CHUNK = 20_000
MEMORY = "3GB"  #: for the build of the index; what does not fit is built several times slower

RARE = 100
"""One video in so many is in Korean and has the tag `rare`; all others are in English."""

VIDEO_COLUMNS = (
    "owner_id", "id", "content_hash", "title", "duration_s", "recipe", "scene_count", "vectors", "tags",
    "caption_count", "longest_caption_s",
)  # fmt: skip
CAPTION_COLUMNS = ("owner_id", "video_id", "origin", "language", "index", "start_s", "end_s", "text")
SCENE_COLUMNS = ("owner_id", "id", "video_id", "index", "start_s", "end_s")
EMBEDDING_COLUMNS = ("owner_id", "space_id", "scene_id", "ordinal", "t_s", "vector")


@dataclass(frozen=True, kw_only=True)
class Crowd:
    """A filled library."""

    database: Database
    space: Space
    owners: dict[int, UUID]  #: number of scenes → who has them
    centres: Vectors

    def queries(self, count: int, seed: int = 7) -> Vectors:
        """Unit vectors near the clusters, none of them stored."""
        return scattered(self.centres, np.random.default_rng(seed), count)


def video_id(owner: UUID, first: int) -> UUID:
    """The id of the video in which an owner's scene of this number, a multiple of SCENES_PER_VIDEO, is the first."""
    return uuid5(owner, str(first))


def scattered(centres: Vectors, random: np.random.Generator, count: int) -> Vectors:
    """Unit vectors around centres taken at random, shape (count, dim)."""
    return near(centres[random.integers(0, len(centres), count)], random, SCENE_NOISE)


def near(points: Vectors, random: np.random.Generator, noise: float) -> Vectors:
    """Unit vectors, each beside one of `points`."""
    dim = points.shape[1]
    moved = points + noise / np.sqrt(dim) * random.standard_normal(points.shape, dtype=np.float32)
    return moved / np.linalg.norm(moved, axis=1, keepdims=True)


def cpu_ms(tx: Transaction) -> float:
    """Milliseconds for which the server's process of this connection has had a processor.

    On a machine that others use as well, this tells the cost, and the clock tells who else was there. NaN where
    there is no /proc.
    """
    (row,) = tx.execute("select pg_backend_pid() as pid")
    try:
        return int(Path(f"/proc/{row['pid']}/schedstat").read_text().split()[0]) / 1e6
    except OSError:
        return math.nan


@contextlib.contextmanager
def crowd(scenes: Sequence[int], *, keyframes: int, dim: int, index: bool = True) -> Iterator[Crowd]:
    """A library in which one owner has each of these numbers of scenes; it is gone after the block."""
    random = np.random.default_rng(1)
    centres = random.standard_normal((CENTRES, dim), dtype=np.float32)
    centres /= np.linalg.norm(centres, axis=1, keepdims=True)
    owners = {count: uuid5(LOCAL_OWNER, str(count)) for count in scenes}
    with (
        tempfile.TemporaryDirectory() as folder,
        EmbeddedServer(Path(folder) / "crowd") as server,
        Database.at(server) as database,
    ):
        space = ensure_space(
            database, Space(name="crowd", model="random", revision="1", modality="visual", dim=dim)
        )
        with psycopg.connect(server.conninfo("postgres"), autocommit=True) as admin:
            _fill(admin, space, owners, centres, keyframes, index)
        yield Crowd(database=database, space=space, owners=owners, centres=centres)


def _fill(
    admin: psycopg.Connection,
    space: Space,
    owners: dict[int, UUID],
    centres: Vectors,
    keyframes: int,
    index: bool,
) -> None:
    """COPY everything in, then build the index again, then let the planner count."""
    name = sql.Identifier(f"{partition(space.id)}_vector_idx")
    made = admin.execute(
        "select pg_get_indexdef(%s::regclass)", [f"{partition(space.id)}_vector_idx"]
    ).fetchone()
    admin.execute("set session_replication_role = replica")  # foreign keys hold by construction
    admin.execute("set synchronous_commit = off")
    admin.execute(sql.SQL("set maintenance_work_mem = {}").format(MEMORY))
    admin.execute(sql.SQL("drop index {}").format(name))
    started = time.perf_counter()
    rows = _videos_and_scenes(admin, space, owners, keyframes)
    _embeddings(admin, space, rows, centres, keyframes)
    filled = time.perf_counter()
    if index:
        assert made is not None
        admin.execute(made[0])
    admin.execute("vacuum analyze")
    print(
        f"{len(rows):,} scenes x {keyframes} keyframes, {space.dim} dimensions: filled in {filled - started:.0f} s, "
        + (f"HNSW built in {time.perf_counter() - filled:.0f} s" if index else "without HNSW")
    )


def _videos_and_scenes(
    admin: psycopg.Connection, space: Space, owners: dict[int, UUID], keyframes: int
) -> list[tuple[UUID, UUID, float]]:
    """Write both, and captions; (owner, scene, start) of every scene, as written."""
    videos, scenes, captions = [], [], []
    sums = {own: Jsonb({str(space.id): own * keyframes}) for own in range(1, SCENES_PER_VIDEO + 1)}
    parts = [
        (owner, count, first)
        for count, owner in owners.items()
        for first in range(0, count, SCENES_PER_VIDEO)
    ]
    for number in np.random.default_rng(2).permutation(len(parts)):
        owner, count, first = parts[number]
        video, title, rare = video_id(owner, first), f"{first}.mkv", first % (RARE * SCENES_PER_VIDEO) == 0
        own = min(SCENES_PER_VIDEO, count - first)
        tags, length = Jsonb(["rare"] if rare else []), own * SCENE_S
        videos.append((owner, video, title, title, length, "bench", own, sums[own], tags, own, SCENE_S / 2))
        spans = [(n, n * SCENE_S, (n + 1) * SCENE_S) for n in range(own)]
        scenes += [(owner, uuid5(video, str(n)), video, n, start, end) for n, start, end in spans]
        said = ("speech", "ko" if rare else "en")
        captions += [(owner, video, *said, n, start, start + SCENE_S / 2, "words") for n, start, _ in spans]
    _copy(admin, "videos", VIDEO_COLUMNS, videos)
    _copy(admin, "scenes", SCENE_COLUMNS, scenes)
    _copy(admin, "captions", CAPTION_COLUMNS, captions)
    return [(owner, scene, start) for owner, scene, _, _, start, _ in scenes]


def _copy(
    admin: psycopg.Connection, table: str, columns: Sequence[str], rows: Sequence[tuple[object, ...]]
) -> None:
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    with admin.cursor().copy(
        sql.SQL("copy {} ({}) from stdin").format(sql.Identifier(table), names)
    ) as writer:
        for row in rows:
            writer.write_row(row)


def _embeddings(
    admin: psycopg.Connection,
    space: Space,
    scenes: Sequence[tuple[UUID, UUID, float]],
    centres: Vectors,
    keyframes: int,
) -> None:
    """In PostgreSQL's binary COPY format, put together as arrays: an embedding is 27 bytes of text a dimension else."""
    random = np.random.default_rng(3)
    names = sql.SQL(", ").join(map(sql.Identifier, EMBEDDING_COLUMNS))
    copy = sql.SQL("copy {} ({}) from stdin (format binary)").format(
        sql.Identifier(partition(space.id)), names
    )
    with admin.cursor().copy(copy) as writer:
        writer.write(b"PGCOPY\n\xff\r\n\0" + bytes(8))
        for first in range(0, len(scenes), CHUNK):
            part = scenes[first : first + CHUNK]
            points = np.repeat(scattered(centres, random, len(part)), keyframes, axis=0)
            writer.write(_rows(space, part, keyframes, near(points, random, KEYFRAME_NOISE)).tobytes())
        writer.write(b"\xff\xff")


def _rows(
    space: Space, scenes: Sequence[tuple[UUID, UUID, float]], keyframes: int, vectors: Vectors
) -> np.ndarray:
    """Rows of EMBEDDING_COLUMNS as COPY's binary format has them: each field after its length, all big endian."""
    fields = [
        ("fields", ">i2", 6), ("l0", ">i4", 16), ("owner", "V16", None), ("l1", ">i4", 4), ("space", ">i4", space.id),
        ("l2", ">i4", 16), ("scene", "V16", None), ("l3", ">i4", 2), ("ordinal", ">i2", None), ("l4", ">i4", 8),
        ("t_s", ">f8", None), ("l5", ">i4", 4 + 2 * space.dim), ("dim", ">u2", space.dim), ("unused", ">u2", 0),
        ("vector", (">f2", space.dim), None),
    ]  # fmt: skip
    rows = np.zeros(len(vectors), np.dtype([(name, kind) for name, kind, _ in fields]))
    for name, _, constant in fields:
        if constant is not None:
            rows[name] = constant
    rows["owner"] = np.repeat(
        np.frombuffer(b"".join(owner.bytes for owner, _, _ in scenes), "V16"), keyframes
    )
    rows["scene"] = np.repeat(
        np.frombuffer(b"".join(scene.bytes for _, scene, _ in scenes), "V16"), keyframes
    )
    rows["ordinal"] = np.tile(np.arange(keyframes), len(scenes))
    rows["t_s"] = np.repeat([start for _, _, start in scenes], keyframes) + rows["ordinal"]
    rows["vector"] = vectors
    return rows
