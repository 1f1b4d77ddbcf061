"""How an owner's library is doing."""

from uuid import uuid4

from benchmarks.library_page import fill
from tests.integration.store.records import TEXT, embeddings, record, unit

from scenedex.store.database import Database
from scenedex.store.languages import caption_languages
from scenedex.store.spaces import ensure_space
from scenedex.store.status import StageQueue, coverage, stage_queue, stage_seconds
from scenedex.store.videos import write_video
from scenedex.types import LOCAL_OWNER


def test_scenes_with_and_without_embeddings(database: Database) -> None:
    space = ensure_space(database, TEXT)
    with database.transaction(LOCAL_OWNER) as tx:
        write_video(tx, record(embeddings={space.id: embeddings([unit(1), None, unit(2)])}))
    with database.transaction(LOCAL_OWNER) as tx:
        (one,) = [found for found in coverage(tx) if found.space == TEXT.name]
        assert (one.scenes, one.errors, one.of, one.live) == (2, 1, 3, True)
        assert caption_languages(tx) == ["en"]
    with database.transaction(uuid4()) as tx:
        assert {(found.scenes, found.of) for found in coverage(tx)} == {(0, 0)}
        assert caption_languages(tx) == []


def test_jobs_by_stage(database: Database) -> None:
    with database.operator() as statements:
        fill(statements, 400)
        statements.execute(
            """insert into procrastinate_events (job_id, type, at) select id, kind::procrastinate_job_event_type, at
            from procrastinate_jobs, (values ('started', now()), ('succeeded', now() + interval '3 s')) v (kind, at)
            where status = 'succeeded' and task_name = 'screen_text'"""
        )
    with database.transaction(LOCAL_OWNER) as tx:
        assert stage_queue(tx) == [StageQueue(stage="screen_text", waiting=2, running=20, failed=3)]
        (seconds,) = stage_seconds(tx)
        assert (seconds.stage, seconds.p50_s, seconds.p95_s) == ("screen_text", 3.0, 3.0)
        assert 0 < seconds.runs <= 500
    with database.transaction(uuid4()) as tx:
        assert stage_queue(tx) == stage_seconds(tx) == []
