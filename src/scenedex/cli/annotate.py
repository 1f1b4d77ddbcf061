"""`scenedex annotate`"""

from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from scenedex import plugins
from scenedex.cli.index import Bars
from scenedex.cli.output import complain, print_json, shown, stdout_console
from scenedex.library import open_library
from scenedex.types import AnnotationOutcome

Videos = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[VIDEO]...", help="Ids, paths or file names; all videos without any.", show_default=False
    ),
]
Force = Annotated[bool, typer.Option("--force", help="Do again what is done already.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print what became of each video as JSON.")]


class Named(TyperGroup):
    """The annotations that are built in and, by name, those of plug-ins."""

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """A command that is built in goes before a plug-in."""
        known = super().get_command(ctx, cmd_name)
        if known is not None or plugins.find("annotation", cmd_name) is None:
            return known
        one = typer.Typer(add_completion=False)

        @one.command(cmd_name, help=f"Annotate with the plug-in {cmd_name}.")
        def run(videos: Videos = None, force: Force = False, as_json: AsJson = False) -> None:
            _annotate(cmd_name, videos, force, as_json)

        return typer.main.get_command(one)


app = typer.Typer(cls=Named, help="Find words for what nobody has written down.", no_args_is_help=True)


@app.command("screen-text")
def screen_text(videos: Videos = None, force: Force = False, as_json: AsJson = False) -> None:
    """Read what is written in the pictures: signs, titles, slides. Needs the extra ocr."""
    _annotate("screen_text", videos, force, as_json)


@app.command("speech")
def speech(
    videos: Videos = None,
    force: Force = False,
    download: Annotated[
        bool, typer.Option("--download", help="Fetch the model of speech where it is not here.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Transcribe what is said in videos that have no subtitles. Needs the extra asr."""
    _annotate("speech", videos, force, as_json, download)


@app.command("description")
def description(videos: Videos = None, force: Force = False, as_json: AsJson = False) -> None:
    """Have scenes described by a model on a server, to which their pictures are sent."""
    _annotate("description", videos, force, as_json)


def _annotate(
    kind: str, videos: list[str] | None, force: bool, as_json: bool, download: bool = False
) -> None:
    with Bars() as bars, open_library() as library:
        outcomes = library.annotate(kind, *(videos or ()), force=force, download=download, watcher=bars)
    if as_json:
        print_json({"videos": outcomes})
    else:
        print_outcomes(outcomes)
    failed = [outcome for outcome in outcomes if outcome.outcome == "failed"]
    for outcome in failed:
        complain(f"{outcome.video}: {outcome.reason}")
    if failed:
        raise typer.Exit(1)


def print_outcomes(outcomes: tuple[AnnotationOutcome, ...]) -> None:
    """How many videos came to which end, and each that needs a word."""
    console = stdout_console()
    counts: dict[str, int] = {}
    for outcome in outcomes:
        counts[outcome.outcome] = counts.get(outcome.outcome, 0) + 1
        if outcome.reason and outcome.outcome != "failed":
            console.print(shown(f"{outcome.video}: {outcome.reason}"), markup=False)
    said = ", ".join(f"{count} {word}" for word, count in counts.items())
    console.print(said or "No videos yet: scenedex index PATH adds some.")
