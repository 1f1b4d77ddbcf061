"""The lines that operators look for, word for word; and what of a query stands in them."""

import logging

import numpy as np
import pytest
from tests.unit.search.encoders import Does, Good, Hangs, raises, space
from tests.unit.search.test_encoding import dense

from scenedex.embeddings.watching import EncoderRun
from scenedex.errors import EncoderError
from scenedex.search.encoding import QueryEncoding
from scenedex.search.planning import plan
from scenedex.search.router import route
from scenedex.search.telling import tell_encoded, tell_plan, tell_rerank
from scenedex.types import Channel, Rerank

WEIGHTS: dict[Channel, float] = {"visual": 0.5, "lexical": 0.5}


def said(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.INFO]


def test_what_the_router_decided(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "scenedex")
    query = 'he says "object: secretword; speech: other" to a red car'
    tell_plan(plan(route(query), WEIGHTS, WEIGHTS), query)
    tell_plan(plan(route("red car"), WEIGHTS, WEIGHTS), "red car")
    tell_plan(plan(route("zzz"), WEIGHTS, WEIGHTS), "zzz")
    first, second, third = said(caplog)
    assert first.startswith("Visual intent router: mode=")
    assert second == "Visual intent router: mode=rerank, confidence=0.70, reason=object, attribute"
    assert third.endswith("reason=no word counted")
    assert not any(word in " ".join(said(caplog)) for word in ("secretword", "red", "car", "zzz", "other"))


def test_the_words_of_a_query_are_for_debugging_alone(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "scenedex")
    tell_plan(plan(route("red car"), WEIGHTS, WEIGHTS), "red car")
    assert "red car" in caplog.records[-1].getMessage()
    assert caplog.records[-1].levelno == logging.DEBUG


def test_what_became_of_the_second_look(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "scenedex")
    tell_rerank(Rerank(scored=487, score_range=0.14, weight=0.3))
    tell_rerank(Rerank(scored=12, skipped=True, reason="flat", score_range=0.01))
    assert said(caplog) == [
        "CLIP rerank complete: scored=487, skipped=false, score_range=0.140",
        "CLIP rerank complete: scored=12, skipped=true, score_range=0.010",
    ]


def test_an_embedding_of_a_query(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "scenedex")
    tell_encoded("visual", np.zeros(512, np.float32), 0.0113)
    tell_encoded("transcript", np.zeros(256, np.float32), 0.001)
    assert said(caplog) == ["CLIP text embedding generated: dim=512, elapsed_ms=11.3"]


def test_who_watches_is_told_what_encoders_do(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "scenedex")
    runs: list[EncoderRun] = []
    hangs = Hangs(space("slow"))
    encoders = [Good(space("good")), Does(space("bad"), raises(EncoderError("no"))), hangs]
    encoding = QueryEncoding(timeout_s=0.2, watch=runs.append)
    try:
        encoding.encode(None, "a dog", [dense(encoder, "visual") for encoder in encoders])
        encoding.encode(None, "a cat", [dense(hangs, "visual")])
    finally:
        hangs.go.set()
    assert sorted(run.ending for run in runs) == ["done", "failed", "paused", "timeout"]
    assert {(run.task, run.modality) for run in runs} == {("query", "text")}
    assert all(run.seconds >= 0 for run in runs)
    assert (
        sum(line.startswith("CLIP text embedding generated: dim=8, elapsed_ms=") for line in said(caplog))
        == 1
    )


def test_a_watcher_that_fails_disturbs_nobody(caplog: pytest.LogCaptureFixture) -> None:
    from scenedex.embeddings.watching import Watchers

    watchers = Watchers()
    seen: list[EncoderRun] = []
    watchers.add(lambda run: 1 / 0)  # type: ignore[arg-type, return-value]
    watchers.add(seen.append)
    encoding = QueryEncoding(watch=watchers)
    assert encoding.encode(None, "a dog", [dense(Good(space("good")))]).vectors
    assert len(seen) == 1
