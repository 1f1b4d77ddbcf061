"""A library with the demo film and a second owner, and clients of the official SDK in it."""

import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import AbstractAsyncContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from anyio.from_thread import BlockingPortal, start_blocking_portal
from mcp import Client, MCPError, types

from scenedex import Library
from scenedex.mcp_server.answers import BEGIN, END

FILM = "scenedex-demo.mp4"
PATIENCE_S = 120.0


@dataclass(frozen=True, kw_only=True)
class World:
    """The library is open in this process, too."""

    library: Library  #: of `local`, who has the demo film
    other: Library  #: of somebody else, who has a film of their own
    theirs: UUID  #: a scene of that
    mine: UUID  #: a scene of the demo film
    home: Path

    def environment(self, **more: str) -> dict[str, str]:
        return {**os.environ, "SCENEDEX_HOME": str(self.home), "SCENEDEX_PROFILE": "mini", **more}


def command(*options: str) -> list[str]:
    return [sys.executable, "-m", "scenedex", "mcp", *options]


@dataclass(frozen=True, kw_only=True)
class Asking:
    """A client that is asked from tests that are not async."""

    client: Client
    portal: BlockingPortal

    def tools(self) -> dict[str, types.Tool]:
        return {tool.name: tool for tool in self.portal.call(self.client.list_tools).tools}

    def call(self, name: str, given: Mapping[str, Any] | None = None) -> types.CallToolResult:
        found = self.portal.call(self.client.call_tool, name, dict(given or {}))
        assert isinstance(found, types.CallToolResult)
        return found

    def told(self, name: str, **given: Any) -> dict[str, Any]:
        """What a tool answers; the text says the same as the structure."""
        found = self.call(name, given)
        assert not found.is_error, found.content
        assert isinstance(found.structured_content, dict)
        return found.structured_content

    def refused(self, name: str, **given: Any) -> str:
        """The sentence with which a tool refuses."""
        found = self.call(name, given)
        assert found.is_error
        (said,) = found.content
        assert isinstance(said, types.TextContent)
        assert "Traceback" not in said.text
        return said.text

    def read(self, uri: str) -> types.BlobResourceContents:
        (found,) = self.portal.call(self.client.read_resource, uri).contents
        assert isinstance(found, types.BlobResourceContents)
        return found

    def unread(self, uri: str) -> str:
        try:
            self.read(uri)
        except MCPError as exc:
            return exc.message
        raise AssertionError(f"{uri} was read")


@contextmanager
def asking(transport: AbstractAsyncContextManager[Any], mode: str = "auto") -> Iterator[Asking]:
    with (
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(Client(transport, mode=mode)) as client,
    ):
        yield Asking(client=client, portal=portal)


def said(result: types.CallToolResult) -> dict[str, Any]:
    """What stands between the two lines of the text."""
    text = next(part.text for part in result.content if isinstance(part, types.TextContent))
    _, begin, rest = text.partition(f"\n{BEGIN}\n")
    inside, end, after = rest.partition(f"\n{END}")
    assert begin
    assert end
    assert after == ""
    assert "<" not in inside
    found = json.loads(inside)
    assert isinstance(found, dict)
    return found
