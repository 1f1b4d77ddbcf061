"""`scenedex backup` and `scenedex restore`"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from scenedex.cli.bars import counting_bar
from scenedex.cli.output import complain, print_json, shown, stdout_console

if TYPE_CHECKING:
    from scenedex.store.backup import BackupReport


def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The new file to write.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print what the file holds as JSON.")] = False,
) -> None:
    """Write the whole library, of all owners, into one file: tables and pictures, not the videos themselves."""
    from scenedex.library import open_library

    with open_library() as library, Steps() as steps:
        report = library.backup(file, steps.tell)
    if as_json:
        print_json(report)
    else:
        _print("Kept in", file, report)
    if report.missing:
        complain(
            f"{report.missing} pictures that the library names are not in its object store: the backup is without them."
        )


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file that `scenedex backup` wrote.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print what came back as JSON.")] = False,
) -> None:
    """Fill an empty library from a backup. Nothing is overwritten: a library that holds something is refused."""
    from scenedex.library import restore_library

    with Steps() as steps:
        report = restore_library(file, tell=steps.tell)
    if as_json:
        print_json(report)
    else:
        _print("Restored from", file, report)


class Steps:
    """A progress bar on stderr, where that is a terminal: tables, then pictures."""

    def __init__(self) -> None:
        self._bar = counting_bar(8)
        self._tasks = {step: self._bar.add_task(step, total=None) for step in ("tables", "pictures")}

    def __enter__(self) -> "Steps":
        self._bar.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._bar.stop()

    def tell(self, step: Literal["tables", "pictures"], done: int, of: int) -> None:
        """So far it is; `of` is 0 where nobody knows."""
        self._bar.update(self._tasks[step], completed=done, total=of or None)


def _print(what: str, file: Path, report: "BackupReport") -> None:
    rows = report.rows
    megabytes = report.picture_bytes / 1e6
    stdout_console().print(
        f"{what} {shown(str(file))}: {rows.get('videos', 0)} videos, {rows.get('scenes', 0)} scenes, "
        f"{report.pictures} pictures ({megabytes:.1f} MB), as of {report.made_at}.",
        markup=False,
        soft_wrap=True,
    )
