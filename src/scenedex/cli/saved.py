"""`scenedex saved`"""

from typing import Annotated, Any, cast

import typer
from rich.text import Text

from scenedex.cli.output import clock, complain, print_json, shown, stdout_console, table
from scenedex.library import open_library
from scenedex.search.as_json import plain
from scenedex.types import Band, Mode, SavedRequest, SavedSearch

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Which = Annotated[str, typer.Argument(metavar="NAME", help="Its name, or its id.")]

app = typer.Typer(
    help="Searches that are asked of each new video, and told of what they find.", no_args_is_help=True
)


@app.command("add")
def add(  # noqa: PLR0913 (each thing that can be said of one)
    name: Annotated[str, typer.Argument(metavar="NAME", help="What it is called.")],
    query: Annotated[str, typer.Argument(metavar="QUERY", help="What is looked for, in words.")],
    *,
    hours: Annotated[
        str | None, typer.Option(metavar="FROM-TO", help="Hours of the day: 22:00-06:00.")
    ] = None,
    zone: Annotated[
        str, typer.Option(metavar="ZONE", help="Time zone of the hours, as Europe/Berlin.")
    ] = "UTC",
    band: Annotated[str, typer.Option(help="The lowest that is told: strong, possible, weak.")] = "possible",
    tag: Annotated[list[str] | None, typer.Option(help="Only videos with this tag; may be repeated.")] = None,
    language: Annotated[str | None, typer.Option(help="Scenes in which it is said or written.")] = None,
    speaker: Annotated[
        str | None, typer.Option(help="Scenes in which somebody speaks whom the subtitles name so.")
    ] = None,
    mode: Annotated[str, typer.Option(help="As for `search`.")] = "auto",
    webhook: Annotated[str | None, typer.Option(metavar="URL", help="Where hits are sent.")] = None,
    as_json: AsJson = False,
) -> None:
    """Keep a search, which is asked of each video that is added from now on."""
    request = SavedRequest(
        query=query,
        mode=cast("Mode", mode),
        tags=tuple(tag or ()),
        language=language,
        speaker=speaker,
        band=cast("Band", band),
        hours=hours,
        zone=zone,
    )
    with open_library() as library:
        made = library.saved.add(name, request, webhook=webhook)
    if as_json:
        print_json({**saved_as_json(made), "secret": made.secret})
        return
    typer.echo(f"{shown(made.name)} is asked of each new video while a worker or a watch runs.")
    if made.secret:
        typer.echo(f"What is sent is signed with {made.secret} (Standard Webhooks); it is shown this once.")


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """List the saved searches."""
    with open_library() as library:
        found, _ = library.saved.page()
    if as_json:
        print_json({"searches": [saved_as_json(one) for one in found]})
        return
    rows = table("name", "query", "hours", "last found", "webhook")
    for one in found:
        hours = f"{one.request.hours} {one.request.zone}" if one.request.hours else ""
        seen = one.last_seen_at.isoformat(timespec="seconds") if one.last_seen_at else "never"
        where = one.stopped or one.webhook or ""
        rows.add_row(Text(shown(one.name)), Text(shown(one.request.query)), hours, seen, Text(shown(where)))
    nothing = "No saved searches: `scenedex saved add NAME QUERY` keeps one."
    stdout_console().print(rows if found else nothing)


@app.command("show")
def show(
    name: Which,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Hits that are shown.")] = 50,
    as_json: AsJson = False,
) -> None:
    """Show a saved search with what it found, the latest first."""
    with open_library() as library:
        found = library.saved.find(name)
        hits, total = library.saved.hits(found.id, limit)
        sendings = library.saved.deliveries(found.id, 10)
    if as_json:
        sent = [{k: v for k, v in plain(one).items() if k != "body"} for one in sendings]
        print_json({**saved_as_json(found), "hits": plain(hits), "total": total, "deliveries": sent})
        return
    console = stdout_console()
    console.print(Text(f"{shown(found.name)}: {shown(found.request.query)}"))
    rows = table("at", "video", "time", "band")
    for one in hits:
        hit = one.hit
        rows.add_row(hit["at"], Text(shown(hit["video"])), clock(hit["start_s"]), hit["band"])
    console.print(rows if hits else "Nothing found so far.")
    for sending in sendings:
        if sending.state != "sent":
            complain(f"Not sent ({sending.attempts} times tried): {sending.reason or 'it waits'}")


@app.command("remove")
def remove(name: Which) -> None:
    """Remove a saved search, and what it found."""
    with open_library() as library:
        removed = library.saved.remove(name)
    typer.echo(f"Removed {shown(removed.name)}.")


@app.command("test")
def test(name: Which) -> None:
    """Send something to its webhook now, also to one that was stopped; where it arrives, hits are sent again."""
    with open_library() as library:
        sent = library.saved.deliver_one(library.saved.test(name))
    if sent is None or sent.state != "sent":
        complain(sent.reason if sent and sent.reason else "The search is not there any more.")
        raise typer.Exit(1)
    typer.echo("It arrived.")


def saved_as_json(saved: SavedSearch) -> dict[str, Any]:
    """A search as `saved list --json` and the API give it, without its secret."""
    made: dict[str, Any] = plain(saved)
    request = made.pop("request")
    return {name: value for name, value in {**made, **request}.items() if name != "secret"}
