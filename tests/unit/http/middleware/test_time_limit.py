"""An answer that does not come in time."""

import asyncio
import json

from starlette.types import Receive, Scope, Send
from tests.unit.http.middleware.asked import Told, ask, request, run, says

from scenedex.http.middleware.load import Load
from scenedex.http.middleware.time_limit import TimeLimit


class Held:
    """Answers when it is let."""

    def __init__(self) -> None:
        self.let = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.let.wait()
        await says(send, b"late")


def test_a_late_answer_is_a_failure_and_is_then_thrown_away() -> None:
    async def story() -> Told:
        held = Held()
        asking = asyncio.create_task(ask(TimeLimit(held, seconds=0.01)))
        await asyncio.sleep(0.1)
        held.let.set()
        return await asking

    told = run(story)
    assert [message["type"] for message in told.messages] == ["http.response.start", "http.response.body"]
    assert told.status == 504
    assert json.loads(told.body)["error"]["code"] == "timeout"


def test_work_that_goes_on_after_its_time_counts() -> None:
    async def story() -> tuple[int, int]:
        held = Held()
        app = TimeLimit(Load(held, working=1), seconds=0.01)
        asking = asyncio.create_task(ask(app))
        await asyncio.sleep(0.1)
        meanwhile = await ask(app)
        held.let.set()
        return (await asking).status, meanwhile.status

    assert run(story) == (504, 429)


def test_an_answer_that_has_begun_may_take_its_time() -> None:
    async def slow(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await asyncio.sleep(0.1)
        await send({"type": "http.response.body", "body": b"all of it"})

    assert run(lambda: ask(TimeLimit(slow, seconds=0.01))).body == b"all of it"


def test_some_paths_may_take_longer() -> None:
    async def slow(scope: Scope, receive: Receive, send: Send) -> None:
        await asyncio.sleep(0.1)
        await says(send)

    app = TimeLimit(slow, seconds=0.01, except_below=("/uploads",))
    assert run(lambda: ask(app, request("/uploads/1"))).status == 200
