"""What can be said of a search on the command line."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

Query = Annotated[
    str,
    typer.Argument(
        help="What you are looking for. Quotation marks ask for the exact words; two quoted parts with `then` "
        "between them for scenes that follow one another. May be left out with --image or --like."
    ),
]
Limit = Annotated[int, typer.Option("--limit", "-n", help="Most hits to show.")]
Offset = Annotated[int, typer.Option(help="Hits to pass over first.")]
Mode = Annotated[str, typer.Option(help="How pictures take part: auto, recall, rerank or skip.")]
Image = Annotated[Path | None, typer.Option(help="Find what looks like this picture.")]
Like = Annotated[str | None, typer.Option(help="Find what looks like this scene: VIDEO:SCENE, or its id.")]
At = Annotated[float | None, typer.Option(help="With --like: the keyframe nearest to this time, in seconds.")]
Box = Annotated[
    str | None, typer.Option(help="Only this part of the picture: left,top,right,bottom from 0 to 1.")
]
Weight = Annotated[
    float, typer.Option(help="What --image or --like counts beside words, above 0, at most 1.")
]
Video = Annotated[
    list[str] | None, typer.Option(help="Search in this video only (id, path or file name); may be repeated.")
]
After = Annotated[datetime | None, typer.Option(help="Videos recorded, or else added, then or later.")]
Before = Annotated[datetime | None, typer.Option(help="Videos recorded, or else added, earlier than that.")]
MinDuration = Annotated[float | None, typer.Option(help="Videos at least this long, in seconds.")]
MaxDuration = Annotated[float | None, typer.Option(help="Videos at most this long, in seconds.")]
Start = Annotated[
    float | None, typer.Option("--from", help="Scenes that end after this time in their video, in seconds.")
]
End = Annotated[float | None, typer.Option("--to", help="Scenes that begin before this time in their video.")]
Language = Annotated[str | None, typer.Option(help="Scenes with captions in this language, such as en.")]
Tag = Annotated[list[str] | None, typer.Option(help="Videos with this tag; may be repeated.")]
SceneTag = Annotated[
    list[str] | None, typer.Option("--scene-tag", help="Scenes with this tag; may be repeated.")
]
Speaker = Annotated[
    str | None, typer.Option(help="Scenes in which somebody speaks whom the subtitles name so.")
]
Band = Annotated[
    list[str] | None, typer.Option(help="Only hits of this band (strong, possible, weak); may be repeated.")
]
ByVideo = Annotated[bool, typer.Option("--by-video", help="Group the hits by video.")]
Fold = Annotated[bool, typer.Option("--fold", help="Show scenes that look nearly the same once.")]
Weaker = Annotated[
    bool, typer.Option("--weaker", help="Show the weaker results, too, that are hidden otherwise.")
]
Within = Annotated[float, typer.Option(help="Longest time in seconds between parts joined by `then`.")]
Explain = Annotated[
    bool, typer.Option("--explain", help="Say how the answer came about: plan, weights, scores, times.")
]
Export = Annotated[
    str | None,
    typer.Option(
        metavar="FORMAT",
        help="Write the hits for editors instead: edl, fcpxml, otio, csv, json, sheet, mp4 or copy.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")]
