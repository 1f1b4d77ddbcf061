import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID, uuid4

import numpy as np
import pytest
from psycopg.sql import SQL
from tests.integration.store.records import TEXT, embeddings, record, unit, words

from scenedex.embeddings.terms import scene_terms
from scenedex.errors import UsageError
from scenedex.store.bm25 import Terms, after
from scenedex.store.channels import search_channels, settings_for, statement
from scenedex.store.database import Database, Transaction
from scenedex.store.reach import LAZY, Reach, reach_of
from scenedex.store.scenes import scenes_of
from scenedex.store.scope import scope_of
from scenedex.store.spaces import ensure_space, partition
from scenedex.store.videos import write_video
from scenedex.types import LOCAL_OWNER, ChannelRow, Filters, VectorQuery, Vectors

CLUSTERED = replace(TEXT, name="clustered", dim=64)
VIDEOS, SCENES, PER_SCENE = 20, 25, 4
COUNT = VIDEOS * SCENES * PER_SCENE
EVERYTHING = Filters()


def text(*terms: str, k: int = 10) -> dict[str, object]:
    return {"terms": terms, "vectors": (), "filters": EVERYTHING, "k": k}


def clustered(count: int, seed: int) -> Vectors:
    """Unit vectors in clusters, as a model gives them: HNSW finds no way in pure noise."""
    random = np.random.default_rng(seed)
    centres = random.standard_normal((count // 20, 64))
    points = centres[random.integers(0, len(centres), count)] + 0.7 * random.standard_normal((count, 64))
    return (points / np.linalg.norm(points, axis=1, keepdims=True)).astype(np.float32)


class Filled:
    """A library of 20 videos with 2,000 vectors, beside another owner's 500."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.space = ensure_space(database, CLUSTERED)
        self.vectors = clustered(COUNT, seed=1)
        self.videos = [self.write(LOCAL_OWNER, n, self.vectors) for n in range(VIDEOS)]
        self.other = uuid4()
        for n in range(VIDEOS // 4):
            self.write(self.other, n, -self.vectors)
        with database.migrator() as connection:
            connection.execute("analyze")
        with database.transaction(LOCAL_OWNER) as tx:
            self.scenes = [scene.id for video in self.videos for scene in scenes_of(tx, video)]

    def write(self, owner: UUID, number: int, vectors: Vectors) -> UUID:
        own = vectors[number * SCENES * PER_SCENE :][: SCENES * PER_SCENE]
        drafts = embeddings(list(own), per_scene=PER_SCENE)
        texts = [
            " ".join(["x", *(f"w{scene * word % 397}" for word in range(1, 9))]) for scene in range(SCENES)
        ]
        with self.database.transaction(owner) as tx:
            return write_video(tx, record(f"{number:02}", texts, embeddings={self.space.id: drafts}))

    def best(self, query: np.ndarray, k: int, videos: Sequence[int] = range(VIDEOS)) -> dict[UUID, float]:
        """The k best scenes and their cosine, compared one by one."""
        cosines = (self.vectors @ query).reshape(VIDEOS * SCENES, PER_SCENE).max(axis=1)
        allowed = [n for n in np.argsort(-cosines) if n // SCENES in videos]
        return {self.scenes[n]: float(cosines[n]) for n in allowed[:k]}


@pytest.fixture(scope="module")
def filled(server, clean_environment) -> Filled:  # type: ignore[no-untyped-def]
    """Written once: the tests below only read."""
    import psycopg

    with psycopg.connect(server.conninfo("postgres", "postgres"), autocommit=True) as admin:
        admin.execute("create database filled template scenedex owner scenedex_owner")
        with Database.at(server, "filled") as database:
            yield Filled(database)
        admin.execute("drop database filled with (force)")


def ask(
    filled: Filled, query: np.ndarray, k: int, exact_up_to: int, filters: Filters = EVERYTHING
) -> list[ChannelRow]:
    with filled.database.transaction(LOCAL_OWNER) as tx:
        return search_channels(
            tx,
            terms=(),
            vectors=[VectorQuery(channel="visual", space=filled.space, vector=query)],
            filters=filters,
            k=k,
            exact_up_to=exact_up_to,
        )


def explained(tx: Transaction, query: VectorQuery, filters: Filters, rows: int, hnsw: bool) -> str:
    reach = Reach(k=10, rows=(rows,), hnsw=(hnsw,), by_key=(False,), lazy=hnsw)
    composed, params = statement(Terms(["w24", "w11*"]), [query], scope_of(filters), reach)
    explain = SQL("explain (analyze, costs off, timing off, summary off, buffers off) ")
    with tx.reading(settings_for(reach)):
        plan = tx.execute(explain + composed, params)
    return "\n".join(row["QUERY PLAN"] for row in plan)


QUERIES = clustered(20, seed=7)


@pytest.mark.parametrize("exact_up_to", [50_000, 0], ids=["exact", "hnsw"])
def test_the_best_scenes_are_found(filled: Filled, exact_up_to: int) -> None:
    k, recalled = 20, 0
    queries = [*QUERIES, *filled.vectors[::100]]
    for query in queries:
        found = ask(filled, query, k, exact_up_to)
        truth = filled.best(query, k)
        assert len(found) == k
        assert len({row.scene_id for row in found}) == k
        assert [row.raw for row in found] == sorted((row.raw for row in found), reverse=True)
        recalled += len(truth.keys() & {row.scene_id for row in found})
        for row in found:
            if row.scene_id in truth:
                assert row.raw == pytest.approx(truth[row.scene_id], abs=2e-3)  # 16-bit floats
    recall = recalled / (k * len(queries))
    assert recall >= (0.95 if exact_up_to == 0 else 0.99)


@pytest.mark.parametrize("exact_up_to", [50_000, 0], ids=["exact", "hnsw"])
@pytest.mark.parametrize("videos", [(3,), (0, 7), tuple(range(0, VIDEOS, 2))])
def test_filters_leave_the_page_full(filled: Filled, exact_up_to: int, videos: tuple[int, ...]) -> None:
    only = Filters(video_ids=tuple(filled.videos[n] for n in videos))
    for query in QUERIES[:5]:
        found = ask(filled, query, 20, exact_up_to, only)
        truth = filled.best(query, 20, videos)
        assert len(found) == 20
        assert {row.scene_id for row in found} <= set(filled.best(query, COUNT, videos))
        assert len(truth.keys() & {row.scene_id for row in found}) >= 19


@pytest.mark.parametrize("exact_up_to", [50_000, 0], ids=["exact", "hnsw"])
@pytest.mark.parametrize(
    "filters",
    [
        Filters(to_s=10.0),
        Filters(from_s=100.0, to_s=140.0),
        Filters(language="en", from_s=200.0),
        Filters(language="en"),
    ],
    ids=["first scenes", "middle", "language and end", "language"],
)
def test_filters_of_scenes_leave_the_page_full(filled: Filled, exact_up_to: int, filters: Filters) -> None:
    start, end = filters.from_s or 0.0, filters.to_s or math.inf
    allowed = {
        scene
        for n, scene in enumerate(filled.scenes)
        if 10 * (n % SCENES) + 10 > start and 10 * (n % SCENES) < end
    }
    recalled = 0
    for query in QUERIES:
        everything = filled.best(query, COUNT)
        truth = [scene for scene in everything if scene in allowed][:20]
        found = ask(filled, query, 20, exact_up_to, filters)
        assert len(found) == len({row.scene_id for row in found}) == 20
        assert {row.scene_id for row in found} <= allowed
        recalled += len({row.scene_id for row in found} & set(truth))
    assert recalled >= 0.95 * 20 * len(QUERIES)


@pytest.mark.parametrize("exact_up_to", [50_000, 0], ids=["exact", "hnsw"])
def test_scenes_that_are_left_out_leave_the_page_full(filled: Filled, exact_up_to: int) -> None:
    query = VectorQuery(channel="visual", space=filled.space, vector=QUERIES[0])
    nearest = list(filled.best(QUERIES[0], 450))
    with filled.database.transaction(LOCAL_OWNER) as tx:
        asked = {"terms": ("x",), "vectors": [query], "filters": EVERYTHING, "exact_up_to": exact_up_to}
        found = search_channels(tx, k=50, exclude=nearest, **asked)
    rest = set(filled.scenes) - set(nearest)
    assert {row.scene_id for row in found if row.channel == "visual"} == rest
    assert {row.scene_id for row in found if row.channel == "lexical"} == rest


def test_a_filter_that_keeps_only_what_is_far_away_leaves_the_page_full(filled: Filled) -> None:
    """HNSW walks the near ones, all of them refused, until it gives up: the rest is then compared one by one."""
    query = QUERIES[0]
    by_video = {
        n: max(cosine for scene, cosine in filled.best(query, COUNT, [n]).items()) for n in range(VIDEOS)
    }
    farthest = sorted(by_video, key=by_video.__getitem__)[:2]
    only = Filters(video_ids=tuple(filled.videos[n] for n in farthest))
    reach = Reach(k=40, rows=(160,), hnsw=(True,), by_key=(False,), lazy=True)
    asked = VectorQuery(channel="visual", space=filled.space, vector=query)
    composed, params = statement(Terms(()), [asked], scope_of(only), reach)
    with filled.database.transaction(LOCAL_OWNER) as tx, tx.reading(settings_for(reach)):
        tx.execute("set local hnsw.max_scan_tuples = 100")
        plan = tx.execute(SQL("explain (analyze, costs off, timing off) ") + composed, params)
        found = [row["scene_id"] for row in tx.execute(composed, params)]
    more = "\n".join(row["QUERY PLAN"] for row in plan).partition("CTE more0")[2].partition("CTE dense0")[0]
    assert "never executed" not in more
    truth = filled.best(query, 40, farthest)
    assert len(found) == 40
    assert len(set(found) & truth.keys()) >= 39


@pytest.mark.parametrize("repeated", [1, 3, 1_000])
def test_a_row_tells_which_terms_its_scene_has_and_where_they_are_from(
    database: Database, repeated: int
) -> None:
    """Every mixture of said, titled and described, of a term, of one that counts nothing, and of a prefix."""
    words = {"zebra": "zebra", "hors": "horse", "비*": "비행기"}
    made = []
    for place in range(8):
        said, titled, described = (bool(place >> n & 1) for n in range(3))
        for shown, (_, word) in enumerate(words.items()):
            texts = [" ".join([word] * repeated)] if said else ["nothing"]
            terms = scene_terms(texts, [f"{word}.mp4"] if titled else [], [word] if described else [])
            made.append((1 << shown, (said, titled, described), terms))
    with database.transaction(LOCAL_OWNER) as tx:
        video = write_video(tx, record(texts=["."] * len(made), terms=tuple(terms for *_, terms in made)))
        scenes = [scene.id for scene in scenes_of(tx, video)]
        rows = search_channels(
            tx, terms=["zebra", "비*"], also=["hors"], vectors=(), filters=EVERYTHING, k=len(made)
        )
    bits = {1: 1, 4: 2, 2: 4}  # those that count nothing come last
    found = {row.scene_id: (row.said, row.titled, row.described) for row in rows}
    assert found == {
        scene: tuple(bits[word] * there for there in where)
        for scene, (word, where, _) in zip(scenes, made, strict=True)
        if any(where)
    }
    assert all((row.raw == 0) == (4 in (row.said, row.titled, row.described)) for row in rows)


LEFT = {
    "everything": (EVERYTHING, True),
    "most of a video's time": (Filters(from_s=50.0), True),
    "a little of a video's time": (Filters(to_s=30.0), False),
    "its language": (Filters(language="en"), True),
    "another language": (Filters(language="ko"), False),
    "long videos": (Filters(min_duration_s=100), True),
    "short videos": (Filters(max_duration_s=100), False),
    "tagged videos": (Filters(tags=("none",)), False),
}


@pytest.mark.parametrize(("filters", "many"), LEFT.values(), ids=LEFT.keys())
def test_what_filters_leave_decides_how_is_searched(filled: Filled, filters: Filters, many: bool) -> None:
    query = VectorQuery(channel="visual", space=filled.space, vector=QUERIES[0])
    with filled.database.transaction(LOCAL_OWNER) as tx:
        scope = scope_of(filters)
        reach = reach_of(tx, [query], scope, 10, COUNT // 5)
        composed, params = statement(Terms(()), [query], scope, reach)
        with tx.reading(settings_for(reach)):
            plan = tx.execute(SQL("explain ") + composed, params)
        words = reach_of(tx, (), scope, 10, COUNT // PER_SCENE // 5 // LAZY)
    index = f"Index Scan using {partition(filled.space.id)}_vector_idx"
    assert (index in "\n".join(row["QUERY PLAN"] for row in plan)) == many
    assert reach.hnsw == (many,)
    assert words.lazy == many


def test_few_videos_of_a_large_library_are_searched_one_by_one(filled: Filled) -> None:
    query = VectorQuery(channel="visual", space=filled.space, vector=QUERIES[0])
    with filled.database.transaction(LOCAL_OWNER) as tx:
        for count, many in ((3, False), (15, True)):
            scope = scope_of(Filters(video_ids=tuple(filled.videos[:count])))
            assert reach_of(tx, [query], scope, 10, 500).hnsw == (many,)


def test_few_scenes_of_a_large_partition_are_read_by_key(filled: Filled) -> None:
    query = VectorQuery(channel="visual", space=filled.space, vector=QUERIES[0])
    few = Filters(video_ids=(filled.videos[4],), to_s=100.0)
    with filled.database.transaction(LOCAL_OWNER) as tx:
        scope = scope_of(few)
        reach = reach_of(tx, [query], scope, 5, 0)
        assert (reach.hnsw, reach.by_key) == ((False,), (True,))
        assert reach_of(tx, [query], scope_of(EVERYTHING), 5).by_key == (False,)
        composed, params = statement(Terms(()), [query], scope, reach)
        plan = "\n".join(
            row["QUERY PLAN"] for row in tx.execute(SQL("explain (analyze) ") + composed, params)
        )
        found = {row["scene_id"]: row["raw"] for row in tx.execute(composed, params)}
    assert f"{partition(filled.space.id)}_pkey" in plan
    assert f"Seq Scan on {partition(filled.space.id)}" not in plan
    allowed = filled.scenes[4 * SCENES :][:10]
    truth = {scene: raw for scene, raw in filled.best(QUERIES[0], COUNT, [4]).items() if scene in allowed}
    assert list(found.values()) == pytest.approx(list(truth.values())[:5], abs=2e-3)
    assert all(truth[scene] == pytest.approx(raw, abs=2e-3) for scene, raw in found.items())


def test_an_owner_of_little_is_searched_one_by_one(filled: Filled) -> None:
    """Another owner has a fifth of the partition: less than what HNSW finds enough of."""
    query = VectorQuery(channel="visual", space=filled.space, vector=QUERIES[0])
    with filled.database.transaction(filled.other) as tx:
        first = scope_of(Filters(to_s=50.0))  # of 20 % of the partition 20 %
        assert reach_of(tx, [query], first, 10, 0).hnsw == (False,)
        assert reach_of(tx, [query], scope_of(EVERYTHING), 10, 0).hnsw == (True,)


def test_hnsw_tests_scenes_as_they_come(filled: Filled) -> None:
    query = VectorQuery(channel="visual", space=filled.space, vector=QUERIES[0])
    with filled.database.transaction(LOCAL_OWNER) as tx:
        plan = explained(tx, query, Filters(from_s=50.0, language="en"), 80, hnsw=True)
    listed = plan.partition("CTE scope")[2].partition("CTE ")[0]
    assert "never executed" in listed  # nobody needed the list of all scenes
    ann = plan.partition("CTE ann0")[2].partition("CTE more0")[0]
    assert f"Index Scan using {partition(filled.space.id)}_vector_idx" in ann
    assert "actual rows=80.00" in ann
    assert "SubPlan" in ann
    assert "Sort" not in ann


def test_asking_for_more_than_there_is_gives_all(filled: Filled) -> None:
    for exact_up_to in (50_000, 0):
        found = ask(filled, QUERIES[0], 10_000, exact_up_to)
        assert {row.scene_id for row in found} == set(filled.scenes)


def test_the_time_is_that_of_the_vector_that_matched(filled: Filled) -> None:
    (first, *_) = ask(filled, filled.vectors[3 * PER_SCENE + 2], 5, 50_000)
    assert (first.scene_id, first.t_s) == (filled.scenes[3], 32.0)
    assert first.raw == pytest.approx(1, abs=1e-3)


def test_the_exact_scan_uses_no_vector_index(filled: Filled) -> None:
    query = VectorQuery(channel="visual", space=filled.space, vector=QUERIES[0])
    with filled.database.transaction(LOCAL_OWNER) as tx:
        plan = explained(tx, query, EVERYTHING, 80, hnsw=False)
    assert "vector_idx" not in plan
    assert f"on {partition(filled.space.id)}" in plan
    assert f"actual rows={COUNT}.00" in plan


def test_hnsw_uses_the_vector_index_and_nothing_else(filled: Filled) -> None:
    query = VectorQuery(channel="visual", space=filled.space, vector=QUERIES[0])
    with filled.database.transaction(LOCAL_OWNER) as tx:
        plan = explained(tx, query, EVERYTHING, 80, hnsw=True)
    ann, _, rest = plan.partition("CTE more0")
    assert f"Index Scan using {partition(filled.space.id)}_vector_idx" in ann
    assert "Order By: ((vector)::halfvec(64) <=>" in ann
    assert "actual rows=80.00" in ann
    more = rest.partition("CTE dense0")[0]
    assert "(never executed)" in more  # the walk filled the page


@pytest.mark.parametrize("keep_plan", [False, True], ids=["custom plan", "generic plan"])
def test_only_the_partition_of_the_space_is_read(filled: Filled, keep_plan: bool) -> None:
    others = [
        ensure_space(filled.database, replace(CLUSTERED, name=f"other {dim}", dim=dim)) for dim in (64, 8)
    ]
    query = VectorQuery(channel="visual", space=filled.space, vector=QUERIES[0])
    with filled.database.transaction(LOCAL_OWNER) as tx:
        scope = scope_of(EVERYTHING)
        reach = reach_of(tx, [query], scope, 10, 0)
        composed, params = statement(Terms(["w24"]), [query], scope, reach)
        with tx.reading(settings_for(reach, keep_plan=keep_plan)):
            plan = "\n".join(row["QUERY PLAN"] for row in tx.execute(SQL("explain ") + composed, params))
    own = partition(filled.space.id)
    assert f"Index Scan using {own}_vector_idx on {own}" in plan
    assert set(re.findall(r"on (embeddings_\d+)", plan)) == {own}
    assert not any(f"{partition(other.id)}_" in plan for other in others)


@pytest.mark.parametrize(
    ("rows", "hnsw", "expected"),
    [
        ((100,), (True,), 200),
        ((225, 100), (True, True), 254),  # an eighth more
        ((975, 100), (True, True), 200),  # the first goes on from where its walk ended
        ((800,), (True,), 900),
        ((975,), (True,), 549),  # twice
        ((5_000,), (True,), 938),  # six times
        ((975, 300), (False, True), 338),
    ],
)
def test_a_channel_that_looks_far_makes_no_other_look_as_far(
    rows: tuple[int, ...], hnsw: tuple[bool, ...], expected: int
) -> None:
    reach = Reach(k=100, rows=rows, hnsw=hnsw, by_key=(False,) * len(rows), lazy=True)
    assert f"hnsw.ef_search = {expected};" in settings_for(reach).as_string()


def test_one_walk_gathers_what_is_asked_for(filled: Filled) -> None:
    """A fifth of what lies there belongs to somebody else: a walk that gathers as many as are asked for begins anew."""
    walk = SQL(
        """select count(*) as found from (select from embeddings
          where owner_id = %(owner)s and space_id = {space} and vector is not null
          order by vector::halfvec({dim}) <=> %(vector)s::halfvec({dim}) limit {rows}) one"""
    )
    once = SQL("set local hnsw.iterative_scan = off; ")
    noise = np.random.default_rng(3).standard_normal((10, CLUSTERED.dim))
    found: dict[str, list[int]] = {"ours": [], "as many as asked for": []}
    with filled.database.transaction(LOCAL_OWNER) as tx:
        query = VectorQuery(channel="visual", space=filled.space, vector=QUERIES[0])
        reach = reach_of(tx, [query], scope_of(EVERYTHING), 60, 0)
        (rows,) = reach.rows
        bare = SQL("set local hnsw.ef_search = {}; set local enable_sort = off").format(rows)
        parts = {"space": filled.space.id, "dim": CLUSTERED.dim, "rows": rows}
        for name, setting in (("ours", settings_for(reach)), ("as many as asked for", bare)):
            for vector in noise:
                with tx.reading(once + setting):
                    (row,) = tx.execute(walk.format(**parts), {"vector": vector.astype(np.float32)})
                found[name].append(row["found"])
    assert sum(count == rows for count in found["ours"]) >= 7  # others are the nearest of all to three
    assert max(found["as many as asked for"]) < rows


def test_words_are_found_by_index_under_row_level_security(filled: Filled) -> None:
    query = VectorQuery(channel="visual", space=filled.space, vector=QUERIES[0])
    with filled.database.transaction(LOCAL_OWNER) as tx:
        tx.execute("set local enable_seqscan = off")  # the rows are few enough to read them all
        tx.execute("set local enable_bitmapscan = off")
        plan = explained(tx, query, EVERYTHING, 80, hnsw=False)
    assert plan.count("using postings_pkey on postings") == 3
    assert plan.count("AND (term = ") == 2
    assert plan.count("AND (term >= ") == 1


def test_another_owner_is_never_found(filled: Filled) -> None:
    opposite = -QUERIES[0]  # the other owner has the opposite of each vector
    with filled.database.transaction(filled.other) as tx:
        asked = {
            "terms": ("x",),
            "vectors": [VectorQuery(channel="visual", space=filled.space, vector=opposite)],
        }
        for exact_up_to in (50_000, 0):
            found = search_channels(tx, filters=EVERYTHING, k=1000, exact_up_to=exact_up_to, **asked)
            assert len([row for row in found if row.channel == "visual"]) == SCENES * VIDEOS // 4
            assert len([row for row in found if row.channel == "lexical"]) == SCENES * VIDEOS // 4
            assert not {row.scene_id for row in found} & set(filled.scenes)
        by_force = Filters(video_ids=tuple(filled.videos))
        assert search_channels(tx, filters=by_force, k=1000, **asked) == []


def test_scenes_with_many_vectors_do_not_crowd_out_the_others(database: Database) -> None:
    """One scene has 60 vectors right at the query, 20 scenes have one somewhere: all of them are asked for."""
    space = ensure_space(database, TEXT)
    near = embeddings([unit(1)] * 60, per_scene=60)
    far = [
        replace(draft, scene_index=1 + n, ordinal=0)
        for n, draft in enumerate(embeddings([unit(50 + n) for n in range(20)]))
    ]
    with database.transaction(LOCAL_OWNER) as tx:
        write_video(tx, record(texts=["x"] * 21, embeddings={space.id: (*near, *far)}))
    for exact_up_to in (50_000, 0):
        with database.transaction(LOCAL_OWNER) as tx:
            query = VectorQuery(channel="visual", space=space, vector=unit(1))
            found = search_channels(
                tx, terms=(), vectors=[query], filters=EVERYTHING, k=20, exact_up_to=exact_up_to
            )
        assert len({row.scene_id for row in found}) == 20


def test_several_channels_answer_at_once(database: Database) -> None:
    one = ensure_space(database, TEXT)
    two = ensure_space(database, replace(TEXT, name="wide", dim=16, modality="visual"))
    drafts = {one.id: embeddings([unit(1), None, unit(3)]), two.id: embeddings([unit(4, 16), unit(5, 16)])}
    with database.transaction(LOCAL_OWNER) as tx:
        video_id = write_video(tx, record(embeddings=drafts))
        scenes = [scene.id for scene in scenes_of(tx, video_id)]
        found = search_channels(
            tx,
            terms=["bus", "bus"],
            vectors=[
                VectorQuery(channel="transcript", space=one, vector=unit(3)),
                VectorQuery(channel="visual", space=two, vector=unit(4, 16)),
            ],
            filters=EVERYTHING,
            k=5,
        )
    channels = {c: [r.scene_id for r in found if r.channel == c] for c in ("transcript", "visual", "lexical")}
    assert channels == {
        "transcript": [scenes[2], scenes[0]],
        "visual": [scenes[0], scenes[1]],
        "lexical": [scenes[1]],
    }
    assert [row.t_s for row in found if row.channel == "lexical"] == [None]


def test_an_empty_library_and_an_empty_question_give_nothing(database: Database) -> None:
    space = ensure_space(database, TEXT)
    query = VectorQuery(channel="visual", space=space, vector=unit(1))
    with database.transaction(LOCAL_OWNER) as tx:
        assert search_channels(tx, terms=["x", "y*"], vectors=[query], filters=EVERYTHING, k=5) == []
        assert search_channels(tx, terms=[], vectors=[], filters=EVERYTHING, k=5) == []
        assert search_channels(tx, terms=["*", ""], vectors=[], filters=EVERYTHING, k=5) == []


@pytest.mark.parametrize("vector", [unit(1, 9), np.zeros(8, np.float32), np.full(8, np.nan, np.float32)])
def test_a_query_that_is_no_unit_vector_is_refused(database: Database, vector: np.ndarray) -> None:
    query = VectorQuery(channel="visual", space=replace(TEXT, id=1), vector=vector)
    with database.transaction(LOCAL_OWNER) as tx, pytest.raises(UsageError, match="8 finite numbers"):
        search_channels(tx, terms=[], vectors=[query], filters=EVERYTHING, k=5)


# -- BM25 -------------------------------------------------------------------------------------------------

WORDS = [
    "red",
    "blue",
    "car",
    "bus",
    "tree",
    "sea",
    "snow",
    "rain",
    "비",
    "비가",
    "비행기",
    "빅",
    "차",
    "자동차",
]


def corpus(count: int) -> list[str]:
    random = np.random.default_rng(3)
    weights = 1 / np.arange(1, len(WORDS) + 1)
    lengths = random.integers(0, 30, count)
    return [" ".join(random.choice(WORDS, length, p=weights / weights.sum())) for length in lengths]


def bm25(texts: Sequence[str], query: Sequence[str]) -> dict[int, float]:
    """Robertson and Zaragoza (2009) as Lucene has it; texts without words are no documents."""
    documents = {n: Counter(t.split()) for n, t in enumerate(texts) if t}
    mean = sum(d.total() for d in documents.values()) / len(documents)
    scores: Counter[int] = Counter()
    for word in query:
        start = word.removesuffix("*")
        tfs = {
            n: sum(tf for w, tf in d.items() if (w.startswith(start) if "*" in word else w == word))
            for n, d in documents.items()
        }
        df = sum(tf > 0 for tf in tfs.values())
        idf = math.log(1 + (len(documents) - df + 0.5) / (df + 0.5))
        for n, tf in tfs.items():
            if tf:
                scores[n] += idf * tf / (tf + 1.5 * (1 - 0.75 + 0.75 * documents[n].total() / mean))
    return dict(scores)


@pytest.mark.parametrize("exact_up_to", [50_000, 0], ids=["listed", "as they come"])
@pytest.mark.parametrize("kept", [(0.0, math.inf), (100.0, 300.0)], ids=["all", "filtered"])
@pytest.mark.parametrize(
    "query", [["car"], ["red", "sea", "unheard"], ["비*"], ["차", "비*", "red"], ["unheard"]]
)
def test_lexical_scores_are_those_of_bm25(
    database: Database, query: list[str], kept: tuple[float, float], exact_up_to: int
) -> None:
    """Filters keep some of the scenes, and leave the weights of the words as they are."""
    texts = corpus(200)
    ids: dict[int, UUID] = {}
    for start in range(0, 200, 50):
        with database.transaction(LOCAL_OWNER) as tx:
            video_id = write_video(tx, record(f"{start}", texts[start : start + 50], captions=()))
            ids |= {start + scene.index: scene.id for scene in scenes_of(tx, video_id)}
    with database.transaction(uuid4()) as tx:  # another owner's words count for nothing
        write_video(tx, record("other", ["red car 비"] * 30))
    with database.transaction(LOCAL_OWNER) as tx:
        filters = Filters(from_s=kept[0], to_s=None if math.isinf(kept[1]) else kept[1])
        asked = {"terms": query, "vectors": (), "filters": filters, "exact_up_to": exact_up_to}
        found = search_channels(tx, k=500, **asked)  # type: ignore[arg-type]
        page = search_channels(tx, k=7, **asked)  # type: ignore[arg-type]
    truth = {n: score for n, score in bm25(texts, query).items() if kept[0] <= 10 * (n % 50) < kept[1]}
    scores = {row.scene_id: row.raw for row in found}
    assert scores == pytest.approx({ids[n]: score for n, score in truth.items()}, abs=1e-5)
    assert [row.raw for row in page] == pytest.approx(sorted(truth.values(), reverse=True)[:7], abs=1e-5)


def test_lexical_filters_leave_the_page_full(database: Database) -> None:
    with database.transaction(LOCAL_OWNER) as tx:
        write_video(tx, record("aa", ["car car car"] * 30))
        few = write_video(tx, record("bb", ["red car", "blue car", "no"]))
        asked = {"terms": ("car",), "vectors": (), "filters": Filters(video_ids=(few,))}
        assert len(search_channels(tx, k=2, **asked)) == 2
        by_prefix = {**asked, "terms": ("ca*",)}
        assert {row.scene_id for row in search_channels(tx, k=9, **by_prefix)} == {
            s.id for s in scenes_of(tx, few)[:2]
        }


def test_long_terms_are_cut_alike_when_written_and_when_asked(database: Database) -> None:
    endless = "가" * 5000
    with database.transaction(LOCAL_OWNER) as tx:
        write_video(tx, record(texts=(endless,), terms=(words(endless),)))
        assert len(search_channels(tx, **text(endless))) == 1  # type: ignore[arg-type]
        assert len(search_channels(tx, **text(endless + "*"))) == 1  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("prefix", "end"),
    [("비", "빅"), ("az", "a{"), ("\ud7ff", "\ue000"), ("a\U0010ffff", "b"), ("\U0010ffff", None)],
)
def test_the_end_of_a_prefix_comes_after_all_that_begin_so(prefix: str, end: str | None) -> None:
    assert after(prefix) == end
