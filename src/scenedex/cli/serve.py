"""`scenedex serve`"""

from contextlib import ExitStack
from typing import Annotated

import typer

Host = Annotated[
    str | None, typer.Option(help="Address to listen on. [default: SCENEDEX_HOST, or 127.0.0.1]")
]
Port = Annotated[int | None, typer.Option(help="Port, 0 for any. [default: SCENEDEX_PORT, or 8080]")]
Worker = Annotated[
    bool, typer.Option("--worker/--no-worker", help="Run a worker beside it, which takes jobs.")
]


def serve(host: Host = None, port: Port = None, worker: Worker = True) -> None:
    """Answer over HTTP, with a worker beside it, until Ctrl-C or SIGTERM."""
    from scenedex.api.app import create_app  # half a second of imports
    from scenedex.api.authentication import check_bind
    from scenedex.api.service import Service
    from scenedex.config import read_settings
    from scenedex.http.serving import answer, listen, url_of
    from scenedex.jobs.beside import spawn_worker
    from scenedex.library import open_library

    settings = read_settings()
    host = host if host is not None else settings.scenedex_host
    port = port if port is not None else settings.scenedex_port
    with ExitStack() as held:
        listening = held.enter_context(listen(host, port))
        library = held.enter_context(open_library(settings=settings))
        check_bind(host, library)
        app = create_app(Service(library=library), host=host)
        if worker:
            held.enter_context(spawn_worker(settings))
        answer(
            app, listening, lambda: typer.echo(f"scenedex answers on {url_of(listening)} (Ctrl-C ends it).")
        )
    typer.echo("Ended.")
