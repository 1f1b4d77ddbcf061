"""`scenedex index`"""

from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)

from scenedex.cli.output import complain, print_json, shown, stdout_console
from scenedex.config import Settings, read_settings
from scenedex.library import open_library
from scenedex.types import AnnotationOutcome, FileOutcome

Step = Literal["draw", "hash", "scenes", "words", "store", "screen_text", "speech", "description"]

STEPS: dict[Step, str] = {
    "draw": "drawing",
    "hash": "reading",
    "scenes": "finding scenes",
    "words": "reading words",
    "store": "storing",
    "screen_text": "reading the screen",
    "speech": "listening",
    "description": "describing",
}


def index(
    paths: Annotated[
        list[str], typer.Argument(metavar="PATH...", help="Files or folders.", show_default=False)
    ],
    exclude: Annotated[
        list[str] | None, typer.Option(help="Shell pattern of names or paths to pass over; may be repeated.")
    ] = None,
    force: Annotated[bool, typer.Option(help="Index again what is known already.")] = False,
    accurate: Annotated[
        bool | None,
        typer.Option(
            "--accurate/--hints",
            help="Decode every picture to find cuts, or only what the packets of a file hint at, which is faster.",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print what became of each file as JSON.")] = False,
) -> None:
    """Add videos, or folders of them. What is known by its content is not read again."""
    with Bars() as bars, open_library(settings=_settings(accurate=accurate), reading=True) as library:
        report = library.add(*paths, exclude=exclude or (), force=force, progress=bars)
        absent = library.absent()
    if as_json:
        print_json(report)
    else:
        print_report(report.files, report.offline)
    if absent:
        complain(absent)
    failed = [outcome for outcome in report.files if outcome.failed]
    for outcome in failed:
        complain(f"{outcome.path}: {outcome.reason}")
    unread = [annotation for annotation in report.annotations if annotation.outcome == "failed"]
    for annotation in unread:
        complain(f"{annotation.video}: {annotation.reason}")
    if not failed and not any(outcome.video_id for outcome in report.files):
        complain(f"No video was found at {', '.join(repr(path) for path in paths)}.")
        raise typer.Exit(1)
    if failed or unread:
        raise typer.Exit(1)


def _settings(*, accurate: bool | None) -> Settings:
    settings = read_settings()
    return settings if accurate is None else settings.model_copy(update={"scenedex_accurate": accurate})


def print_report(files: tuple[FileOutcome, ...], offline: tuple[str, ...]) -> None:
    """How many files came to which end, and each that needs a word."""
    console = stdout_console()
    counts: dict[str, int] = {}
    for outcome in files:
        passed_over = outcome.outcome == "refused" and not outcome.failed
        word = "no video" if passed_over else outcome.outcome
        counts[word] = counts.get(word, 0) + 1
        if outcome.outcome in ("moved", "warning"):
            console.print(shown(f"{outcome.path}: {outcome.reason}"), markup=False)
    for path in offline:
        console.print(
            shown(f"{path}: not there any more; its video stays in the library, offline."), markup=False
        )
    if counts:
        console.print(", ".join(f"{count} {word}" for word, count in counts.items()))


class Bars:
    """Two progress bars on stderr: the files, and the steps of the file in hand."""

    def __init__(self) -> None:
        console = Console(stderr=True, highlight=False)
        self._bars = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=30),
            TaskProgressColumn(show_speed=False),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._files = self._bars.add_task("files", total=None, rate="")
        self._file = self._bars.add_task("", total=100, rate="", visible=False)
        self._name = ""

    def __enter__(self) -> "Bars":
        self._bars.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._bars.stop()

    def found(self, files: int) -> None:
        """So many files will be looked at."""
        self._bars.update(self._files, total=files)

    def start(self, path: str) -> None:
        """This file is next."""
        self._name = shown(Path(path).name).replace("[", r"\[")
        self._bars.reset(self._file, description=self._name, total=100, visible=True)

    def step(self, step: Step, done: float) -> None:
        """How far a step of the file in hand has come, 0 to 1."""
        percent = round(100 * min(max(done, 0.0), 1.0))
        self._bars.update(self._file, description=f"{self._name}: {STEPS[step]}", completed=percent)

    def finish(self, outcome: FileOutcome | AnnotationOutcome) -> None:
        """The file in hand is done."""
        self._bars.advance(self._files)
        speed = self._bars.tasks[0].speed
        self._bars.update(self._files, rate=f"{speed:.1f} files/s" if speed else "")
