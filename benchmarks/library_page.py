"""A page of 50 of a library with 10,000 videos: every order and filter, milliseconds.

    python -m benchmarks library_page [--videos 100000]

Each video has five scenes, two files, and three jobs; one in a hundred failed, one in two hundred waits, twenty run,
one in twenty is offline. Times are the client's, of everything that the list asks the database, p50 and the
worst of 15. Fails where a p50 is beyond 150 ms at 10,000 videos.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import LiteralString

from scenedex.store.database import Database, Statements
from scenedex.store.listing import Wanted, list_page
from scenedex.types import LOCAL_OWNER

LINE_MS = 150.0
RUNS = 15

CASES: dict[str, tuple[Wanted, int]] = {
    "newest": (Wanted(), 0),
    "newest, the last page": (Wanted(), 9_950),
    "by name": (Wanted(sort="name"), 5_000),
    "longest": (Wanted(sort="longest"), 0),
    "a part of a name": (Wanted(text="77_%", sort="name"), 0),
    "failed": (Wanted(state="failed"), 0),
    "pending, by name": (Wanted(state="pending", sort="name"), 0),
    "offline": (Wanted(state="offline"), 0),
}

VIDEOS: LiteralString = """
insert into videos (owner_id, id, content_hash, title, duration_s, recipe, scene_count, added_at)
select %(owner)s, md5('v' || n)::uuid, md5('h' || n), 'title ' || n, (n * 7919) %% 7200 + 1, 'r', 5,
  now() - make_interval(mins => n) from generate_series(1, %(videos)s::int) n
"""
SCENES: LiteralString = """
insert into scenes (owner_id, id, video_id, index, start_s, end_s, thumbnail_key)
select %(owner)s, md5('s' || n || ' ' || i)::uuid, md5('v' || n)::uuid, i, i * 10, i * 10 + 10, 'key ' || i
from generate_series(1, %(videos)s::int) n, generate_series(0, 4) i
"""
FILES: LiteralString = """
insert into files (owner_id, path_hash, path, video_id, size_bytes, mtime_ns, missing)
select %(owner)s, sha256(('/films/' || n || '/' || i)::bytea),
  '/films/' || n || '/take_' || (n * 31) %% 9973 || '_' || i || '.mp4', md5('v' || n)::uuid, 1, 1, i = 1 or n %% 20 = 0
from generate_series(1, %(videos)s::int) n, generate_series(0, 1) i
"""
JOBS: LiteralString = """
with made as (
  insert into procrastinate_jobs (task_name, queue_name, status, args)
  select stage, stage, case when n <= 20 and last then 'doing' when n %% 200 = 0 and last then 'todo'
      when n %% 100 = 7 and last then 'failed' else 'succeeded' end::procrastinate_job_status,
    jsonb_build_object('owner_id', %(owner)s::text, 'video_id', md5('v' || n)::uuid)
  from generate_series(1, %(videos)s::int) n,
    (values ('video_ingestion', false), ('transcription', false), ('screen_text', true)) stages (stage, last)
  returning id, args)
insert into job_reports (owner_id, job_id, video_id, reason)
select %(owner)s, id, (args->>'video_id')::uuid, 'It failed.' from made
"""


def fill(statements: Statements, videos: int) -> None:
    """A library of so many videos, of the owner `local`."""
    for statement in (VIDEOS, SCENES, FILES, JOBS):
        statements.execute(statement, {"owner": LOCAL_OWNER, "videos": videos})
    statements.execute("analyze")


@contextmanager
def filled(videos: int) -> Iterator[Database]:
    """The same in a server of its own."""
    with tempfile.TemporaryDirectory() as folder, Database.open(url=None, home=Path(folder)) as database:
        with database.operator() as statements:
            fill(statements, videos)
        yield database


def measure(database: Database, wanted: Wanted, offset: int) -> list[float]:
    """Milliseconds of each of RUNS pages."""
    found = []
    for _ in range(RUNS):
        began = time.perf_counter()
        with database.transaction(LOCAL_OWNER) as tx:
            list_page(tx, wanted, limit=50, offset=offset)
        found.append(1000 * (time.perf_counter() - began))
    return found


def main(arguments: Sequence[str] = ()) -> int:
    """Prints a table; 1 where a line is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks library_page")
    parser.add_argument("--videos", type=int, default=10_000)
    videos = parser.parse_args(arguments).videos
    missed = 0
    with filled(videos) as database:
        print(f"| {videos:,} videos | p50 ms | worst ms |")
        print("|---|---|---|")
        for name, (wanted, offset) in CASES.items():
            times = measure(database, wanted, offset)
            middle = statistics.median(times)
            missed |= videos <= 10_000 and middle > LINE_MS
            print(f"| {name} | {middle:.0f} | {max(times):.0f} |")
    return int(missed)
