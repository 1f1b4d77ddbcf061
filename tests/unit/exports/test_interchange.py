"""OTIO, read back by OpenTimelineIO."""

import sys

import opentimelineio as otio
import pytest
from tests.unit.exports.lists import COUNTS, P23, P25, P29, RANGES, events, source

from scenedex.errors import NotInstalledError
from scenedex.exports.events import Timeline, by_video, timelines_of
from scenedex.exports.interchange import otio as written


@pytest.mark.parametrize("counted", COUNTS)
def test_the_same_events(counted: str) -> None:
    of = source(*COUNTS[counted])
    text = written("cars", [Timeline(name="cars", events=tuple(events(of)))], [])
    timeline = otio.adapters.read_from_string(text, "otio_json")
    for track in timeline.tracks:
        first = [clip.source_range.start_time.value - of.start for clip in track]
        ends = [start + clip.source_range.duration.value for start, clip in zip(first, track, strict=True)]
        assert list(zip(first, ends, strict=True)) == list(RANGES)
        assert {clip.source_range.duration.rate for clip in track} == {float(of.rate)}
    assert [track.kind for track in timeline.tracks] == ["Video", "Audio"]
    clip = timeline.tracks[0][2]
    label = otio.opentime.to_timecode(clip.source_range.start_time, float(of.rate), of.drop)
    assert clip.metadata["scenedex"]["timecode"] == label  # OpenTimelineIO counts as we do
    start = otio.opentime.to_timecode(timeline.global_start_time, float(of.rate), of.drop)
    assert start.replace(";", ":") == "01:00:00:00"


def test_what_has_no_sound_leaves_a_gap() -> None:
    silent = source(P25, name="silent.mov", channels=0)
    text = written("x", [Timeline(name="x", events=(*events(silent, ((0, 5),)), *events(source(P25))))], [])
    timeline = otio.adapters.read_from_string(text, "otio_json")
    video, audio = timeline.tracks
    assert isinstance(audio[0], otio.schema.Gap)
    assert audio.duration() == video.duration()


def test_collections() -> None:
    found = [*events(source(P23, name="a.mov")), *events(source(P29, name="b.mov", path=None))]
    text = written("x", timelines_of(found, "x", apart=lambda event: event.source.rate), [])
    both = otio.adapters.read_from_string(text, "otio_json")  # held: a collection that nobody holds crashes
    assert [one.name for one in both] == ["x 23.976", "x 29.97"]
    bins = otio.adapters.read_from_string(written("x", [], by_video(found)), "otio_json")
    assert [(one.name, len(one)) for one in bins] == [("a.mov", len(RANGES)), ("b.mov", len(RANGES))]
    assert isinstance(bins[0][0].media_reference, otio.schema.ExternalReference)
    assert isinstance(bins[1][0].media_reference, otio.schema.MissingReference)


def test_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentimelineio", None)
    with pytest.raises(NotInstalledError, match=r"scenedex\[timelines\]"):
        written("x", [Timeline(name="x", events=tuple(events(source(P25))))], [])
