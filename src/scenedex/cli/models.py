"""`scenedex models`: what sees, hears and reads."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from scenedex.cli import export
from scenedex.cli.output import complain, print_json, shown, stdout_console, table
from scenedex.errors import ScenedexError, UsageError, WeightsError
from scenedex.library import Library, open_library

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scenedex.inference.registry import ModelCard
    from scenedex.inference.weights import WeightStore
    from scenedex.plugins import Plugin

app = typer.Typer(help="What sees, hears and reads: models and their weights.", no_args_is_help=True)

app.command("export")(export.export)
app.command("tensorrt")(export.tensorrt)
app.command("pipeline")(export.pipeline)

Keys = Annotated[
    list[str] | None,
    typer.Argument(metavar="[MODEL]...", help="Models; without any, those of the profile in use."),
]


@app.command("list")
def list_(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """List models and profiles, and what of them is on this machine."""
    with open_library() as library:
        models, profile = _models(library), library.profile()
        profiles = list(library.equipment.registry.profiles.values())
        plugins = library.plugins()
    if as_json:
        print_json({"models": models, "profiles": profiles, "in_use": profile, "plugins": plugins})
        return
    rows = table("model", "for", "numbers", "MB", "languages", "licence", "here")
    for model in models:
        here = "yes" if model["here"] else "no"
        size = f"{model['megabytes']:.0f}"
        rows.add_row(
            model["key"],
            model["modality"],
            str(model["dim"]),
            size,
            " ".join(model["languages"]),
            model["licence"],
            here,
        )
    console = stdout_console()
    console.print(rows)
    console.print(f"\nIn use: {profile.name} ({profile.visual}, {profile.audio}, {profile.text}). Profiles:")
    for one in profiles:
        console.print(f"  {one.name}: {one.visual}, {one.audio}, {one.text}")
    for line in plugin_lines(plugins).items():
        console.print("Plug-in", ": ".join(line), markup=False)


def plugin_lines(plugins: "Iterable[Plugin]") -> dict[str, str]:
    """Kind and name of each plug-in, and its package, or why it cannot be chosen."""
    return {
        f"{plugin.kind} {plugin.name}": shown(
            f"{plugin.package} {plugin.version}" + (f": {plugin.trouble}" if plugin.trouble else "")
        )
        for plugin in plugins
    }


@app.command("pull")
def pull(keys: Keys = None) -> None:
    """Fetch the weights of models. What is here already is only verified; what breaks off goes on next time."""
    bars = Progress(
        TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn(),
        console=Console(stderr=True, highlight=False), disable=not Console(stderr=True).is_terminal,
    )  # fmt: skip
    tasks: dict[str, Any] = {}

    def progress(path: str, have: int, total: int | None) -> None:
        if path not in tasks:
            tasks[path] = bars.add_task(path.rpartition("/")[2], total=total)
        bars.update(tasks[path], completed=have, total=total)

    with bars, open_library() as library:
        for key in _keys(library, keys):
            card = library.equipment.registry.find(key)
            library.equipment.store.pull(card, progress=progress)
            typer.echo(f"{card.key} is here.")
        said = _lacking(library)
    if said:
        typer.echo(said)


@app.command("verify")
def verify(keys: Keys = None) -> None:
    """Read the weights of models, or of folders that were exported, and compare them with what is recorded of them."""
    failed = False
    with open_library() as library:
        for key in _keys(library, keys):
            card, store = _place(library, key)
            try:
                store.verify(card)
                typer.echo(f"{card.key} is as it should be.")
            except WeightsError as exc:
                failed = True
                typer.echo(str(exc), err=True)
    if failed:
        raise typer.Exit(1)


@app.command("use")
def use(
    name: Annotated[
        str,
        typer.Argument(
            metavar="PROFILE|MODEL",
            help="mini, clip, standard or large; or a model, in place of the profile's: its key, or the folder into "
            "which it was exported.",
        ),
    ],
) -> None:
    """Record the profile, or the model, that this library works with from now on."""
    with open_library() as library:
        used = library.use(name)
        absent = library.absent()
    typer.echo(
        f"This library works with the profile {used.name} from now on: {used.visual}, {used.audio}, {used.text}."
    )
    if absent:
        typer.echo(absent, err=True)


_PIECES = {
    "visual": "pictures",
    "region": "pictures in parts",
    "audio": "sounds",
    "text": "captions",
    "scene": "scenes",
}


def _lacking(library: Library) -> str | None:
    """What was indexed without these models, in a sentence."""
    try:
        lacking = library.lacking()
    except ScenedexError as exc:  # of something else that is set: what was fetched is here all the same
        return str(exc)
    if not lacking:
        return None
    pieces = ", ".join(f"{count} {_PIECES[modality]}" for modality, (_, count) in lacking.items())
    videos = max(count for count, _ in lacking.values())
    return (
        f"The next `scenedex index` completes what was indexed without them: {pieces} of {videos} video(s)."
    )


def _place(library: Library, name: str) -> "tuple[ModelCard, WeightStore]":
    """A model, and the weights folder that it lies in."""
    from scenedex.inference.exported import exported_card, names_folder
    from scenedex.inference.weights import WeightStore

    if not names_folder(name):
        return library.equipment.registry.find(name), library.equipment.store
    folder = Path(name).expanduser()
    return exported_card(folder), WeightStore(folder.absolute().parent, offline=True)


@app.command("switch")
def switch(
    space: Annotated[str | None, typer.Argument(help="Name of the space, or its model.")] = None,
    back: Annotated[bool, typer.Option("--back", help="Undo the latest switch.")] = False,
    incomplete: Annotated[
        bool, typer.Option("--incomplete", help="Though scenes are missing in it.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Let searches see another visual space, all of them at once; without SPACE, list the spaces."""
    if back and (space or incomplete):
        raise UsageError("--back undoes the latest switch, whichever that was: leave the rest out.")
    with open_library() as library:
        if not (space or back):
            _list_spaces(library, as_json)
            return
        done = library.switch_back() if back else library.switch(space or "", incomplete=incomplete)
    if as_json:
        print_json(done)
    else:
        typer.echo(f"Searches see {', '.join(done.live)} from now on.")
    if done.missing:
        complain(f"{done.missing} scenes are not in it: `scenedex backfill` completes it.")


@app.command("pace")
def pace(
    reset: Annotated[bool, typer.Option("--reset", help="Forget it: it is found out again.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """In which batches and on how many threads networks run fastest here, as found out while videos were indexed."""
    with open_library() as library:
        if reset:
            typer.echo(f"{library.forget_paces()} forgotten.")
            return
        known = library.paces()
    if as_json:
        print_json({"paces": known})
        return
    if not known:
        typer.echo("Nothing is known yet: it is found out while videos are indexed.")
        return
    rows = table("model and machine", "batch", "threads")
    for name, each in known.items():
        rows.add_row(name, str(each.batch), str(each.threads or "all"))
    stdout_console().print(rows)


def _list_spaces(library: Library, as_json: bool) -> None:
    spaces = library.spaces()
    if as_json:
        print_json({"spaces": [{**asdict(space), "coverage": how_far} for space, how_far in spaces]})
        return
    rows = table("space", "state", "scenes", "embedded", "failed", "missing")
    for space, how_far in spaces:
        counts = (how_far.scenes, how_far.embedded, how_far.failed, how_far.missing)
        rows.add_row(space.name, space.state, *map(str, counts))
    stdout_console().print(rows)


def _keys(library: Library, keys: list[str] | None) -> list[str]:
    if keys:
        return keys
    profile = library.profile()
    known = {card.key for card in library.equipment.registry}
    return [key for key in (profile.visual, profile.audio, profile.text) if key in known]


def _models(library: Library) -> list[dict[str, Any]]:
    store = library.equipment.store
    return [
        {
            "key": card.key,
            "modality": card.modality,
            "dim": card.dim,
            "megabytes": card.megabytes,
            "languages": card.languages,
            "licence": card.licence,
            "repository": card.repository,
            "here": not store.missing(card),
        }
        for card in library.equipment.registry
    ]
