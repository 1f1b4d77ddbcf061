"""`scenedex serve`"""

import os
import sys
import threading
import time
import webbrowser
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING, Annotated

import typer

from scenedex.cli.watching import watched
from scenedex.errors import ScenedexError

if TYPE_CHECKING:
    from scenedex.library import Library

Host = Annotated[
    str | None, typer.Option(help="Address to listen on. [default: SCENEDEX_HOST, or 127.0.0.1]")
]
Port = Annotated[int | None, typer.Option(help="Port, 0 for any. [default: SCENEDEX_PORT, or 8080]")]
Worker = Annotated[
    bool, typer.Option("--worker/--no-worker", help="Run a worker beside it, which takes jobs.")
]
Open = Annotated[bool, typer.Option("--open", help="Show the page in a browser, where there is a screen.")]


def serve(host: Host = None, port: Port = None, worker: Worker = True, show: Open = False) -> None:
    """Answer over HTTP and show the page, with a worker beside it, until Ctrl-C or SIGTERM."""
    from scenedex.api.app import create_app  # half a second of imports
    from scenedex.api.service import Service
    from scenedex.config import read_settings
    from scenedex.http.doors import check_bind
    from scenedex.http.serving import answer, listen, url_of
    from scenedex.jobs.beside import spawn_worker
    from scenedex.library import open_library

    settings = read_settings()
    host = host if host is not None else settings.scenedex_host
    port = port if port is not None else settings.scenedex_port
    with ExitStack() as held:
        held.enter_context(watched(settings, "scenedex-api"))
        listening = held.enter_context(listen(host, port))
        library = held.enter_context(open_library(settings=settings))
        check_bind(host, library)
        app = create_app(Service(library=library), host=host)
        if worker:
            held.enter_context(spawn_worker(settings))
        threading.Thread(target=_warm, args=(library,), name="warming", daemon=True).start()
        answer(app, listening, lambda: _begun(url_of(listening), show))
    typer.echo("Ended.")


def _warm(library: "Library") -> None:
    """A large library is read into memory while the first searches come."""
    began = time.monotonic()
    with suppress(ScenedexError):  # it was closed, or its database went away: whoever searches is told
        if library.warm():
            typer.echo(
                f"Searches are at their speed: the library was read in {time.monotonic() - began:.0f} s."
            )


def _begun(url: str, show: bool) -> None:
    typer.echo(f"scenedex answers on {url}: open it in a browser (Ctrl-C ends it).")
    if show and _has_screen() and not webbrowser.open(url):
        typer.echo("No browser could be opened from here.", err=True)


def _has_screen() -> bool:
    """Whether somebody sits there; else a browser of the terminal's would take the terminal."""
    screens = ("DISPLAY", "WAYLAND_DISPLAY")
    return sys.stdout.isatty() and (sys.platform == "darwin" or any(map(os.environ.get, screens)))
