"""A span for every request."""

import asyncio

from starlette.types import Message, Receive, Scope, Send
from tests.spans import Spans

from scenedex.http.middleware.tracing import Tracing
from scenedex.tracing import span, trace_headers


def test_a_request_is_part_of_the_trace_that_it_names(spans: Spans) -> None:
    async def answers(scope: Scope, receive: Receive, send: Send) -> None:
        scope["route"] = type("Route", (), {"path": "/videos/{id}"})
        with span("inner"):
            await send({"type": "http.response.start", "status": 404, "headers": []})

    async def ask(path: str, headers: list[tuple[bytes, bytes]]) -> list[Message]:
        sent: list[Message] = []

        async def send(message: Message) -> None:
            sent.append(message)

        scope = {"type": "http", "method": "GET", "path": path, "headers": headers}
        await Tracing(answers, prefix="", quiet=("/health",))(scope, None, send)  # type: ignore[arg-type]
        return sent

    with span("client"):
        headers = [(name.encode(), value.encode()) for name, value in trace_headers().items()]
    assert [name for name, _ in headers] == [b"traceparent"]
    assert asyncio.run(ask("/videos/7", headers))
    found = spans()
    request = found["GET /videos/{id}"]
    assert dict(request.attributes or {}) == {
        "http.request.method": "GET",
        "http.route": "/videos/{id}",
        "http.response.status_code": 404,
    }
    assert request.context.trace_id == found["client"].context.trace_id
    assert found["inner"].parent is not None
    assert found["inner"].parent.span_id == request.context.span_id
    asyncio.run(ask("/videos/8", [(b"traceparent", b"\xff nonsense")]))
    before = len(spans())
    asyncio.run(ask("/health", []))
    assert "GET /health" not in spans()
    assert len(spans()) == before
