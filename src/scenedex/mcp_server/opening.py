"""`scenedex mcp` from its options to its end: what is opened is closed, whatever happens."""

import gc
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from scenedex.config import Settings
from scenedex.http.doors import check_bind
from scenedex.http.serving import answer as answer_http
from scenedex.http.serving import listen, url_of
from scenedex.library import Library, open_library
from scenedex.mcp_server import app, stdio
from scenedex.mcp_server.clips import Clips
from scenedex.mcp_server.owning import folder_for, key_from, one_owner
from scenedex.mcp_server.server import Answering, Whose, make_server
from scenedex.mcp_server.working import Working


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where an HTTP server listens."""

    host: str
    port: int


def serve_stdio(settings: Settings, key_file: Path | None, clips: Path | None) -> None:
    """Answer one client over stdin and stdout, in the name of one owner. Raises UsageError, StoreError."""
    with ExitStack() as held:
        wire = held.enter_context(stdio.taken())  # first: whatever is said from here on is not the protocol
        key = key_from(key_file, settings.scenedex_api_key)
        folder = folder_for(clips) if clips else None
        library = held.enter_context(open_library(settings=settings))
        whose = one_owner(library, key)
        own = folder or Path(held.enter_context(_session_folder()))
        answering = _answering(held, whose, Clips(own, keep=folder is not None), settings)
        stdio.answer(make_server(answering), wire, settings.scenedex_max_body_bytes)
    gc.freeze()  # Python's last look through all modules takes a second, and clients kill after two


def serve_http(settings: Settings, place: Place, begun: Callable[[str], None]) -> None:
    """Answer over HTTP until SIGINT or SIGTERM comes. `begun` hears the address. Raises UsageError, StoreError."""
    with ExitStack() as held:
        listening = held.enter_context(listen(place.host, place.port))
        library: Library = held.enter_context(open_library(settings=settings))
        check_bind(place.host, library)
        answering = _answering(held, app.whose, Clips(), settings)
        made = app.create_app(make_server(answering), library, place.host)
        answer_http(made, listening, lambda: begun(url_of(listening) + app.PATH))


def _session_folder() -> "tempfile.TemporaryDirectory[str]":
    """Gone with the session; what is still being cut into it must not stop that."""
    return tempfile.TemporaryDirectory(prefix="scenedex-mcp-", ignore_cleanup_errors=True)


def _answering(held: ExitStack, whose: Whose, clips: Clips, settings: Settings) -> Answering:
    working = Working(settings.scenedex_max_requests, settings.scenedex_request_timeout_s)
    held.callback(working.close)
    return Answering(whose, clips, working)
