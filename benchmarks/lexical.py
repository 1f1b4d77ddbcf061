"""The lexical channel beside bm25s: nDCG@10 on the relevance collections, and time per query.

bm25s gets the tokens that the channel has, and, for comparison, those of its own tokenizer. It keeps its index in
memory; the channel reads rows of PostgreSQL, under row-level security, and is up to date after every video.
"""

import math
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import bm25s
from tests.relevance.collection import DEPTH, LANGUAGES, Collection, fill, found, load, mean_ndcg_10
from tests.relevance.rival import Rival

from scenedex.embeddings.terms import query_terms
from scenedex.store.database import Database
from scenedex.types import LOCAL_OWNER

ROUNDS = 10


def main() -> None:
    for language in LANGUAGES:
        with (
            tempfile.TemporaryDirectory() as folder,
            Database.open(url=None, home=Path(folder) / "home") as database,
        ):
            compare(database, language)


def compare(database: Database, language: str) -> None:
    """Print the figures of one collection."""
    collection = load(language)
    queries = list(collection.queries.values())
    names = fill(database, LOCAL_OWNER, collection)
    with database.migrator() as connection:
        connection.execute("analyze")
    rival = Rival(list(collection.passages), collection.tokens)
    with database.transaction(LOCAL_OWNER) as tx:
        ours = mean_ndcg_10([found(tx, query, names) for query in queries], collection)
        ours_ms = _milliseconds(lambda query: found(tx, query, names, DEPTH), queries)
    theirs = mean_ndcg_10([rival.scored(query_terms(query)) for query in queries], collection)
    theirs_ms = _milliseconds(lambda query: rival.best(query_terms(query), DEPTH), queries)
    print(f"{language}: {len(collection.passages):,} passages, {len(queries)} queries")
    print(f"  nDCG@10: the lexical channel {ours:.4f}, bm25s with the same tokens {theirs:.4f}", end="")
    print(f", bm25s with its own tokens {_own_tokens(collection):.4f}" if language == "english" else "")
    print(
        f"  a query takes {ours_ms:.2f} ms, bm25s {theirs_ms:.2f} ms: {ours_ms / theirs_ms:.1f} times as long"
    )


def _own_tokens(collection: Collection) -> float:
    def split(texts: Sequence[str]) -> list[list[str]]:
        return bm25s.tokenize(list(texts), stopwords="en", return_ids=False, show_progress=False)

    rival = Rival(list(collection.passages), split(list(collection.passages.values())))
    asked = split(list(collection.queries.values()))
    return mean_ndcg_10([rival.scored(tokens) for tokens in asked], collection)


def _milliseconds(ask: Callable[[str], object], queries: list[str]) -> float:
    """Median over the queries of each one's shortest time: what else the machine does lengthens the others."""
    shortest = dict.fromkeys(queries, math.inf)
    for query in queries * ROUNDS:
        began = time.perf_counter()
        ask(query)
        shortest[query] = min(shortest[query], 1000 * (time.perf_counter() - began))
    return statistics.median(shortest.values())


if __name__ == "__main__":
    sys.exit(main())
