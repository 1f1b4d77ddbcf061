"""Bulk load of vectors with their index, as a restore does it, against COPY and CREATE INDEX by hand.

    python -m benchmarks bulk_load [--vectors 1000000] [--folder KEEP] [--grow]

512 dimensions, two vectors a scene (`drawn_library`). Ours is what `scenedex restore` runs for a space: a table that
stands alone, COPY, HNSW, then the partition's primary key, its checks and its foreign key to scenes. By hand: a bare
table without any of these, COPY of the same bytes, `maintenance_work_mem` large enough for the whole graph, the same
CREATE INDEX. One after the other in one database, by hand first. Fails where ours takes more than 1.15 times as long.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import psycopg

from benchmarks.binary_copy import copy_blocks, packed
from benchmarks.drawn_library import TOPICS, Drawn, Senses
from benchmarks.million_library import KEYFRAMES, emptied, scenes_of, vectors_of
from benchmarks.random_clip import random_clip
from scenedex.embeddings.encoders import visual_encoder
from scenedex.embeddings.mini import MiniSounds
from scenedex.embeddings.wordllama import WordLlamaEncoder
from scenedex.inference.exported import exported_card
from scenedex.inference.session import RunOptions
from scenedex.inference.weights import WeightStore
from scenedex.store.database import Database, Statements
from scenedex.store.embedded import EmbeddedServer
from scenedex.store.spaces import attach, careful, ensure_space, partition
from scenedex.types import Space

LINE = 1.15
COLUMNS = ("owner_id", "space_id", "scene_id", "ordinal", "t_s", "vector")


def by_hand(admin: psycopg.Connection, space: Space, blocks: Sequence[bytes]) -> float:
    """Seconds."""
    began = time.perf_counter()
    admin.execute(
        f"create table plain (owner_id uuid, space_id int, scene_id uuid, ordinal smallint, t_s float8,"
        f" vector halfvec({space.dim}))"
    )
    copy_blocks(admin, "plain", COLUMNS, blocks)
    copied = time.perf_counter()
    admin.execute(f"set maintenance_work_mem = '{max(64, sum(map(len, blocks)) * 2 >> 20)}MB'")
    ((vectors,),) = admin.execute("select count(*) from plain").fetchall()
    admin.execute(
        "create index on plain using hnsw (vector halfvec_cosine_ops) with (m = 16, "
        f"ef_construction = {careful(vectors)})"
    )
    done = time.perf_counter()
    print(f"  by hand: COPY {copied - began:.1f} s, CREATE INDEX {done - copied:.1f} s", flush=True)
    admin.execute("drop table plain")
    return done - began


def ours(database: Database, space: Space, blocks: Sequence[bytes]) -> float:
    """Seconds."""
    began = time.perf_counter()
    with database.migrator() as connection:
        tx = Statements(connection, {})
        emptied(tx, space)
        copy_blocks(connection, partition(space.id), COLUMNS, blocks)
        copied = time.perf_counter()
        attach(tx, space.id, space.dim)
    done = time.perf_counter()
    print(
        f"  scenedex: COPY {copied - began:.1f} s, index, keys and checks {done - copied:.1f} s", flush=True
    )
    return done - began


def measured(vectors: int, folder: Path) -> tuple[float, float]:
    """Seconds by hand, and ours."""
    scenes = vectors // KEYFRAMES
    clip = random_clip(folder / "weights", TOPICS)
    model = WeightStore(clip.parent).find(exported_card(clip))
    sight = visual_encoder(model, RunOptions(timeout_s=60.0))
    drawn = Drawn(Senses(sight=sight, hearing=MiniSounds(), words=WordLlamaEncoder()))
    with (
        tempfile.TemporaryDirectory(dir=folder) as made,
        EmbeddedServer(Path(made) / "home") as server,
        Database.at(server) as database,
    ):
        space = ensure_space(database, sight.space)
        with psycopg.connect(server.conninfo("postgres"), autocommit=True) as admin:
            scenes_of(admin, scenes)
            admin.execute("analyze")
            blocks = [packed(batch).tobytes() for batch in vectors_of(drawn, space, scenes)]
            print(f"  {vectors:,} vectors, {sum(map(len, blocks)) >> 20:,} MB of rows")
            hand = by_hand(admin, space, blocks)
        return hand, ours(database, space, blocks)


def main(arguments: Sequence[str] = ()) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks bulk_load")
    parser.add_argument("--vectors", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path, help="for the weights and the database")
    parser.add_argument("--grow", action="store_true", help="first a sixteenth and a quarter of them")
    options = parser.parse_args(arguments)
    sizes = [options.vectors // part for part in ((16, 4, 1) if options.grow else (1,))]
    with tempfile.TemporaryDirectory(dir=options.folder) as made:
        took = {size: measured(size, options.folder or Path(made)) for size in sizes}
    for size, (hand, own) in took.items():
        print(f"{size:,} vectors: {1e6 * own / size:.0f} µs for each, ratio {own / hand:.2f} (line: {LINE})")
    hand, own = took[options.vectors]
    return int(own / hand > LINE)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
