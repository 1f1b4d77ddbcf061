"""`scenedex plan`"""

import json
import sys
from collections.abc import Iterator
from typing import Annotated

import typer

from scenedex.cli.output import complain, shown
from scenedex.errors import UsageError
from scenedex.search.as_json import plain
from scenedex.search.planning import checked_mode
from scenedex.search.planning import plan as planned
from scenedex.search.question import read_question
from scenedex.search.request import DEFAULT_WEIGHTS
from scenedex.search.router import route
from scenedex.types import Mode, Plan


def plan(
    query: Annotated[str | None, typer.Argument(help="What you would search for.")] = None,
    mode: Annotated[str, typer.Option(help="auto, recall, rerank or skip.")] = "auto",
    stdin: Annotated[bool, typer.Option("--stdin", help="Read queries from stdin, one a line.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print each plan as one line of JSON.")] = False,
) -> None:
    """Say what a search would ask of pictures, sounds and words, and why. Needs no library."""
    if stdin == (query is not None):
        raise UsageError(
            "Give one query, or --stdin and one query a line there"
            + (": not both." if stdin else '. For example: scenedex plan "red car at night"')
        )
    asked = checked_mode(mode)
    if query is not None:
        _print(query, _plan(query, asked), as_json=as_json)
        return
    refused = False
    for number, line in _lines():
        try:
            text = line.decode("utf-8")
            _print(text, _plan(text, asked), as_json=as_json)
        except UnicodeDecodeError as exc:
            refused = True
            complain(f"Line {number} is no UTF-8 (byte {exc.start + 1}), so it has no plan: convert it.")
        except UsageError as exc:
            refused = True
            complain(f"Line {number} has no plan. {exc}")
    if refused:
        raise typer.Exit(1)


def _lines() -> Iterator[tuple[int, bytes]]:
    """(number, line) of stdin, without blank lines and without a byte order mark."""
    for number, line in enumerate(sys.stdin.buffer, start=1):
        text = (line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line).strip()
        if text:
            yield number, text


def _plan(query: str, mode: Mode) -> Plan:
    """Raises UsageError for a query that a search would refuse."""
    if any("\ud800" <= c <= "\udfff" for c in query):
        raise UsageError("The query is no UTF-8: convert it, or type it again.")
    read_question(query)
    return planned(route(query), DEFAULT_WEIGHTS, list(DEFAULT_WEIGHTS), mode)


def _print(query: str, plan: Plan, *, as_json: bool) -> None:
    if as_json:
        weights = {channel: round(weight, 6) for channel, weight in plan.weights.items()}
        line = json.dumps({"query": query} | plain(plan) | {"weights": weights})
    else:
        weights_shown = " ".join(f"{channel} {weight:.2f}" for channel, weight in plan.weights.items())
        line = f"{plan.mode:6}  {plan.confidence:.1f}  {weights_shown}  {shown(plan.reason)}"
    # At once: whoever asks line by line waits for each answer.
    typer.echo(line)
    sys.stdout.flush()
