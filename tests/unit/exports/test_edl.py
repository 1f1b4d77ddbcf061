"""EDLs, read back by OpenTimelineIO."""

import re
from dataclasses import replace

import opentimelineio as otio
import pytest
from tests.unit.exports.lists import COUNTS, P25, P29, RANGES, events, moment, source

from scenedex.exports.edl import edl
from scenedex.exports.events import Event, Source, Timeline, events_of

EVENT = re.compile(r"(\d{3})  (\S{1,8}) +(\S+) +C +(\S+) (\S+) (\S+) (\S+)")


def text_of(found: list[Event]) -> str:
    (text,) = edl(Timeline(name="cars", events=tuple(found)))
    return text


def lines(text: str) -> list[tuple[str, ...]]:
    return [match.groups() for line in text.splitlines() if (match := EVENT.fullmatch(line))]


def pictures(text: str, of: Source) -> list[otio.schema.Clip]:
    timeline = otio.adapters.read_from_string(text, "cmx_3600", rate=float(of.rate))
    (track,) = timeline.video_tracks()
    return list(track.find_clips())


@pytest.mark.parametrize("counted", COUNTS)
def test_opentimelineio_reads_the_same_events(counted: str) -> None:
    of = source(*COUNTS[counted])
    clips = pictures(text_of(events(of)), of)
    first = [round(clip.source_range.start_time.value) - of.start for clip in clips]
    ends = [start + round(clip.source_range.duration.value) for start, clip in zip(first, clips, strict=True)]
    assert list(zip(first, ends, strict=True)) == list(RANGES)
    assert {clip.name for clip in clips} == {"film.mov"}
    assert all(float(clip.source_range.start_time.value).is_integer() for clip in clips)


def test_the_record_side_is_without_gaps() -> None:
    of = source(*COUNTS["29.97 drop"])
    found = lines(text_of(events(of)))
    assert found[0][5] == "01:00:00;00"
    assert [event[6] for event in found[:-1]] == [event[5] for event in found[1:]]


@pytest.mark.parametrize(
    ("counted", "way"), [("29.97 drop", "DROP"), ("29.97", "NON-DROP"), ("25", "NON-DROP")]
)
def test_it_says_how_it_counts(counted: str, way: str) -> None:
    assert text_of(events(source(*COUNTS[counted]))).splitlines()[:2] == ["TITLE: cars", f"FCM: {way} FRAME"]


def test_a_source_that_crosses_a_minute_that_is_shortened() -> None:
    (event,) = lines(text_of(events(source(P29, "10:00:00;00"), ((1795, 1805),))))
    assert event[3:5] == ("10:00:59;25", "10:01:00;07")


def test_midnight() -> None:
    """Labels begin anew, as they do on the tape."""
    of = source(P29, "23:59:59;20")
    (event,) = lines(text_of(events(of, ((5, 25),))))
    assert event[3:5] == ("23:59:59;25", "00:00:00;15")


def test_a_thousand_events_are_two_lists() -> None:
    of = source(P25)
    found = events(of, tuple((10 * number, 10 * number + 5) for number in range(1100)))
    texts = edl(Timeline(name="cars", events=tuple(found)))
    assert [len(lines(text)) for text in texts] == [999, 101]
    assert [text.splitlines()[0] for text in texts] == ["TITLE: cars 1 of 2", "TITLE: cars 2 of 2"]
    assert {lines(text)[0][5] for text in texts} == {"01:00:00:00"}
    assert sum(len(pictures(text, of)) for text in texts) == 1100


def test_no_list_reaches_midnight() -> None:
    of = source(P25, frames=10 * 3600 * 25)
    hours = tuple((n, n + 9 * 3600 * 25) for n in range(4))
    texts = edl(Timeline(name="cars", events=tuple(events(of, hours))))
    assert [len(lines(text)) for text in texts] == [2, 2]
    assert all(event[6] > event[5] for text in texts for event in lines(text))


def test_videos_of_the_same_name_have_reels_of_their_own() -> None:
    one, other = (source(P25, name="interview.mov", path=f"/{number}/interview.mov") for number in (1, 2))
    found = events_of(
        [moment(one, 0, 0, 5), moment(other, 0, 0, 5), moment(one, 1, 10, 15)],
        {one.video_id: one, other.video_id: other},
    )
    text = text_of(found)
    assert [event[1] for event in lines(text)] == ["INTERVIE", "INTERVI2", "INTERVIE"]
    assert "* SOURCE FILE: /2/interview.mov" in text.splitlines()


@pytest.mark.parametrize(
    "name",
    [
        "a\n* FROM CLIP NAME:  forged.mov",
        "a\r\n002  FORGED   V     C        00:00:00:00 00:00:00:01 01:00:00:00 01:00:00:01",
        "a\u2028FCM: DROP FRAME\x85TITLE: forged\x0c003  X V C 1 2 3 4",
        "M2   X  000.0",
    ],
)
def test_no_name_becomes_a_line(name: str) -> None:
    of = source(P25, name=name, path=f"/films/{name}")
    text = text_of(events(of, ((0, 10),)))
    assert len(text.splitlines()) == 8
    assert len(lines(text)) == 1
    (clip,) = pictures(text, of)
    assert clip.source_range.duration.value == 10


def test_what_there_is_to_see_and_hear() -> None:
    shapes = ({}, {"channels": 1}, {"channels": 0}, {"width": None}, {"width": None, "channels": 1})
    assert [lines(text_of(events(source(P25, **shape), ((0, 5),))))[0][2] for shape in shapes] == [
        "AA/V", "B", "V", "AA", "A",
    ]  # fmt: skip


def test_what_an_editor_should_know_stands_beside_it() -> None:
    of = replace(source(P25), steady=False, path=None)
    text = text_of(events(of, ((0, 5),)))
    assert "* COMMENT: SCENE 0 strong 0.500" in text.splitlines()
    assert "all along" in text
    assert "SOURCE FILE" not in text
