"""The counters of one process. They are told of values that others made: what they measure knows nothing of them."""

import platform
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Info,
    ProcessCollector,
    disable_created_metrics,
)
from prometheus_client.exposition import generate_latest
from prometheus_client.registry import Collector

from scenedex.embeddings.watching import EncoderRun
from scenedex.types import Answer, Rerank

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

FAST_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper ends of the buckets for what somebody waits for, in seconds. 0.5 is one: an alert asks for it."""

SLOW_S = (0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3600.0, 14_400.0)
"""The same for jobs."""

CHANNELS = ("visual", "audio", "transcript", "description", "lexical", "anchor")
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
OTHER = "other"
"""Whatever has no name of its own as a label."""

CAUSES = {
    "gave no answer within": "timeout",
    "is asked again in": "paused",
    "still busy": "paused",
    "the encoding service": "service",
    "the database": "database",
    "scenedex models pull": "missing",
    "this machine has": "missing",
}
"""Part of a reason in `Answer.degraded` → the cause that it is counted as; any other is `failed`."""


class Meters:
    """All that one process counts, in a registry of its own: several may live side by side."""

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # a second series for each, which nobody asks for
        self.registry = registry = CollectorRegistry()
        Info("scenedex_build", "Version of scenedex and Python.", registry=registry).info(
            {"version": version("scenedex"), "python": platform.python_version()}
        )
        ProcessCollector(registry=registry)
        self._searches = Histogram(
            "scenedex_search_seconds", "Searches, by mode.", ["mode"], buckets=FAST_S, registry=registry
        )
        self._steps = Histogram(
            "scenedex_search_step_seconds", "Steps of searches.", ["step"], buckets=FAST_S, registry=registry
        )
        self._degraded = Counter(
            "scenedex_channel_degraded",
            "Searches from which a channel was left out.",
            ["channel", "cause"],
            registry=registry,
        )
        self._reranks = Counter(
            "scenedex_reranks",
            "Second looks at pictures. flat: all were about as near, and the order stayed.",
            ["outcome"],
            registry=registry,
        )
        self._encoders = Histogram(
            "scenedex_encoder_seconds",
            "From asking an encoder to its answer.",
            ["task", "modality"],
            buckets=FAST_S,
            registry=registry,
        )
        self._runs = Counter(
            "scenedex_encoder_runs",
            "What became of queries and pictures given to encoders.",
            ["task", "modality", "ending"],
            registry=registry,
        )
        self._jobs = Histogram(
            "scenedex_job_seconds", "Runs of jobs, by stage.", ["stage"], buckets=SLOW_S, registry=registry
        )
        self._ended = Counter(
            "scenedex_jobs_ended",
            "Runs of jobs, by stage and ending.",
            ["stage", "ending"],
            registry=registry,
        )
        self._requests = Counter(
            "scenedex_http_requests",
            "Requests, by route and status.",
            ["method", "route", "status"],
            registry=registry,
        )
        self._request_seconds = Histogram(
            "scenedex_http_request_seconds",
            "From a request to the beginning of its answer.",
            ["route"],
            buckets=FAST_S,
            registry=registry,
        )
        self._in_flight = Gauge(
            "scenedex_http_requests_in_flight",
            "Requests whose answer has not ended.",
            registry=registry,
        )
        self._begin()

    def add(self, collector: Collector) -> None:
        """Have this asked, too, whenever somebody reads."""
        self.registry.register(collector)

    def text(self) -> bytes:
        """All of it, as CONTENT_TYPE."""
        return generate_latest(self.registry)

    def search(self, answer: Answer) -> None:
        """Somebody searched, and got this."""
        mode = answer.plan.mode
        self._searches.labels(mode).observe(answer.took_ms.get("total", 0.0) / 1000)
        for step, milliseconds in answer.took_ms.items():
            if step != "total":
                self._steps.labels(step).observe(milliseconds / 1000)
        for said in answer.degraded:
            self._degraded.labels(*cause_of(said)).inc()
        if mode == "rerank":
            self._reranks.labels(outcome_of(answer.rerank)).inc()

    def encoder(self, run: EncoderRun) -> None:
        """An encoder was asked."""
        self._runs.labels(run.task, run.modality, run.ending).inc()
        if run.ending != "paused":
            self._encoders.labels(run.task, run.modality).observe(run.seconds)

    def job(self, stage: str, ending: str, seconds: float) -> None:
        """A run of a job ended."""
        self._jobs.labels(stage).observe(seconds)
        self._ended.labels(stage, ending).inc()

    @contextmanager
    def in_flight(self) -> Iterator[None]:
        """A request, from its beginning to the end of its answer."""
        self._in_flight.inc()
        try:
            yield
        finally:
            self._in_flight.dec()

    def request(self, method: str, route: str | None, status: int, seconds: float) -> None:
        """A request was answered. `route`: its template, None where there is none."""
        named = route or OTHER
        self._requests.labels(method if method in METHODS else OTHER, named, str(status)).inc()
        self._request_seconds.labels(named).observe(seconds)

    def _begin(self) -> None:
        """What alerts ask for is there from the start: a counter that comes with its first failure does not rise."""
        for mode in ("recall", "rerank", "skip"):
            self._searches.labels(mode)
        for outcome in ("done", "flat", "no_pictures", "no_weight"):
            self._reranks.labels(outcome)
        for task in ("query", "picture"):
            self._encoders.labels(task, "visual")
            for ending in ("done", "timeout", "paused", "failed"):
                self._runs.labels(task, "visual", ending)


def cause_of(said: str) -> tuple[str, str]:
    """Channel and cause of a reason as it stands in `Answer.degraded`."""
    channel, _, reason = said.partition(": ")
    cause = next((cause for part, cause in CAUSES.items() if part in reason), "failed")
    return (channel if channel in CHANNELS else OTHER), cause


def outcome_of(rerank: Rerank) -> str:
    """done, flat, no_pictures or no_weight."""
    if not rerank.skipped:
        return "done"
    if not rerank.scored:
        return "no_pictures"
    return "no_weight" if rerank.weight == 0 else "flat"
