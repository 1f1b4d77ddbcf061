"""What every server counts: its requests, its process, and which scenedex it is."""

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

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

FAST_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper ends of the buckets for what somebody waits for, in seconds. 0.5 is one: an alert asks for it."""

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
OTHER = "other"
"""Whatever has no name of its own as a label."""


class RequestMeters:
    """Counters in a registry of their own: several may live side by side in one process."""

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # a second series for each, which nobody asks for
        self.registry = registry = CollectorRegistry()
        Info("scenedex_build", "Version of scenedex and Python.", registry=registry).info(
            {"version": version("scenedex"), "python": platform.python_version()}
        )
        ProcessCollector(registry=registry)
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

    def add(self, collector: Collector) -> None:
        """Have this asked, too, whenever somebody reads."""
        self.registry.register(collector)

    def text(self) -> bytes:
        """All of it, as CONTENT_TYPE."""
        return generate_latest(self.registry)

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
