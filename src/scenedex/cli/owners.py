"""`scenedex owners`: who has videos here, and what is set for one of them otherwise than for the rest."""

from dataclasses import asdict
from typing import Annotated

import typer
from rich.text import Text

from scenedex.cli.output import complain, print_json, shown, stdout_console, table
from scenedex.errors import UsageError
from scenedex.library import Library, open_library
from scenedex.library.rollout import RolledOut, read_assignment
from scenedex.store.owners import Owner

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Which = Annotated[str, typer.Argument(metavar="OWNER", help="Name or id.")]

app = typer.Typer(
    help="The owners of a library, each with videos and keys of their own.", no_args_is_help=True
)


@app.command("create")
def create(name: Annotated[str, typer.Argument(metavar="NAME")], as_json: AsJson = False) -> None:
    """Make an owner."""
    with open_library() as library:
        made = library.create_owner(name)
    if as_json:
        print_json(made)
        return
    typer.echo(f"{shown(made.name)}: {made.id}")


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """List the owners, and what is set for each."""
    with open_library() as library:
        found = [(owner, library.of(owner.id).own_settings()) for owner in library.owners()]
    if as_json:
        print_json({"owners": [{**asdict(owner), "settings": settings} for owner, settings in found]})
        return
    rows = table("owner", "id", "settings")
    rows.columns[1].no_wrap = True
    for owner, settings in found:
        rows.add_row(Text(shown(owner.name)), str(owner.id), Text(_line(settings)))
    stdout_console().print(rows)


@app.command("show")
def show(owner: Which, as_json: AsJson = False) -> None:
    """Show what an owner has, and what is set for them."""
    with open_library() as library:
        found, own = _of(library, owner)
        settings, counts, keys = own.own_settings(), own.stats(), len(own.keys())
    if as_json:
        print_json({**asdict(found), "settings": settings, "keys": keys, "stats": counts})
        return
    typer.echo(f"{shown(found.name)}  {found.id}  since {found.created_at[:10]}")
    typer.echo(f"  {counts['videos']} videos, {counts['scenes']} scenes, {keys} keys")
    typer.echo(f"  {_line(settings) or 'searches go as they do for the rest'}")


@app.command("set")
def set_(
    owner: Which,
    settings: Annotated[
        list[str],
        typer.Argument(metavar="NAME=VALUE...", help="visual_mode, weight.CHANNEL or space.visual."),
    ],
    incomplete: Annotated[
        bool, typer.Option("--incomplete", help="Though scenes are missing in the space.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Set something for one owner. It takes effect at once, in servers that run, too."""
    wanted = dict(read_assignment(text) for text in settings)
    if len(wanted) < len(settings):
        raise UsageError("A setting is named twice: name each once.")
    with open_library() as library:
        found, own = _of(library, owner)
        done = own.roll_out(wanted, incomplete=incomplete)
    _say(found, done, as_json)


@app.command("unset")
def unset(
    owner: Which,
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME]...", help="Settings; all without any.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Take back what is set for one owner: these settings, or all. It takes effect at once."""
    with open_library() as library:
        found, own = _of(library, owner)
        done = own.roll_back(names or ())
    _say(found, done, as_json)


@app.command("remove")
def remove(owner: Which, as_json: AsJson = False) -> None:
    """Forget an owner who has no videos, with their keys and settings."""
    with open_library() as library:
        gone = library.remove_owner(owner)
    if as_json:
        print_json({"removed": gone})
        return
    typer.echo(f"Forgot {shown(gone.name)}.")


def _of(library: Library, named: str) -> tuple[Owner, Library]:
    found = library.find_owner(named)
    return found, library.of(found.id)


def _line(settings: dict[str, object]) -> str:
    return shown(" ".join(f"{name}={value}" for name, value in settings.items()))


def _say(owner: Owner, done: RolledOut, as_json: bool) -> None:
    if as_json:
        print_json({**asdict(owner), "settings": done.settings, "missing": done.missing})
    else:
        typer.echo(f"{shown(owner.name)}: {_line(done.settings) or 'searches go as they do for the rest'}")
    if done.missing:
        complain(
            f"{done.missing} scenes of this owner are not in the space that is searched now: `scenedex backfill "
            f"--user-id {owner.id}` completes it."
        )
