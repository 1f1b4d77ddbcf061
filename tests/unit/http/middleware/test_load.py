"""More than can be done is refused; what is only being sent does not count as work."""

import asyncio
import json

from starlette.types import Receive, Scope, Send
from tests.unit.http.middleware.asked import Told, ask, request, run, says

from scenedex.http.middleware.load import Load


class Slow:
    """Answers when it is let, and finishes when it is let."""

    def __init__(self) -> None:
        self.answer, self.finish = asyncio.Event(), asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.answer.wait()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await self.finish.wait()
        await send({"type": "http.response.body", "body": b"ok"})


def test_beyond_the_limit_requests_are_told_to_come_again() -> None:
    async def story() -> list[int]:
        slow = Slow()
        app = Load(slow, working=2, always=("/health",))
        first = [asyncio.create_task(ask(app)) for _ in range(2)]
        await asyncio.sleep(0)
        refused = await ask(app)
        assert json.loads(refused.body)["error"]["code"] == "too_many_requests"
        assert int(refused.headers["retry-after"]) >= 1
        slow.answer.set()
        slow.finish.set()
        answered = await asyncio.gather(*first, ask(app, request("/health")))
        return [refused.status, *(told.status for told in answered), (await ask(app)).status]

    assert run(story) == [429, 200, 200, 200, 200]


def test_what_is_being_sent_makes_room() -> None:
    async def story() -> list[Told]:
        slow = Slow()
        slow.answer.set()
        app = Load(slow, working=1, sending=2)
        under_way = [asyncio.create_task(ask(app)) for _ in range(2)]
        while app._sending < 2:
            await asyncio.sleep(0)
        refused = await ask(app)
        slow.finish.set()
        return [refused, *await asyncio.gather(*under_way)]

    assert [told.status for told in run(story)] == [429, 200, 200]


def test_a_failure_gives_its_place_back() -> None:
    async def fails(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] == "/fails":
            raise RuntimeError
        await says(send)

    async def story() -> int:
        app = Load(fails, working=1)
        for _ in range(3):
            try:
                await ask(app, request("/fails"))
            except RuntimeError:
                continue
        return (await ask(app)).status

    assert run(story) == 200
