"""`scenedex serve`"""

from typing import Annotated

import typer

Host = Annotated[
    str | None, typer.Option(help="Address to listen on. [default: SCENEDEX_HOST, or 127.0.0.1]")
]
Port = Annotated[int | None, typer.Option(help="Port, 0 for any. [default: SCENEDEX_PORT, or 8080]")]


def serve(host: Host = None, port: Port = None) -> None:
    """Answer over HTTP until Ctrl-C or SIGTERM."""
    from scenedex.api.app import create_app  # half a second of imports
    from scenedex.api.authentication import check_bind
    from scenedex.api.service import Service
    from scenedex.api.serving import answer, listen, url_of
    from scenedex.config import read_settings
    from scenedex.library import open_library

    settings = read_settings()
    host = host if host is not None else settings.scenedex_host
    port = port if port is not None else settings.scenedex_port
    with listen(host, port) as listening, open_library(settings=settings) as library:
        check_bind(host, library)
        app = create_app(Service(library=library), host=host)
        answer(
            app, listening, lambda: typer.echo(f"scenedex answers on {url_of(listening)} (Ctrl-C ends it).")
        )
    typer.echo("Ended.")
