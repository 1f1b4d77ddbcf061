"""The videos as a page of a list."""

import re
from uuid import UUID, uuid4

import pytest
from benchmarks.library_page import fill
from psycopg.sql import SQL
from tests.integration.store.records import record

from scenedex.errors import NotFoundError, UsageError
from scenedex.jobs.deferring import defer
from scenedex.store.database import Database, Transaction
from scenedex.store.files import put_file
from scenedex.store.listing import ORDERS, Wanted, list_page, listed_video, statement
from scenedex.store.videos import write_video
from scenedex.types import LOCAL_OWNER, KnownFile, Stage, VideoSort, VideoState

STRANGER = uuid4()


def add(tx: Transaction, path: str, *, length_s: float = 30.0, missing: bool = False) -> UUID:
    video = write_video(tx, record(content_hash=path, duration_s=length_s))
    put_file(tx, KnownFile(path=path, video_id=video, size_bytes=1, mtime_ns=1, missing=missing))
    return video


def put(tx: Transaction, video: UUID, stage: Stage, status: str, reason: str | None = None) -> int:
    """A job in this state."""
    job = defer(tx, stage, video_id=video)
    tx.execute(
        """update procrastinate_jobs set status = %(status)s::procrastinate_job_status
        where args->>'owner_id' = %(owner)s::text and id = %(job)s""",
        {"status": status, "job": job},
    )
    tx.execute(
        "update job_reports set reason = %(reason)s where owner_id = %(owner)s and job_id = %(job)s",
        {"reason": reason, "job": job},
    )
    return job


def names(tx: Transaction, limit: int = 50, offset: int = 0, **wanted: object) -> list[str]:
    page = list_page(tx, Wanted(**wanted), limit=limit, offset=offset)  # type: ignore[arg-type]
    return [one.video.name for one in page.videos]


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("name", ["a.mp4", "B.mp4", "c.mp4"]), ("longest", ["B.mp4", "a.mp4", "c.mp4"]),
        ("shortest", ["c.mp4", "a.mp4", "B.mp4"]), ("newest", ["a.mp4", "B.mp4", "c.mp4"]),
        ("oldest", ["c.mp4", "B.mp4", "a.mp4"]),
    ],
)  # fmt: skip
def test_orders_and_pages(database: Database, sort: VideoSort, expected: list[str]) -> None:
    for path, length_s in (("/c.mp4", 10.0), ("/B.mp4", 30.0), ("/a.mp4", 20.0)):
        with database.transaction(LOCAL_OWNER) as tx:
            add(tx, path, length_s=length_s)
    with database.transaction(LOCAL_OWNER) as tx:
        assert names(tx, sort=sort) == expected
        assert [names(tx, 1, n, sort=sort) for n in range(4)] == [[one] for one in expected] + [[]]
        beyond = list_page(tx, Wanted(sort=sort), limit=1, offset=9)
        assert (beyond.total, beyond.states) == (3, {"indexed": 3})
    with database.transaction(STRANGER) as tx:
        assert list_page(tx, Wanted(), limit=9).states == {}


HOSTILE = (
    "100%_real.mp4",
    "it's.mp4",
    'a"b.mp4',
    "back\\slash.mp4",
    "<script>.mp4",
    "Ünïcode.mp4",
    "하루.mp4",
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("%", {"100%_real.mp4"}), ("_", {"100%_real.mp4"}), ("'", {"it's.mp4"}), ('"', {'a"b.mp4'}),
        ("\\", {"back\\slash.mp4"}), ("<SCRIPT>", {"<script>.mp4"}), ("100%_REAL", {"100%_real.mp4"}),
        ("하루", {"하루.mp4"}), ("\u1112\u1161\u1105\u116e", {"하루.mp4"}), ("nïc", {"Ünïcode.mp4"}),
        ("' or '1'='1", set()), ("films", set()), ("\0", set(HOSTILE)), ("  .MP4 ", set(HOSTILE)), ("%(owner)s", set()),
    ],
)  # fmt: skip
def test_a_part_of_a_name_is_taken_as_it_stands(database: Database, text: str, found: set[str]) -> None:
    with database.transaction(LOCAL_OWNER) as tx:
        for name in HOSTILE:
            add(tx, f"/films/{name}")
        assert set(names(tx, text=text)) == found


def test_states_say_what_is_most_pressing_and_why(database: Database) -> None:
    with database.transaction(LOCAL_OWNER) as tx:
        videos = {
            name: add(tx, f"/{name}.mp4", missing=name in ("gone", "gone but failed"))
            for name in ("well", "gone", "gone but failed", "failed", "mended", "waits", "runs")
        }
        put(tx, videos["gone but failed"], "video_ingestion", "failed", "It broke.")
        failed = put(tx, videos["failed"], "transcription", "failed", "No ears.")
        put(tx, videos["failed"], "screen_text", "succeeded")
        put(tx, videos["mended"], "transcription", "failed", "No ears.")
        put(tx, videos["mended"], "transcription", "succeeded")
        put(tx, videos["waits"], "transcription", "failed", "No ears.")
        put(tx, videos["waits"], "screen_text", "todo")
        put(tx, videos["runs"], "screen_text", "todo")
        running = put(tx, videos["runs"], "transcription", "doing")
    with database.transaction(LOCAL_OWNER) as tx:
        page = list_page(tx, Wanted(), limit=50)
        states = {one.video.name.removesuffix(".mp4"): one.state for one in page.videos}
        assert states == {
            "well": "indexed", "gone": "offline", "gone but failed": "failed", "failed": "failed", "mended": "indexed",
            "waits": "pending", "runs": "running",
        }  # fmt: skip
        assert page.states == {"indexed": 2, "offline": 1, "failed": 2, "pending": 1, "running": 1}
        jobs = {one.video.name: one.job for one in page.videos}
        assert (found := jobs["failed.mp4"]) is not None
        assert (found.id, found.reason) == (failed, "No ears.")
        assert (found := jobs["runs.mp4"]) is not None
        assert found.id == running
        assert jobs["well.mp4"] is jobs["mended.mp4"] is None
        wanted: VideoState
        for wanted in ("indexed", "offline", "failed", "pending", "running"):
            some = list_page(tx, Wanted(state=wanted), limit=50)
            assert {one.state for one in some.videos} == {wanted}
            assert (len(some.videos), some.states) == (some.total, page.states)
        assert listed_video(tx, videos["failed"]).job == jobs["failed.mp4"]
        with pytest.raises(NotFoundError):
            listed_video(tx, uuid4())
    with database.transaction(STRANGER) as tx, pytest.raises(NotFoundError):
        listed_video(tx, videos["failed"])


def test_each_has_a_picture_from_a_third_of_it(database: Database) -> None:
    with database.transaction(LOCAL_OWNER) as tx:
        video = add(tx, "/a.mp4")
        (one,) = list_page(tx, Wanted(), limit=1).videos
        assert one.thumbnail_key == "t1"
        tx.execute(
            "update scenes set thumbnail_key = null where owner_id = %(owner)s and video_id = %(video)s",
            {"video": video},
        )
        assert listed_video(tx, video).scene_id is None


def test_what_makes_no_sense(database: Database) -> None:
    with database.transaction(LOCAL_OWNER) as tx:
        for limit, offset in ((-1, 0), (1, -1)):
            with pytest.raises(UsageError):
                list_page(tx, Wanted(), limit=limit, offset=offset)
        for wanted in (Wanted(sort="loudest"), Wanted(text="a" * 201)):  # type: ignore[arg-type]
            with pytest.raises(UsageError):
                list_page(tx, wanted, limit=1)


def test_a_page_of_many_reads_each_table_once(database: Database) -> None:
    """No part of the plan runs once for each video: only for each job that waits, runs or failed."""
    with database.operator() as statements:
        fill(statements, 2_000)
    with database.transaction(LOCAL_OWNER) as tx:
        for sort in ORDERS:
            query, params = statement(Wanted(sort=sort, text="take"), 50, 1_000)
            plan = tx.execute(SQL("explain (analyze, costs off, timing off, summary off) ") + query, params)
            lines = [row["QUERY PLAN"] for row in plan]
            loops = max(int(found) for line in lines for found in re.findall(r"loops=(\d+)", line))
            text = "\n".join(lines)
            assert loops < 100, text
            assert "procrastinate_jobs_open" in text
            assert "Seq Scan on procrastinate_jobs" not in text
            assert "scenes" not in text
        assert len(list_page(tx, Wanted(), limit=50, offset=1_975).videos) == 25
