"""`scenedex search`"""

from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from scenedex.cli.output import clock, marked, plain, print_json, shown, table
from scenedex.library import open_library
from scenedex.types import Answer, Hit


def search(
    query: Annotated[
        str, typer.Argument(help="What you are looking for. Quotation marks ask for the exact words.")
    ],
    limit: Annotated[int, typer.Option("--limit", "-n", help="Most hits to show.")] = 10,
    offset: Annotated[int, typer.Option(help="Hits to pass over first.")] = 0,
    video: Annotated[
        list[str] | None,
        typer.Option(help="Search in this video only (id, path or file name); may be repeated."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")] = False,
) -> None:
    """Find scenes by what is said, seen, heard and written in them."""
    with open_library() as library:
        answer = library.search(query, limit=limit, offset=offset, videos=video or ())
    if as_json:
        print_json(answer_as_json(answer))
    else:
        print_answer(answer)


def answer_as_json(answer: Answer) -> dict[str, object]:
    """The answer as every interface gives it; evidence without a time or a text leaves the field out."""
    made: dict[str, object] = plain(answer)
    made["hits"] = [_hit_as_json(hit) for hit in answer.hits]
    return made


def print_answer(answer: Answer, console: Console | None = None) -> None:
    """A table of the hits, or the sentence that there are none."""
    console = console or Console(highlight=False)
    if answer.hits:
        rows = table("", "video", "scene", "time", "")
        for hit in answer.hits:
            time = f"{clock(hit.start_s)} - {clock(hit.end_s)}"
            rows.add_row(hit.band, Text(shown(hit.video)), str(hit.scene), time, _why(hit))
        console.print(rows)
    else:
        console.print(Text(f"Nothing here fits “{shown(answer.query)}”."))
    if answer.hidden:
        console.print(f"{answer.hidden} weaker results are not shown.")
    for channel in answer.degraded:
        console.print(Text(f"Left out: {shown(channel)}"))


def _hit_as_json(hit: Hit) -> dict[str, object]:
    made: dict[str, object] = plain(hit)
    made["channels"] = {
        channel: {name: value for name, value in plain(evidence).items() if value is not None}
        for channel, evidence in hit.channels.items()
    }
    return made


def _why(hit: Hit) -> Text:
    """The words that matched, where words did; else what else speaks for the scene."""
    best = max(hit.channels.items(), key=lambda item: item[1].calibrated)
    if best[0] in ("visual", "audio"):
        at = f" at {clock(best[1].t_s)}" if best[1].t_s is not None else ""
        return Text(("seen" if best[0] == "visual" else "heard") + at, style="italic")
    text = next((evidence.text for evidence in hit.channels.values() if evidence.text), None)
    return marked(text) if text else Text("")
