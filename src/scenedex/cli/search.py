"""`scenedex search`"""

from datetime import datetime
from pathlib import Path
from typing import Any, cast

from rich.console import Console
from rich.text import Text

from scenedex.cli import search_options as options
from scenedex.cli.clips import Bins, Handles, Output, Taking, take
from scenedex.cli.explain import print_explanation
from scenedex.cli.output import clock, marked, print_json, shown, stdout_console, table
from scenedex.errors import UsageError
from scenedex.library import open_library
from scenedex.search.as_json import answer_as_json
from scenedex.search.planning import checked_mode
from scenedex.search.request import Example
from scenedex.types import Answer, Band, Filters, Hit

MAX_PICTURE_BYTES = 100_000_000


def search(  # noqa: PLR0913 (one for each thing that can be said of a search)
    query: options.Query = "",
    *,
    limit: options.Limit = 10,
    offset: options.Offset = 0,
    mode: options.Mode = "auto",
    image: options.Image = None,
    like: options.Like = None,
    at: options.At = None,
    box: options.Box = None,
    weight: options.Weight = 0.5,
    video: options.Video = None,
    after: options.After = None,
    before: options.Before = None,
    min_duration: options.MinDuration = None,
    max_duration: options.MaxDuration = None,
    start: options.Start = None,
    end: options.End = None,
    language: options.Language = None,
    tag: options.Tag = None,
    scene_tag: options.SceneTag = None,
    speaker: options.Speaker = None,
    band: options.Band = None,
    by_video: options.ByVideo = False,
    fold: options.Fold = False,
    within: options.Within = 60.0,
    weaker: options.Weaker = False,
    explain: options.Explain = False,
    export: options.Export = None,
    output: Output = None,
    handles: Handles = "0",
    bins: Bins = False,
    as_json: options.AsJson = False,
) -> None:
    """Find scenes by what is said, seen, heard and written in them, or by an example."""
    taking = _taking(export, output, handles, bins=bins)
    if taking is not None and as_json:
        raise UsageError("--export writes the hits, and --json prints the answer: give one of them.")
    example = _example(image, like, at, box, weight)
    filters = Filters(
        after=_aware(after),
        before=_aware(before),
        min_duration_s=min_duration,
        max_duration_s=max_duration,
        from_s=start,
        to_s=end,
        language=language,
        tags=tuple(tag or ()),
        scene_tags=tuple(scene_tag or ()),
        speaker=speaker,
    )
    with open_library() as library:
        answer = library.search(
            query,
            videos=video or (),
            example=example,
            limit=limit,
            offset=offset,
            filters=filters,
            mode=checked_mode(mode),
            bands=cast("tuple[Band, ...]", tuple(band or ())),
            group_by="video" if by_video else None,
            fold=fold,
            within_s=within,
            weaker=weaker,
        )
        if taking is not None:
            take(library, answer, taking)
            return
    if as_json:
        print_json(answer_as_json(answer))
        return
    print_answer(answer)
    if explain:
        print_explanation(answer)


def _taking(export: str | None, output: Path | None, handles: str, *, bins: bool) -> Taking | None:
    if export is None:
        if output is not None or bins or handles != "0":
            raise UsageError("--output, --handles and --bins belong to --export FORMAT.")
        return None
    taking = Taking(format=export, output=output, handles=handles, bins=bins)
    taking.check()
    return taking


def _example(
    image: Path | None, like: str | None, at: float | None, box: str | None, weight: float
) -> Example | None:
    if image is None and like is None:
        if box is not None or at is not None:
            raise UsageError(
                "--box and --at say which part of an example is meant: give --image FILE or --like VIDEO:SCENE."
            )
        return None
    if image is not None and like is not None:
        raise UsageError("Give --image or --like, not both.")
    picture = picture_file(image) if image is not None else None
    return Example(scene=like, picture=picture, t_s=at, box=parsed_box(box), weight=weight)


def picture_file(path: Path) -> bytes:
    """The bytes of a picture. Raises UsageError for one that cannot be read or is too large."""
    try:
        with path.open("rb") as file:
            # not by its size: a device has none, and no end
            picture = file.read(MAX_PICTURE_BYTES + 1)
    except OSError as exc:
        raise UsageError(f"The picture {path} cannot be read: {exc.strerror or exc}.") from exc
    if len(picture) > MAX_PICTURE_BYTES:
        raise UsageError(
            f"{path} is larger than {MAX_PICTURE_BYTES // 1_000_000} MB: give a smaller picture."
        )
    return picture


def parsed_box(text: str | None) -> tuple[float, float, float, float] | None:
    """`left,top,right,bottom` as numbers. Raises UsageError."""
    if text is None:
        return None
    try:
        left, top, right, bottom = (float(part) for part in text.split(","))
    except ValueError as exc:
        raise UsageError(
            "--box takes left,top,right,bottom from 0 to 1, such as 0.5,0,1,0.5 for the upper right quarter, "
            f"not {text}."
        ) from exc
    return left, top, right, bottom


def _aware(moment: datetime | None) -> datetime | None:
    """A time without a zone is meant as this machine's."""
    return moment.astimezone() if moment is not None else None


def print_answer(answer: Answer, console: Console | None = None) -> None:
    """A table of the hits, or the sentence that there are none."""
    console = console or stdout_console()
    hits = [hit for group in answer.groups for hit in group.hits] or answer.hits
    if hits:
        rows = table("", "video", "scene", "time", "")
        for hit in hits:
            _add(rows, hit)
            for link in hit.then:
                _add(rows, link, follows=True)
        console.print(rows)
    else:
        asked = f"“{shown(answer.query)}”" if answer.query.strip() else "the example"
        console.print(Text(f"Nothing here fits {asked}."))
    for group in answer.groups:
        if group.more:
            console.print(Text(f"{group.more} more in {shown(group.video)}."))
    if answer.hidden:
        results = "weaker result is" if answer.hidden == 1 else "weaker results are"
        console.print(f"{answer.hidden} {results} not shown: --weaker shows them.")
    for channel in answer.degraded:
        console.print(Text(f"Left out: {shown(channel)}"))


def _add(rows: Any, hit: Hit, *, follows: bool = False) -> None:
    time = f"{clock(hit.start_s)} - {clock(hit.end_s)}"
    name = Text("  then") if follows else Text(shown(hit.video))
    why = _why(hit)
    if hit.alike:
        why.append(f" (and {hit.alike} that look the same)", style="dim")
    rows.add_row("" if follows else hit.band, name, str(hit.scene), time, why)


def _why(hit: Hit) -> Text:
    """The words that matched, where words did; else what else speaks for the scene."""
    best = max(hit.channels.items(), key=lambda item: item[1].calibrated)
    at = f" at {clock(best[1].t_s)}" if best[1].t_s is not None else ""
    if best[0] in _SEEN:
        return Text(_SEEN[best[0]] + at, style="italic")
    said = next((evidence for evidence in hit.channels.values() if evidence.text), None)
    if said is None or said.text is None:
        return Text("")
    words, speaker = marked(said.text), said.speaker
    if speaker is not None and speaker.casefold() not in words.plain.casefold():
        return Text(f"{shown(speaker)}: ").append_text(words)
    return words


_SEEN = {"visual": "seen", "audio": "heard", "anchor": "looks alike"}
