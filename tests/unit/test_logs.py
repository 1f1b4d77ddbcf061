"""Logs: one record a line whatever is logged, with the request and the job that it belongs to."""

import io
import json
import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from scenedex.cli.main import app
from scenedex.logs import TRACE, JsonLines, LogFormat, TextLines, about, configure, escaped

FORGED = "a.mp4\n2026-01-31T12:00:00.000Z CRITICAL scenedex.api [request=1] all is lost\x1b[2J\u2028\r\x85x"


def logged(kind: LogFormat) -> tuple[logging.Logger, io.StringIO]:
    stream = io.StringIO()
    configure(kind, "info", stream)
    return logging.getLogger("scenedex.test"), stream


def test_a_line_of_text() -> None:
    log, stream = logged("text")
    with about(request="r-1"), about(job=7):
        log.info("indexing %s", "a.mp4")
    log.debug("not this")
    time, _, rest = stream.getvalue().partition(" ")
    assert rest == "INFO scenedex.test [request=r-1] [job=7] indexing a.mp4\n"
    assert time.endswith("Z")
    assert len(time) == len("2026-01-31T12:00:00.000Z")


def test_a_line_of_json() -> None:
    log, stream = logged("json")
    with about(request="r-1"):
        with about(job=7):
            log.warning("한국어 %d", 5)
        log.error("after")
    first, second = map(json.loads, stream.getvalue().splitlines())
    assert (first["level"], first["logger"], first["message"]) == ("warning", "scenedex.test", "한국어 5")
    assert (first["request_id"], first["job_id"]) == ("r-1", "7")
    assert second["request_id"] == "r-1"
    assert "job_id" not in second
    assert "exception" not in second


@pytest.mark.parametrize("kind", ["text", "json"])
def test_nothing_that_is_logged_forges_a_line(kind: LogFormat) -> None:
    log, stream = logged(kind)
    with about(request=FORGED):
        try:
            raise ValueError(FORGED)
        except ValueError:
            log.exception("cannot read %s", FORGED)
    lines = stream.getvalue().splitlines()
    records = [line for line in lines if not line.startswith(TRACE)]
    assert len(records) == 1
    assert "\x1b" not in stream.getvalue()
    assert "all is lost" in records[0]
    assert "ValueError" in stream.getvalue()
    if kind == "json":
        assert FORGED in json.loads(records[0])["message"]


@given(st.text())
def test_any_text_stays_on_its_line(text: str) -> None:
    record = logging.LogRecord("a", logging.INFO, "", 0, "%s", (text,), None)
    assert len(TextLines().format(record).splitlines()) == 1
    assert json.loads(JsonLines().format(record))["message"] == text
    assert escaped(text).isprintable()


def test_a_message_whose_parts_do_not_fit_is_shown_all_the_same() -> None:
    log, stream = logged("text")
    log.info("%d pictures", "many")
    assert "%d pictures ('many',)" in stream.getvalue()


def test_an_inner_request_does_not_outlive_its_block() -> None:
    log, stream = logged("text")
    with pytest.raises(KeyError), about(request="one"):
        raise KeyError
    log.info("later")
    assert "request" not in stream.getvalue()


@pytest.mark.parametrize(("name", "value"), [("SCENEDEX_LOG_FORMAT", "xml"), ("SCENEDEX_LOG_LEVEL", "loud")])
def test_a_setting_that_cannot_be_used_is_named(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    result = CliRunner().invoke(app, ["plan", "a dog"])
    assert result.exit_code == 2
    assert name in result.output


def test_what_the_command_line_sets_up(monkeypatch: pytest.MonkeyPatch) -> None:
    for level, wanted in ((None, logging.CRITICAL), ("warning", logging.WARNING)):
        if level:
            monkeypatch.setenv("SCENEDEX_LOG_LEVEL", level)
            monkeypatch.setenv("SCENEDEX_LOG_FORMAT", "json")
        assert CliRunner().invoke(app, ["plan", "a dog"]).exit_code == 0
        assert logging.getLogger().level == wanted
    (handler,) = logging.getLogger().handlers
    assert isinstance(handler.formatter, JsonLines)
