"""Headers for browsers."""

from starlette.types import Receive, Scope, Send
from tests.unit.http.middleware.asked import ask, run, says

from scenedex.http.middleware.headers import SecurityHeaders


async def bare(scope: Scope, receive: Receive, send: Send) -> None:
    await says(send)


async def page(scope: Scope, receive: Receive, send: Send) -> None:
    await says(
        send,
        content_security_policy="default-src 'self'",
        cache_control="private",
        x_frame_options="ALLOWALL",
    )


def test_every_answer_has_them() -> None:
    headers = run(lambda: ask(SecurityHeaders(bare))).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert headers["cache-control"] == "no-store"


def test_a_page_has_its_own_policy_and_nothing_else_of_its_own() -> None:
    headers = run(lambda: ask(SecurityHeaders(page))).headers
    assert headers["content-security-policy"] == "default-src 'self'"
    assert headers["cache-control"] == "private"
    assert headers["x-frame-options"] == "DENY"
