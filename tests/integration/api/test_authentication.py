"""Who is let in: by key, by session, or because they are on this machine; and who is not."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from tests.integration.api.doors import OUTSIDE, client, key, library, local, opened, outside

from scenedex import Library
from scenedex.api.app import create_app
from scenedex.api.authentication import COOKIE, Authentication
from scenedex.api.service import Service
from scenedex.config import Settings
from scenedex.errors import DatabaseUnreachableError, UsageError
from scenedex.http import doorkeeper
from scenedex.http.attempts import MOST_ADDRESSES
from scenedex.http.doorkeeper import REMEMBERED_S, Doorkeeper
from scenedex.http.doors import Doors, check_bind
from scenedex.http.errors import ApiError
from scenedex.library.keys import Grant
from scenedex.store.tokens import new_token
from scenedex.types import LOCAL_OWNER

__all__ = ["key", "library", "local", "opened", "outside"]  # fixtures

Key = Callable[..., str]
WHO = "/api/v1/session"
KEYS = "/api/v1/keys"


def error(answer: Any, status: int) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert list(answer.json()) == ["error"]
    return answer.json()["error"]  # type: ignore[no-any-return]


def test_on_loopback_nobody_needs_a_key(local: TestClient, library: Library) -> None:
    assert local.get(WHO).json() == {
        "owner_id": str(LOCAL_OWNER), "owner": "local", "access": "admin", "key_id": None,
    }  # fmt: skip
    made = local.post(KEYS, json={"access": "write", "label": "x"})
    assert made.status_code == 201
    (kept,) = library.keys()
    assert kept.label == "x"


@pytest.mark.parametrize("base_url", ["http://localhost", "http://127.0.0.1", "http://[::1]"])
def test_loopback_has_three_names(library: Library, base_url: str) -> None:
    asking = client(create_app(Service(library=library)), base_url=base_url)
    assert asking.get(WHO).status_code == 200
    assert asking.get(WHO, headers={"Origin": base_url}).status_code == 200


REFUSED: list[dict[str, str]] = [
    {"Host": "evil.example"},
    {"Host": "localhost:81"},
    {"Host": "evil.example", "Origin": "http://evil.example"},
    {"Origin": "http://evil.example"},
    {"Origin": "http://localhost:3000"},
    {"Origin": "null"},
    {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"},
    {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "cors"},
    {"X-Forwarded-For": "192.0.2.1"},
    {"X-Real-IP": "127.0.0.1"},
    {"Forwarded": "for=192.0.2.1"},
]


@pytest.mark.parametrize("headers", REFUSED)
def test_no_page_elsewhere_drives_a_server_on_loopback(
    local: TestClient, library: Library, key: Key, headers: dict[str, str]
) -> None:
    """Neither under another name (DNS rebinding) nor across origins, with a key as without one."""
    own = {"Authorization": f"Bearer {key('admin')}"}
    for more in ({}, own):
        for method, path in (
            ("GET", WHO),
            ("POST", KEYS),
            ("DELETE", WHO),
            ("GET", "/nowhere"),
            ("OPTIONS", KEYS),
        ):
            assert error(local.request(method, path, headers=headers | more), 403)["code"] == "forbidden"
    assert len(library.keys()) == 1


def test_nothing_is_said_to_another_origin(local: TestClient) -> None:
    asked = {"Origin": "http://evil.example", "Access-Control-Request-Method": "POST"}
    answer = local.options(KEYS, headers=asked)
    assert [name for name in answer.headers if name.startswith("access-control")] == []


def test_a_link_from_elsewhere_may_lead_here(local: TestClient) -> None:
    assert local.get(WHO, headers={"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}).is_success


def test_a_key_counts_on_loopback_too(local: TestClient, key: Key) -> None:
    answer = local.get(WHO, headers={"Authorization": f"Bearer {key('read', 'acme')}"})
    assert (answer.json()["owner"], answer.json()["access"]) == ("acme", "read")
    assert error(local.get(WHO, headers={"Authorization": "Bearer sdx_wrong"}), 401)


def test_elsewhere_a_key_is_demanded(outside: FastAPI, key: Key) -> None:
    asking = client(outside, base_url="http://search.example")
    beside_the_page = ("/nowhere", "/index.html", "/assets", "/videos/x/y", "/api/v1/videos", "/Status")
    for path in (WHO, KEYS, "/api/v1/openapi.json", "/metrics", "/health/", "/Health", *beside_the_page):
        refused = asking.get(path)
        assert "needs a key" in error(refused, 401)["message"], path
        assert refused.headers["WWW-Authenticate"] == "Bearer"
    good = key("write", "acme")
    for scheme in ("Bearer", "bearer", "BEARER"):
        answer = asking.get(WHO, headers={"Authorization": f"{scheme} {good}"})
        assert (answer.json()["owner"], answer.json()["access"]) == ("acme", "write")


def test_who_looks_after_the_server_needs_no_key(outside: FastAPI) -> None:
    asking = client(outside)
    for path in ("/health", "/ready"):
        assert asking.get(path).status_code != 401


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Bearer",
        "Bearer ",
        "Basic c2R4Og==",
        "Bearer sdx_",
        "Bearer {wrong}",
        "Bearer {good} {good}",
        "Bearer {good}x",
        "{good}",
        "Token {good}",
        "Bearer {other_id}",
        "Bearer " + "x" * 8_000,
        "Bearer \xff\xfe",
    ],
)
def test_what_is_no_key_lets_nobody_in(outside: FastAPI, key: Key, authorization: str) -> None:
    good, other = key("admin"), key("admin")
    said = authorization.format(
        good=good,
        wrong=new_token().text(),
        other_id="_".join(["sdx", other.split("_")[1], good.split("_")[2]]),
    )
    refused = client(outside).get(WHO, headers={"Authorization": said.encode("latin-1")})
    assert error(refused, 401)["code"] == "unauthorized"
    assert good not in refused.text


def test_two_headers_are_none(outside: FastAPI, key: Key) -> None:
    good = f"Bearer {key('admin')}"
    assert error(client(outside).get(WHO, headers=[("Authorization", good), ("Authorization", good)]), 401)


def test_a_key_expires(outside: FastAPI, library: Library, key: Key) -> None:
    good = key("read", expires=timedelta(hours=1))
    assert client(outside, good).get(WHO).is_success
    with library._database.operator() as statements:
        statements.execute("update api_keys set expires_at = now() - interval '1 second'")
    assert error(client(create_app(Service(library=library), host=OUTSIDE), good).get(WHO), 401)


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_revoked_key_lets_nobody_in_after_five_seconds(library: Library, key: Key) -> None:
    clock = Clock()
    keeper, good = Doorkeeper(library, clock), key("read")
    grant = keeper.check(good, "a")
    library.revoke_key(grant.key)
    assert REMEMBERED_S == 5
    clock.now += REMEMBERED_S - 0.001
    assert keeper.check(good, "a") == grant
    clock.now += 0.001
    assert keeper.remembered(good) is None
    with pytest.raises(ApiError, match="revoked or expired"):
        keeper.check(good, "a")


def test_a_good_key_is_asked_for_once_in_five_seconds(
    library: Library, key: Key, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    ask = library.grant_of

    def counted(token: str) -> Grant | None:
        asked.append(token)
        return ask(token)

    monkeypatch.setattr(library, "grant_of", counted)
    clock = Clock()
    keeper, good, wrong = Doorkeeper(library, clock), key("read"), new_token().text()
    for _ in range(10):
        keeper.check(good, "a")
        with pytest.raises(ApiError):
            keeper.check(wrong, "a")
    assert asked == [good, wrong]
    clock.now += REMEMBERED_S
    keeper.check(good, "a")
    assert asked == [good, wrong, good]


def check(keeper: Doorkeeper, token: str, who: str) -> int:
    try:
        keeper.check(token, who)
    except ApiError as refused:
        return refused.status
    return 200


def test_an_address_that_comes_with_many_wrong_keys_is_shut_out_for_a_while(
    library: Library, key: Key
) -> None:
    clock = Clock()
    keeper, good, late = Doorkeeper(library, clock), key("read"), key("read")
    assert check(keeper, good, "a") == 200
    assert [check(keeper, new_token().text(), "a") for _ in range(25)] == [401] * 20 + [429] * 5
    assert check(keeper, late, "a") == 429  # nobody learns from here whether a key is good
    assert check(keeper, late, "b") == 200
    clock.now += REMEMBERED_S + 1
    assert check(keeper, good, "a") == 200  # it was good before
    assert [check(keeper, new_token().text(), "a") for _ in range(3)] == [401] * 2 + [429]
    clock.now += 60
    assert [check(keeper, new_token().text(), "a") for _ in range(21)] == [401] * 20 + [429]


def test_the_same_wrong_key_counts_once(library: Library, key: Key) -> None:
    keeper, wrong = Doorkeeper(library, Clock()), new_token().text()
    assert {check(keeper, wrong, "a") for _ in range(100)} == {401}
    assert check(keeper, key("read"), "a") == 200


def test_what_a_doorkeeper_remembers_is_bounded(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doorkeeper, "MOST_KEYS", 5)
    monkeypatch.setattr(library, "grant_of", lambda token: None)
    keeper = Doorkeeper(library, Clock())
    for n in range(50):
        check(keeper, f"sdx_{n}", f"client {n}")
    assert len(keeper._known) == 5
    assert len(keeper._attempts) == 50 < MOST_ADDRESSES


def test_over_http_the_wait_is_said(outside: FastAPI) -> None:
    asking = client(outside)

    def refused(ask: Callable[[str], httpx.Response]) -> tuple[int, httpx.Response]:
        """How many wrong keys are looked at before one is not: one more every few seconds."""
        for looked_at in range(200):
            if (answer := ask(new_token().text())).status_code != 401:
                return looked_at, answer
        raise AssertionError("200 wrong keys were looked at")

    looked_at, answer = refused(lambda key: asking.get(WHO, headers={"Authorization": f"Bearer {key}"}))
    assert looked_at >= 20
    assert error(answer, 429)["code"] == "too_many_requests"
    assert int(answer.headers["Retry-After"]) in range(1, 4)
    assert asking.get("/health").status_code != 429
    _, answer = refused(lambda key: asking.post(WHO, json={"key": key}))
    assert error(answer, 429)["code"] == "too_many_requests"


def test_a_database_that_is_away_is_no_wrong_key(
    outside: FastAPI, library: Library, key: Key, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = key("read")

    def away(token: str) -> Grant | None:
        raise DatabaseUnreachableError("It is away.")

    with monkeypatch.context() as patch:
        patch.setattr(library, "grant_of", away)
        for _ in range(30):
            assert error(client(outside, good).get(WHO), 503)["code"] == "store_unavailable"
    assert client(outside, good).get(WHO).is_success


def test_a_server_that_listens_to_the_world_does_not_start_without_a_key(library: Library, key: Key) -> None:
    for host in ("127.0.0.1", "localhost", "::1"):
        check_bind(host, library)
    for host in ("0.0.0.0", "::", "", "192.168.0.7", "search.example"):
        with pytest.raises(UsageError, match="scenedex keys create"):
            check_bind(host, library)
    expired = library.create_key("read")[0]
    with library._database.operator() as statements:
        statements.execute("update api_keys set expires_at = now() - interval '1 second'")
    with pytest.raises(UsageError, match="scenedex keys create"):
        check_bind("0.0.0.0", library)
    library.revoke_key(expired.id)
    key("read", "acme")
    check_bind("0.0.0.0", library)


def test_keys_can_be_demanded_on_loopback(library: Library, key: Key) -> None:
    library.settings = library.settings.model_copy(update={"scenedex_demand_keys": True})
    with pytest.raises(UsageError, match="scenedex keys create"):
        check_bind("127.0.0.1", library)
    app = create_app(Service(library=library))
    assert error(client(app).get(WHO), 401)
    through = {"X-Forwarded-For": "192.0.2.1"}
    assert client(app, key("read"), base_url="https://search.example").get(WHO, headers=through).is_success
    assert Settings().scenedex_demand_keys is False


def test_the_word_of_a_middleware_around_it_is_taken_and_no_header_is_such_a_word(library: Library) -> None:
    asking = client(create_app(Service(library=library), host=OUTSIDE))
    for header in ("caller", "x-caller", "state", "x-forwarded-user", "x-forwarded-for", "forwarded"):
        assert error(asking.get(WHO, headers={header: "127.0.0.1"}), 401)


def test_another_protocol_is_refused(library: Library) -> None:
    async def app(*_: object) -> None:
        raise AssertionError

    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "websocket.connect"}

    guarded = Authentication(app, Doorkeeper(library), Doors())
    asyncio.run(guarded({"type": "websocket", "path": "/health", "headers": []}, receive, send))
    assert [message["type"] for message in sent] == ["websocket.close"]


# -- sessions ---------------------------------------------------------------------------------------------

PAGE = "https://search.example"


@pytest.fixture
def page(outside: FastAPI) -> TestClient:
    """A browser on the server's page."""
    return client(outside, base_url=PAGE)


def sign_in(page: TestClient, token: str) -> str:
    answer = page.post(WHO, json={"key": token}, headers={"Origin": PAGE})
    assert answer.status_code == 200, answer.text
    return str(page.cookies[COOKIE])


def test_a_key_gets_a_cookie_that_only_this_server_gets(page: TestClient, key: Key) -> None:
    token = key("write", "acme")
    answer = page.post(WHO, json={"key": f" {token} "})
    assert answer.json()["owner"] == "acme"
    said = {part.strip().lower() for part in answer.headers["set-cookie"].split(";")[1:]}
    assert said == {"httponly", "max-age=43200", "path=/", "samesite=strict", "secure"}
    assert answer.headers["cache-control"] == "no-store"
    assert token.split("_")[2] not in answer.headers["set-cookie"] + answer.text
    assert page.get(WHO).json() == answer.json()


def test_without_https_the_cookie_is_not_secure(outside: FastAPI, key: Key) -> None:
    answer = client(outside, base_url="http://search.example").post(WHO, json={"key": key("read")})
    assert "secure" not in answer.headers["set-cookie"].lower()
    assert "httponly; " in answer.headers["set-cookie"].lower()


def test_what_changes_something_by_cookie_comes_from_the_servers_own_page(page: TestClient, key: Key) -> None:
    sign_in(page, key("admin"))
    wanted = {"access": "read"}
    assert page.post(KEYS, json=wanted, headers={"Origin": PAGE}).status_code == 201
    for headers in (
        {},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "https://search.example.evil.example"},
        {"Origin": "https://search.example:8443"},
        {"Origin": PAGE, "Sec-Fetch-Site": "cross-site"},
    ):
        assert error(page.post(KEYS, json=wanted, headers=headers), 403)["code"] == "forbidden"
    assert len(page.get(KEYS).json()["keys"]) == 2
    assert error(page.get(KEYS, headers={"Origin": "https://evil.example"}), 403)


def test_nobody_is_signed_in_or_out_by_a_page_elsewhere(page: TestClient, key: Key) -> None:
    evil = {"Origin": "https://evil.example"}
    assert error(page.post(WHO, json={"key": key("read")}, headers=evil), 403)
    assert COOKIE not in page.cookies
    sign_in(page, key("read"))
    assert error(page.delete(WHO, headers=evil), 403)
    assert page.get(WHO).is_success


def test_signing_out_ends_the_session_and_not_the_cookie_alone(page: TestClient, key: Key) -> None:
    cookie = sign_in(page, key("read"))
    answer = page.delete(WHO, headers={"Origin": PAGE})
    assert (answer.status_code, answer.content) == (204, b"")
    assert COOKIE not in page.cookies
    page.cookies.set(COOKIE, cookie)
    assert error(page.get(WHO), 401)
    assert page.delete(WHO, headers={"Origin": PAGE}).status_code == 204


def test_every_process_knows_a_session(page: TestClient, library: Library, key: Key, tmp_path: Path) -> None:
    cookie = sign_in(page, key("read", "acme"))
    url = str(library.settings.database_url)
    with Library(Settings(database_url=url, scenedex_home=tmp_path / "other")) as other:
        asking = client(create_app(Service(library=other), host=OUTSIDE), base_url=PAGE)
        asking.cookies.set(COOKIE, cookie)
        assert asking.get(WHO).json()["owner"] == "acme"


def test_a_session_ends_with_its_key(page: TestClient, library: Library, key: Key) -> None:
    cookie = sign_in(page, key("read"))
    (found,) = library.keys()
    library.revoke_key(found.id)
    asking = client(create_app(Service(library=library), host=OUTSIDE), base_url=PAGE)
    asking.cookies.set(COOKIE, cookie)
    assert error(asking.get(WHO), 401)
    assert error(asking.post(WHO, json={"key": "sdx_"}), 401)


def test_a_cookie_is_no_key_and_a_key_no_cookie(outside: FastAPI, page: TestClient, key: Key) -> None:
    token = key("admin")
    cookie = sign_in(page, token)
    assert error(client(outside, cookie).get(WHO), 401)
    assert error(client(outside).post(WHO, json={"key": cookie}), 401)
    asking = client(outside, base_url=PAGE)
    asking.cookies.set(COOKIE, token)
    assert error(asking.get(WHO), 401)


def test_a_session_may_no_more_than_its_key(page: TestClient, key: Key) -> None:
    sign_in(page, key("read"))
    assert error(page.post(KEYS, json={}, headers={"Origin": PAGE}), 403)["message"].startswith(
        "This key may read"
    )


def test_a_stale_cookie_is_forgotten_where_nobody_needs_one(local: TestClient) -> None:
    local.cookies.set(COOKIE, new_token().text())
    assert local.get(WHO).json()["access"] == "admin"
    assert local.delete(WHO).status_code == 204


@pytest.mark.parametrize(
    "body", [{}, {"key": 7}, {"key": "x" * 1000}, {"key": "sdx_a", "owner": "b"}, [], "sdx_"]
)
def test_a_sign_in_that_is_none(page: TestClient, body: Any) -> None:
    error(page.post(WHO, json=body), 422)


def test_a_key_has_a_hundred_sessions_at_most(library: Library, key: Key) -> None:
    token = key("read")
    grant = library.grant_of(token)
    assert grant is not None
    first = library.sign_in(grant, 60)
    over = library.sign_in(grant, -1)
    assert library.grant_of(over) is None
    for _ in range(100):
        last = library.sign_in(grant, 60)
    assert library.grant_of(first) is None
    assert library.grant_of(last) is not None
    with library._database.operator() as statements:
        (row,) = statements.execute("select count(*) as n from api_keys where session_of is not null")
    assert row["n"] == 100
    (kept,) = library.keys()
    assert kept.id == grant.key
