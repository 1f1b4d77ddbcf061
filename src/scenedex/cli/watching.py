"""Traces and profiles around a command that serves."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from scenedex.config import Settings


@contextmanager
def watched(settings: Settings, service: str) -> Iterator[None]:
    """Send traces and profiles of this process, where the settings ask for them. Raises UsageError."""
    with ExitStack() as held:
        if settings.traces():
            from scenedex.tracing import start_tracing

            held.callback(start_tracing(service))
        if settings.pyroscope_enabled:
            from scenedex.profiling import start_profiling

            held.callback(start_profiling(service, settings.pyroscope_url, settings.environment))
        yield
