"""`scenedex baselines` and `scenedex anomalies`"""

from typing import Annotated

import typer
from rich.text import Text

from scenedex.cli.output import clock, print_json, shown, stdout_console, table
from scenedex.library import open_library
from scenedex.search.as_json import baseline_as_json, plain

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Which = Annotated[str, typer.Argument(metavar="NAME", help="Its name, or its id.")]

app = typer.Typer(help="What is normal in videos, so that what is not can be told.", no_args_is_help=True)


@app.command("add")
def add(  # noqa: PLR0913 (each thing that a baseline can be made of)
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="What it is called, such as that of the camera.")
    ],
    *,
    video: Annotated[
        list[str] | None, typer.Option(help="A video (id, path or file name) that shows it; may be repeated.")
    ] = None,
    start: Annotated[
        float | None, typer.Option("--from", help="Of the videos only from this time on, in seconds.")
    ] = None,
    end: Annotated[
        float | None, typer.Option("--to", help="Of the videos only before this time, in seconds.")
    ] = None,
    scene: Annotated[
        list[str] | None, typer.Option(help="A scene that shows it: VIDEO:SCENE, or its id; may be repeated.")
    ] = None,
    again: Annotated[bool, typer.Option("--again", help="In place of the baseline of this name.")] = False,
    as_json: AsJson = False,
) -> None:
    """Keep what videos and scenes show as what is normal: the mean of their keyframes."""
    with open_library() as library:
        made = library.baselines.add(
            name, videos=video or (), scenes=scene or (), from_s=start, to_s=end, again=again
        )
    if as_json:
        print_json(baseline_as_json(made))
        return
    typer.echo(
        f"{shown(made.name)} is the mean of {made.pictures} keyframe{'' if made.pictures == 1 else 's'}."
    )


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """List the baselines."""
    with open_library() as library:
        found, _ = library.baselines.page()
    if as_json:
        print_json({"baselines": [baseline_as_json(one) for one in found]})
        return
    rows = table("name", "keyframes", "made with", "made", "id")
    for one in found:
        rows.add_row(
            Text(shown(one.name)), str(one.pictures), one.space_name or "", one.made_at[:10], str(one.id)
        )
    stdout_console().print(rows if found else "No baselines yet: scenedex baselines add NAME makes one.")


@app.command("show")
def show(name: Which, as_json: AsJson = False) -> None:
    """Show what a baseline was made of."""
    with open_library() as library:
        found = library.baselines.find(name)
    if as_json:
        print_json(baseline_as_json(found))
        return
    typer.echo(f"{shown(found.name)}  {found.pictures} keyframes  {found.space_name or ''}  {found.id}")
    for kind in ("videos", "scenes"):
        for one in found.made_of.get(kind) or ():
            typer.echo(f"  {kind[:-1]} {one}")
    times = [(word, found.made_of.get(key)) for word, key in (("from", "from_s"), ("to", "to_s"))]
    said = ", ".join(f"{word} {clock(time)}" for word, time in times if time is not None)
    if said:
        typer.echo(f"  {said}")


@app.command("rename")
def rename(
    name: Which,
    new: Annotated[str, typer.Argument(metavar="NEW", help="The new name.")],
    as_json: AsJson = False,
) -> None:
    """Give a baseline another name."""
    with open_library() as library:
        found = library.baselines.rename(name, new)
    if as_json:
        print_json(baseline_as_json(found))
        return
    typer.echo(f"It is called {shown(found.name)} now.")


@app.command("remove")
def remove(name: Which, as_json: AsJson = False) -> None:
    """Forget a baseline."""
    with open_library() as library:
        found = library.baselines.remove(name)
    if as_json:
        print_json({"removed": baseline_as_json(found)})
        return
    typer.echo(f"Forgot {shown(found.name)}.")


def anomalies(
    video: Annotated[str, typer.Argument(metavar="VIDEO", help="An id, a path, or a file name.")],
    *,
    baseline: Annotated[
        str | None, typer.Option(help="What is normal: name or id; else the mean of the video itself.")
    ] = None,
    threshold: Annotated[
        float | None,
        typer.Option(help="Score above which it is out of the ordinary, 0 to 1; else ANOMALY_THRESHOLD."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Find what is out of the ordinary in a video, and when it is at its peak."""
    with open_library() as library:
        least = library.baselines.threshold(threshold)
        curve = library.baselines.curve(video, baseline)
    found = curve.anomalies(least)
    if as_json:
        print_json(
            {
                "video_id": curve.video.id,
                "baseline": baseline_as_json(curve.baseline) if curve.baseline else None,
                "space": curve.space,
                "threshold": least,
                "scores": plain(curve.scores),
                "anomalies": plain(found),
            }
        )
        return
    console = stdout_console()
    if not found:
        most = max((score.score for score in curve.scores), default=0.0)
        console.print(
            f"Nothing is out of the ordinary: no keyframe scores above {least:g}; the most is {most:.2f}."
        )
        return
    rows = table("scenes", "time", "peak at", "score")
    for one in found:
        scenes = f"{one.scenes[0]}" + (f" - {one.scenes[-1]}" if len(one.scenes) > 1 else "")
        rows.add_row(
            scenes, f"{clock(one.start_s)} - {clock(one.end_s)}", clock(one.peak_s), f"{one.score:.2f}"
        )
    console.print(rows)
