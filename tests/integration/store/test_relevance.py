"""The lexical channel against bm25s with the same tokens, on collections with relevance judgements."""

import pytest
from tests.relevance.collection import LANGUAGES, fill, found, load, mean_ndcg_10, ndcg_10
from tests.relevance.rival import Rival

from scenedex.embeddings.terms import query_terms
from scenedex.store.database import Database
from scenedex.types import LOCAL_OWNER

NOISE = 1e-9


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_lexical_channel_ranks_at_least_as_well_as_bm25s(database: Database, language: str) -> None:
    collection = load(language)
    names = fill(database, LOCAL_OWNER, collection)
    rival = Rival(list(collection.passages), collection.tokens)
    with database.transaction(LOCAL_OWNER) as tx:
        ours = [found(tx, query, names) for query in collection.queries.values()]
    theirs = [rival.scored(query_terms(query)) for query in collection.queries.values()]
    figures = mean_ndcg_10(ours, collection), mean_ndcg_10(theirs, collection)
    print(f"{language}: nDCG@10 {figures[0]:.4f}, bm25s {figures[1]:.4f}")
    assert figures[0] >= figures[1] - NOISE
    assert figures[1] > 0.5  # else the rival was not asked what it should have been


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_collections_are_whole(language: str) -> None:
    collection = load(language)
    assert all(collection.grades.values())
    for grades in collection.grades.values():
        assert grades.keys() <= collection.passages.keys()
        assert set(grades.values()) <= {1, 2}
    # bm25s knows no terms that stand for all that begin like them
    assert not [q for q in collection.queries.values() if any(t.endswith("*") for t in query_terms(q))]


def test_they_are_large_enough() -> None:
    english = load("english")
    assert len(english.passages) >= 500
    assert len(english.queries) >= 50


def test_a_worse_order_has_a_lower_figure_and_ties_are_shared() -> None:
    grades = {"a": 2, "b": 1}
    assert ndcg_10({"a": 3.0, "b": 2.0, "c": 1.0}, grades) == 1
    assert ndcg_10({"c": 3.0, "a": 2.0, "b": 1.0}, grades) < 0.75
    tied = {"a": 1.0, "c": 1.00001, "b": 0.5}
    assert ndcg_10(tied, grades) == ndcg_10(dict(reversed(tied.items())), grades) < 1
