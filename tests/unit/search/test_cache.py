"""Embeddings of queries in memory; tests/integration/search/test_cache.py has the database."""

import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.search.encoders import direction, space

from scenedex.search.cache import CacheCounts, QueryCache, digest_of, normalised

ONE, OTHER = space("one"), space("other")


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("  red   car\n", "red car"),
        ("red\u00a0\u3000car\t", "red car"),
        ("cafe\u0301", "café"),
        ("\u1112\u1161\u11ab\u1100\u1173\u11af", "한글"),
        (" \n\t", ""),
    ],
)
def test_the_same_text_in_other_characters_is_the_same(text: str, same: str) -> None:
    assert normalised(text) == same


def test_case_counts() -> None:
    assert normalised("Apple") != normalised("apple")


@given(st.text())
def test_normalising_twice_changes_nothing_and_every_text_has_a_digest(text: str) -> None:
    once = normalised(text)
    assert normalised(once) == once
    assert len(digest_of(once)) == 32


@given(st.characters(categories=["Cs"]))
def test_a_lone_surrogate_has_a_digest(character: str) -> None:
    assert len(digest_of(normalised(f"a {character}"))) == 32


def test_what_was_remembered_is_found_in_its_space_alone() -> None:
    cache = QueryCache()
    vector = direction("a dog", 8)
    cache.remember(ONE, "a dog", vector)
    found = cache.find(None, "a dog", [ONE, OTHER])
    assert found.keys() == {"one"}
    assert np.array_equal(found["one"], vector)
    assert cache.find(None, "a cat", [ONE]) == {}
    assert cache.counts == CacheCounts(hits_memory=1, misses=2)


def test_nobody_changes_a_vector_that_others_use() -> None:
    cache = QueryCache()
    mine = direction("a dog", 8)
    cache.remember(ONE, "a dog", mine)
    mine[:] = 0
    found = cache.find(None, "a dog", [ONE])["one"]
    assert np.array_equal(found, direction("a dog", 8))
    with pytest.raises(ValueError, match="read-only"):
        found[0] = 1


def test_an_hour_and_it_is_gone() -> None:
    clock = Clock()
    cache = QueryCache(clock=clock)
    cache.remember(ONE, "a dog", direction("a dog", 8))
    clock.now += 3599
    assert cache.find(None, "a dog", [ONE])
    clock.now += 1
    assert cache.find(None, "a dog", [ONE]) == {}


def test_it_holds_so_many_and_forgets_what_was_not_used_for_longest() -> None:
    cache = QueryCache(size=3)
    for text in "abc":
        cache.remember(ONE, text, direction(text, 8))
    cache.find(None, "a", [ONE])
    cache.remember(ONE, "d", direction("d", 8))
    assert [bool(cache.find(None, text, [ONE])) for text in "abcd"] == [True, False, True, True]


def test_many_threads_at_once() -> None:
    cache = QueryCache(size=16)
    wrong: list[str] = []

    def use(number: int) -> None:
        for step in range(300):
            text = f"text {(number + step) % 40}"
            found = cache.find(None, text, [ONE])
            if found and not np.array_equal(found["one"], direction(text, 8)):
                wrong.append(text)
            cache.remember(ONE, text, direction(text, 8))

    threads = [threading.Thread(target=use, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    counts = cache.counts
    assert counts.hits_memory + counts.misses == 2400
    assert counts.hits_database == 0
