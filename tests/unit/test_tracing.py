"""Spans: what they hold, what they never hold, and that nothing happens while traces are off."""

import subprocess
import sys

import pytest
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from tests.spans import Spans
from typer.testing import CliRunner

from scenedex.cli.main import app
from scenedex.errors import UsageError
from scenedex.search.clock import Clock
from scenedex.tracing import span, spent, start_tracing, trace_headers, tracing_on

OFF = """
import sys
from scenedex.search.clock import Clock
from scenedex.tracing import span, spent, trace_headers, tracing_on
with span("search", n=1) as measured:
    measured.set(mode="recall")
    measured.name("other")
    Clock().lap("encode")
    spent("x", 1.0)
assert not tracing_on() and trace_headers() == {}
found = [name for name in sys.modules if name.partition(".")[0] in ("opentelemetry", "pyroscope")]
assert not found, found
"""


def test_nothing_is_imported_while_it_is_off() -> None:
    subprocess.run([sys.executable, "-c", OFF], check=True, timeout=120)


def test_spans_lie_in_one_another(spans: Spans) -> None:
    with span("search") as measured:
        clock = Clock()
        clock.lap("encode")
        with span("inner", rows=3):
            pass
        measured.set(mode="recall", hits=2)
    found = spans()
    assert set(found) == {"search", "search.encode", "inner"}
    outer = found["search"]
    assert dict(outer.attributes or {}) == {"mode": "recall", "hits": 2}
    assert outer.resource.attributes["service.name"] == "test"
    for name in ("search.encode", "inner"):
        assert found[name].parent is not None
        assert found[name].parent.span_id == outer.context.span_id
    assert dict(found["inner"].attributes or {}) == {"rows": 3}


def test_what_ended_just_now_took_so_long(spans: Spans) -> None:
    spent("run", 1.5, kind="picture")
    (made,) = spans().values()
    assert made.end_time is not None
    assert made.start_time is not None
    assert made.end_time - made.start_time == 1_500_000_000


def test_an_error_has_its_kind_and_not_its_words(spans: Spans) -> None:
    with pytest.raises(UsageError), span("job"):
        raise UsageError("/home/me/secret.mp4 is no video")
    made = spans()["job"]
    assert not made.status.is_ok
    assert made.status.description == "UsageError"
    assert "secret" not in made.to_json()


def test_after_the_end_it_is_off() -> None:
    kept = InMemorySpanExporter()
    start_tracing("test", SimpleSpanProcessor(kept))()
    assert not tracing_on()
    with span("search"):
        assert trace_headers() == {}
    assert kept.get_finished_spans() == ()


@pytest.mark.parametrize(
    ("missing", "settings", "extra"),
    [
        ("opentelemetry.sdk.trace", {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318"}, "traces"),
        ("pyroscope", {"PYROSCOPE_ENABLED": "true"}, "profiles"),
    ],
)
@pytest.mark.parametrize("command", ["serve", "embed-server"])
def test_an_extra_that_is_not_installed_is_named(
    command: str, missing: str, settings: dict[str, str], extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, missing, None)  # as if it were not there
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    told = CliRunner().invoke(app, [command, "--port", "0"])
    assert told.exit_code == 2
    assert f"pip install 'scenedex[{extra}]'" in told.stderr
    assert "Traceback" not in told.stderr
