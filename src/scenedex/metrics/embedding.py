"""What an embedding server counts beside its requests: runs of its network, and how full they were."""

from collections.abc import Callable

from prometheus_client import Counter, Gauge, Histogram

from scenedex.metrics.requests import FAST_S, RequestMeters

SIZES = (1, 2, 4, 8, 16, 32, 64, 128, 256)


class EmbeddingMeters(RequestMeters):
    """All that an embedding server counts."""

    def __init__(self) -> None:
        super().__init__()
        registry = self.registry
        self._rows = Histogram(
            "scenedex_embed_run_rows", "Rows of a run.", ["kind"], buckets=SIZES, registry=registry
        )
        self._seconds = Histogram(
            "scenedex_embed_run_seconds", "Runs of the network.", ["kind"], buckets=FAST_S, registry=registry
        )
        self._waited = Histogram(
            "scenedex_embed_wait_seconds",
            "How long the first row of a run waited for it.",
            ["kind"],
            buckets=FAST_S,
            registry=registry,
        )
        self._failed = Counter(
            "scenedex_embed_failed", "Pictures and texts without a vector.", ["kind"], registry=registry
        )
        self._held = Gauge(
            "scenedex_embed_held",
            "Pictures and texts that wait or are worked on.",
            ["kind"],
            registry=registry,
        )
        for kind in ("picture", "text"):
            self._failed.labels(kind)

    def run(self, kind: str, rows: int, seconds: float, waited_s: float) -> None:
        """The network ran once. `kind`: picture or text."""
        self._rows.labels(kind).observe(rows)
        self._seconds.labels(kind).observe(seconds)
        self._waited.labels(kind).observe(waited_s)

    def failed(self, kind: str, count: int = 1) -> None:
        """So many have no vector."""
        self._failed.labels(kind).inc(count)

    def holds(self, kind: str, count: Callable[[], float]) -> None:
        """Ask this for how many are held, whenever somebody reads."""
        self._held.labels(kind).set_function(count)
