import threading
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from tests.integration.indexing.kept_scenes import MISSING, VISUAL, Eyes, bare, drawn, put_video, scenes

from scenedex.errors import EncoderError, GraphError, NotFoundError, StoreError, UsageError
from scenedex.indexing.backfill import MAX_UNREACHABLE, Bench, backfill
from scenedex.indexing.backfill_report import Order, Tally
from scenedex.indexing.checkpoint import peek
from scenedex.indexing.sights import Sight
from scenedex.store.database import Database
from scenedex.store.embedded import EmbeddedServer
from scenedex.store.objects import ObjectStore
from scenedex.store.spaces import ensure_space
from scenedex.store.writing import lock_video
from scenedex.types import LOCAL_OWNER, StoredKeyframe

OTHER = UUID(int=2)


@pytest.fixture
def objects(tmp_path: Path) -> ObjectStore:
    return ObjectStore(tmp_path / "objects")


@pytest.fixture
def eyes() -> Eyes:
    return Eyes()


@pytest.fixture
def bench(database: Database, objects: ObjectStore, eyes: Eyes) -> Bench:
    return Bench(
        database=database, objects=objects, sight=Sight(encoder=eyes, space=ensure_space(database, VISUAL))
    )


@pytest.fixture
def order(tmp_path: Path) -> Order:
    return Order(checkpoint=tmp_path / "checkpoint.json", delay_s=0, batch_size=4)


def rows(database: Database) -> list[dict[str, Any]]:
    with database.operator() as statements:
        return statements.execute(
            """select e.owner_id, s.video_id, s.index, e.scene_id, e.ordinal, e.t_s, e.region, e.metadata,
              e.vector is not null as whole, e.vector::text as vector
            from embeddings e join scenes s on s.owner_id = e.owner_id and s.id = e.scene_id
            order by owner_id, video_id, index, ordinal"""
        )


def tried_once(database: Database, eyes: Eyes, pictures: int) -> None:
    """Each picture was looked at once, and each has one row."""
    assert len(eyes.seen) == len(set(eyes.seen)) == pictures
    assert len(rows(database)) == pictures


def vectors(database: Database) -> dict[str, int]:
    """The counts that videos keep, added up, and how many vectors there are."""
    with database.operator() as statements:
        (kept,) = statements.execute(
            "select coalesce(sum(value::int), 0)::int as n from videos, jsonb_each_text(vectors)"
        )
        (there,) = statements.execute("select count(vector)::int as n from embeddings")
    return {"kept": kept["n"], "there": there["n"]}


def test_what_is_missing_is_embedded_for_all_owners(
    bench: Bench, order: Order, eyes: Eyes, objects: ObjectStore, database: Database
) -> None:
    put_video(database, LOCAL_OWNER, "aa", scenes(objects, 0, 7))
    put_video(database, OTHER, "bb", scenes(objects, 1000, 5))
    told: list[Tally] = []
    report = backfill(bench, order, tell=told.append)
    # one to three keyframes a scene
    tried_once(database, eyes, (1 + 2 + 3) * 2 + 1 + (1 + 2 + 3) + 1 + 2)
    assert (report.ending, report.updated, report.errors) == ("finished", 12, 0)
    assert (report.before.missing, report.after.missing, report.after.embedded) == (12, 0, 12)
    assert (report.before.percent, report.after.percent) == (0.0, 100.0)
    assert [(t.updated, t.to_do) for t in told] == [(n, 12) for n in range(13)]
    assert vectors(database) == {"kept": 22, "there": 22}
    for row in rows(database):
        assert bench.objects.get(row["metadata"]["frame_path"]) in eyes.seen
        assert row["metadata"]["frame_quality"] == pytest.approx(0.5 + row["ordinal"] / 10)
        assert row["t_s"] == 10 * row["index"] + row["ordinal"]
    eyes.seen.clear()
    assert backfill(bench, order).updated == 0
    assert eyes.seen == []


def test_a_picture_that_is_seen_in_parts_has_its_regions(
    bench: Bench, order: Order, eyes: Eyes, objects: ObjectStore, database: Database
) -> None:
    eyes.parts = 2
    put_video(database, LOCAL_OWNER, "aa", scenes(objects, 0, 3))
    backfill(bench, order)
    found = [(row["index"], row["ordinal"], row["region"], row["t_s"]) for row in rows(database)]
    assert found[2:6] == [(1, 0, 1, 10.0), (1, 1, 2, 10.0), (1, 2, 1, 11.0), (1, 3, 2, 11.0)]
    assert vectors(database) == {"kept": 12, "there": 12}


def test_one_owner_or_one_video_only(
    bench: Bench, order: Order, objects: ObjectStore, database: Database
) -> None:
    mine = put_video(database, LOCAL_OWNER, "aa", scenes(objects, 0, 2))
    put_video(database, LOCAL_OWNER, "bb", scenes(objects, 100, 2))
    put_video(database, OTHER, "cc", scenes(objects, 200, 2))
    assert backfill(bench, replace(order, video=mine)).updated == 2
    assert {row["video_id"] for row in rows(database)} == {mine}
    assert backfill(bench, replace(order, owner=LOCAL_OWNER)).updated == 2
    assert {row["owner_id"] for row in rows(database)} == {LOCAL_OWNER}
    with pytest.raises(NotFoundError, match="There is no video"):
        backfill(bench, replace(order, owner=OTHER, video=mine))
    assert backfill(bench, order).updated == 2


def test_a_video_that_is_not_there_leaves_no_checkpoint(bench: Bench, order: Order) -> None:
    with pytest.raises(NotFoundError):
        backfill(bench, replace(order, video=uuid4()))
    assert not order.checkpoint.exists()


def test_a_dry_run_changes_nothing(
    bench: Bench, order: Order, eyes: Eyes, objects: ObjectStore, database: Database
) -> None:
    put_video(database, LOCAL_OWNER, "aa", [*scenes(objects, 0, 3), bare(3)])
    report = backfill(bench, replace(order, dry_run=True))
    assert (report.ending, report.before.to_do, report.checkpoint_file) == ("dry_run", 3, None)
    assert report.skipped == {"no_thumbnail": 1}
    assert backfill(bench, replace(order, dry_run=True, max_scenes=2)).before.to_do == 2
    assert rows(database) == []
    assert eyes.seen == []
    assert list(order.checkpoint.parent.glob("*.json*")) == []


def test_a_scene_without_a_picture_is_skipped(
    bench: Bench, order: Order, objects: ObjectStore, database: Database
) -> None:
    put_video(database, LOCAL_OWNER, "aa", [*scenes(objects, 0, 3), bare(3), bare(4)])
    report = backfill(bench, order)
    assert (report.updated, report.skipped) == (3, {"no_thumbnail": 2})
    assert {row["index"] for row in rows(database)} == {0, 1, 2}
    for _ in range(2):
        known = peek(order.checkpoint)
        assert (known.total_processed, known.total_updated, known.total_skipped) == (5, 3, 2)
        assert backfill(bench, order).ending == "finished"


def test_the_thumbnail_stands_in_for_keyframes_that_are_gone(
    bench: Bench, order: Order, objects: ObjectStore, database: Database, eyes: Eyes
) -> None:
    gone = StoredKeyframe(t_s=12.0, quality=0.9, width=64, height=48, object_key=MISSING)
    thumbnails = [objects.put(drawn(n)) for n in (1, 2)]
    put_video(
        database, LOCAL_OWNER, "aa",
        [
            bare(0, thumbnail_key=thumbnails[0]),
            bare(1, keyframes=(gone,), thumbnail_key=thumbnails[1]),
            bare(2, keyframes=(gone,), thumbnail_key=MISSING),
        ],
    )  # fmt: skip
    report = backfill(bench, order)
    assert (report.updated, report.errors) == (2, 1)
    found = rows(database)
    assert [row["metadata"]["frame_path"] for row in found] == [*thumbnails, MISSING]
    assert [row["t_s"] for row in found] == [5.0, 12.0, 12.0]
    assert [row["whole"] for row in found] == [True, True, False]
    assert found[2]["metadata"]["error"].startswith("NotFoundError: There is no picture")
    objects_path = objects.path_or_none(thumbnails[0])
    assert objects_path is not None


def test_a_failure_is_a_row_and_is_tried_again_when_asked(
    bench: Bench, order: Order, eyes: Eyes, objects: ObjectStore, database: Database
) -> None:
    put_video(database, LOCAL_OWNER, "aa", scenes(objects, 0, 4))
    eyes.blind = {drawn(0)}  # all of scene 0
    eyes.slow = {drawn(11)}  # one of two keyframes of scene 1
    report = backfill(bench, order)
    assert (report.updated, report.errors, report.after.failed) == (3, 1, 1)
    assert report.last_error == "EncoderError: This picture hurts."
    broken = [(row["index"], row["ordinal"]) for row in rows(database) if not row["whole"]]
    assert broken == [(0, 0), (1, 1)]
    assert "Timeout" in next(
        r["metadata"]["error"] for r in rows(database) if r["index"] == 1 and r["ordinal"] == 1
    )
    eyes.seen.clear()
    assert backfill(bench, order).ending == "finished"
    assert eyes.seen == []
    again = backfill(bench, replace(order, work="errors"))
    assert (again.before.to_do, again.updated, again.errors) == (2, 1, 1)
    assert Counter(eyes.seen) == Counter([drawn(0), drawn(10), drawn(11)])
    eyes.blind, eyes.slow = set(), set()
    mended = backfill(bench, replace(order, work="errors"))
    assert (mended.updated, mended.errors, mended.after.to_do) == (2, 0, 0)
    assert all(row["whole"] and row["metadata"]["error"] is None for row in rows(database))
    assert vectors(database) == {"kept": 7, "there": 7}
    known = peek(order.checkpoint)
    assert (known.total_updated, known.total_errors, known.total_processed) == (6, 2, 8)


def test_forced_everything_is_made_again_once(
    bench: Bench, order: Order, eyes: Eyes, objects: ObjectStore, database: Database
) -> None:
    put_video(database, LOCAL_OWNER, "aa", scenes(objects, 0, 9))
    backfill(bench, order)
    before = rows(database)
    eyes.seen.clear()
    stop = threading.Event()
    force = replace(order, work="all")

    def after_three(tally: Tally) -> None:
        if tally.updated == 3:
            stop.set()

    first = backfill(bench, force, stop=stop, tell=after_three)
    assert (first.ending, first.updated) == ("stopped", 3)
    assert backfill(bench, replace(force, dry_run=True)).before.to_do == 6
    second = backfill(bench, force)
    assert (second.ending, second.updated) == ("finished", 6)
    tried_once(database, eyes, len(before))
    for old, new in zip(before, rows(database), strict=True):
        assert new["vector"] == old["vector"]
        assert new["metadata"]["created_at"] > old["metadata"]["created_at"]
    assert backfill(bench, force).updated == 9  # that pass was finished: this is another one


def test_a_failure_does_not_replace_a_vector(
    bench: Bench, order: Order, eyes: Eyes, objects: ObjectStore, database: Database
) -> None:
    put_video(database, LOCAL_OWNER, "aa", scenes(objects, 0, 2))
    backfill(bench, order)
    before = [(row["vector"], row["metadata"]["created_at"]) for row in rows(database)]
    eyes.blind = {drawn(10)}
    report = backfill(bench, replace(order, work="all"))
    assert (report.updated, report.errors, report.ending) == (1, 1, "finished")
    after = rows(database)
    assert [row["vector"] for row in after] == [vector for vector, _ in before]
    assert [row["metadata"]["created_at"] for row in after[1:]] == [made for _, made in before[1:]]
    assert after[1]["metadata"]["error"] == "EncoderError: This picture hurts."
    eyes.blind = set()
    assert backfill(bench, replace(order, work="errors")).updated == 1
    assert all(row["metadata"]["error"] is None for row in rows(database))
    assert vectors(database) == {"kept": 3, "there": 3}


def test_max_scenes_counts_all_runs_of_a_checkpoint(
    bench: Bench, order: Order, objects: ObjectStore, database: Database, eyes: Eyes
) -> None:
    put_video(database, LOCAL_OWNER, "aa", scenes(objects, 0, 12))
    first = backfill(bench, replace(order, max_scenes=5))
    assert (first.ending, first.updated) == ("max_scenes", 5)
    assert backfill(bench, replace(order, max_scenes=5)).updated == 0
    eyes.blind = {drawn(60)}
    second = backfill(bench, replace(order, max_scenes=10))
    assert (second.updated, second.errors) == (4, 1)
    assert {row["index"] for row in rows(database)} == set(range(10))
    known = peek(order.checkpoint)
    assert (known.total_processed, known.total_updated, known.total_errors) == (10, 9, 1)
    order.checkpoint.unlink()
    assert backfill(bench, replace(order, max_scenes=1)).updated == 1


def test_several_at_once_share_the_work(  # noqa: PLR0917
    bench: Bench, order: Order, eyes: Eyes, objects: ObjectStore,
    server: EmbeddedServer, database_name: str, database: Database,
) -> None:  # fmt: skip
    for number in range(4):
        put_video(database, UUID(int=number + 1), "aa", scenes(objects, 1000 * number, 15))
    reports = []
    together = threading.Barrier(4)

    def one() -> None:
        with Database.at(server, database_name) as own:
            together.wait()
            reports.append(backfill(replace(bench, database=own), order))

    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(report.updated for report in reports) == 60
    tried_once(database, eyes, 120)
    files = sorted(order.checkpoint.parent.glob("checkpoint*"))
    assert [file.name for file in files] == [
        "checkpoint.2.json", "checkpoint.3.json", "checkpoint.4.json", "checkpoint.json",
    ]  # fmt: skip
    assert sum(peek(file).total_processed for file in files) == 60
    assert sum(report.updated > 0 for report in reports) > 1
    assert backfill(bench, order).after.to_do == 0


def test_several_at_once_force_each_scene_once(  # noqa: PLR0917
    bench: Bench, order: Order, eyes: Eyes, objects: ObjectStore, server: EmbeddedServer, database_name: str,
    database: Database,
) -> None:  # fmt: skip
    put_video(database, LOCAL_OWNER, "aa", scenes(objects, 0, 30))
    backfill(bench, order)
    eyes.seen.clear()

    def one() -> None:
        with Database.at(server, database_name) as own:
            backfill(replace(bench, database=own), replace(order, work="all"))

    threads = [threading.Thread(target=one) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    tried_once(database, eyes, 60)


def test_a_video_that_changes_meanwhile_is_seen_as_it_is_then(
    bench: Bench, order: Order, eyes: Eyes, objects: ObjectStore, database: Database
) -> None:
    put_video(database, LOCAL_OWNER, "aa", scenes(objects, 0, 4))
    look = eyes.embed_views

    def indexed_again(pictures):
        seen = look(pictures)
        if len(eyes.seen) == 1:
            put_video(database, LOCAL_OWNER, "aa", scenes(objects, 500, 3))
        return seen

    eyes.embed_views = indexed_again  # type: ignore[method-assign]
    report = backfill(bench, order)
    assert (report.ending, report.after.scenes, report.after.to_do) == ("finished", 3, 0)
    keys = {k.object_key for s in scenes(objects, 500, 3) for k in s.keyframes}
    assert {row["metadata"]["frame_path"] for row in rows(database)} == keys
    assert vectors(database) == {"kept": 6, "there": 6}


def test_a_video_that_is_removed_meanwhile_is_left(
    bench: Bench, order: Order, eyes: Eyes, objects: ObjectStore, database: Database
) -> None:
    video = put_video(database, LOCAL_OWNER, "aa", scenes(objects, 0, 4))
    look = eyes.embed_views

    def removed(pictures):
        with database.transaction(LOCAL_OWNER) as tx:
            tx.execute("delete from videos where owner_id = %(owner)s and id = %(video)s", {"video": video})
        return look(pictures)

    eyes.embed_views = removed  # type: ignore[method-assign]
    report = backfill(bench, order)
    assert (report.updated, report.errors, report.after.scenes) == (0, 0, 0)
    with pytest.raises(NotFoundError), database.transaction(LOCAL_OWNER) as tx:
        lock_video(tx, video)


def test_an_encoder_that_does_not_work_at_all_is_told_before_anything_is_written(
    bench: Bench, order: Order, eyes: Eyes, objects: ObjectStore, database: Database
) -> None:
    put_video(database, LOCAL_OWNER, "aa", scenes(objects, 0, 2))
    eyes.broken = GraphError("It is no network.")
    with pytest.raises(EncoderError, match="no network"):
        backfill(bench, order)
    assert rows(database) == []
    eyes.broken = None
    assert backfill(bench, order).updated == 2


def test_an_object_store_that_gives_nothing_stops_it(
    bench: Bench, order: Order, objects: ObjectStore, database: Database, tmp_path: Path
) -> None:
    put_video(database, LOCAL_OWNER, "aa", scenes(objects, 0, MAX_UNREACHABLE + 5))
    (tmp_path / "objects").rename(tmp_path / "away")
    (tmp_path / "objects").write_text("in the way")
    with pytest.raises(StoreError, match=f"{MAX_UNREACHABLE} scenes in a row"):
        backfill(bench, order)
    assert {row["metadata"]["error"].partition(":")[0] for row in rows(database)} == {"StoreError"}
    assert peek(order.checkpoint).total_errors == MAX_UNREACHABLE
    (tmp_path / "objects").unlink()
    (tmp_path / "away").rename(tmp_path / "objects")
    report = backfill(bench, replace(order, work="errors"))
    assert (report.updated, report.after.embedded) == (15, 15)


def test_metadata_of_somebody_else_is_no_obstacle(
    bench: Bench, order: Order, objects: ObjectStore, database: Database
) -> None:
    put_video(database, LOCAL_OWNER, "aa", scenes(objects, 0, 2))
    backfill(bench, order)
    with database.operator() as statements:
        statements.execute("""update embeddings set metadata = '{"created_at": "yesterday", "error": 7}'""")
    assert backfill(bench, replace(order, work="errors")).updated == 2
    assert {row["metadata"]["model_name"] for row in rows(database)} == {"eyes"}


def test_an_encoder_whose_clock_stands_still_is_asked_once(
    bench: Bench,
    order: Order,
    eyes: Eyes,
    objects: ObjectStore,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    put_video(database, LOCAL_OWNER, "aa", scenes(objects, 0, 3))
    monkeypatch.setattr("tests.integration.indexing.kept_scenes.now", lambda: "1970-01-01T00:00:00")
    assert backfill(bench, replace(order, work="all")).updated == 3
    tried_once(database, eyes, 6)


@pytest.mark.parametrize(
    "wrong", [{"batch_size": 0}, {"delay_s": -1.0}, {"delay_s": float("nan")}, {"max_scenes": -1}], ids=str
)
def test_an_order_that_makes_no_sense_is_refused(bench: Bench, order: Order, wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        backfill(bench, replace(order, **wrong))
    assert not order.checkpoint.exists()
