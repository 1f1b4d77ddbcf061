"""Hits of a library as lists, sheets and clips."""

import csv
import io
import json
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import av
import numpy as np
import opentimelineio as otio
import pytest
from PIL import Image

from scenedex import Library, open_library
from scenedex.errors import NotFoundError, UsageError
from scenedex.testing import COLOURS, Clip, shots_clip
from scenedex.types import Hit

STRANGER = UUID("00000000-0000-0000-0000-0000000000ff")
NTSC = Fraction(30000, 1001)
WORDS = ((0.1, 0.4, "A red car."),)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """A film of a camera, one with words, and another of the same name as the first."""
    folder = tmp_path_factory.mktemp("exporting")
    for name in ("one", "other"):
        (folder / name).mkdir()
    shots_clip(folder / "one" / "tape.mov", (1.0, 1.0, 1.0), Clip(rate=NTSC, timecode="10:00:58;20"))
    shots_clip(folder / "other" / "tape.mov", (0.8, 0.8), Clip(rate=NTSC, timecode="01:00:00:00"))
    shots_clip(folder / "words.mp4", (1.0, 0.6, 1.0), Clip(sound=True, captions=WORDS))
    with open_library(folder / "home") as opened:
        opened.add(folder / "one", folder / "other", folder / "words.mp4", complete=False)
        yield opened


@pytest.fixture
def tape(library: Library) -> str:
    return next(path for video in library.videos() for path in video.paths if path.endswith("one/tape.mov"))


def rows(library: Library, *scenes: Any, **options: Any) -> list[dict[str, Any]]:
    (file,) = library.export(scenes, "json", **options).files
    return list(json.loads(file.data)["events"])


def test_events_have_the_timecode_of_their_tape(library: Library, tape: str) -> None:
    """The second scene crosses a minute, whose first two labels are left out."""
    found = rows(library, *(f"{tape}:{number}" for number in range(3)))
    assert [(row["source_in"], row["source_out"]) for row in found] == [
        ("10:00:58;20", "10:00:59;20"),
        ("10:00:59;20", "10:01:00;22"),
        ("10:01:00;22", "10:01:01;22"),
    ]
    assert [(row["first_frame"], row["end_frame"]) for row in found] == [(0, 30), (30, 60), (60, 90)]
    assert not any(row["notes"] for row in found)


def test_handles_end_with_the_film(library: Library, tape: str) -> None:
    (row,) = rows(library, f"{tape}:1", handles_s=(0.5, 60.0))
    assert (row["first_frame"], row["end_frame"]) == (15, 90)


def test_what_a_search_finds(library: Library) -> None:
    answer = library.search("red car")
    made = library.export(answer, "otio")
    (file,) = made.files
    assert file.name == "red car.otio"
    timeline = otio.adapters.read_from_string(file.data.decode(), "otio_json")
    clip = timeline.tracks[0][0]
    assert clip.metadata["scenedex"]["score"] == pytest.approx(answer.hits[0].score)
    assert clip.source_range.duration == otio.opentime.RationalTime(25, 25)
    assert made.notes == ("words.mp4: the file has no timecode, counted from zero.",)


def test_what_follows_a_hit_comes_after_it(library: Library, tape: str) -> None:
    (hit,) = library.search("red car", limit=1).hits
    other = library.search("red car", limit=1).hits[0]
    scenes = library.show("words.mp4")[1]
    follows = Hit(**{**_fields(other), "scene_id": scenes[1].id, "scene": 1})
    both = Hit(**{**_fields(hit), "then": (follows,)})
    assert [row["scenes"] for row in rows(library, both)] == [[0], [1]]


def _fields(hit: Hit) -> dict[str, Any]:
    return {name: getattr(hit, name) for name in Hit.__dataclass_fields__}


def test_two_tapes_of_one_name(library: Library) -> None:
    scenes = [scene.id for video in library.videos() for scene in library.page_of_scenes(video.id, 10)[0]]
    made = library.export(scenes, "edl", title="all")
    assert {tuple(file.data.decode().split("\r\n")[:2]) for file in made.files} == {
        ("TITLE: all 29.97 DF", "FCM: DROP FRAME"),
        ("TITLE: all 25", "FCM: NON-DROP FRAME"),
        ("TITLE: all 29.97 NDF", "FCM: NON-DROP FRAME"),
    }
    (table,) = library.export(scenes, "csv").files
    lines = csv.DictReader(io.StringIO(table.data.decode(), newline=""))
    assert {line["reel"] for line in lines} == {
        "TAPE",
        "TAPE2",
        "WORDS",
    }


def test_what_was_indexed_before_is_looked_up_in_its_file(library: Library, tape: str) -> None:
    video, before = library.show(tape)[0], rows(library, f"{tape}:0")
    with library.transaction() as tx:
        tx.execute("update videos set media = media - 'timecode' where id = %(id)s", {"id": video.id})
    assert rows(library, f"{tape}:0") == before
    with library.transaction() as tx:
        tx.execute("update files set missing = true where video_id = %(id)s", {"id": video.id})
    moved = Path(tape).rename(f"{tape}.away")
    (row,) = rows(library, f"{video.id}:0")
    assert (row["source_in"], row["path"]) == ("00:00:00;00", None)
    assert "not looked for" in row["notes"][0]
    moved.rename(tape)
    with library.transaction() as tx:
        tx.execute("update files set missing = false where video_id = %(id)s", {"id": video.id})


def test_sheets(library: Library, tape: str) -> None:
    (sheet,) = library.sheet_of_hits([f"{tape}:{number}" for number in (2, 0)], title="two").files
    assert (sheet.name, sheet.media_type) == ("two.jpg", "image/jpeg")
    with Image.open(io.BytesIO(sheet.data)) as picture:
        assert picture.width == 2 * (256 + 8) + 8
        colours = [picture.getpixel((8 + 128 + column * 264, 60)) for column in range(2)]
    assert [nearest(np.array(colour)) for colour in colours] == [2, 0]


def nearest(colour: Any) -> int:
    return int(np.argmin([np.abs(np.asarray(colour, float) - one).sum() for one in COLOURS]))


def shown(path: Path) -> list[int]:
    with av.open(str(path)) as container:
        frames = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    return [nearest(frame[frame.shape[0] // 2, frame.shape[1] // 2]) for frame in frames]


def test_clips_cut_on_the_frame(library: Library, tape: str, tmp_path: Path) -> None:
    made = list(library.export_clips([f"{tape}:1", "words.mp4:1"], tmp_path / "clips"))
    assert [one.path.name for one in made if one.path] == [
        "tape scene 0001 10005920.mp4",
        "words scene 0001 00000100.mp4",
    ]
    assert shown(tmp_path / "clips" / "tape scene 0001 10005920.mp4") == [1] * 30
    assert shown(tmp_path / "clips" / "words scene 0001 00000100.mp4") == [1] * 15


def test_clips_with_handles(library: Library, tape: str, tmp_path: Path) -> None:
    (made,) = library.export_clips([f"{tape}:1"], tmp_path, handles_s=(0.1, 0.2))
    assert made.path is not None
    assert shown(made.path) == [0] * 3 + [1] * 30 + [2] * 6


def test_clips_that_are_copied_begin_at_a_key_frame(library: Library, tmp_path: Path) -> None:
    (made,) = library.export_clips(["words.mp4:1"], tmp_path, copy=True)
    assert made.path is not None
    assert made.begins_s <= 1.0
    pictures = shown(made.path)
    assert pictures[round((1.0 - made.begins_s) * 25) :][:15] == [1] * 15
    with av.open(str(made.path)) as clip, av.open(library.show("words.mp4")[0].paths[0]) as film:
        copied = {bytes(packet) for packet in clip.demux(video=0) if packet.size}
        assert copied <= {bytes(packet) for packet in film.demux(video=0) if packet.size}
    assert not list(tmp_path.glob("*.part"))


def test_a_clip_that_cannot_be_made_is_told(library: Library, tape: str, tmp_path: Path) -> None:
    moved = Path(tape).rename(f"{tape}.away")
    try:
        made = list(library.export_clips([f"{tape}:0", "words.mp4:1"], tmp_path))
    finally:
        moved.rename(tape)
    assert [one.path is None for one in made] == [True, False]
    assert "offline" in (made[0].reason or "")


def test_nothing_of_another_owner(library: Library, tmp_path: Path) -> None:
    scene, other = library.show("words.mp4")[1][0].id, library.of(STRANGER)
    for named in (scene, uuid4(), str(scene), "words.mp4:0"):
        with pytest.raises(NotFoundError):
            other.export([named], "csv")
        with pytest.raises(NotFoundError):
            other.sheet_of_hits([named])
        with pytest.raises(NotFoundError):
            list(other.export_clips([named], tmp_path))
    with pytest.raises(NotFoundError):
        other.export(library.search("red car"), "edl")


def test_nothing_to_export(library: Library, tmp_path: Path) -> None:
    for ask in (
        lambda: library.export([], "edl"),
        lambda: library.sheet_of_hits([]),
        lambda: list(library.export_clips([], tmp_path)),
        lambda: list(library.export_clips(["words.mp4:0"], tmp_path, handles_s=(-1, 0))),
        lambda: library.export([uuid4()] * 10_001, "edl"),
    ):
        with pytest.raises(UsageError):
            ask()
