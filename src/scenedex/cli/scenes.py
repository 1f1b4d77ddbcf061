"""`scenedex scenes`"""

from typing import Annotated
from uuid import UUID

import typer
from rich.text import Text

from scenedex.cli.captions import who
from scenedex.cli.output import clock, flowing, print_json, shown, stdout_console, table
from scenedex.errors import AmbiguousError, NotFoundError
from scenedex.library import Library, open_library
from scenedex.library.corrections import SHORT
from scenedex.store.marks import Marks

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Scene = Annotated[str, typer.Argument(metavar="SCENE", help="VIDEO:SCENE, or the id of a scene.")]
NoteId = Annotated[str, typer.Argument(metavar="NOTE", help="The first digits of its id.")]

app = typer.Typer(help="Tags and notes on scenes.", no_args_is_help=True)


@app.command("show")
def show(
    video: Annotated[str, typer.Argument(metavar="VIDEO", help="An id, a path, or a file name.")],
    as_json: AsJson = False,
) -> None:
    """Show the scenes of a video that have tags or notes."""
    with open_library() as library:
        found = library.marks.of_video(video)
    if as_json:
        print_json({"scenes": found})
        return
    rows = table("scene", "time", "tags", "notes")
    for one in found:
        time = f"{clock(one.start_s)} - {clock(one.end_s)}"
        rows.add_row(str(one.scene), time, Text(_tagged(one)), Text("\n".join(_noted(one))))
    stdout_console().print(rows if found else "No scene of this video has tags or notes.")


@app.command("tag")
def tag(
    scene: Scene,
    tags: Annotated[list[str], typer.Argument(metavar="TAG...", help="Words to file it under.")],
    remove: Annotated[bool, typer.Option("--remove", help="Take these tags away instead.")] = False,
    as_json: AsJson = False,
) -> None:
    """Give a scene tags, which a search can ask for."""
    with open_library() as library:
        made = library.marks.tag(scene, remove=tags) if remove else library.marks.tag(scene, add=tags)
    _say(made, as_json)


@app.command("note")
def note(
    scene: Scene,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What there is to say about it.")],
    change: Annotated[
        str | None, typer.Option(metavar="NOTE", help="In place of this note: the first digits of its id.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write something about a scene; searches find it by these words."""
    with open_library() as library:
        if change is None:
            made = library.marks.note(scene, text, who())
        else:
            made = library.marks.change_note(scene, _note(library, scene, change), text, who())
    _say(made, as_json)


@app.command("unnote")
def unnote(scene: Scene, note: NoteId, as_json: AsJson = False) -> None:
    """Remove a note."""
    with open_library() as library:
        made = library.marks.change_note(scene, _note(library, scene, note), None)
    _say(made, as_json)


def _note(library: Library, scene: str, digits: str) -> UUID:
    wanted = digits.strip().lower().replace("-", "")
    found = [note.id for note in library.marks.of(scene).notes if note.id.hex.startswith(wanted)]
    if not wanted or not found:
        raise NotFoundError("This scene has no such note: `scenedex scenes show VIDEO` lists them.")
    if len(found) > 1:
        raise AmbiguousError("Several notes begin with these digits: type more.")
    return found[0]


def _say(made: Marks, as_json: bool) -> None:
    if as_json:
        print_json(made)
        return
    lines = [f"scene {made.scene}: {_tagged(made) or 'no tags'}", *(f"  {line}" for line in _noted(made))]
    for line in lines:
        typer.echo(line)


def _tagged(marks: Marks) -> str:
    return ", ".join(shown(tag) for tag in marks.tags)


def _noted(marks: Marks) -> list[str]:
    return [f"{note.id.hex[:SHORT]}  {flowing(note.text)}" for note in marks.notes]
