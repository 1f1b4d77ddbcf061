"""What may be asked of a search."""

import math
from typing import Any

import pytest

from scenedex.errors import UsageError
from scenedex.search.request import MAX_LIMIT, MAX_OFFSET, SearchRequest, check_request

HUGE = 10**5000  #: longer than Python writes numbers


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"limit": 0}, "limit must be from 1 to 1,000 hits, not 0"),
        ({"limit": -1}, "limit must be from 1 to 1,000 hits, not -1"),
        ({"limit": MAX_LIMIT + 1}, "not 1001"),
        ({"limit": 1.5}, "not 1.5"),
        ({"limit": "10"}, "not '10'"),
        ({"limit": True}, "not True"),
        ({"limit": None}, "not None"),
        ({"limit": HUGE}, "not one so large"),
        ({"offset": -1}, "offset must be from 0 to 10,000 hits, not -1"),
        ({"offset": MAX_OFFSET + 1}, "not 10001"),
        ({"offset": math.nan}, "not nan"),
        ({"mode": "fast"}, "no mode 'fast': there are recall, rerank, auto, skip"),
        ({"mode": None}, "no mode None"),
        ({"mode": ""}, "no mode ''"),
        ({"group_by": "owner"}, "no group 'owner': there are video"),
        ({"bands": ("best",)}, "no band 'best': there are strong, possible, weak"),
        ({"bands": "weak"}, "no band 'w'"),
        ({"weights": {"smell": 1.0}}, "no channel 'smell': there are visual"),
        ({"weights": {"anchor": 1.0}}, "no channel 'anchor'"),
        ({"weights": {"visual": math.nan}}, "weight of visual must be a number from 0 up, not nan"),
        ({"weights": {"visual": math.inf}}, "not inf"),
        ({"weights": {"visual": -math.inf}}, "not -inf"),
        ({"weights": {"visual": -0.1}}, "not -0.1"),
        ({"weights": {"visual": "1"}}, "not '1'"),
        ({"weights": {"visual": None}}, "not None"),
        ({"weights": {"visual": True}}, "not True"),
        ({"weights": {"visual": HUGE}}, "not one so large"),
        ({"within_s": 0}, "Scenes can follow within"),
        ({"within_s": -1.0}, "Scenes can follow within"),
        ({"within_s": math.nan}, "not nan"),
        ({"within_s": math.inf}, "not inf"),
        ({"within_s": "60"}, "not '60'"),
        ({"query": None}, "query must be a text, not None"),
        ({"query": b"dog"}, "query must be a text"),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_sentence(asked: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError) as caught:
        check_request(SearchRequest(**asked))
    assert said in str(caught.value)


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"limit": 1},
        {"limit": MAX_LIMIT, "offset": MAX_OFFSET},
        {"weights": {"visual": 0, "lexical": 1e308}},
        {"bands": ("weak", "strong"), "group_by": "video", "fold": True, "within_s": 0.5},
        {"mode": "skip"},
    ],
)
def test_what_makes_sense_passes(asked: dict[str, Any]) -> None:
    check_request(SearchRequest(query="dog", **asked))
