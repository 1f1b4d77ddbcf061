"""What the router costs a query, beside what the lexical channel needs to read the same one.

`python -m benchmarks.router` routes the labelled queries of tests/unit/search/router_queries.tsv: each for the first
time, and again with every word known. It is CPU time of the thread, so that other programs do not count.
"""

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from scenedex.embeddings.terms import query_terms
from scenedex.search.lexicons import english, korean
from scenedex.search.router import route

QUERIES = Path(__file__).parents[1] / "tests" / "unit" / "search" / "router_queries.tsv"
ROUNDS = 20


def milliseconds(read: Callable[[str], object], queries: list[str]) -> list[float]:
    """Of each call."""
    taken = []
    for query in queries:
        began = time.thread_time()
        read(query)
        taken.append((time.thread_time() - began) * 1000)
    return taken


def main() -> None:
    lines = QUERIES.read_text(encoding="utf-8").splitlines()
    queries = [line.split("\t")[0] for line in lines if not line.startswith("#")]
    began = time.thread_time()
    english(), korean()
    print(f"lexicons loaded once in {(time.thread_time() - began) * 1000:.0f} ms")
    longest = " ".join(queries)[:2000]
    print(f"{'CPU ms a query':34}{'median':>9}{'p95':>9}{'p99':>9}{'worst':>9}")
    asked = {"first time": queries, "warm": queries * ROUNDS, "2,000 characters": [longest] * ROUNDS}
    for name, read in (("route", route), ("query_terms", query_terms)):
        for when, texts in asked.items():
            taken = milliseconds(read, texts)
            shown = "".join(f"{value:9.3f}" for value in (*np.quantile(taken, [0.5, 0.95, 0.99]), max(taken)))
            print(f"{name + ', ' + when:34}{shown}")


if __name__ == "__main__":
    main()
