"""Logs as lines for people or as JSON, one record a line, each with the request and the job that it belongs to.

What is logged may hold names of files, queries and answers of other servers. None of that can begin a line of its own:
control characters are escaped, and the lines of a traceback are marked.
"""

import json
import logging
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, Literal, TextIO

LogFormat = Literal["text", "json"]
LogLevel = Literal["debug", "info", "warning", "error", "critical"]

request_id: ContextVar[str | None] = ContextVar("scenedex_request_id", default=None)
"""The request that this thread answers."""

job_id: ContextVar[str | None] = ContextVar("scenedex_job_id", default=None)
"""The job that this thread does."""

TRACE = "  | "
"""What stands before each line of a traceback, in text. No record begins with a blank."""

CHATTY = ("httpx", "httpcore", "PIL", "procrastinate", "faster_whisper", "multipart")
"""Others' loggers, which say below a warning what is said already, or what nobody asked for: URLs with keys in them."""


@contextmanager
def about(*, request: str | None = None, job: str | int | None = None) -> Iterator[None]:
    """What is logged inside belongs to this request, or to this job."""
    tokens = [
        (variable, variable.set(str(value)))
        for variable, value in ((request_id, request), (job_id, job))
        if value is not None
    ]
    try:
        yield
    finally:
        for variable, token in reversed(tokens):
            variable.reset(token)


def configure(kind: LogFormat = "text", level: LogLevel = "info", stream: TextIO | None = None) -> None:
    """Send what this process logs to `stream` (stderr); what was set up before is replaced."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines() if kind == "json" else TextLines())
    root = logging.getLogger()
    for old in list(root.handlers):
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(level.upper())
    for name in CHATTY:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))


class TextLines(logging.Formatter):
    """`2026-01-31T12:00:00.123Z WARNING scenedex.search.engine [request=…] message`."""

    def format(self, record: logging.LogRecord) -> str:
        """One line, and one for each line of a traceback."""
        ids = "".join(
            f"[{name}={escaped(value)}] "
            for name, value in (("request", request_id.get()), ("job", job_id.get()))
            if value is not None
        )
        line = f"{moment(record)} {record.levelname} {record.name} {ids}{escaped(said(record))}"
        return "\n".join([line, *(f"{TRACE}{escaped(part)}" for part in trace(record))])


class JsonLines(logging.Formatter):
    """One JSON object a line: time, level, logger, message; request_id, job_id and exception where there are any."""

    def format(self, record: logging.LogRecord) -> str:
        """ASCII only, so that no reader takes anything in it for the end of a line."""
        found: dict[str, Any] = {
            "time": moment(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": said(record),
            "request_id": request_id.get(),
            "job_id": job_id.get(),
            "exception": "\n".join(trace(record)) or None,
        }
        return json.dumps({name: value for name, value in found.items() if value is not None})


def moment(record: logging.LogRecord) -> str:
    """When it happened: UTC, to the millisecond."""
    stamp = datetime.fromtimestamp(record.created, UTC)
    return stamp.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def said(record: logging.LogRecord) -> str:
    """The message. One whose parts do not fit its pattern is shown as it is: a log line is no reason to fail."""
    try:
        return record.getMessage()
    except (TypeError, ValueError, KeyError):
        return f"{record.msg} {record.args!r}"


def trace(record: logging.LogRecord) -> list[str]:
    """The lines of the traceback, without their ends; [] without one."""
    lines: list[str] = []
    if record.exc_info and record.exc_info[0] is not None:
        lines = "".join(traceback.format_exception(*record.exc_info)).rstrip("\n").split("\n")
    return lines + (record.stack_info.split("\n") if record.stack_info else [])


def escaped(text: str) -> str:
    """Text that stays on its line: what is not printable (line ends, escapes, marks of direction) as its escape."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)
