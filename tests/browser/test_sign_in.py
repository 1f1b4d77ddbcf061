"""Signing in where keys are demanded, what a key may do, and how a session ends."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import APIResponse, Page, expect
from tests.browser.axe import axe
from tests.browser.conftest import OpenPage
from tests.browser.serving import Served

Keyed = tuple[Served, str]
Expect = Callable[..., None]

PATIENCE_S = 20


@pytest.fixture
def outside(open_page: OpenPage, keyed: Keyed, expect_failures: Expect) -> Page:
    """A page of a server that demands keys; what is asked without one is answered 401."""
    page = open_page(base_url=keyed[0].url)
    expect_failures("status of 401", "answer: 401")
    return page


def asked(
    page: Page, keyed: Keyed, path: str, body: dict[str, Any] | None = None, **more: Any
) -> APIResponse:
    """What the API answers whoever has the admin's key."""
    more.setdefault("method", "GET" if body is None else "POST")
    answer = page.request.fetch(
        f"{keyed[0].url}/api/v1{path}", headers={"Authorization": f"Bearer {keyed[1]}"}, data=body, **more
    )
    assert answer.ok, answer.text()
    return answer


def a_key(page: Page, keyed: Keyed, access: str, **more: str) -> dict[str, Any]:
    made: dict[str, Any] = asked(page, keyed, "/keys", {"access": access, **more}).json()
    return made


def sign_in(page: Page, key: str) -> None:
    page.get_by_label("Key", exact=True).fill(key)
    page.keyboard.press("Enter")


def until_it_ends(page: Page) -> None:
    """The server remembers a key for seconds."""
    deadline = time.monotonic() + PATIENCE_S
    while page.request.get("/api/v1/session").status != 401:
        assert time.monotonic() < deadline
        page.wait_for_timeout(250)


def test_on_loopback_there_is_nothing_of_it(page: Page) -> None:
    page.goto("/sign-in")
    expect(page.get_by_text("No key is needed here.")).to_be_visible()
    expect(page.get_by_label("Key", exact=True)).to_have_count(0)
    axe(page)
    with page.expect_response("**/api/v1/session"):
        page.goto("/entities")
    expect(page.get_by_role("button", name="New entity")).to_be_visible()
    expect(page.get_by_role("button", name="Signed in")).to_have_count(0)


def test_who_has_no_key_signs_in_and_out(outside: Page, keyed: Keyed) -> None:
    outside.goto("/entities?threshold=0.9")
    expect(outside.get_by_role("heading", level=1, name="Sign in")).to_be_visible()
    expect(outside).to_have_url(f"{keyed[0].url}/sign-in?next=%2Fentities%3Fthreshold%3D0.9")
    expect(outside.get_by_label("Key", exact=True)).to_be_focused()
    axe(outside)
    sign_in(outside, "sdx_no_key")
    expect(outside.get_by_role("alert")).to_have_text(
        "This key is not known here, or it was revoked or has expired."
    )
    axe(outside)
    sign_in(outside, f" {keyed[1]} ")
    expect(outside).to_have_url(f"{keyed[0].url}/entities?threshold=0.9")
    outside.get_by_role("button", name="Signed in: local").click()
    expect(outside.get_by_text("and manage keys")).to_be_visible()
    axe(outside)
    outside.get_by_role("button", name="Sign out").click()
    expect(outside.get_by_label("Key", exact=True)).to_be_visible()
    assert outside.request.get("/api/v1/session").status == 401
    assert outside.context.cookies() == []


def test_two_refusals_at_once_keep_the_place(outside: Page) -> None:
    outside.goto("/sign-in")
    place = outside.evaluate(
        """async () => {
          const { get } = await import("/assets/js/api.js");
          history.replaceState({}, "", "/entities?threshold=0.9");
          window.fetch = async () => new Response('{"error": {"code": "unauthorized"}}', { status: 401 });
          await Promise.allSettled([get("session"), get("entities")]);
          return location.pathname + location.search;
        }"""
    )
    assert place == "/sign-in?next=%2Fentities%3Fthreshold%3D0.9"


ELSEWHERE = [
    "//evil.example", "https://evil.example/entities", "https:evil.example", "\\\\evil.example", "/\\evil.example",
    "javascript:alert(1)", "blob:ORIGIN/entities", "/..//evil.example", "/\t/evil.example",
    "/sign-in?next=//evil.example", "/nowhere", "http://[",
]  # fmt: skip


def test_next_never_leads_away(outside: Page, keyed: Keyed) -> None:
    origin = keyed[0].url
    for wished in ELSEWHERE:
        outside.goto(f"/sign-in?{urlencode({'next': wished.replace('ORIGIN', origin)})}")
        sign_in(outside, keyed[1])
        outside.wait_for_url(f"{origin}/", wait_until="commit")


def test_a_key_that_may_only_read(outside: Page, keyed: Keyed, expect_failures: Expect) -> None:
    expect_failures("503.*(appearances|$)")  # nothing was ever seen in this library
    made = asked(outside, keyed, "/entities", {"name": "Anna"}).json()
    try:
        outside.goto(f"/sign-in?next=/entities/{made['id']}")
        sign_in(outside, a_key(outside, keyed, "read")["key"])
        expect(outside.get_by_role("heading", level=1, name="Anna")).to_be_visible()
        expect(
            outside.get_by_text("No picture of this library can be compared with another yet")
        ).to_be_visible()
        for name in ("Rename", "Remove", "Add pictures"):
            expect(outside.get_by_role("button", name=name)).to_be_hidden()
        outside.get_by_role("button", name="Signed in").click()
        expect(outside.get_by_text("It may not add or change anything.")).to_be_visible()
        axe(outside)
        outside.goto("/entities")
        expect(outside.get_by_role("link", name="Anna")).to_be_visible()
        expect(outside.get_by_role("button", name="New entity")).to_be_hidden()
    finally:
        asked(outside, keyed, f"/entities/{made['id']}", method="DELETE")


def test_a_key_that_is_revoked(outside: Page, keyed: Keyed) -> None:
    key = a_key(outside, keyed, "write")
    outside.goto("/sign-in?next=/entities")
    sign_in(outside, key["key"])
    expect(outside.get_by_role("button", name="New entity")).to_be_visible()
    asked(outside, keyed, f"/keys/{key['id']}", method="DELETE")
    until_it_ends(outside)
    outside.get_by_role("button", name="New entity").click()
    outside.get_by_label("Name").fill("Bob")
    outside.get_by_role("button", name="Create").click()
    expect(outside.get_by_text("Your session is over, or its key was revoked.")).to_be_visible()
    expect(outside.get_by_role("dialog")).to_have_count(0)
    axe(outside)
    sign_in(outside, keyed[1])
    expect(outside).to_have_url(f"{keyed[0].url}/entities")


def test_a_key_that_expires(outside: Page, keyed: Keyed) -> None:
    soon = (datetime.now(UTC) + timedelta(seconds=3)).isoformat()
    key = a_key(outside, keyed, "write", expires_at=soon)
    outside.goto("/sign-in?next=/entities")
    sign_in(outside, key["key"])
    expect(outside.get_by_role("button", name="New entity")).to_be_visible()
    until_it_ends(outside)
    outside.reload()
    sign_in(outside, keyed[1])
    expect(outside).to_have_url(f"{keyed[0].url}/entities")


def test_in_korean_on_a_phone(open_page: OpenPage, keyed: Keyed, expect_failures: Expect) -> None:
    page = open_page(base_url=keyed[0].url, phone=True, dark=True, lang="ko-KR")
    expect_failures("status of 401", "answer: 401")
    page.goto("/entities")
    page.get_by_label("키", exact=True).fill(keyed[1])
    axe(page)
    page.get_by_role("button", name="로그인").tap()
    page.get_by_role("button", name="더 보기").tap()
    page.get_by_role("button", name="로그인: local").tap()
    expect(page.get_by_role("button", name="로그아웃")).to_be_visible()
    axe(page)
