"""Signed requests over HTTP: whichever check fails, the answer is the same."""

import json

import httpx
import pytest
from tests.integration.embed_server.served import SECRET, signed, told

from scenedex.embed_server.doors import Doors
from scenedex.embed_server.service import Service
from scenedex.embed_server.signatures import SKEW_S
from scenedex.embeddings.signing import NONCE, SIGNATURE, TIMESTAMP, signature

PATH = "/v1/embed/text"
BODY = json.dumps({"text": "a red car"}).encode()


def shifted(seconds: int) -> dict[str, str]:
    headers = signed(PATH, BODY)
    time = str(int(headers[TIMESTAMP]) + seconds)
    headers[SIGNATURE] = signature(SECRET, "POST", PATH, (time, headers[NONCE]), BODY)
    return headers | {TIMESTAMP: time}


def without(name: str) -> dict[str, str]:
    return {header: value for header, value in signed(PATH, BODY).items() if header != name}


def send(service: Service, *requests: tuple[bytes, dict[str, str]]) -> list[httpx.Response]:
    async def story(client: httpx.AsyncClient) -> list[httpx.Response]:
        return [await client.post(PATH, content=body, headers=headers) for body, headers in requests]

    found: list[httpx.Response] = told(service, story)
    return found


def test_refusals_are_the_same_to_the_byte(mini: Service) -> None:
    good = signed(PATH, BODY)
    admitted, *refused = send(
        mini,
        (BODY, good),
        (BODY, good),
        (BODY, shifted(-SKEW_S - 30)),
        (BODY, shifted(SKEW_S + 30)),
        (BODY + b" ", signed(PATH, BODY)),
        (BODY, signed("/v1/embed/image", BODY)),
        (BODY, signed(PATH, BODY, "guessed")),
        *((BODY, without(name)) for name in (TIMESTAMP, NONCE, SIGNATURE)),
        (BODY, {}),
        (b"no json", signed(PATH, BODY)),
        (b"", {}),
    )
    assert admitted.status_code == 200
    assert {answer.status_code for answer in refused} == {401}
    assert len({answer.content for answer in refused}) == 1
    kinds = {frozenset(name for name in answer.headers if name != "x-request-id") for answer in refused}
    assert len(kinds) == 1


def test_a_signed_request_needs_no_other_key(mini: Service) -> None:
    doors = Doors(host="0.0.0.0", secret=SECRET)

    async def story(client: httpx.AsyncClient) -> list[int]:
        good = await client.post(PATH, content=BODY, headers=signed(PATH, BODY))
        bad = await client.post(PATH, content=BODY, headers={"Authorization": f"Bearer {SECRET}"})
        return [good.status_code, bad.status_code, (await client.get("/metrics")).status_code]

    assert told(mini, story, doors) == [200, 401, 401]


@pytest.mark.parametrize("header", [TIMESTAMP, NONCE, SIGNATURE])
def test_a_header_that_comes_twice_is_none(mini: Service, header: str) -> None:
    headers = signed(PATH, BODY)

    async def story(client: httpx.AsyncClient) -> int:
        pairs = [*headers.items(), (header, headers[header])]
        return (await client.post(PATH, content=BODY, headers=pairs)).status_code

    assert told(mini, story) == 401
