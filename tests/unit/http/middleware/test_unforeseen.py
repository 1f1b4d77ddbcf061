"""What nobody foresaw."""

import json
import logging

import pytest
from starlette.types import Receive, Scope, Send
from tests.unit.http.middleware.asked import ask, run

from scenedex.http.middleware.headers import SecurityHeaders
from scenedex.http.middleware.unforeseen import Unforeseen


async def fails(scope: Scope, receive: Receive, send: Send) -> None:
    raise ZeroDivisionError("password=hunter2")


async def breaks_off(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    raise ZeroDivisionError


def test_it_is_answered_in_the_one_shape_and_only_the_log_says_why(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        told = run(lambda: ask(SecurityHeaders(Unforeseen(fails))))
    assert told.status == 500
    assert json.loads(told.body)["error"]["code"] == "internal"
    assert b"hunter2" not in told.body
    assert told.headers["x-content-type-options"] == "nosniff"
    assert "hunter2" in caplog.text


def test_an_answer_that_breaks_off_is_not_completed() -> None:
    with pytest.raises(ZeroDivisionError):
        run(lambda: ask(Unforeseen(breaks_off)))
