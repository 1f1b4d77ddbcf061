"""What is sent to break the server: the stated answer each, all of it at once, and it goes on working."""

import asyncio
import json
import struct
import zlib
from dataclasses import dataclass
from io import BytesIO

import httpx
import pytest
from PIL import Image
from starlette.types import Scope
from tests.integration.embed_server.served import (
    PATIENCE_S,
    URL,
    get,
    photos,
    plain,
    post,
    running,
    said,
    told,
)
from tests.unit.http.middleware.asked import Told, ask

from scenedex.embed_server.app import create_app
from scenedex.embed_server.doors import Doors
from scenedex.embed_server.engine import Limits
from scenedex.embed_server.service import Service

ROUNDS = 1_000


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, *chunks: bytes) -> bytes:
    """A PNG of one bit a pixel whose header claims this size."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(chunks) + chunk(b"IEND", b"")


def one_pixel() -> bytes:
    out = BytesIO()
    Image.new("RGB", (1, 1), (200, 30, 30)).save(out, "PNG")
    return out.getvalue()


HEADER_ONLY = png(60_000, 60_000)
BOMB = png(30_000, 30_000, chunk(b"IDAT", zlib.compress(bytes(30_000 * (30_000 // 8 + 1)), 9)))
TEXT_BOMB = png(1, 1, chunk(b"zTXt", b"x\x00\x00" + zlib.compress(bytes(100_000_000), 9)))
NORMAL = [1.0] * 256


@dataclass(frozen=True)
class Poison:
    path: str
    question: object  #: or a body as it is
    status: int
    says: str

    @property
    def body(self) -> bytes:
        return self.question if isinstance(self.question, bytes) else json.dumps(self.question).encode()


def small_photo() -> bytes:
    out = BytesIO()
    with Image.open(BytesIO(photos()[0])) as photo:
        photo.resize((96, 64)).save(out, "JPEG")
    return out.getvalue()


def scope(path: str) -> Scope:
    return {
        "type": "http", "http_version": "1.1", "method": "POST", "path": path, "raw_path": path.encode(),
        "query_string": b"", "headers": [(b"host", b"127.0.0.1:8093")], "server": ("127.0.0.1", 8093),
        "client": ("127.0.0.1", 1), "scheme": "http", "root_path": "",
    }  # fmt: skip


def poisons() -> dict[str, Poison]:
    photo = photos()[0]
    small = small_photo()
    good = plain(small)
    texts = [f"text {n}" for n in range(101)]

    def seen(data: bytes, status: int, says: str) -> Poison:
        return Poison("/embed", {"image": plain(data)}, status, says)

    def judged(baseline: object, says: str) -> Poison:
        return Poison("/anomaly-score", {"image": good, "baseline_embedding": baseline}, 422, says)

    return {
        "no picture": seen(b"<svg onload=alert(1)>", 422, "it is none of"),
        "an empty picture": Poison("/embed", {"image": ""}, 422, "image: "),
        "no base64": Poison("/embed", {"image": "%%%%"}, 422, "no base64"),
        "an address": Poison(
            "/embed", {"image": "http://169.254.169.254/latest"}, 422, "no address is fetched"
        ),
        "one pixel": seen(one_pixel(), 200, ""),
        "a truncated JPEG": seen(small[: len(small) // 2], 422, "cannot be read"),
        "a large truncated JPEG": seen(photo[: len(photo) // 2], 422, "cannot be read"),
        "a header of 60000 x 60000": seen(HEADER_ONLY, 413, "3600000000 pixels"),
        "11 MB": seen(bytes(11_000_000), 413, "10 MB are the most that is read"),
        "a PNG that grows": seen(BOMB, 413, "900000000 pixels"),
        "a PNG whose text grows": seen(TEXT_BOMB, 422, "cannot be read"),
        "NaN in a baseline": judged([float("nan"), *NORMAL[1:]], "NaN or infinite"),
        "infinity in a baseline": judged([float("inf"), *NORMAL[1:]], "NaN or infinite"),
        "a zero baseline": judged([0.0] * 256, "zero everywhere"),
        "another dimension": judged([1.0] * 512, "512 numbers; embeddings of this model have 256"),
        "an empty baseline": judged([], "baseline_embedding"),
        "a baseline of words": judged(["a"] * 256, "baseline_embedding"),
        "101 texts": Poison("/batch-similarity", {"image": good, "texts": texts}, 422, "at most 100"),
        "no texts": Poison("/batch-similarity", {"image": good, "texts": []}, 422, "at least 1"),
        "no labels": Poison("/classify", {"image": good, "labels": []}, 422, "at least 1"),
        "a blank label": Poison(
            "/classify", {"image": good, "labels": ["cat", " "]}, 422, "labels.1: it is blank"
        ),
        "a label twice": Poison(
            "/classify", {"image": good, "labels": ["cat", "cat "]}, 422, "'cat' stands there twice"
        ),
        "an endless text": Poison("/similarity", {"image": good, "text": "x" * 20_001}, 422, "at most 20000"),
        "more than is asked": Poison("/embed", {"image": good, "url": "x"}, 422, "url: "),
        "no object": Poison("/embed", b"[]", 422, "object"),
        "no JSON": Poison("/embed", b'{"image": "', 400, "no JSON"),
        "half a character": Poison("/similarity", b'{"image": "x", "text": "\\ud800"}', 400, "no JSON"),
        "deep JSON": Poison("/embed", b"[" * 100_000, 400, "no JSON"),
        "no UTF-8": Poison("/embed", b'{"image": "\xff"}', 400, "no JSON"),
        "nothing": Poison("/embed", b"", 400, "no JSON"),
    }


POISONS = poisons()
AT_ONCE = [
    "no picture", "one pixel", "a truncated JPEG", "a header of 60000 x 60000", "a PNG that grows",
    "NaN in a baseline", "another dimension", "101 texts", "no labels",
]  # fmt: skip


@pytest.mark.parametrize("name", POISONS)
def test_each_gets_the_stated_answer(mini: Service, name: str) -> None:
    poison = POISONS[name]
    answer = post(mini, poison.path, poison.body)
    assert answer.status_code == poison.status, answer.text[:300]
    assert poison.status == 200 or poison.says in said(answer)
    assert get(mini, "/ready").json() == {"status": "ready"}


def test_all_at_once_a_thousand_times_over(mini: Service) -> None:
    """With a good picture in each round, whose vector stays what it was. 11 MB come in every twentieth."""
    good = Poison("/embed", {"image": plain(small_photo())}, 200, "")
    usual = [good, *(POISONS[name] for name in AT_ONCE)]
    every = [*usual, POISONS["11 MB"]]
    bodies = {id(poison): poison.body for poison in every}
    app = create_app(mini, Doors())

    async def sent(poison: Poison) -> Told:
        found: Told = await ask(app, scope(poison.path), [bodies[id(poison)]])
        return found

    async def story(_: httpx.AsyncClient) -> set[bytes]:
        vectors = set()
        for number in range(ROUNDS):
            round_ = usual if number % 20 else every
            answers = await asyncio.gather(*map(sent, round_))
            for poison, answer in zip(round_, answers, strict=True):
                assert answer.status == poison.status, (poison.path, answer.body[:300])
            vectors.add(
                json.dumps([round(n, 4) + 0 for n in json.loads(answers[0].body)["embedding"]]).encode()
            )
        return vectors

    vectors = asyncio.run(asyncio.wait_for(story(None), 20 * PATIENCE_S))  # type: ignore[arg-type]
    first, *others = [json.loads(each) for each in vectors]
    assert all(abs(a - b) <= 2e-4 for other in others for a, b in zip(first, other, strict=True))
    assert get(mini, "/ready").json() == {"status": "ready"}
    assert mini.engine._pictures.held == mini.engine._texts.held == mini.bodies.held == 0


def test_a_full_queue_says_when_to_come_again(mini: Service) -> None:
    photo = plain(photos()[0])
    with running(mini.engine.model, Limits(queue=4, timeout_s=PATIENCE_S, window_s=0.2)) as service:

        async def story(client: httpx.AsyncClient) -> list[httpx.Response]:
            asked = (client.post("/embed", json={"image": photo}) for _ in range(12))
            answers = list(await asyncio.gather(*asked))
            return [*answers, await client.get("/ready"), await client.post("/embed", json={"image": photo})]

        *crowd, ready, after = told(service, story)
        assert {answer.status_code for answer in crowd} == {200, 429}
        refused = [answer for answer in crowd if answer.status_code == 429]
        assert all(int(answer.headers["retry-after"]) >= 1 for answer in refused)
        assert "too much to do" in said(refused[0])
        assert (ready.status_code, after.status_code) == (200, 200)


def test_who_goes_away_is_not_worked_for(mini: Service) -> None:
    photo = plain(photos()[0])
    limits = Limits(timeout_s=PATIENCE_S, window_s=1.0, batch=8)
    with running(mini.engine.model, limits) as service:
        app = create_app(service, Doors())

        async def story() -> Told:
            told_ = Told()
            messages = [
                {"type": "http.request", "body": json.dumps({"image": photo}).encode(), "more_body": False},
                {"type": "http.disconnect"},
            ]

            async def receive() -> dict[str, object]:
                return messages.pop(0)

            async def send(message: object) -> None:
                told_.messages.append(message)  # type: ignore[arg-type]

            await app(scope("/embed"), receive, send)
            return told_

        found = asyncio.run(asyncio.wait_for(story(), PATIENCE_S))
        assert found.status == 499
        assert post(service, "/embed", {"image": photo}).status_code == 200  # later than the other's window
        count = service.engine.meters.registry.get_sample_value(
            "scenedex_embed_run_rows_sum", {"kind": "picture"}
        )
        assert count == 1, "one picture was seen, and not that of who went away"
        assert service.engine._pictures.held == service.bodies.held == 0


def test_what_takes_too_long_is_said_so(mini: Service) -> None:
    with running(mini.engine.model, Limits(timeout_s=0.001, window_s=0.3)) as service:
        answer = post(service, "/embed", {"image": plain(photos()[0])})
        assert (answer.status_code, answer.json()["error"]["code"]) == (504, "timeout")
        assert get(service, "/ready").status_code == 503
        assert service.engine._pictures.held == 0


def test_a_body_that_is_too_large_is_not_read(mini: Service) -> None:
    async def story(client: httpx.AsyncClient) -> list[int]:
        whole = await client.post("/embed", content=b"x" * (mini.largest_body + 1))
        with_length = await client.post("/embed", content=b"", headers={"Content-Length": str(10**12)})
        return [whole.status_code, with_length.status_code]

    assert told(mini, story) == [413, 413]
    assert URL.startswith("http://127")
