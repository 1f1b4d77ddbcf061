"""`scenedex videos` and `scenedex stats`"""

from pathlib import Path
from typing import Annotated, Any, cast, get_args

import typer
from rich.text import Text

from scenedex.cli.output import clock, print_json, shown, spoken, stdout_console, table
from scenedex.errors import UsageError
from scenedex.library import open_library
from scenedex.search.as_json import plain
from scenedex.store.listing import ListedVideo, Wanted
from scenedex.store.tags import folded
from scenedex.types import Scene, Video, VideoSort, VideoState

ALL = 1_000_000
"""Videos that are listed at most."""

STATES: tuple[VideoState, ...] = get_args(VideoState)
ORDERS: tuple[VideoSort, ...] = get_args(VideoSort)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Which = Annotated[str, typer.Argument(metavar="VIDEO", help="An id, a path, or a file name.")]

app = typer.Typer(help="The videos of the library.", invoke_without_command=True)


@app.callback()
def default(ctx: typer.Context, as_json: AsJson = False) -> None:
    """The videos of the library; without a sub-command: list them."""
    if ctx.invoked_subcommand is None:
        list_(as_json=as_json)


@app.command("list")
def list_(
    name: Annotated[str, typer.Option(help="Only videos with this in their file name.")] = "",
    state: Annotated[str | None, typer.Option(help=f"Only those that are {', '.join(STATES)}.")] = None,
    sort: Annotated[str, typer.Option(help=f"{', '.join(ORDERS)}.")] = "newest",
    as_json: AsJson = False,
) -> None:
    """List the videos, the newest first."""
    if state is not None and state not in STATES:
        raise UsageError(f"There is no state {state!r}: there are {', '.join(STATES)}.")
    wanted = Wanted(text=name, state=cast("VideoState", state), sort=cast("VideoSort", sort))
    with open_library() as library:
        page = library.page_of_videos(ALL, 0, wanted)
    if as_json:
        print_json({"videos": [listed_as_json(one) for one in page.videos]})
        return
    rows = table("video", "length", "scenes", "captions", "id", "")
    rows.columns[4].no_wrap = True
    for one in page.videos:
        video = one.video
        state = "" if one.state == "indexed" else one.state
        rows.add_row(
            Text(shown(video.name)),
            clock(video.duration_s),
            str(video.scene_count),
            str(video.caption_count),
            str(video.id),
            state,
        )
    nothing = "No such videos." if page.states or name else "No videos yet: scenedex index PATH adds some."
    stdout_console().print(rows if page.videos else nothing)


@app.command("show")
def show(video: Which, as_json: AsJson = False) -> None:
    """Show a video with its scenes, keyframes and captions."""
    with open_library() as library:
        found, scenes = library.show(video)
    if as_json:
        print_json(video_as_json(found, scenes))
        return
    console = stdout_console()
    console.print(Text(f"{shown(found.name)}  {clock(found.duration_s)}  {found.id}"))
    for path in found.paths:
        console.print(Text(f"  {shown(path)}"))
    if found.recorded_at:
        console.print(Text(f"  recorded: {found.recorded_at}"))
    if found.tags:
        console.print(Text(f"  tags: {tagged(found)}"))
    if speakers := speakers_in(scenes):
        console.print(Text(f"  speakers: {', '.join(map(shown, speakers))}"))
    rows = table("scene", "time", "begins", "keyframes", "captions")
    for scene in scenes:
        said = Text(" / ".join(map(spoken, scene.captions)))
        time = f"{clock(scene.start_s)} - {clock(scene.end_s)}"
        rows.add_row(str(scene.index), time, begins(scene), str(len(scene.keyframes)), said)
    console.print(rows)


@app.command("tag")
def tag(
    video: Which,
    tags: Annotated[list[str], typer.Argument(metavar="TAG...", help="Words to file it under.")],
    remove: Annotated[bool, typer.Option("--remove", help="Take these tags away instead.")] = False,
    as_json: AsJson = False,
) -> None:
    """Give a video tags, which a search can ask for."""
    with open_library() as library:
        found = library.tag(video, remove=tags) if remove else library.tag(video, add=tags)
    if as_json:
        print_json({"id": found.id, "tags": found.tags})
        return
    typer.echo(f"{shown(found.name)}: {tagged(found) or 'no tags'}")


@app.command("remove")
def remove(video: Which, as_json: AsJson = False) -> None:
    """Forget a video. Its file stays where it is, unless it came over HTTP."""
    with open_library() as library:
        removed = library.remove(video)
        sent = any(Path(path).is_relative_to(library.arrivals.root) for path in removed.paths)
    if as_json:
        print_json({"removed": removed})
        return
    rest = "What was sent of it is removed." if sent else "Its file was not touched."
    typer.echo(f"Forgot {shown(removed.name)}. {rest}")


def stats(as_json: AsJson = False) -> None:
    """Count what the library holds."""
    with open_library() as library:
        counted = library.stats()
    if as_json:
        print_json(counted)
        return
    rows = table("", "")
    for name, value in counted.items():
        if isinstance(value, dict):
            for space, numbers in value.items():
                rows.add_row(
                    Text(f"{name}: {shown(space)}"), ", ".join(f"{n} {what}" for what, n in numbers.items())
                )
        else:
            rows.add_row(name.replace("_", " "), f"{value:.1f}" if isinstance(value, float) else str(value))
    stdout_console().print(rows)


def listed_as_json(one: ListedVideo) -> dict[str, Any]:
    """A video with how it stands, as the API gives it."""
    error = one.job.reason if one.job is not None and one.state == "failed" else None
    return {**plain(one.video), "state": one.state, "error": error, "scene_id": one.scene_id}


def tagged(video: Video) -> str:
    """The tags of a video in a line."""
    return ", ".join(shown(tag) for tag in video.tags)


def begins(scene: Scene) -> str:
    """How a scene begins, in a word or three; "" where nobody knows, or nothing does."""
    one = scene.transition
    return "" if one is None else one.kind if one.kind == "cut" else f"{one.kind} {one.length_s:.1f} s"


def speakers_in(scenes: list[Scene]) -> list[str]:
    """Whom the subtitles name, in the order in which they first speak; names that differ in case are one."""
    names = [caption.speaker for scene in scenes for caption in scene.captions if caption.speaker]
    first: dict[str, str] = {}
    for name in names:
        first.setdefault(folded(name), name)
    return list(first.values())


def video_as_json(video: Video, scenes: list[Scene]) -> dict[str, Any]:
    """A video with its scenes, as `videos show --json` and the API give it."""
    made: dict[str, Any] = plain(video)
    made["speakers"] = speakers_in(scenes)
    made["scenes"] = [
        {
            "index": scene.index,
            "id": str(scene.id),
            "start_s": scene.start_s,
            "end_s": scene.end_s,
            "transition": plain(scene.transition),
            "keyframes": [plain(keyframe) for keyframe in scene.keyframes],
            "captions": [plain(caption) for caption in scene.captions],
        }
        for scene in scenes
    ]
    return made
