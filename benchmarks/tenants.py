"""Tenants of 0.1 %, 1 %, 10 % and 100 % of 200,000 scenes, in one partition: pages, recall, plan, milliseconds.

    python -m benchmarks tenants [--scenes 1000000] [--keyframes 4] [--dim 512] [--queries 40]

There are four owners side by side, with 200, 2,000, 20,000 and 200,000 scenes: the last has nine tenths of the
partition. Each search is asked for a page of 10 and for a pool of 300, as the search does, by the role that row-level
security binds, and compared with the exact scan of the same scope. Then filters on the largest owner. Times are the
client's, of everything that a search asks the database; `processor` is what it costs the server, p50, whoever else uses
the machine. Fails where a page is not full, recall@10 is below 0.95, or EXPLAIN shows another plan than was decided on.
"""

import argparse
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import numpy as np
from psycopg.sql import SQL

from benchmarks.crowd import RARE, SCENES_PER_VIDEO, Crowd, cpu_ms, crowd, video_id
from scenedex.store.bm25 import Terms
from scenedex.store.channels import search_channels, settings_for, statement
from scenedex.store.database import Transaction
from scenedex.store.reach import EXACT_UP_TO, reach_of
from scenedex.store.scope import scope_of
from scenedex.types import Filters, Vector, VectorQuery

PAGES = (10, 300)
RECALL = 0.95
SERIAL = 10  #: searches whose cost is measured
EVERYTHING = Filters()
ALL = 1 << 60  #: vectors that may be compared one by one


@dataclass(frozen=True, kw_only=True)
class Case:
    """One line of the table, but for the page."""

    name: str
    owner: UUID
    expected: int  #: scenes in scope, at least
    filters: Filters = EVERYTHING


def cases(owners: dict[int, UUID]) -> list[Case]:
    """Each owner without a filter, then filters on the largest."""
    most = max(owners)
    largest = owners[most]
    firsts = range(0, most, SCENES_PER_VIDEO * RARE)
    videos = tuple(video_id(largest, first) for first in firsts)
    rare = len(videos) * SCENES_PER_VIDEO
    filters = {
        "1 % of videos by id": (rare, Filters(video_ids=videos)),
        "1 % by tag": (rare, Filters(tags=("rare",))),
        "1 % by language": (rare, Filters(language="ko")),
        "99 % by language": (most - rare, Filters(language="en")),
        "10 % by time in the video": (most // 10, Filters(to_s=20.0)),
        "50 % by time in the video": (most // 2, Filters(from_s=100.0)),
        "all by date": (most, Filters(after=datetime(2000, 1, 1, tzinfo=UTC))),
    }
    plain = [
        Case(name=f"{count / most:.1%} ({count:,})", owner=owner, expected=count)
        for count, owner in owners.items()
    ]
    return plain + [
        Case(name=name, owner=largest, expected=expected, filters=asked)
        for name, (expected, asked) in filters.items()
    ]


def plan(tx: Transaction, query: VectorQuery, filters: Filters, k: int) -> str:
    """`exact` or `HNSW`, or what else EXPLAIN shows."""
    scope = scope_of(filters)
    reach = reach_of(tx, [query], scope, k)
    composed, params = statement(Terms(()), [query], scope, reach)
    with tx.reading(settings_for(reach)):
        lines = tx.execute(SQL("explain (analyze, costs off, timing off, summary off) ") + composed, params)
    shown = "\n".join(row["QUERY PLAN"] for row in lines)
    walked = f"Index Scan using embeddings_{query.space.id}_vector_idx" in shown
    if walked != reach.hnsw[0]:
        return f"not {'HNSW' if reach.hnsw[0] else 'exact'} as meant"
    given_up = walked and "(never executed)" not in shown.partition("CTE more0")[2].partition("CTE dense0")[0]
    return ("HNSW" if walked else "exact") + (" + rest" if given_up else "")


def measure(crowd: Crowd, case: Case, queries: Sequence[Vector]) -> list[bool]:
    """Print the lines of a case, one a page; whether each holds what is asked for."""
    asked = [VectorQuery(channel="visual", space=crowd.space, vector=vector) for vector in queries]
    truth = [search(crowd, case, query, 10, ALL)[0] for query in asked]
    held = []
    for k in PAGES:
        answers = [search(crowd, case, query, k) for query in asked]
        near = [
            len({*found[:10]} & {*best}) / len(best) for (found, _), best in zip(answers, truth, strict=True)
        ]
        full = sum(len(found) == min(k, case.expected) for found, _ in answers)
        with crowd.database.transaction(case.owner) as tx:
            shown = plan(tx, asked[-1], case.filters, k)
        p50, p95 = np.percentile([milliseconds for _, milliseconds in answers], [50, 95])
        spent = np.median([processor(crowd, case, query, k) for query in asked[:SERIAL]])
        print(
            f"  {case.name:28s} {k:4d} {shown:14s} {full:3d}/{len(asked):<4d}"
            f" {np.mean(near):9.3f} {p50:9.1f} {p95:9.1f} {spent:9.1f}",
            flush=True,
        )
        held.append(full == len(asked) and bool(np.mean(near) >= RECALL) and "not" not in shown)
    return held


def processor(crowd: Crowd, case: Case, query: VectorQuery, k: int) -> float:
    """Milliseconds that the search costs the server's processors, one process doing all of it."""
    with crowd.database.transaction(case.owner) as tx:
        tx.execute("set local max_parallel_workers_per_gather = 0")
        before = cpu_ms(tx)
        search_channels(tx, terms=(), vectors=[query], filters=case.filters, k=k)
        return cpu_ms(tx) - before


def search(
    crowd: Crowd, case: Case, query: VectorQuery, k: int, exact_up_to: int = EXACT_UP_TO
) -> tuple[list[UUID], float]:
    """The scenes found, and the milliseconds that it took."""
    with crowd.database.transaction(case.owner) as tx:
        started = time.perf_counter()
        found = search_channels(
            tx, terms=(), vectors=[query], filters=case.filters, k=k, exact_up_to=exact_up_to
        )
        return [row.scene_id for row in found], 1000 * (time.perf_counter() - started)


def main(arguments: Sequence[str] = ()) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks tenants")
    parser.add_argument("--scenes", type=int, default=200_000, help="of the largest owner")
    parser.add_argument("--keyframes", type=int, default=2, help="of each scene")
    parser.add_argument("--dim", type=int, default=256)
    parser.add_argument("--queries", type=int, default=40)
    options = parser.parse_args(arguments)
    counts = [options.scenes // part for part in (1000, 100, 10, 1)]
    with crowd(counts, keyframes=options.keyframes, dim=options.dim) as filled:
        queries = list(filled.queries(options.queries))
        print(f"  {'tenant or filter':28s} page plan           full recall@10    p50 ms    p95 ms processor")
        held = [line for case in cases(filled.owners) for line in measure(filled, case, queries)]
    print(
        f"{sum(held)} of {len(held)} lines hold: every page full, recall@10 >= {RECALL}, the plan that was meant"
    )
    return 0 if all(held) else 1


if __name__ == "__main__":
    raise SystemExit(main())
