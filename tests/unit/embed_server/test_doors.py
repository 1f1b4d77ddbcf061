"""Who may come in."""

import json

import pytest
from starlette.types import Receive, Scope, Send
from tests.unit.http.middleware.asked import Told, ask, request, run, says

from scenedex.embed_server.doors import FREE, SIGNED, Doorkeeper, Doors
from scenedex.errors import UsageError

KEY = "a key of sixteen or more"


async def inside(scope: Scope, receive: Receive, send: Send) -> None:
    await says(send, b"inside")


def asked(doors: Doors, path: str = "/embed", **headers: str) -> Told:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    found: Told = run(lambda: ask(Doorkeeper(inside, doors), request(path, named)))
    return found


LOCAL = Doors()
AWAY = Doors(host="0.0.0.0", key=KEY)


def test_on_loopback_no_key_is_needed_and_any_is_taken() -> None:
    assert asked(LOCAL, Host="127.0.0.1:8093").body == b"inside"
    assert asked(LOCAL, Host="localhost", Authorization="Bearer none").body == b"inside"


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "127.0.0.1", "Origin": "https://evil.example"},
        {"Host": "127.0.0.1", "Sec_Fetch_Site": "cross-site"},
        {"Host": "127.0.0.1", "X_Forwarded_For": "203.0.113.7"},
        {},
    ],
)
@pytest.mark.parametrize("path", ["/embed", "/health", "/v1/embed/text"])
def test_pages_elsewhere_do_not_drive_it(headers: dict[str, str], path: str) -> None:
    assert asked(LOCAL, path, **headers).status == 403


@pytest.mark.parametrize(
    "authorization",
    [None, "Bearer wrong", f"Basic {KEY}", KEY, "Bearer", "", f"Bearer {KEY}x", "Bearer \x00", "Bearer é"],
)
def test_off_loopback_the_key_is_needed(authorization: str | None) -> None:
    headers = {} if authorization is None else {"Authorization": authorization}
    for path in ("/embed", "/metrics", "/v1/embeddings", "/openapi.json", "/health/", "//health"):
        told = asked(AWAY, path, Host="example.org", **headers)
        assert told.status == 401
        assert told.headers["www-authenticate"] == "Bearer"
        assert json.loads(told.body)["error"]["code"] == "unauthorized"
        assert KEY not in told.body.decode()


def test_the_key_opens() -> None:
    assert asked(AWAY, Host="example.org", Authorization=f"bearer {KEY}").body == b"inside"


def test_two_keys_are_none() -> None:
    scope = request("/embed")
    scope["headers"] = [(b"authorization", f"Bearer {KEY}".encode())] * 2
    assert run(lambda: ask(Doorkeeper(inside, AWAY), scope)).status == 401


def test_without_a_key_that_is_set_no_key_opens() -> None:
    doors = Doors(host="0.0.0.0", secret="secret")
    for sent in ("", "None", "secret"):
        assert asked(doors, Authorization=f"Bearer {sent}").status == 401


@pytest.mark.parametrize("path", sorted(FREE | SIGNED))
def test_some_paths_ask_for_themselves(path: str) -> None:
    assert asked(AWAY, path).body == b"inside"


def test_a_proxy_on_this_machine() -> None:
    doors = Doors(demand_key=True, key=KEY)
    assert asked(doors, Host="example.org", X_Forwarded_For="203.0.113.7").status == 401
    assert asked(doors, Host="example.org", Authorization=f"Bearer {KEY}").body == b"inside"


def test_a_server_that_would_let_nobody_in_does_not_begin() -> None:
    Doors().check()
    Doors(host="0.0.0.0", key=KEY).check()
    Doors(host="0.0.0.0", secret="s").check()
    for doors in (Doors(host="0.0.0.0"), Doors(host=""), Doors(demand_key=True)):
        with pytest.raises(UsageError, match="SCENEDEX_EMBED_KEY"):
            doors.check()


def test_no_secret_is_printed() -> None:
    assert KEY not in repr(AWAY)


def test_other_protocols_are_turned_away() -> None:
    sent = []

    async def story() -> None:
        async def send(message: object) -> None:
            sent.append(message)

        await Doorkeeper(inside, AWAY)({"type": "websocket"}, None, send)  # type: ignore[arg-type]

    run(story)
    assert sent == [{"type": "websocket.close", "code": 1008}]
