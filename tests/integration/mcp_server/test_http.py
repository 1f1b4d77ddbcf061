"""`scenedex mcp --http` as a process of its own, asked by the official client; and its doors."""

import json
import re
import select
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx2
import pytest
from mcp import MCPError, types
from mcp.client.streamable_http import streamable_http_client
from starlette.testclient import TestClient
from tests.integration.mcp_server.world import FILM, PATIENCE_S, Asking, World, asking, command

from scenedex.mcp_server.app import create_app, whose
from scenedex.mcp_server.clips import Clips
from scenedex.mcp_server.server import Answering, make_server
from scenedex.mcp_server.working import Working

CALL = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "tools/call",
    "params": {"name": "list_videos", "arguments": {}},
}
LONE = [json.dumps(CALL).replace("{}", '{"name": "\\ud800"}').encode()]
"""Half of a pair of UTF-16, which is no character."""

TAKEN = {"Accept": "application/json, text/event-stream", "MCP-Protocol-Version": "2025-06-18"}


@pytest.fixture(scope="module")
def url(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Of a server that demands keys, as one does off loopback."""
    log = tmp_path_factory.mktemp("http") / "log"
    world.library.create_key("read", label="without one it does not begin")
    with log.open("w") as errors:
        process = subprocess.Popen(
            command("--http", "--port", "0"),
            env=world.environment(SCENEDEX_DEMAND_KEYS="true", SCENEDEX_API_KEY="of no use here"),
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
    assert process.stdout is not None
    try:
        ready, _, _ = select.select([process.stdout], [], [], PATIENCE_S)
        assert ready, log.read_text()
        found = re.search(r"http://127\.0\.0\.1:\d+/mcp", process.stdout.readline())
        assert found, log.read_text()
        yield found[0]
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_S) == 0
        assert "Traceback" not in log.read_text()
    finally:
        process.kill()
        process.wait(PATIENCE_S)
        process.stdout.close()


@contextmanager
def client(url: str, key: str, mode: str = "auto") -> Iterator[Asking]:
    headers = {"Authorization": f"Bearer {key}"}
    http = httpx2.AsyncClient(headers=headers, timeout=PATIENCE_S)
    with asking(streamable_http_client(url, http_client=http), mode) as made:
        yield made
        made.portal.call(http.aclose)


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_each_owner_by_their_key(url: str, world: World, mode: str) -> None:
    """With the protocol of today, and with that of clients that begin with a handshake."""
    with client(url, world.library.create_key("read")[1], mode) as mine:
        assert next(iter(mine.tools())) == "search"
        clip = mine.tools()["clip"].annotations
        assert clip is not None
        assert clip.read_only_hint is True
        best = mine.told("search", query="We should have turned left")["hits"][0]
        assert best["video"] == FILM
        shown = mine.call("show_scene", {"scene": best["scene_id"]})
        assert any(isinstance(part, types.ImageContent) for part in shown.content)
        assert "no such scene" in mine.refused("show_scene", scene=str(world.theirs))
        assert "query" in mine.refused("search", query="x" * 10_000)
        clip = mine.told("clip", video=FILM, start_s=0.0, end_s=0.3)
        assert clip["path"] is None
        assert mine.read(clip["uri"]).mime_type == "video/mp4"
    with client(url, world.other.create_key("read")[1], mode) as other:
        assert other.told("show_scene", scene=str(world.theirs))["scene"] == 0
        assert "no such scene" in other.refused("show_scene", scene=str(world.mine))
        assert "no video" in other.refused("captions", video=FILM)


def test_a_key_that_is_revoked_ends_it_at_once(url: str, world: World) -> None:
    made, key = world.library.create_key("read")
    with client(url, key) as agent:
        assert agent.told("list_videos")["total"] == 1
        world.library.revoke_key(made.id)
        with pytest.raises(MCPError):
            agent.call("list_videos")
    answer = httpx2.post(url, json=CALL, headers={**TAKEN, "Authorization": f"Bearer {key}"})
    assert answer.status_code == 401


@contextmanager
def doors(world: World, host: str, base_url: str, **limits: Any) -> Iterator[TestClient]:
    """The app in this process, as it would be on `host`."""
    settings = world.library.settings.model_copy(update=limits)
    library = world.library.of(world.library.owner)
    library.settings = settings
    working = Working(2, 30.0)
    app = create_app(make_server(Answering(whose, Clips(), working)), library, host)
    with TestClient(app, base_url=base_url, headers=TAKEN, raise_server_exceptions=False) as made:
        yield made
    working.close()


def test_off_loopback_nobody_comes_in_without_a_key(world: World) -> None:
    _, key = world.other.create_key("read")
    with doors(world, "0.0.0.0", "http://search.example.org") as outside:
        refused = outside.post("/mcp", json=CALL)
        assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")
        assert "sdx_" in refused.json()["error"]["message"]
        for wrong in ("", "Bearer", f"Basic {key}", "Bearer sdx_none", f"Bearer {key}x"):
            assert outside.post("/mcp", json=CALL, headers={"Authorization": wrong}).status_code == 401, wrong
        right = {"Authorization": f"Bearer {key}"}
        told = outside.post("/mcp", json=CALL, headers=right).json()["result"]["structuredContent"]
        assert [video["name"] for video in told["videos"]] == ["theirs.mp4"]
        page = outside.post("/mcp", json=CALL, headers={**right, "Origin": "https://evil.example"})
        assert page.status_code == 403
        assert outside.get("/health").json() == {"status": "ok"}


def test_on_loopback_it_answers_this_machine_alone(world: World) -> None:
    with doors(world, "127.0.0.1", "http://localhost") as local:
        told = local.post("/mcp", json=CALL).json()["result"]["structuredContent"]
        assert [video["name"] for video in told["videos"]] == [FILM]
        for headers in (
            {"Host": "rebound.example"},
            {"Origin": "https://evil.example"},
            {"Sec-Fetch-Site": "cross-site"},
            {"X-Forwarded-For": "203.0.113.9"},
        ):
            assert local.post("/mcp", json=CALL, headers=headers).status_code == 403, headers


def test_what_is_no_request_of_the_protocol(world: World) -> None:
    with doors(world, "127.0.0.1", "http://localhost", scenedex_max_body_bytes=2_000) as local:
        assert local.get("/mcp").status_code == 405
        assert local.delete("/mcp").headers["allow"] == "POST"
        assert local.post("/elsewhere", json=CALL).status_code == 404
        assert local.post("/mcp", content=json.dumps({**CALL, "more": "x" * 3_000})).status_code == 413
        for body in (
            b"",
            b"{",
            b"[]",
            b"\xff",
            json.dumps([CALL] * 3).encode(),
            b'{"jsonrpc": "2.0"}',
            *LONE,
        ):
            answer = local.post("/mcp", content=body, headers={"Content-Type": "application/json"})
            assert 400 <= answer.status_code < 500, body
