"""`scenedex embed-server`"""

from contextlib import ExitStack
from typing import Annotated

import typer

from scenedex.cli.watching import watched

Host = Annotated[str | None, typer.Option(help="Address to listen on. [default: HOST, or 127.0.0.1]")]
Port = Annotated[int | None, typer.Option(help="Port, 0 for any. [default: PORT, or 8093]")]
Model = Annotated[
    str | None,
    typer.Option(
        help="Key of a model, folder of an exported one, or mini. [default: CLIP_MODEL_PATH, or clip-l14]"
    ),
]


def embed_server(host: Host = None, port: Port = None, model: Model = None) -> None:
    """Embed pictures and texts over HTTP, until Ctrl-C or SIGTERM."""
    from scenedex.config import read_settings
    from scenedex.embed_server.app import create_app  # half a second of imports
    from scenedex.embed_server.starting import opened
    from scenedex.http.serving import answer, listen, url_of

    settings = read_settings()
    host = host if host is not None else settings.host
    with ExitStack() as held:
        held.enter_context(watched(settings, "scenedex-embed-server"))
        service, doors = opened(settings, host, model)
        listening = held.enter_context(listen(host, port if port is not None else settings.port))
        app = create_app(service, doors)
        held.callback(service.engine.close)
        service.engine.start()
        url, name = url_of(listening), service.engine.model.name
        answer(app, listening, lambda: typer.echo(f"scenedex embeds with {name} on {url} (Ctrl-C ends it)."))
    if service.engine.trouble is not None:
        raise service.engine.trouble
    typer.echo("Ended.")
