from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from tests.integration.store.records import TEXT, embeddings, record, unit

from scenedex.store.backfill import Claims, Place, Wanted, coverage, owners_in, pending, still_pending
from scenedex.store.database import Database
from scenedex.store.spaces import ensure_space
from scenedex.store.videos import write_video
from scenedex.store.writing import lock_video, scene_id, write_scene_embeddings
from scenedex.types import LOCAL_OWNER, Scene, Space

VISUAL = replace(TEXT, name="visual", modality="visual")
OTHER = UUID(int=2)


@pytest.fixture
def space(database: Database) -> Space:
    return ensure_space(database, VISUAL)


def test_what_is_taken_is_taken_by_one(database: Database, space: Space) -> None:
    ids = [uuid4() for _ in range(5)]
    with Claims(database, space.id) as one, Claims(database, space.id) as two:
        assert one.take(ids[:3]) == ids[:3]
        assert two.take(ids) == ids[3:]
        assert one.take(ids) == ids[:3]
        with Claims(database, space.id + 1) as elsewhere:
            assert elsewhere.take(ids) == ids
        one.release()
        assert two.take(ids[:1]) == ids[:1]
        assert one.take(ids) == ids[1:3]
    with Claims(database, space.id) as three:
        assert three.take(ids) == ids


def test_work_is_in_order_and_of_its_scope(database: Database, space: Space) -> None:
    made = {}
    for owner in (LOCAL_OWNER, OTHER):
        with database.transaction(owner) as tx:
            made[owner] = write_video(
                tx, record(embeddings={space.id: embeddings([unit(1), None])})
            )  # scene 2 of 3 is missing
    wanted = Wanted(space_id=space.id, since="2026-01-01T00:00:00")
    with database.operator() as statements:
        missing = pending(statements, wanted, None, 9)
        assert [place.owner_id for place in missing] == [LOCAL_OWNER, OTHER]
        assert pending(statements, wanted, missing[0], 9) == missing[1:]
        assert pending(statements, wanted, None, 1) == missing[:1]
        assert missing[0] == Place(
            owner_id=LOCAL_OWNER, video_id=made[LOCAL_OWNER], index=2, id=scene_id(made[LOCAL_OWNER], 2)
        )
        failed = pending(statements, replace(wanted, work="errors", owner=OTHER), None, 9)
        assert [place.index for place in failed] == [1, 2]
        everything = pending(statements, replace(wanted, work="all", video=made[OTHER]), None, 9)
        assert [place.index for place in everything] == [0, 1, 2]
        counts = coverage(statements, wanted)
        assert (counts.scenes, counts.embedded, counts.failed, counts.missing) == (6, 2, 2, 2)
        assert set(owners_in(statements, space.id)) == {LOCAL_OWNER, OTHER}
    with database.transaction(OTHER) as tx:
        assert still_pending(tx, wanted, [place.id for place in missing]) == missing[1:]
        assert coverage(tx, wanted).scenes == 3


def test_the_embeddings_of_one_scene_are_replaced(database: Database, space: Space) -> None:
    with database.transaction(LOCAL_OWNER) as tx:
        video = write_video(tx, record(embeddings={space.id: embeddings([unit(n) for n in range(6)], 2)}))
    scene = Scene(id=scene_id(video, 1), video_id=video, index=1, start_s=0, end_s=1, thumbnail_key=None)
    for drafts, kept in (
        (embeddings([unit(7)]), 5),
        (embeddings([None]), 4),
        (embeddings([unit(8)] * 3, 3), 7),
    ):
        with database.transaction(LOCAL_OWNER) as tx:
            lock_video(tx, video)
            mine = [replace(draft, scene_index=1) for draft in drafts]
            write_scene_embeddings(tx, scene, space.id, mine)
        with database.transaction(LOCAL_OWNER) as tx:
            (counted,) = tx.execute("select vectors from videos where owner_id = %(owner)s")
            (there,) = tx.execute("select count(vector)::int as n from embeddings where owner_id = %(owner)s")
        assert counted["vectors"] == {str(space.id): kept}
        assert there["n"] == kept
