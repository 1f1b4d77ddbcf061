"""`scenedex entities`"""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, cast
from uuid import UUID

import typer
from rich.text import Text

from scenedex.cli.output import clock, complain, print_json, shown, stdout_console, table
from scenedex.cli.search import parsed_box, picture_file
from scenedex.errors import UsageError
from scenedex.library import open_library
from scenedex.library.crops import Cutout
from scenedex.library.entities import Appearances, Asked, Order
from scenedex.search.as_json import appearance_as_json, example_as_json, plain

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Which = Annotated[str, typer.Argument(metavar="NAME", help="Its name, or its id.")]

app = typer.Typer(
    help="Someone and something with a name, and where they are to be seen.", no_args_is_help=True
)


@app.command("add")
def add(  # noqa: PLR0913 (each way to show an entity)
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="What it is called. One that is there gets an example more.")
    ],
    *,
    picture: Annotated[list[Path] | None, typer.Option(help="A picture of it; may be repeated.")] = None,
    scene: Annotated[str | None, typer.Option(help="A scene that shows it: VIDEO:SCENE, or its id.")] = None,
    video: Annotated[
        str | None, typer.Option(help="A video (id, path or file name) that shows it, with --at.")
    ] = None,
    at: Annotated[
        float | None,
        typer.Option(help="When in the video, in seconds; of a scene the keyframe nearest to it."),
    ] = None,
    box: Annotated[
        str | None, typer.Option(help="Where in the picture: left,top,right,bottom from 0 to 1.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Name someone or something by what shows it, or show it once more."""
    cutouts = _cutouts(picture or [], scene, video, at, box)
    with open_library() as library:
        there = library.entities.named(name)
        if there is None:
            entity = library.entities.add(name, *cutouts)
        else:
            for cutout in cutouts:
                library.entities.show(there.id, cutout)
            entity = library.entities.find(there.id)
    if as_json:
        print_json(asdict(entity))
        return
    typer.echo(f"{shown(entity.name)} has {_several(entity.examples, 'example')}.")


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """List the entities, and in how many scenes each is to be seen."""
    with open_library() as library:
        entities, _ = library.entities.page()
        counts = [library.entities.count(entity.id) for entity in entities]
    if as_json:
        print_json(
            {
                "entities": [
                    {**asdict(entity), "scenes": scenes, "videos": videos}
                    for entity, (scenes, videos) in zip(entities, counts, strict=True)
                ]
            }
        )
        return
    rows = table("name", "examples", "scenes", "videos", "id")
    for entity, (scenes, videos) in zip(entities, counts, strict=True):
        number = ["-" if count is None else str(count) for count in (scenes, videos)]
        rows.add_row(Text(shown(entity.name)), str(entity.examples), *number, str(entity.id))
    stdout_console().print(rows if entities else "No entities yet: scenedex entities add NAME makes one.")


@app.command("show")
def show(  # noqa: PLR0913 (one for each thing that can be asked)
    name: Which,
    *,
    threshold: Annotated[
        float | None,
        typer.Option(help="Similarity from which a scene counts, 0 to 1; else ENTITY_THRESHOLD."),
    ] = None,
    video: Annotated[
        list[str] | None, typer.Option(help="Only in this video (id, path or file name); may be repeated.")
    ] = None,
    order: Annotated[str, typer.Option(help="time: by video and time; score: the likest first.")] = "time",
    limit: Annotated[int, typer.Option("--limit", "-n", help="Most appearances to show.")] = 50,
    offset: Annotated[int, typer.Option(help="Appearances to pass over first.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Show where someone or something is to be seen, in all videos."""
    asked = Asked(
        threshold=threshold, videos=tuple(video or ()), order=cast(Order, order), limit=limit, offset=offset
    )
    with open_library() as library:
        page = library.entities.appearances(name, asked)
    if as_json:
        made = {field: plain(getattr(page, field)) for field in page.__dataclass_fields__}
        print_json({**made, "appearances": [appearance_as_json(one) for one in page.appearances]})
        return
    _print(page)


@app.command("rename")
def rename(
    name: Which,
    new: Annotated[str, typer.Argument(metavar="NEW", help="The new name.")],
    as_json: AsJson = False,
) -> None:
    """Give an entity another name."""
    with open_library() as library:
        entity = library.entities.rename(name, new)
    if as_json:
        print_json(asdict(entity))
        return
    typer.echo(f"It is called {shown(entity.name)} now.")


@app.command("remove")
def remove(name: Which, as_json: AsJson = False) -> None:
    """Forget an entity, with its examples."""
    with open_library() as library:
        entity = library.entities.remove(name)
    if as_json:
        print_json({"removed": asdict(entity)})
        return
    typer.echo(f"Forgot {shown(entity.name)}.")


@app.command("examples")
def examples(
    name: Which,
    drop: Annotated[str | None, typer.Option("--remove", metavar="ID", help="Forget this example.")] = None,
    as_json: AsJson = False,
) -> None:
    """List the crops by which an entity is known, or remove one."""
    with open_library() as library:
        entity = library.entities.find(name)
        if drop is not None:
            library.entities.drop(entity.id, _id(drop))
        found = library.entities.examples(entity.id)
    if as_json:
        print_json({"examples": [example_as_json(entity.id, one) for one in found]})
        return
    rows = table("cut out of", "at", "rectangle", "id")
    for one in found:
        at = clock(one.t_s) if one.t_s is not None else ""
        rows.add_row(str(one.video_id) if one.video_id else "a picture", at, _rectangle(one.box), str(one.id))
    console = stdout_console()
    console.print(
        rows if found else f"No examples yet: scenedex entities add {shown(entity.name)!r} adds one."
    )


def _cutouts(
    pictures: list[Path], scene: str | None, video: str | None, at: float | None, box: str | None
) -> list[Cutout]:
    where = parsed_box(box)
    made = [Cutout(picture=picture_file(path), box=where) for path in pictures]
    if scene is not None:
        made.append(Cutout(scene=scene, t_s=at, box=where))
    if video is not None:
        made.append(Cutout(video=video, t_s=at, box=where))
    if not made and (at is not None or box is not None):
        raise UsageError("--at and --box say which part is meant: give --video, --scene or --picture, too.")
    return made


def _print(page: Appearances) -> None:
    console = stdout_console()
    if page.appearances:
        rows = table("", "video", "scenes", "time", "best at", "similarity", "rectangle")
        for one in page.appearances:
            scenes = f"{one.scenes[0]}" + (f" - {one.scenes[-1]}" if len(one.scenes) > 1 else "")
            time = f"{clock(one.start_s)} - {clock(one.end_s)}"
            rows.add_row(
                one.band, Text(shown(one.video)), scenes, time, clock(one.best_s), f"{one.score:.2f}",
                _rectangle(one.box),
            )  # fmt: skip
        console.print(rows)
    else:
        console.print(Text(f"{shown(page.entity.name)} is nowhere to be seen."))
    more = page.total - len(page.appearances)
    if more > 0:
        console.print(f"{page.total} appearances in all.")
    for sentence in page.degraded:
        complain(sentence)


def _rectangle(box: Any) -> str:
    return ",".join(f"{side:.2f}" for side in box) if box else "all of it"


def _several(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise UsageError(
            f"{text!r} is no id of an example: `scenedex entities examples NAME` lists them."
        ) from None
