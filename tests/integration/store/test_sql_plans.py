"""How the functions search: which index, what is found, and that nothing is left behind in the caller's session."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import numpy as np
import psycopg
import pytest
from tests.integration.store.records import embeddings, record
from tests.integration.store.seen import VISUAL, session
from tests.integration.store.test_sql import search, text

from scenedex.store.database import Database, Transaction
from scenedex.store.embedded import EmbeddedServer
from scenedex.store.spaces import ensure_space
from scenedex.store.videos import write_video
from scenedex.store.writing import scene_id
from scenedex.types import LOCAL_OWNER, Vectors

VIDEOS, SCENES, PER_SCENE, DIM = 20, 20, 4, 32
SETTINGS = (
    "select current_setting('hnsw.ef_search') as ef, current_setting('hnsw.iterative_scan') as scan, "
    "current_setting('enable_sort') as sort"
)
OTHER = uuid4()


def clustered(count: int, seed: int) -> Vectors:
    """Unit vectors in clusters, as a model gives them: HNSW finds no way in pure noise."""
    random = np.random.default_rng(seed)
    centres = random.standard_normal((count // 20, DIM))
    points = centres[random.integers(0, len(centres), count)] + 0.7 * random.standard_normal((count, DIM))
    return (points / np.linalg.norm(points, axis=1, keepdims=True)).astype(np.float32)


VECTORS = clustered(VIDEOS * SCENES * PER_SCENE, seed=1)
QUERIES = VECTORS[::100]


class Many:
    """400 scenes with four keyframes each, beside another owner's 100."""

    def __init__(self, database: Database, server: EmbeddedServer) -> None:
        self.database, self.server = database, server
        self.space = ensure_space(database, replace(VISUAL, name="many", dim=DIM))
        self.videos = [self.write(LOCAL_OWNER, number) for number in range(VIDEOS)]
        for number in range(VIDEOS // 4):
            self.write(OTHER, number)
        with database.migrator() as connection:
            connection.execute("analyze")
        self.scenes = [scene_id(video, index) for video in self.videos for index in range(SCENES)]

    def write(self, owner: UUID, number: int) -> UUID:
        own = VECTORS[number * SCENES * PER_SCENE :][: SCENES * PER_SCENE]
        drafts = embeddings(list(own), per_scene=PER_SCENE)
        with self.database.transaction(owner) as tx:
            return write_video(tx, record(f"{number:02}", ["x"] * SCENES, embeddings={self.space.id: drafts}))

    def connect(self, exact_up_to: int) -> "psycopg.Connection[dict[str, Any]]":
        connection = session(self.server, "many", "scenedex_app", LOCAL_OWNER)
        connection.execute(f"set scenedex.exact_up_to = {exact_up_to}")  # type: ignore[call-overload]
        return connection


@pytest.fixture(scope="module")
def many(server: EmbeddedServer) -> Iterator[Many]:
    """Written once: the tests below only read."""
    with psycopg.connect(server.conninfo("postgres", "postgres"), autocommit=True) as admin:
        admin.execute("create database many template scenedex owner scenedex_owner")
        with Database.at(server, "many") as database:
            yield Many(database, server)
        admin.execute("drop database many with (force)")


def explained(tx: Transaction, many: Many, by_index: bool) -> str:
    """The plan of the statement that the function runs."""
    scope = f" and owner_id = '{tx.owner}'::uuid"
    arguments = {"space": many.space.id, "dim": DIM, "scope": scope, "hnsw": by_index}
    (row,) = tx.execute(
        "select visual_search_statement(%(space)s, %(dim)s, %(scope)s, 10, %(hnsw)s) as query", arguments
    )
    if by_index:
        tx.execute("set local enable_sort = off")
        tx.execute("set local hnsw.ef_search = 80")
    query = row["query"].replace("%", "%%").replace("$1", f"'{text(QUERIES[0])}'::halfvec")
    explain = "explain (analyze, costs off, timing off, summary off, buffers off) "
    return "\n".join(line["QUERY PLAN"] for line in tx.execute(explain + query))


def test_hnsw_is_walked_where_it_was_decided_on(many: Many) -> None:
    with many.database.transaction(LOCAL_OWNER) as tx:
        plan = explained(tx, many, by_index=True)
    walk, _, rest = plan.partition("CTE found")
    assert f"Index Scan using embeddings_{many.space.id}_vector_idx" in walk
    assert "Order By: ((vector)::halfvec(32) <=>" in walk
    assert "actual rows=160.00" in walk
    assert "vector_idx" not in rest
    assert "never executed" in rest.partition("CTE compared")[2]  # the walk filled the page


def test_all_are_compared_where_there_are_few(many: Many) -> None:
    with many.database.transaction(LOCAL_OWNER) as tx:
        plan = explained(tx, many, by_index=False)
    assert "vector_idx" not in plan
    assert f"on embeddings_{many.space.id}" in plan
    assert f"actual rows={len(VECTORS)}.00" in plan


@pytest.mark.parametrize("exact_up_to", [50_000, 0], ids=["exact", "hnsw"])
def test_the_best_scenes_are_found(many: Many, exact_up_to: int) -> None:
    recalled = 0
    with many.connect(exact_up_to) as connection:
        for query in QUERIES:
            cosines = (VECTORS @ query).reshape(VIDEOS * SCENES, PER_SCENE).max(axis=1)
            truth = {many.scenes[n]: cosines[n] for n in np.argsort(-cosines)[:10]}
            found = search(connection, query, match_threshold=-1.0, match_count=10)
            assert len(found) == 10
            for row in found:
                if row["id"] in truth:
                    assert row["similarity"] == pytest.approx(truth[row["id"]], abs=2e-3)
            recalled += len(truth.keys() & {row["id"] for row in found})
    assert recalled / (10 * len(QUERIES)) >= (0.95 if exact_up_to == 0 else 0.99)


@pytest.mark.parametrize("exact_up_to", [50_000, 0], ids=["exact", "hnsw"])
def test_every_page_is_full(many: Many, exact_up_to: int) -> None:
    with many.connect(exact_up_to) as connection:
        for count in (1, 100, 400, 100_000):
            found = search(connection, QUERIES[1], match_threshold=-1.0, match_count=count)
            assert len(found) == min(count, VIDEOS * SCENES)
            assert [r["similarity"] for r in found] == sorted((r["similarity"] for r in found), reverse=True)
        only = {"match_threshold": -1.0, "match_count": 15, "filter_video_id": many.videos[3]}
        assert {row["video_id"] for row in search(connection, QUERIES[0], **only)} == {many.videos[3]}
        assert len(search(connection, QUERIES[0], **only)) == 15


def test_the_walk_is_taken_when_the_library_is_large(many: Many) -> None:
    """Counted by the database itself, for the statement that the function really runs."""
    walked = {}
    for exact_up_to in (50_000, 0):
        with many.connect(exact_up_to) as connection, connection.transaction():
            search(connection, QUERIES[0])
            walked[exact_up_to] = connection.execute(
                "select pg_stat_get_xact_numscans(%s::regclass) as n",
                [f"embeddings_{many.space.id}_vector_idx"],
            ).fetchone()
    assert walked == {50_000: {"n": 0}, 0: {"n": 1}}


def test_the_settings_of_the_session_stay(many: Many) -> None:
    with many.connect(0) as connection:
        connection.execute("select '[1]'::vector")
        connection.execute("set hnsw.ef_search = 123")
        connection.execute("set enable_sort = on")
        before = connection.execute(SETTINGS).fetchone()
        with connection.transaction():
            assert search(connection, QUERIES[0])
            assert connection.execute(SETTINGS).fetchone() == before
        assert connection.execute(SETTINGS).fetchone() == before


def test_scoring_a_pool_reads_its_scenes_by_their_key(many: Many) -> None:
    with many.connect(0) as connection, connection.transaction():
        connection.execute("set local enable_seqscan = off")  # there are few enough rows to read them all
        connection.execute("set local enable_bitmapscan = off")
        rows = connection.execute(
            "select * from batch_score_scenes_clip(%s::uuid[], %s::vector)",
            [many.scenes[:50], text(QUERIES[0])],
        ).fetchall()
        scans = connection.execute(
            "select pg_stat_get_xact_numscans(%s::regclass) as n", [f"embeddings_{many.space.id}_pkey"]
        ).fetchone()
    assert len(rows) == 50
    assert scans is not None
    assert scans["n"] >= 1
