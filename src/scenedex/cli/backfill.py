"""`scenedex backfill`"""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from scenedex.cli.output import complain, print_json, shown, stdout_console, table
from scenedex.errors import UsageError
from scenedex.library import open_library

if TYPE_CHECKING:
    from scenedex.indexing.backfill_report import BackfillReport, Tally
    from scenedex.store.backfill import Work

ENDINGS = {
    "finished": "Nothing is left to do.",
    "max_scenes": "As many scenes were tried as --max-scenes allows for this checkpoint; the rest waits.",
    "stopped": "Stopped; the same command goes on from here.",
    "shared": "What is left is in the hands of other backfills, or changed meanwhile.",
    "dry_run": "Nothing was changed.",
}


def backfill(  # noqa: PLR0913  its options are its interface
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count what would be done.")] = False,
    space: Annotated[
        str | None,
        typer.Option(help="Visual space to fill, by its name or model; without it the one in use."),
    ] = None,
    regions: Annotated[
        bool,
        typer.Option("--regions", help="Embed parts of the pictures, in which entities are looked for."),
    ] = False,
    video_id: Annotated[str | None, typer.Option(help="Only the scenes of this video.")] = None,
    user_id: Annotated[str | None, typer.Option(help="Only the scenes of this owner.")] = None,
    batch_size: Annotated[int, typer.Option(min=1, help="Scenes that are taken at once.")] = 50,
    max_scenes: Annotated[
        int | None, typer.Option(min=0, help="Most scenes to try, over all runs of the checkpoint.")
    ] = None,
    processing_delay: Annotated[float, typer.Option(min=0, help="Seconds between two scenes.")] = 0.5,
    checkpoint_file: Annotated[Path, typer.Option(help="Where to write how far it is.")] = Path(
        ".backfill_clip_checkpoint.json"
    ),
    force_regenerate: Annotated[
        bool, typer.Option("--force-regenerate", help="Embed again what is embedded already.")
    ] = False,
    retry_errors: Annotated[
        bool, typer.Option("--retry-errors", help="Try again, too, what failed before.")
    ] = False,
    clip_timeout: Annotated[float, typer.Option(help="Longest time for one picture, in seconds.")] = 5.0,
    as_json: Annotated[bool, typer.Option("--json", help="Print what was done as JSON.")] = False,
) -> None:
    """Embed the pictures of scenes that have no embedding yet, of all owners. Several at once share the work."""
    with _signals() as caught:
        from scenedex.indexing.backfill_report import Order

        work: Work = "all" if force_regenerate else "errors" if retry_errors else "missing"
        order = Order(
            work=work,
            owner=_uuid(user_id, "--user-id"),
            video=_uuid(video_id, "--video-id"),
            batch_size=batch_size,
            max_scenes=max_scenes,
            delay_s=processing_delay,
            checkpoint=checkpoint_file,
            dry_run=dry_run,
        )
        with open_library() as library, Bar() as bar:
            report = library.backfill(
                order,
                space=space,
                regions=regions,
                clip_timeout_s=clip_timeout,
                stop=caught.stop,
                tell=bar.tell,
            )
    if as_json:
        print_json(report)
    else:
        print_report(report)
    if report.errors:
        complain(
            f"{report.errors} scenes could not be embedded ({report.last_error}): "
            "`scenedex backfill --retry-errors` tries them again."
        )
    if caught.number:
        complain(ENDINGS[report.ending])
        raise typer.Exit(128 + caught.number)
    if report.errors:
        raise typer.Exit(1)


def print_report(report: "BackfillReport") -> None:
    """Coverage before and after, and what was done in between."""
    console = stdout_console()
    console.print(f"Space {shown(report.space)} ({report.state})", markup=False)
    rows = table("", "scenes", "embedded", "failed", "missing", "no_thumbnail", "coverage")
    for name, counts in (("before", report.before), ("after", report.after)):
        numbers = (counts.scenes, counts.embedded, counts.failed, counts.missing, counts.no_thumbnail)
        rows.add_row(name, *map(str, numbers), f"{counts.percent:.1f} %")
    console.print(rows)
    if report.ending == "dry_run":
        console.print(f"{report.before.to_do} scenes would be tried. {ENDINGS['dry_run']}")
        return
    skipped = ", ".join(f"{count} skipped ({why})" for why, count in report.skipped.items())
    console.print(f"{report.updated} updated, {skipped}, {report.errors} errors. {ENDINGS[report.ending]}")
    if report.state == "building" and not report.after.missing:
        console.print(f"`scenedex models switch {shown(report.space)}` lets searches see it.", markup=False)
    console.print(f"Checkpoint: {shown(str(report.checkpoint_file))}", markup=False, soft_wrap=True)


class Caught:
    """A signal that asked for an end."""

    def __init__(self) -> None:
        self.stop = threading.Event()
        self.number = 0

    def __call__(self, number: int, frame: FrameType | None) -> None:
        """End after the scene in hand; a second Ctrl-C does not wait for it."""
        if number == signal.SIGINT and self.number:
            raise KeyboardInterrupt
        self.number = self.number or number
        self.stop.set()


@contextmanager
def _signals() -> Iterator[Caught]:
    caught = Caught()
    before = {number: signal.signal(number, caught) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield caught
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class Bar:
    """A progress bar on stderr, where that is a terminal: scenes, rate, time left."""

    def __init__(self) -> None:
        console = Console(stderr=True, highlight=False)
        self._bar = Progress(
            TextColumn("scenes"),
            BarColumn(bar_width=30),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.fields[errors]}"),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task = self._bar.add_task("", total=None, rate="", errors="")

    def __enter__(self) -> "Bar":
        self._bar.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._bar.stop()

    def tell(self, tally: "Tally") -> None:
        """So far it is."""
        speed = self._bar.tasks[0].speed
        self._bar.update(
            self._task,
            total=tally.to_do,
            completed=tally.updated + tally.errors,
            rate=f"{speed:.1f} scenes/s" if speed else "",
            errors=f"{tally.errors} errors" if tally.errors else "",
        )


def _uuid(given: str | None, option: str) -> UUID | None:
    try:
        return UUID(given) if given is not None else None
    except ValueError as exc:
        raise UsageError(f"{option} takes an id such as {UUID(int=1)}, not {given!r}.") from exc
