"""`scenedex evaluate`"""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from scenedex.cli.demo import FILM
from scenedex.cli.output import print_json, shown, stdout_console, table
from scenedex.demo.film import judgements as demo_judgements
from scenedex.errors import NotFoundError, UsageError
from scenedex.library import Library, open_library
from scenedex.search.evaluation import Evaluation
from scenedex.search.judgements import parse_judgements
from scenedex.search.outcomes import Figures
from scenedex.search.tuning import Tuning

Row = tuple[str, Figures | None, str]
"""Of a table: its name, its figures, and what else there is to say."""

MOST_NAMED = 20
"""Queries that went wrong that are listed; `--json` has all of them."""


def evaluate(
    judgements: Annotated[
        Path | None, typer.Argument(help="File of judgements: one JSON document a line.", show_default=False)
    ] = None,
    tune: Annotated[bool, typer.Option("--tune", help="Look for weights that serve them better.")] = False,
    demo: Annotated[bool, typer.Option("--demo", help="The judgements of the demo film.")] = False,
    video: Annotated[
        list[str] | None,
        typer.Option(help="Search in this video only (id, path or file name); may be repeated."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
) -> None:
    """Measure how well searches find what they should."""
    if (judgements is None) != demo:
        raise UsageError("Say which judgements are meant: a file, or --demo for those of the demo film.")
    with open_library() as library:
        if judgements is None:
            _need_the_film(library)
        found = library.evaluate(
            parse_judgements(demo_judgements()) if judgements is None else judgements,
            videos=video or ((FILM,) if demo else ()),
            tune=tune,
        )
    if as_json:
        print_json(found)
    else:
        print_evaluation(found)


def _need_the_film(library: Library) -> None:
    try:
        library.show(FILM)
    except NotFoundError as exc:
        raise NotFoundError(
            "The demo film is not in this library: `scenedex demo` draws it and indexes it."
        ) from exc


def print_evaluation(found: Evaluation, console: Console | None = None) -> None:
    """Tables of the figures, then what went wrong."""
    console = console or stdout_console()
    rows: list[Row] = [
        (f"mode {mode}", figures, f"{found.times[mode].p50_ms:.1f} / {found.times[mode].p95_ms:.1f}")
        for mode, figures in found.modes.items()
    ]
    rows += [(f"only {channel}", figures, "") for channel, figures in found.channels.items()]
    rows += [(f"kind {shown(kind)}", figures, "") for kind, figures in found.kinds.items()]
    console.print(_table(rows, "p50 / p95 ms"))
    for share, what in (
        (found.silent, "of the queries that should find nothing get nothing above `weak`"),
        (found.router, "of the expected modes are those that the router decided on"),
    ):
        if share is not None:
            console.print(f"{share:.3f} {what}")
    wrong = [f"{one.query} ({one.decided}, not {one.expected})" for one in found.disagreements]
    _list(console, "Not among the first ten", found.missed)
    _list(console, "Found though nothing should be", found.loud)
    _list(console, "Decided otherwise", wrong)
    for reason in found.degraded:
        console.print(Text(f"Left out: {shown(reason)}"))
    if found.tuning is not None:
        _print_tuning(found.tuning, console)


def _print_tuning(tuning: Tuning, console: Console) -> None:
    console.print(
        f"\nWeights chosen on four fifths of the queries, and tried on the fifth ({tuning.folds} times):"
    )
    rows: list[Row] = [
        ("the settings' weights", tuning.held_out_defaults, ""),
        ("tuned weights", tuning.held_out, ""),
    ]
    console.print(_table(rows, ""))
    gain = f"nDCG@10 changes by {tuning.gain:+.3f}, with a standard error of {tuning.standard_error:.3f}"
    if tuning.silent is not None and tuning.silent_defaults is not None:
        console.print(
            f"Of the queries that should find nothing, {tuning.silent:.3f} get nothing above `weak` with the tuned "
            f"weights, {tuning.silent_defaults:.3f} as set. Tuning does not look at these."
        )
    settings = "  ".join(f"WEIGHT_{channel.upper()}={weight:g}" for channel, weight in tuning.weights.items())
    if tuning.better:
        console.print(f"{gain}. The settings that serve these judgements best:\n  {settings}")
    else:
        console.print(
            f"{gain}: the weights that are set serve as well, so leave them. (Best here: {settings})"
        )


def _table(rows: list[Row], last: str) -> Table:
    made = table("", "queries", "recall@1", "@5", "@10", "MRR", "nDCG@10", "IoU", "sure", last)
    for name, figures, note in rows:
        if figures is not None:
            values = (figures.recall_1, figures.recall_5, figures.recall_10, figures.mrr)
            cells = [f"{value:.3f}" for value in (*values, figures.ndcg_10, figures.iou, figures.confident)]
            made.add_row(Text(name), str(figures.queries), *cells, note)
    return made


def _list(console: Console, title: str, queries: tuple[str, ...] | list[str]) -> None:
    if queries:
        more = f" and {len(queries) - MOST_NAMED} more" if len(queries) > MOST_NAMED else ""
        console.print(Text(f"{title}: {shown('; '.join(queries[:MOST_NAMED]))}{more}"))
