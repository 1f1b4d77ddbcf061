"""The counters of one process. They are told of values that others made: what they measure knows nothing of them."""

from prometheus_client import Counter, Histogram

from scenedex.embeddings.watching import EncoderRun
from scenedex.metrics.requests import FAST_S, OTHER, RequestMeters
from scenedex.types import Answer, Rerank

SLOW_S = (0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3600.0, 14_400.0)
"""The same for jobs."""

CHANNELS = ("visual", "audio", "transcript", "description", "lexical", "anchor")

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


class Meters(RequestMeters):
    """All that a server or a worker counts."""

    def __init__(self) -> None:
        super().__init__()
        registry = self.registry
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
        self._begin()

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
