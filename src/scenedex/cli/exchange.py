"""`scenedex export` and `scenedex import`"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import Progress
from rich.text import Text

from scenedex.cli.bars import counting_bar
from scenedex.cli.output import complain, print_json, shown, stdout_console
from scenedex.cli.output import table as rows_of
from scenedex.errors import UsageError

if TYPE_CHECKING:
    from scenedex.library import Library
    from scenedex.types import ImportReport

SHOWN = 20
"""Videos that are not taken in are named up to so many; `--json` names all."""

Folder = Annotated[
    Path | None, typer.Argument(metavar="[FOLDER]", help="A folder that `scenedex export` wrote.")
]
FromPostgres = Annotated[
    str | None, typer.Option("--from-postgres", metavar="URL", help="Another system's database.")
]
Numpy = Annotated[
    Path | None, typer.Option("--numpy", metavar="FILE", help="Vectors that you have: .npz or .npy.")
]
Rows = Annotated[Path | None, typer.Option("--rows", help="What the vectors of a .npy are of: CSV or JSON.")]
Table = Annotated[
    str | None, typer.Option("--table", help="The table with the scenes, if several could be it.")
]
SourceOwner = Annotated[
    str | None, typer.Option("--source-owner", help="Whose scenes, if the table has several people's.")
]
Mapped = Annotated[
    list[str] | None,
    typer.Option(
        "--map", help="COLUMN=[MODALITY:]SPACE, COLUMN=- to leave it out, or COLUMN=start_s and the like."
    ),
]
Offline = Annotated[bool, typer.Option("--offline", help="Do not look for the files of an export.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would come, change nothing.")]
Owner = Annotated[str, typer.Option("--owner", help="Whose videos: name or id.")]


def export(
    parquet: Annotated[Path, typer.Option("--parquet", metavar="FOLDER", help="The new folder to write.")],
    *,
    videos: Annotated[
        list[str] | None, typer.Option("--video", help="Only this video (may be repeated).")
    ] = None,
    float32: Annotated[
        bool, typer.Option("--float32", help="Vectors of 32 bits instead of the 16 that are stored.")
    ] = False,
    pictures: Annotated[
        bool, typer.Option("--pictures", help="Keyframes and thumbnails, too, as JPEG.")
    ] = False,
    owner: Owner = "local",
    as_json: Annotated[bool, typer.Option("--json", help="Print what was written as JSON.")] = False,
) -> None:
    """Write videos, scenes, captions and embeddings as Parquet, for DuckDB, pandas and the like."""
    from scenedex.library import open_library

    with open_library() as library, counting_bar(24) as bar:
        task = bar.add_task("", total=None)

        def tell(step: str, done: int, of: int) -> None:
            bar.update(task, description=shown(step), completed=done, total=of)

        view = _of(library, owner)
        report = view.export_parquet(
            parquet, videos=videos or (), float32=float32, pictures=pictures, tell=tell
        )
    if as_json:
        print_json(report)
        return
    rows = rows_of("file", "rows")
    for file, count in report.rows.items():
        rows.add_row(Text(shown(file)), str(count))
    console = stdout_console()
    console.print(rows)
    console.print(Text(f"{report.bytes / 1e6:.1f} MB in {shown(report.folder)}"), soft_wrap=True)


def import_(  # noqa: PLR0913  options of a command
    folder: Folder = None,
    *,
    from_postgres: FromPostgres = None,
    numpy: Numpy = None,
    rows: Rows = None,
    table: Table = None,
    source_owner: SourceOwner = None,
    mapped: Mapped = None,
    offline: Offline = False,
    dry_run: DryRun = False,
    owner: Owner = "local",
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
) -> None:
    """Take in an export, or scenes and vectors of another system. Nothing is embedded again."""
    from scenedex.library import open_library

    if sum(source is not None for source in (folder, from_postgres, numpy)) != 1:
        raise UsageError("Say one thing to take in: a FOLDER, --from-postgres URL, or --numpy FILE.")
    _check_options(folder, numpy, (table, source_owner), (mapped, rows))
    mapping = _mapping(mapped or [])
    with open_library() as library, counting_bar(24) as bar:
        view, tell = _of(library, owner), _telling(bar)
        if from_postgres is not None:
            report = view.import_postgres(
                from_postgres,
                table=table,
                mapping=mapping,
                source_owner=source_owner,
                dry_run=dry_run,
                tell=tell,
            )
        elif numpy is not None:
            report = view.import_numpy(numpy, rows=rows, mapping=mapping, dry_run=dry_run, tell=tell)
        else:
            assert folder is not None
            report = view.import_parquet(folder, find_files=not offline, dry_run=dry_run, tell=tell)
    _say(report, as_json=as_json)


def _check_options(
    folder: Path | None, numpy: Path | None, of_databases: Sequence[object], of_others: Sequence[object]
) -> None:
    """Raises UsageError for options that mean nothing for what is taken in."""
    if folder is not None and any((*of_databases, *of_others)):
        raise UsageError(
            "--map, --table, --rows and --source-owner are not for a folder that scenedex wrote."
        )
    if numpy is not None and any(of_databases):
        raise UsageError("--table and --source-owner are for --from-postgres.")


def _telling(bar: Progress) -> Callable[[int, int], None]:
    task = bar.add_task("videos", total=None)

    def tell(done: int, of: int) -> None:
        bar.update(task, completed=done, total=of or None)

    return tell


def _of(library: "Library", owner: str) -> "Library":
    return library if owner == "local" else library.of(library.find_owner(owner).id)


def _mapping(given: list[str]) -> dict[str, str]:
    mapping = {}
    for pair in given:
        column, equals, meant = pair.partition("=")
        if not (column and equals and meant):
            raise UsageError(f"--map is given as COLUMN=SPACE, not {pair!r}.")
        mapping[column] = meant
    return mapping


def _say(report: "ImportReport", *, as_json: bool) -> None:
    if as_json:
        print_json(report)
    else:
        _print(report)
    for refusal in report.refused[:SHOWN]:
        complain(f"{refusal.video}: {refusal.reason}")
    if len(report.refused) > SHOWN:
        complain(f"... and {len(report.refused) - SHOWN} more videos were not taken in.")
    if report.refused:
        raise typer.Exit(1)


def _print(report: "ImportReport") -> None:
    own = all(
        each.source.endswith(".parquet") for each in report.spaces
    )  # an export's files are named by space
    rows = rows_of(*([] if own else ["from"]), "space", "dim", "vectors", "missing", "failed", "refused", "")
    for each in report.spaces:
        said = ("would be made" if report.dry_run else "new") if each.made else ""
        state = "" if each.space.state == "live" else each.space.state
        name = "name it: --map" if each.space.name == "?" else shown(each.space.name)
        numbers = (each.space.dim, each.vectors, each.missing, each.failures, each.refused)
        source = [] if own else [Text(shown(each.source))]
        rows.add_row(*source, Text(name), *map(str, numbers), ", ".join(filter(None, (said, state))))
    console = stdout_console()
    console.print(rows)
    what = "would come in" if report.dry_run else "came in"
    line = f"{report.imported} videos with {report.scenes} scenes {what}"
    more = [
        f"{report.offline} without a file that is here" if report.offline else "",
        f"{report.completed} that were there got vectors" if report.completed else "",
        f"{report.unchanged} were there already" if report.unchanged else "",
        f"{report.pictures} pictures came along" if report.pictures else "",
    ]
    console.print(Text("; ".join([line, *filter(None, more)]) + "."), soft_wrap=True)
