"""`scenedex watch`"""

import json
import signal
import sys
from typing import Annotated

import typer

from scenedex.cli.index import print_report
from scenedex.cli.output import complain, shown
from scenedex.library import open_library
from scenedex.library.living import Looked, WatchOptions


def watch(  # noqa: PLR0913, PLR0917 (one argument an option)
    paths: Annotated[
        list[str], typer.Argument(metavar="PATH...", help="Folders, or files.", show_default=False)
    ],
    exclude: Annotated[
        list[str] | None, typer.Option(help="Shell pattern of names or paths to pass over; may be repeated.")
    ] = None,
    poll: Annotated[
        bool, typer.Option("--poll", help="Look from time to time, also where the system tells of changes.")
    ] = False,
    every: Annotated[
        float, typer.Option(min=0.1, metavar="SECONDS", help="How often, there and on network file systems.")
    ] = 10.0,
    settle: Annotated[
        float, typer.Option(min=0, metavar="SECONDS", help="A file unchanged for so long is complete.")
    ] = 3.0,
    patience: Annotated[
        float,
        typer.Option(min=0, metavar="SECONDS", help="The same for one that seems to be half written."),
    ] = 600.0,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print what was found as JSON, one object a line.")
    ] = False,
) -> None:
    """Keep the library up with folders, until stopped: what is added, moved, replaced and removed in them."""
    from scenedex.indexing.tracking import Patience

    options = WatchOptions(
        exclude=exclude or (),
        poll=poll,
        poll_s=every,
        patience=Patience(settle_s=settle, patience_s=patience),
    )
    # indexing leaves either the old state or the new one wherever it is broken off
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with open_library() as library:
        watching = library.watch_folders(*paths, options=options, complain=complain)
        how = "looking from time to time" if watching.polls else "hearing of changes"
        complain(f"Watching {', '.join(shown(str(root)) for root in watching.roots)}, {how}. Ctrl-C stops.")
        if absent := library.absent():
            complain(absent)
        watching.run(_print_json if as_json else _print)


def _print(looked: Looked) -> None:
    for outcome in looked.files:
        if outcome.failed:
            complain(f"{outcome.path}: {outcome.reason}")
    print_report(looked.files, looked.offline)
    for video in looked.forgotten:
        typer.echo(f"{shown(video.name)}: forgotten by a rule.")


def _print_json(looked: Looked) -> None:
    from scenedex.search.as_json import plain

    sys.stdout.write(json.dumps(plain(looked)) + "\n")
    sys.stdout.flush()
