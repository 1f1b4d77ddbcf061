"""Which files an export has, and its tables."""

import csv
import io
import json
from dataclasses import replace

import opentimelineio as otio
import pytest
from tests.unit.exports.lists import P23, P25, P29, P59, moment, source

from scenedex.errors import UsageError
from scenedex.exports.formats import FORMATS, Export, ListRequest, written
from scenedex.types import Transition


def exported(*sources: object, format: str = "edl", scenes: int = 2, **options: object) -> Export:
    found = [moment(of, n, 100 * n, 100 * n + 50) for n in range(scenes) for of in sources]  # type: ignore[arg-type]
    request = ListRequest(format=format, **options)  # type: ignore[arg-type]
    return written(found, {of.video_id: of for of in sources}, request)  # type: ignore[attr-defined]


def table(made: Export) -> list[dict[str, str]]:
    (file,) = made.files
    return list(csv.DictReader(io.StringIO(file.data.decode(), newline="")))


FILMS = (
    source(P29, "10:00:00;00", name="drop.mov"),
    source(P29, "10:00:00:00", name="plain.mov"),
    source(P23, name="cinema.mov"),
)


def test_an_edl_for_each_rate_and_way_of_counting() -> None:
    made = exported(*FILMS, title="cars")
    assert [file.name for file in made.files] == ["cars-1.edl", "cars-2.edl", "cars-3.edl"]
    heads = [file.data.decode().splitlines()[:2] for file in made.files]
    assert heads == [
        ["TITLE: cars 29.97 DF", "FCM: DROP FRAME"],
        ["TITLE: cars 29.97 NDF", "FCM: NON-DROP FRAME"],
        ["TITLE: cars 23.976", "FCM: NON-DROP FRAME"],
    ]
    assert made.events == 6
    assert made.notes == (
        "cinema.mov: the file has no timecode, counted from zero.",
        "The videos have 2 rates: there is a timeline for each.",
        "An EDL has one rate, one way of counting and 999 events at most: there are 3 of them.",
    )


@pytest.mark.parametrize("format", [one for one in FORMATS if one != "edl"])
@pytest.mark.parametrize("bins", [False, True])
def test_the_others_are_one_file(format: str, bins: bool) -> None:
    made = exported(*FILMS, format=format, bins=bins, title='a/b: "c"\n')
    assert [file.name for file in made.files] == [f"a b c.{format}"]


def test_edls_as_bins() -> None:
    made = exported(*FILMS, bins=True, title="cars")
    assert [file.data.decode().splitlines()[0] for file in made.files] == [
        f"TITLE: cars {name}.mov" for name in ("drop", "plain", "cinema")
    ]


def test_a_table() -> None:
    rows = table(exported(source(P29, "10:00:59;20", name="a.mov"), format="csv", join=False))
    assert [row["source_in"] for row in rows] == ["10:00:59;20", "10:01:03;02"]
    assert rows[0] | {"scene_ids": "", "video_id": ""} == {
        "video": "a.mov", "scenes": "0", "source_in": "10:00:59;20", "source_out": "10:01:01;12",
        "duration": "00:00:01;20", "rate": "30000/1001", "drop_frame": "yes", "first_frame": "0", "end_frame": "50",
        "start_s": "0.0", "end_s": "1.668333", "score": "0.5", "band": "strong", "reel": "A",
        "transition": "", "transition_in": "", "transition_out": "", "path": "/films/a.mov",
        "notes": "", "scene_ids": "", "video_id": "",
    }  # fmt: skip


def test_a_dissolve_is_said_in_timecode_and_not_made_again() -> None:
    film = source(P29, "10:00:59;20", name="a.mov")
    second = 1001 / 1000
    begins = Transition(kind="dissolve", at_s=100 / P29, start_s=2.5 * second, end_s=4.5 * second)
    found = [replace(moment(film, 1, 100, 150), transition=begins)]
    (row,) = table(written(found, {film.video_id: film}, ListRequest(format="csv")))
    assert (row["transition"], row["transition_in"], row["transition_out"]) == (
        "dissolve",
        "10:01:02;07",
        "10:01:04;07",
    )
    (file,) = written(found, {film.video_id: film}, ListRequest(format="edl")).files
    assert "* COMMENT: BEGINS WITH A DISSOLVE, 10:01:02;07 TO 10:01:04;07\r\n" in file.data.decode()
    (clip,) = otio.adapters.read_from_string(file.data.decode(), "cmx_3600", rate=float(P29)).video_tracks()[
        0
    ]
    assert clip.source_range.duration.value == 50


@pytest.mark.parametrize("name", ["=HYPERLINK(0)", "+1.mov", "-1.mov", "@a.mov", '"=1",x', "a\n=1"])
def test_no_cell_is_a_formula(name: str) -> None:
    (row,) = table(exported(source(P25, name=name, path=f"/films/{name}"), format="csv", scenes=1))
    assert not any(value.startswith(("=", "+", "-", "@")) for value in row.values())
    assert "\n" not in row["video"] + row["path"]


def test_json_keeps_names_as_they_are() -> None:
    film = source(P59, name="=a\n\udcff.mov", path="/films/=a\n\udcff.mov")
    (file,) = exported(film, format="json", title="x\ny", scenes=1).files
    said = json.loads(file.data)
    assert said["title"] == "x\ny"
    (event,) = said["events"]
    assert (event["video"], event["path"]) == (film.name, film.path)
    assert (event["rate"], event["drop_frame"], event["first_frame"]) == ("60000/1001", True, 0)


@pytest.mark.parametrize("handles", [(-1.0, 0.0), (0.0, 601.0), (float("nan"), 0.0), (0.0, float("inf"))])
def test_handles_that_make_no_sense(handles: tuple[float, float]) -> None:
    with pytest.raises(UsageError, match="600"):
        exported(source(P25), handles_s=handles)


def test_nothing_and_no_format() -> None:
    with pytest.raises(UsageError, match="nothing to export"):
        exported()
    with pytest.raises(UsageError, match="edl, fcpxml, otio, csv, json"):
        exported(source(P25), format="aaf")
