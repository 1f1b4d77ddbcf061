"""What is measured of a trace, kept in memory."""

from collections.abc import Callable, Iterator

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from scenedex.tracing import start_tracing

Spans = Callable[[], dict[str, ReadableSpan]]
"""The spans that have ended, by name."""


@pytest.fixture
def spans() -> Iterator[Spans]:
    kept = InMemorySpanExporter()
    end = start_tracing("test", SimpleSpanProcessor(kept))
    yield lambda: {made.name: made for made in kept.get_finished_spans()}
    end()
