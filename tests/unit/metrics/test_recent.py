"""The latest searches, in full."""

from uuid import uuid4

from scenedex.embeddings.watching import EncoderRun
from scenedex.metrics.recent import WINDOW_S, Recent
from scenedex.types import Answer, Mode, Plan


def answer(ms: float, mode: Mode = "recall", *degraded: str) -> Answer:
    plan = Plan(mode=mode, confidence=1.0, reason="", weights={})
    return Answer(query="a", plan=plan, hits=(), degraded=degraded, took_ms={"total": ms})


def test_quantiles_by_mode_and_owner() -> None:
    recent, one, other = Recent(), uuid4(), uuid4()
    for ms in range(1, 101):
        recent.search(one, answer(float(ms)))
    recent.search(other, answer(1000.0, "skip", "visual: it gave no answer within 0.5 s", "audio: broken"))
    own = recent.searches(one)
    assert [(s.mode, s.searches, s.p50_ms, s.p95_ms) for s in own.speeds] == [
        ("all", 100, 51.0, 96.0), ("recall", 100, 51.0, 96.0),
    ]  # fmt: skip
    assert own.degraded == {}
    assert recent.searches(other).degraded == {"visual": {"timeout": 1}, "audio": {"failed": 1}}
    assert [speed.searches for speed in recent.searches().speeds] == [101, 100, 1]
    assert recent.searches(uuid4()).speeds == ()


def test_what_is_long_ago_is_forgotten() -> None:
    now = 0.0
    recent = Recent(clock=lambda: now)
    recent.search(uuid4(), answer(1.0))
    recent.encoder(EncoderRun(task="query", modality="visual", ending="timeout", seconds=1.0))
    assert recent.encoder_endings() == {"timeout": 1}
    now = WINDOW_S + 1
    assert recent.searches().speeds == ()
    assert recent.encoder_endings() == {}
