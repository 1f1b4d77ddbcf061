"""`scenedex clips`, and `scenedex search --export`: hits as files for editors."""

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, get_args
from uuid import UUID

import typer

from scenedex.cli.output import complain, print_json, shown
from scenedex.errors import UsageError
from scenedex.library import Library, open_library
from scenedex.library.cutting import MadeClip
from scenedex.library.exporting import FoundScene, Wanted, format_named
from scenedex.types import Answer, Band

LISTS = ("edl", "fcpxml", "otio", "csv", "json")
FILMS = ("mp4", "copy")
FORMATS = (*LISTS, "sheet", *FILMS)

MAX_STDIN = 100_000_000
"""Characters of an answer that is read from another command."""

Output = Annotated[
    Path | None,
    typer.Option("--output", "-o", help="File to write; for mp4 and copy, folder. Lists else go to stdout."),
]
Handles = Annotated[
    str, typer.Option(help="Seconds before and after, clipped to the video: 1, or 1,2.5 for both.")
]
Bins = Annotated[bool, typer.Option("--bins", help="One bin a video, not one timeline of all.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Taking:
    """As what hits are taken along."""

    format: str
    output: Path | None
    handles: str = "0"
    bins: bool = False
    join: bool = True
    by_time: bool = False
    title: str | None = None

    def check(self) -> None:
        """Raises UsageError before anything is searched."""
        if self.format not in FORMATS:
            raise UsageError(f"There is no format {self.format!r}: there are {', '.join(FORMATS)}.")
        if self.output is None and self.format not in LISTS:
            what = "a folder" if self.format in FILMS else "a file"
            raise UsageError(f"{self.format} needs --output: {what} to write.")
        parsed_handles(self.handles)


def clips(  # noqa: PLR0913 (one for each thing that can be said of an export)
    format: Annotated[str, typer.Argument(metavar="FORMAT", help=", ".join(FORMATS))],
    scenes: Annotated[
        list[str] | None, typer.Argument(metavar="[SCENE]...", help="VIDEO:SCENE, or ids of scenes.")
    ] = None,
    *,
    output: Output = None,
    bin_: Annotated[
        str | None, typer.Option("--bin", metavar="NAME", help="What is in this bin, in its order.")
    ] = None,
    video: Annotated[
        str | None, typer.Option("--video", metavar="VIDEO", help="All scenes of this video: its cut list.")
    ] = None,
    handles: Handles = "0",
    bins: Bins = False,
    apart: Annotated[
        bool, typer.Option("--apart", help="Leave events of a video that overlap apart.")
    ] = False,
    by_time: Annotated[bool, typer.Option("--by-time", help="By video and time, not as they come.")] = False,
    title: Annotated[str | None, typer.Option(help="Of the list; else the query.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Say as JSON what was written.")] = False,
) -> None:
    """Take scenes along: as a list for editors, contact sheets, or films.

    Without SCENE, --bin and --video the answer of `scenedex search --json` is read from stdin.
    """
    taking = Taking(
        format=format, output=output, handles=handles, bins=bins, join=not apart, by_time=by_time, title=title
    )
    taking.check()
    if as_json and output is None:
        raise UsageError("--json says what was written: give --output, too.")
    named: Sequence[Wanted] = scenes or ()
    if sum((bool(scenes), bin_ is not None, video is not None)) > 1:
        raise UsageError("Give one of scenes, --bin and --video.")
    if not scenes and bin_ is None and video is None:
        query, named = _from_stdin()
        taking = replace(taking, title=title or query)
    with open_library() as library:
        if bin_ is not None:
            named = [card.scene.id for card in library.bins.scenes(bin_)]
            taking = replace(taking, title=title or library.bins.find(bin_).name)
        elif video is not None:
            film, all_scenes = library.show(video)
            named, taking = [scene.id for scene in all_scenes], replace(taking, title=title or film.name)
        take(library, named, taking, as_json=as_json)


def take(library: Library, hits: Answer | Sequence[Wanted], taking: Taking, *, as_json: bool = False) -> None:
    """Write the files, and say so. Ends with status 1 where a film could not be made."""
    if taking.format in FILMS:
        _films(library, hits, taking, as_json=as_json)
        return
    title = {"title": taking.title} if taking.title else {}
    if taking.format == "sheet":
        made = library.sheet_of_hits(hits, **title)
    else:
        made = library.export(
            hits,
            format_named(taking.format),
            bins=taking.bins,
            handles_s=parsed_handles(taking.handles),
            join=taking.join,
            by_time=taking.by_time,
            **title,
        )
    paths = _targets([file.name for file in made.files], taking.output)
    for file, path in zip(made.files, paths, strict=True):
        _write(path, file.data)
    if as_json:
        print_json({"files": [str(path) for path in paths], "events": made.events, "notes": made.notes})
        return
    for note in made.notes:
        complain(note)
    for path in paths:
        if path is not None:
            typer.echo(f"Wrote {shown(str(path))}.")


def parsed_handles(text: str) -> tuple[float, float]:
    """`1` or `1,2.5` as seconds before and after. Raises UsageError."""
    parts = text.split(",")
    try:
        before, after = (float(part) for part in (parts if len(parts) == 2 else parts * 2))
    except ValueError as exc:
        raise UsageError(f"--handles takes seconds, such as 1 or 0.5,2, not {text!r}.") from exc
    return before, after


def _films(library: Library, hits: Answer | Sequence[Wanted], taking: Taking, *, as_json: bool) -> None:
    assert taking.output is not None
    made = []
    for one in library.export_clips(
        hits,
        taking.output,
        copy=taking.format == "copy",
        handles_s=parsed_handles(taking.handles),
        join=taking.join,
    ):
        made.append(one)
        if not as_json:
            _tell(one)
    if as_json:
        print_json({"clips": [_clip_as_json(one) for one in made]})
    if any(one.path is None for one in made):
        raise typer.Exit(1)


def _tell(one: MadeClip) -> None:
    if one.path is None:
        complain(f"{one.event.name}: {one.reason}")
    else:
        typer.echo(f"Wrote {shown(str(one.path))}.")


def _clip_as_json(one: MadeClip) -> dict[str, Any]:
    return {
        "path": None if one.path is None else str(one.path),
        "video_id": one.event.source.video_id,
        "video": one.event.source.name,
        "scenes": [moment.scene for moment in one.event.moments],
        "begins_s": one.begins_s,
        "reason": one.reason,
    }


def _targets(names: Sequence[str], output: Path | None) -> list[Path | None]:
    """Where each file goes: several of them, or into a folder, by numbers or their own names; None is stdout."""
    if output is None:
        if len(names) > 1:
            raise UsageError(f"These are {len(names)} files: say with --output where they shall go.")
        return [None]
    if output.is_dir():
        return [output / name for name in names]
    if len(names) == 1:
        return [output]
    return [output.with_name(f"{output.stem}-{number}{output.suffix}") for number in range(1, len(names) + 1)]


def _write(path: Path | None, data: bytes) -> None:
    if path is None:
        sys.stdout.buffer.write(data)
        sys.stdout.flush()
        return
    try:
        path.write_bytes(data)
    except OSError as exc:
        raise UsageError(f"{path} cannot be written: {exc.strerror or exc}.") from exc


def _from_stdin() -> tuple[str, list[Wanted]]:
    """The query and the hits of an answer that another command prints. Raises UsageError."""
    if sys.stdin.isatty():
        raise UsageError("Name scenes (VIDEO:SCENE), or pipe the answer of `scenedex search --json` in.")
    text = sys.stdin.read(MAX_STDIN + 1)
    if len(text) > MAX_STDIN:
        raise UsageError(f"The answer on stdin has more than {MAX_STDIN:,} characters.")
    try:
        answer = json.loads(text)
        hits = [hit for group in answer.get("groups", ()) for hit in group["hits"]] or answer["hits"]
        return str(answer.get("query") or ""), list(_scenes(hits))
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as exc:
        raise UsageError("What comes on stdin is no answer of `scenedex search --json`.") from exc


def _scenes(hits: Sequence[Any]) -> Iterator[Wanted]:
    for hit in hits:
        score, band = hit.get("score"), hit.get("band")
        if not (score is None or 0 <= float(score) <= 1) or band not in (None, *get_args(Band)):
            raise ValueError("this is no score, or no band")
        yield FoundScene(scene_id=UUID(hit["scene_id"]), score=score, band=band)
        yield from _scenes(hit.get("then") or ())
