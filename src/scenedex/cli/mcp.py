"""`scenedex mcp`"""

from pathlib import Path
from typing import Annotated

import typer

from scenedex.errors import NotInstalledError, UsageError

PORT = 8090

KeyFile = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE", help="File with the key in whose owner's name to answer. [default: SCENEDEX_API_KEY]"
    ),
]
Clips = Annotated[
    Path | None,
    typer.Option(
        metavar="FOLDER", help="Where clips are left. [default: a folder that goes with the session]"
    ),
]
Http = Annotated[bool, typer.Option("--http", help="Answer over HTTP in place of stdin and stdout.")]
Host = Annotated[
    str | None, typer.Option(help="Address to listen on, with --http. [default: SCENEDEX_HOST, or 127.0.0.1]")
]
Port = Annotated[int | None, typer.Option(help=f"Port, with --http; 0 for any. [default: {PORT}]")]


def mcp(
    key_file: KeyFile = None, clips: Clips = None, http: Http = False, host: Host = None, port: Port = None
) -> None:
    """Let agents search in the library: tools of the Model Context Protocol."""
    from scenedex.config import read_settings

    _check_installed()
    from scenedex.mcp_server.opening import Place, serve_http, serve_stdio  # a second of imports

    settings = read_settings()
    if not http:
        if host is not None or port is not None:
            raise UsageError("Without --http nothing is listened to: --host and --port go with it.")
        serve_stdio(settings, key_file, clips)
        return
    if key_file is not None or clips is not None:
        raise UsageError(
            "Over HTTP each client sends its own key and reads clips from the server: --key-file and --clips go "
            "without --http."
        )
    place = Place(
        host=host if host is not None else settings.scenedex_host, port=PORT if port is None else port
    )
    serve_http(settings, place, lambda url: typer.echo(f"scenedex answers agents on {url} (Ctrl-C ends it)."))
    typer.echo("Ended.")


def _check_installed() -> None:
    """Raises NotInstalledError without the extra."""
    from importlib.util import find_spec

    if find_spec("mcp") is None:
        raise NotInstalledError(
            "Agents are answered by the SDK of the Model Context Protocol, which is not installed: "
            "pip install 'scenedex[mcp]'."
        )
