"""`scenedex bins`"""

from typing import Annotated, Any

import typer
from rich.text import Text

from scenedex.cli.output import clock, print_json, shown, stdout_console, table
from scenedex.library import open_library
from scenedex.store.bins import Bin
from scenedex.types import SceneCard

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Name = Annotated[str, typer.Argument(metavar="NAME", help="Of the bin, or its id.")]
Scenes = Annotated[
    list[str],
    typer.Argument(metavar="SCENE...", help="VIDEO:SCENE, or ids of scenes; as many as are wanted."),
]

app = typer.Typer(help="Scenes put together under a name.", no_args_is_help=True)


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """List the bins by name."""
    with open_library() as library:
        found, _ = library.bins.page()
    if as_json:
        print_json({"bins": found})
        return
    rows = table("name", "scenes", "id")
    for one in found:
        rows.add_row(Text(shown(one.name)), str(one.scenes), str(one.id))
    nothing = "No bins yet: scenedex bins add NAME SCENE makes one."
    stdout_console().print(rows if found else nothing)


@app.command("show")
def show(name: Name, as_json: AsJson = False) -> None:
    """Show what is in a bin, in its order."""
    with open_library() as library:
        found, cards = library.bins.find(name), library.bins.scenes(name)
    if as_json:
        print_json({"id": found.id, "name": found.name, "scenes": [card_as_json(card) for card in cards]})
        return
    rows = table("", "video", "scene", "time", "id")
    for number, card in enumerate(cards, start=1):
        time = f"{clock(card.scene.start_s)} - {clock(card.scene.end_s)}"
        rows.add_row(str(number), Text(shown(card.video)), str(card.scene.index), time, str(card.scene.id))
    stdout_console().print(rows if cards else "Nothing is in this bin.")


@app.command("add")
def add(name: Name, scenes: Scenes, as_json: AsJson = False) -> None:
    """Put scenes at the end of a bin, which is made where there is none of this name."""
    with open_library() as library:
        _say(library.bins.add(name, scenes, make=True), as_json)


@app.command("take-out")
def take_out(name: Name, scenes: Scenes, as_json: AsJson = False) -> None:
    """Take scenes out of a bin."""
    with open_library() as library:
        _say(library.bins.take_out(name, scenes), as_json)


@app.command("arrange")
def arrange(name: Name, scenes: Scenes, as_json: AsJson = False) -> None:
    """Let these scenes come first, in this order; the others of the bin follow."""
    with open_library() as library:
        _say(library.bins.arrange(name, scenes), as_json)


@app.command("rename")
def rename(
    name: Name,
    new: Annotated[str, typer.Argument(metavar="NEW", help="Its new name.")],
    as_json: AsJson = False,
) -> None:
    """Give a bin another name."""
    with open_library() as library:
        _say(library.bins.rename(name, new), as_json)


@app.command("remove")
def remove(name: Name, as_json: AsJson = False) -> None:
    """Forget a bin; its scenes stay in the library."""
    with open_library() as library:
        found = library.bins.remove(name)
    if as_json:
        print_json({"removed": found})
        return
    typer.echo(f"Forgot the bin {shown(found.name)}. Its scenes are still there.")


def card_as_json(card: SceneCard) -> dict[str, Any]:
    """A scene of a bin, as the API gives it."""
    scene = card.scene
    return {
        "scene_id": scene.id,
        "video_id": scene.video_id,
        "video": card.video,
        "scene": scene.index,
        "start_s": scene.start_s,
        "end_s": scene.end_s,
    }


def _say(found: Bin, as_json: bool) -> None:
    if as_json:
        print_json(found)
        return
    typer.echo(f"{shown(found.name)} has {found.scenes} scene{'' if found.scenes == 1 else 's'}.")
