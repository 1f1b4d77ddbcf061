"""Traces for OpenTelemetry: what searches, jobs, requests and runs of networks spend their time on.

Off until `start_tracing`: until then nothing of OpenTelemetry is imported, and a span costs a look at one variable.
Spans hold names, counts and durations, never a query, a path, an owner or the words of an error.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Any, Protocol

from scenedex.errors import UsageError

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import SpanProcessor
    from opentelemetry.trace import Tracer

Value = str | int | float | bool

_tracer: "Tracer | None" = None  # of this process


class Span(Protocol):
    """What is being measured."""

    def set(self, **attributes: Value) -> None:
        """Say something about it, known only now."""

    def name(self, name: str) -> None:
        """Call it so, known only now."""


class _Off:
    """A span that nobody measures."""

    def __enter__(self) -> "_Off":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def set(self, **attributes: Value) -> None:
        pass

    def name(self, name: str) -> None:
        pass


_OFF = _Off()


class _On:
    def __init__(self, span: Any) -> None:
        self._span = span

    def set(self, **attributes: Value) -> None:
        self._span.set_attributes(attributes)

    def name(self, name: str) -> None:
        self._span.update_name(name)


def tracing_on() -> bool:
    """Whether spans are measured."""
    return _tracer is not None


def span(
    name: str, headers: Mapping[str, str] | None = None, **attributes: Value
) -> AbstractContextManager[Span]:
    """Measure what is done inside; spans inside of it are its parts. `headers`: of a request that it answers."""
    return _OFF if _tracer is None else _measured(_tracer, name, headers, attributes)


def spent(name: str, seconds: float, **attributes: Value) -> None:
    """A part of the current span that has just ended, and took so long."""
    if _tracer is not None:
        now = time.time_ns()
        made = _tracer.start_span(name, attributes=attributes, start_time=now - int(seconds * 1e9))
        made.end(now)


def trace_headers() -> dict[str, str]:
    """What a request to another server says of the current span (W3C Trace Context); nothing where there is none."""
    found: dict[str, str] = {}
    if _tracer is not None:
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        TraceContextTextMapPropagator().inject(found)
    return found


def start_tracing(service: str, processor: "SpanProcessor | None" = None) -> Callable[[], None]:
    """Measure spans from now on, and send them where OTEL_EXPORTER_OTLP_ENDPOINT says, or to `processor`.

    `service` is what this process is called, unless OTEL_SERVICE_NAME says it. Gives what ends it, and sends the
    rest. Raises UsageError where the extra is not installed.
    """
    global _tracer  # noqa: PLW0603  one for a process, and no argument of every function
    try:
        from opentelemetry.sdk.resources import SERVICE_NAME, Resource
        from opentelemetry.sdk.trace import TracerProvider

        sender = processor or _sender()
    except ImportError as exc:
        raise UsageError(
            "OTEL_EXPORTER_OTLP_ENDPOINT is set, and traces need OpenTelemetry: pip install 'scenedex[traces]', or "
            "unset it."
        ) from exc
    known = Resource.create()
    if str(known.attributes.get(SERVICE_NAME, "unknown_service")).startswith("unknown_service"):
        known = known.merge(Resource({SERVICE_NAME: service}))
    provider = TracerProvider(resource=known, shutdown_on_exit=False)
    provider.add_span_processor(sender)
    _tracer = provider.get_tracer("scenedex")

    def end() -> None:
        global _tracer  # noqa: PLW0603
        _tracer = None
        provider.shutdown()

    return end


def _sender() -> "SpanProcessor":
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    return BatchSpanProcessor(OTLPSpanExporter())


@contextmanager
def _measured(
    tracer: "Tracer", name: str, headers: Mapping[str, str] | None, attributes: Mapping[str, Value]
) -> Iterator[Span]:
    from opentelemetry.trace import StatusCode
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    parent = TraceContextTextMapPropagator().extract(dict(headers)) if headers else None
    with tracer.start_as_current_span(
        name, parent, attributes=attributes, record_exception=False, set_status_on_exception=False
    ) as made:
        try:
            yield _On(made)
        except BaseException as exc:
            made.set_status(StatusCode.ERROR, type(exc).__name__)  # its words may hold paths and queries
            raise
