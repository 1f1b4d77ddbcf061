from dataclasses import replace

import numpy as np
import pytest

from scenedex.search.question import read_question
from scenedex.search.request import SearchDefaults
from scenedex.search.retrieval import POOL, Ask, offered
from scenedex.store.sizes import Size
from scenedex.types import Filters, Mode, Space, VectorQuery

SPACE = Space(name="s", model="m", revision="1", modality="visual", dim=2, id=7)
ASK = Ask(
    question=read_question("dog"),
    terms=("dog",),
    vectors=[VectorQuery(channel="visual", space=SPACE, vector=np.array([1, 0], np.float32))],
    mode="rerank",
    filters=Filters(),
)


@pytest.mark.parametrize(
    ("vectors", "pool_size", "expected"),
    [
        (5_000, 500, 500),  # compared one by one
        (5_001, 500, 100),
        (5_001, 2_000, 400),
        (5_001, 3, POOL),
        (1_000, 3, POOL),
        (None, 500, 500),  # nobody knows how many there are
    ],
)
def test_a_pool_comes_from_all_channels_of_a_large_library(
    vectors: int | None, pool_size: int, expected: int
) -> None:
    sizes = {7: Size(vectors=vectors, scenes=vectors, total=vectors)} if vectors is not None else None
    assert offered(replace(ASK, sizes=sizes), SearchDefaults(pool_size=pool_size)) == expected


@pytest.mark.parametrize("mode", ["recall", "skip"])
def test_without_a_second_look_each_channel_offers_as_many(mode: Mode) -> None:
    assert offered(replace(ASK, mode=mode), SearchDefaults(pool_size=5_000)) == POOL
