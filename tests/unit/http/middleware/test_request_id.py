"""The id of a request."""

import logging
from uuid import UUID

import pytest
from starlette.types import Receive, Scope, Send
from tests.unit.http.middleware.asked import ask, request, run, says

from scenedex.http.middleware.request_id import RequestId
from scenedex.logs import request_id


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    logging.getLogger("scenedex.test").info("asked")
    await says(send, f"{scope['state']['request_id']} {request_id.get()}".encode())


@pytest.mark.parametrize("given", ["abc-123", "a.b:c_d", "x" * 128])
def test_a_sane_one_is_kept(given: str) -> None:
    told = run(lambda: ask(RequestId(app), request(headers={"X-Request-ID": given})))
    assert told.headers["x-request-id"] == given
    assert told.body.decode() == f"{given} {given}"


@pytest.mark.parametrize("given", [None, "", "a b", "x" * 129, "a\tb", "<script>", "a,b", "é"])
def test_any_other_is_replaced(given: str | None) -> None:
    headers = {} if given is None else {"X-Request-ID": given}
    told = run(lambda: ask(RequestId(app), request(headers=headers)))
    assert UUID(told.headers["x-request-id"])


def test_it_ends_with_the_request() -> None:
    run(lambda: ask(RequestId(app)))
    assert request_id.get() is None
