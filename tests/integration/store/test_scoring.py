from dataclasses import replace
from uuid import uuid4

import numpy as np
import pytest
from psycopg.sql import SQL, Literal
from tests.integration.store.records import TEXT, embeddings, record, unit

from scenedex.errors import UsageError
from scenedex.store.database import Database
from scenedex.store.scenes import scenes_of
from scenedex.store.scoring import SCORES, scene_vectors, score_scenes
from scenedex.store.spaces import ensure_space
from scenedex.store.videos import write_video
from scenedex.types import LOCAL_OWNER, VectorQuery


def test_scores_are_the_cosines_of_all_keyframes_in_their_order(database: Database) -> None:
    space = ensure_space(database, replace(TEXT, dim=32))
    vectors = [unit(n, 32) for n in range(15)]
    query = VectorQuery(channel="visual", space=space, vector=unit(99, 32))
    with database.transaction(LOCAL_OWNER) as tx:
        drafts = embeddings(vectors, per_scene=3)
        video = write_video(tx, record(texts=["x"] * 5, embeddings={space.id: drafts}))
        scenes = [one.id for one in scenes_of(tx, video)]
        wanted = [scenes[4], scenes[0], scenes[0], scenes[2], uuid4()]
        scores = score_scenes(tx, query, wanted)
    assert scores.keys() == {scenes[n] for n in (0, 2, 4)}
    for n in (0, 2, 4):
        cosines = np.stack(vectors[3 * n : 3 * n + 3]) @ query.vector
        assert [t_s for t_s, _ in scores[scenes[n]]] == [10.0 * n, 10.0 * n + 1, 10.0 * n + 2]
        assert [cosine for _, cosine in scores[scenes[n]]] == pytest.approx(cosines, abs=2e-3)


def test_the_vectors_of_a_scene_are_those_that_were_stored(database: Database) -> None:
    space = ensure_space(database, replace(TEXT, dim=32))
    vectors = [unit(n, 32) for n in range(4)]
    with database.transaction(LOCAL_OWNER) as tx:
        drafts = embeddings(vectors, per_scene=2)
        video = write_video(tx, record(texts=["x"] * 2, embeddings={space.id: drafts}))
        second = scenes_of(tx, video)[1].id
        found = scene_vectors(tx, second, space)
        assert scene_vectors(tx, uuid4(), space) == ()
    assert [t_s for t_s, _ in found] == [10.0, 11.0]
    for (_, vector), stored in zip(found, vectors[2:], strict=True):
        assert (vector.dtype, vector.shape) == (np.float32, (32,))
        assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-6)
        np.testing.assert_allclose(vector, stored, atol=1e-3)


def test_failures_and_other_spaces_are_left_out(database: Database) -> None:
    one = ensure_space(database, TEXT)
    two = ensure_space(database, replace(TEXT, name="other", dim=16))
    drafts = {one.id: embeddings([unit(1), None, unit(3)], per_scene=3), two.id: embeddings([unit(4, 16)])}
    query = VectorQuery(channel="visual", space=one, vector=unit(5))
    with database.transaction(LOCAL_OWNER) as tx:
        video = write_video(tx, record(embeddings=drafts))
        first, second, _ = (scene.id for scene in scenes_of(tx, video))
        assert [t_s for t_s, _ in score_scenes(tx, query, [first])[first]] == [0.0, 2.0]
        assert [t_s for t_s, _ in scene_vectors(tx, first, one)] == [0.0, 2.0]
        assert [vector.shape for _, vector in scene_vectors(tx, first, two)] == [(16,)]
        assert score_scenes(tx, query, [second]) == {}
        assert score_scenes(tx, query, []) == {}


def test_of_a_keyframe_in_parts_the_best_part_counts(database: Database) -> None:
    space = ensure_space(database, TEXT)
    query = VectorQuery(channel="visual", space=space, vector=unit(5))
    with database.transaction(LOCAL_OWNER) as tx:
        video = write_video(
            tx, record(embeddings={space.id: embeddings([unit(1), unit(2), unit(3)], per_scene=3)})
        )
        first = scenes_of(tx, video)[0].id
        whole = [cosine for _, cosine in score_scenes(tx, query, [first])[first]]
        tx.execute(
            "update embeddings set region = 1 + ordinal, t_s = 0 where owner_id = %(owner)s and ordinal < 2"
        )
        ((t_s, best), other) = score_scenes(tx, query, [first])[first]
        parts = scene_vectors(tx, first, space)
    assert (t_s, best) == (0.0, pytest.approx(max(whole[:2]), abs=1e-6))
    assert other == (2.0, pytest.approx(whole[2], abs=1e-6))
    assert [t_s for t_s, _ in parts] == [0.0, 0.0, 2.0]


def test_another_owners_scenes_are_not_there(database: Database) -> None:
    space = ensure_space(database, TEXT)
    query = VectorQuery(channel="visual", space=space, vector=unit(5))
    with database.transaction(LOCAL_OWNER) as tx:
        video = write_video(tx, record(embeddings={space.id: embeddings([unit(1)])}))
        first = scenes_of(tx, video)[0].id
        assert len(score_scenes(tx, query, [first])) == 1
    with database.transaction(uuid4()) as tx:
        assert score_scenes(tx, query, [first]) == {}
        assert scene_vectors(tx, first, space) == ()


def test_scenes_are_read_by_key(database: Database) -> None:
    space = ensure_space(database, TEXT)
    with database.transaction(LOCAL_OWNER) as tx:
        tx.execute("set local enable_seqscan = off")  # the rows are few enough to read them all
        parts = {"dim": Literal(space.dim), "space": Literal(space.id)}
        explain = SQL("explain (costs off) ") + SQL(SCORES).format(**parts)
        rows = tx.execute(explain, {"scenes": [uuid4(), uuid4()], "vector": unit(1)})
    plan = "\n".join(row["QUERY PLAN"] for row in rows)
    assert f"embeddings_{space.id}_pkey" in plan
    assert "scene_id = ANY" in plan.partition("Index Cond: ")[2].partition("\n")[0]
    assert "vector_idx" not in plan


def test_a_vector_of_another_dimension_is_refused(database: Database) -> None:
    query = VectorQuery(channel="visual", space=replace(TEXT, id=1), vector=unit(1, 9))
    with database.transaction(LOCAL_OWNER) as tx, pytest.raises(UsageError, match="8 finite numbers"):
        score_scenes(tx, query, [uuid4()])
