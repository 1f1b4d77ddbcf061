"""What is asked for when somebody reads the metrics: the queue, the cache of queries, the disk."""

import logging
import shutil
import threading
import time
from collections.abc import Callable, Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from scenedex.errors import ScenedexError
from scenedex.library import Library
from scenedex.metrics.meters import Meters
from scenedex.store.job_keeping import Depth

log = logging.getLogger(__name__)

FRESH_S = 2.0
"""How long the queue is not counted again: whoever reads often does not count often."""


class QueueCollector(Collector):
    """How much waits and runs, over all owners. Where the database does not answer, that alone is said."""

    def __init__(self, library: Library, clock: Callable[[], float] = time.monotonic) -> None:
        self._library, self._clock = library, clock
        self._lock = threading.Lock()
        self._known: tuple[float, list[Depth], int] | None = None

    def collect(self) -> Iterator[Metric]:
        """One statement, at most every FRESH_S."""
        jobs = GaugeMetricFamily(
            "scenedex_queue_jobs", "Jobs, by stage and state.", labels=["stage", "state"]
        )
        oldest = GaugeMetricFamily(
            "scenedex_queue_oldest_seconds",
            "How long the job that waits longest could have been run.",
            labels=["stage"],
        )
        try:
            depths, workers = self._counted()
        except ScenedexError as exc:
            log.warning("the queue cannot be counted: %s", exc)
            yield GaugeMetricFamily("scenedex_database_up", "Whether the database answers.", value=0)
            return
        for depth in depths:
            jobs.add_metric([depth.stage, "waiting"], depth.waiting)
            jobs.add_metric([depth.stage, "running"], depth.running)
            oldest.add_metric([depth.stage], depth.oldest_s)
        yield GaugeMetricFamily("scenedex_database_up", "Whether the database answers.", value=1)
        yield jobs
        yield oldest
        yield GaugeMetricFamily("scenedex_workers", "Workers that said lately that they live.", value=workers)

    def _counted(self) -> tuple[list[Depth], int]:
        with self._lock:
            now = self._clock()
            if self._known is None or now - self._known[0] >= FRESH_S:
                self._known = (now, *self._library.queue())
            return self._known[1], self._known[2]


class LibraryCollector(Collector):
    """The cache of queries, and the room that is left for pictures and the embedded database."""

    def __init__(self, library: Library) -> None:
        self._library = library

    def collect(self) -> Iterator[Metric]:
        """No statement."""
        counts = self._library.cache_counts()
        cache = CounterMetricFamily(
            "scenedex_query_cache", "Questions to the cache of query embeddings.", labels=["result"]
        )
        cache.add_metric(["memory"], counts.hits_memory)
        cache.add_metric(["database"], counts.hits_database)
        cache.add_metric(["miss"], counts.misses)
        yield cache
        home = self._library.home  # with a database elsewhere it may not be there yet
        place = next((folder for folder in (home, *home.parents) if folder.exists()), None)
        if place is None:
            return
        free = shutil.disk_usage(place)
        yield GaugeMetricFamily("scenedex_disk_free_bytes", "Free where SCENEDEX_HOME lies.", value=free.free)
        yield GaugeMetricFamily("scenedex_disk_size_bytes", "Size of that disk.", value=free.total)


def measure(meters: Meters, library: Library) -> None:
    """Let these meters tell of a library: its encoders, its cache, its disk and its queue."""
    library.watch(meters.encoder)
    meters.add(LibraryCollector(library))
    meters.add(QueueCollector(library))
