"""What is counted of which value; and that no label can grow without bound."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from scenedex.embeddings.watching import EncoderRun
from scenedex.metrics.meters import Meters, cause_of, outcome_of
from scenedex.types import Answer, Plan, Rerank

PLAN = Plan(mode="rerank", confidence=0.7, reason="object: car", weights={"visual": 1.0})
ANSWER = Answer(
    query="red car",
    plan=PLAN,
    hits=(),
    rerank=Rerank(scored=12, weight=0.3),
    took_ms={"router": 0.2, "encode": 11.0, "retrieve": 6.1, "rerank": 0.0, "total": 18.0},
)


def value(meters: Meters, name: str, **labels: str) -> Any:
    return meters.registry.get_sample_value(name, labels)


def labels(meters: Meters) -> set[tuple[str, str]]:
    return {
        pair
        for family in text_string_to_metric_families(meters.text().decode())
        for sample in family.samples
        for pair in sample.labels.items()
    }


def test_two_processes_in_one_count_apart() -> None:
    one, other = Meters(), Meters()
    one.search(ANSWER)
    assert value(one, "scenedex_search_seconds_count", mode="rerank") == 1
    assert value(other, "scenedex_search_seconds_count", mode="rerank") == 0


def test_a_search() -> None:
    meters = Meters()
    meters.search(ANSWER)
    assert value(meters, "scenedex_search_seconds_sum", mode="rerank") == pytest.approx(0.018)
    assert value(meters, "scenedex_search_seconds_bucket", mode="rerank", le="0.01") == 0
    assert value(meters, "scenedex_search_seconds_bucket", mode="rerank", le="0.025") == 1
    assert value(meters, "scenedex_search_step_seconds_sum", step="encode") == pytest.approx(0.011)
    assert value(meters, "scenedex_search_step_seconds_sum", step="total") is None
    assert value(meters, "scenedex_reranks_total", outcome="done") == 1
    meters.search(replace(ANSWER, plan=replace(PLAN, mode="recall"), rerank=Rerank()))
    assert value(meters, "scenedex_reranks_total", outcome="done") == 1
    assert value(meters, "scenedex_search_seconds_count", mode="recall") == 1


@pytest.mark.parametrize(
    ("rerank", "outcome"),
    [
        (Rerank(scored=5, score_range=0.2, weight=0.3), "done"),
        (Rerank(scored=5, skipped=True, reason="all about as near", score_range=0.01, weight=0.3), "flat"),
        (Rerank(skipped=True, reason="no scene of the pool has pictures", weight=0.3), "no_pictures"),
        (Rerank(scored=5, skipped=True, reason="the second look has no weight"), "no_weight"),
    ],
)
def test_what_became_of_a_second_look(rerank: Rerank, outcome: str) -> None:
    assert outcome_of(rerank) == outcome


@pytest.mark.parametrize(
    ("said", "channel", "cause"),
    [
        ("visual: the encoder gave no answer within 1.5 s", "visual", "timeout"),
        ("audio: the encoder failed several times and is asked again in 5 s", "audio", "paused"),
        ("visual: the encoder is still busy with an earlier query", "visual", "paused"),
        ("visual: the encoding service cannot be reached, or fails", "visual", "service"),
        ("lexical: the database could not search in it", "lexical", "database"),
        ("visual: The model x is not here: `scenedex models pull` fetches it.", "visual", "missing"),
        ("transcript: the encoder failed (ValueError)", "transcript", "failed"),
        ("/etc/passwd: whatever", "other", "failed"),
        ("", "other", "failed"),
    ],
)
def test_why_a_channel_was_left_out(said: str, channel: str, cause: str) -> None:
    assert cause_of(said) == (channel, cause)
    meters = Meters()
    meters.search(replace(ANSWER, degraded=(said,)))
    assert value(meters, "scenedex_channel_degraded_total", channel=channel, cause=cause) == 1


def test_encoders() -> None:
    meters = Meters()
    for ending in ("done", "timeout", "paused"):
        meters.encoder(EncoderRun(task="query", modality="visual", ending=ending, seconds=0.3))  # type: ignore[arg-type]
    assert (
        value(meters, "scenedex_encoder_runs_total", task="query", modality="visual", ending="timeout") == 1
    )
    assert value(meters, "scenedex_encoder_seconds_count", task="query", modality="visual") == 2


def test_requests_and_jobs() -> None:
    meters = Meters()
    with meters.in_flight():
        assert value(meters, "scenedex_http_requests_in_flight") == 1
        meters.request("GET", "/api/v1/videos/{video_id}", 200, 0.02)
    assert value(meters, "scenedex_http_requests_in_flight") == 0
    assert (
        value(
            meters,
            "scenedex_http_requests_total",
            method="GET",
            route="/api/v1/videos/{video_id}",
            status="200",
        )
        == 1
    )
    meters.job("transcription", "failed", 65.0)
    assert value(meters, "scenedex_jobs_ended_total", stage="transcription", ending="failed") == 1
    assert value(meters, "scenedex_job_seconds_bucket", stage="transcription", le="60.0") == 0


@given(st.lists(st.tuples(st.text(), st.text()), max_size=20))
def test_no_caller_makes_labels_of_their_own(said: list[tuple[str, str]]) -> None:
    """Methods, reasons and queries are anybody's: the labels stay those that there are."""
    meters = Meters()
    meters.request("GET", None, 404, 0.1)
    meters.search(replace(ANSWER, degraded=("none: none",)))
    for channel in ("timeout", "paused", "service", "database", "missing"):
        meters.search(replace(ANSWER, degraded=(f"visual: {channel}",)))
    meters.request("\n", None, 404, 0.1)
    before = {pair for pair in labels(meters) if pair[0] in ("method", "route", "channel")}
    for one, other in said:
        meters.request(one, None, 404, 0.1)
        meters.search(replace(ANSWER, query=other, degraded=(f"{one}: {other}", other)))
    after = {pair for pair in labels(meters) if pair[0] in ("method", "route", "channel")}
    known = {
        ("channel", name) for name in ("visual", "audio", "transcript", "description", "lexical", "anchor")
    }
    methods = {("method", name) for name in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")}
    assert after - before <= known | methods
