"""`scenedex captions`"""

import getpass
from os.path import lexists
from pathlib import Path
from typing import Annotated, Any, get_args

import typer
from rich.console import Console
from rich.text import Text

from scenedex.cli.output import clock, flowing, print_json, shown, spoken, stdout_console, table
from scenedex.errors import UsageError
from scenedex.library import open_library
from scenedex.library.corrections import SHORT, NewCaption
from scenedex.library.edited import Scope
from scenedex.library.writing import written
from scenedex.search.as_json import plain
from scenedex.types import CaptionEntry, CaptionOrigin

ORIGINS: tuple[CaptionOrigin, ...] = get_args(CaptionOrigin)

Origin = Annotated[str | None, typer.Option(help=f"Only those from {', '.join(ORIGINS)}.")]
Language = Annotated[str | None, typer.Option(help="Only those in this language, such as en.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Which = Annotated[str, typer.Argument(metavar="VIDEO", help="An id, a path, or a file name.")]
Id = Annotated[
    str,
    typer.Argument(metavar="ID", help="Of the caption, as `captions list` shows it; its first digits do."),
]

app = typer.Typer(
    help="What is said and written in a video, and what is wrong about it.", no_args_is_help=True
)


@app.command("list")
def list_(
    video: Which,
    changed: Annotated[bool, typer.Option("--changed", help="Only what somebody has changed.")] = False,
    origin: Origin = None,
    as_json: AsJson = False,
) -> None:
    """List the captions of a video with their ids, and what was there before somebody changed them."""
    meant = scope(origin, None)
    with open_library() as library:
        found = library.corrections.list(video, origin=meant.origin)
    found = [one for one in found if one.state != "original" or not changed]
    if as_json:
        print_json({"captions": [entry_as_json(one) for one in found]})
        return
    rows = table("id", "time", "from", "caption", "")
    for one in found:
        time = f"{clock(one.caption.start_s)} - {clock(one.caption.end_s)}"
        rows.add_row(one.id.hex[:SHORT], time, one.caption.origin, *_told(one))
    stdout_console().print(rows if found else "No such captions.")


@app.command("correct")
def correct(
    video: Which,
    caption: Id,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What it should say.")],
    as_json: AsJson = False,
) -> None:
    """Put other words in the place of a caption's; the next search finds them."""
    with open_library() as library:
        _say(library.corrections.correct(video, caption, text, who()), as_json)


@app.command("delete")
def delete(video: Which, caption: Id, as_json: AsJson = False) -> None:
    """Show a caption no longer, and find nothing by it."""
    with open_library() as library:
        _say(library.corrections.delete(video, caption, who()), as_json, gone=True)


@app.command("add")
def add(
    video: Which,
    start: Annotated[float, typer.Argument(metavar="START", help="When it begins, in seconds.")],
    end: Annotated[float, typer.Argument(metavar="END", help="When it ends.")],
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What it says.")],
    *,
    language: Annotated[str | None, typer.Option(help="Such as en.")] = None,
    as_json: AsJson = False,
) -> None:
    """Add a caption."""
    new = NewCaption(start_s=start, end_s=end, text=text, language=language)
    with open_library() as library:
        _say(library.corrections.add(video, new, who()), as_json)


@app.command("undo")
def undo(
    video: Which,
    caption: Annotated[
        str | None, typer.Argument(metavar="ID", help="Of the caption, or its first digits.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="All that was changed in this video.")] = False,
    as_json: AsJson = False,
) -> None:
    """Let a caption be as it was before anybody changed it."""
    if everything == (caption is not None):
        raise UsageError("Say which caption, by its id, or --all.")
    with open_library() as library:
        if caption is not None:
            _say(library.corrections.undo(video, caption), as_json, gone=True)
            return
        count = library.corrections.undo_all(video)
    if as_json:
        print_json({"undone": count})
    else:
        typer.echo(f"{count} correction{'' if count == 1 else 's'} undone.")


@app.command("export")
def export(
    video: Which,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="File to write, .srt or .vtt; else to stdout as SubRip."),
    ] = None,
    origin: Origin = None,
    language: Language = None,
) -> None:
    """Write the captions of a video as a subtitle file, as they are shown."""
    kind = "srt" if output is None else output.suffix.lower().removeprefix(".")
    if kind not in ("srt", "vtt"):
        raise UsageError(f"A subtitle file is called .srt or .vtt, not {str(output)!r}.")
    if output is not None and lexists(output):
        raise UsageError(f"{str(output)!r} is there already, and perhaps edited: choose another name.")
    with open_library() as library:
        text = library.corrections.subtitles(
            video, "srt" if kind == "srt" else "vtt", scope(origin, language)
        )
    if output is None:
        typer.echo(text, nl=False)
        return
    with written(output), output.open("x", encoding="utf-8", newline="\n") as file:
        file.write(text)
    typer.echo(f"Wrote {shown(str(output))}.")


@app.command("import")
def import_(
    video: Which,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The subtitle file, as it was edited.")],
    *,
    origin: Origin = None,
    language: Language = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be corrected.")] = False,
    as_json: AsJson = False,
) -> None:
    """Correct captions by a subtitle file that was edited elsewhere: those that say something else in it."""
    with open_library() as library:
        found = library.corrections.take_edited(
            video, file, scope(origin, language), dry_run=dry_run, by=who()
        )
    if as_json:
        print_json(plain(found))
        return
    console = Console(highlight=False, soft_wrap=True)
    for one in found.changed:
        said = f"{one.id.hex[:SHORT]}  {flowing(one.text)} (was: {flowing(one.before)})"
        console.print(Text(said))
    for stray in found.stray:
        console.print(Text(f"fits no caption: {clock(stray.start_s)}  {flowing(stray.text)}"))
    what = "would be corrected" if dry_run else "corrected"
    console.print(f"{len(found.changed)} {what}, {found.same} the same, {found.missing} not in the file.")


def scope(origin: str | None, language: str | None) -> Scope:
    """Which captions are meant. Raises UsageError for an origin that there is not."""
    known = next((one for one in ORIGINS if one == origin), None)
    if known is None and origin is not None:
        raise UsageError(f"There is no origin {origin!r}: there are {', '.join(ORIGINS)}.")
    return Scope(origin=known, language=language)


def entry_as_json(entry: CaptionEntry) -> dict[str, Any]:
    """A caption with what was done about it, as the API gives it."""
    made: dict[str, Any] = plain(entry.caption)
    for name in ("id", "state", "original", "made_by", "made_at"):
        made[name] = plain(getattr(entry, name))
    return made


def _say(entry: CaptionEntry, as_json: bool, *, gone: bool = False) -> None:
    """`gone`: one that was added is there no longer."""
    if as_json:
        print_json(entry_as_json(entry))
        return
    said = Text("gone: " if gone and entry.state == "added" else "")
    said.append(flowing(entry.caption.text))
    if entry.state == "deleted":
        said = Text("deleted: ").append(said)
    elif entry.state == "corrected":
        said.append(f" (was: {flowing(entry.original or '')})")
    Console(highlight=False, soft_wrap=True).print(Text(f"{entry.id.hex[:SHORT]}  ").append(said))


def _told(entry: CaptionEntry) -> tuple[Text, Text]:
    """What it says, and what became of it."""
    said = Text(spoken(entry.caption))
    if entry.state == "original":
        return said, Text()
    by = f" by {flowing(entry.made_by)}" if entry.made_by else ""
    note = f"{entry.state}{by}, {(entry.made_at or '')[:16].replace('T', ' ')}"
    if entry.original is not None and entry.state != "deleted":
        note += f"; was: {flowing(entry.original)}"
    return said, Text(note)


def who() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # an account without a name
        return ""
