"""FCPXML, held against a schema and read back by OpenTimelineIO."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest
from lxml import etree
from otio_fcpx_xml_adapter import fcpx_xml as adapter
from tests.unit.exports.lists import COUNTS, P23, P25, P29, RANGES, events, source

from scenedex.exports.events import Event, Source, Timeline, by_video, timelines_of
from scenedex.exports.fcpxml import fcpxml, seconds

SCHEMA = etree.RelaxNG(etree.parse(Path(__file__).with_name("fcpxml.rng")))


def document(found: list[Event], *, bins: bool = False) -> Any:
    timelines = timelines_of(found, "cars", apart=lambda event: event.source.rate)
    text = fcpxml("cars", [] if bins else timelines, by_video(found) if bins else [])
    made = etree.fromstring(text.encode())
    SCHEMA.assertValid(made)
    return made


def frames(time: str, of: Source) -> Fraction:
    return Fraction(time.removesuffix("s")) * of.rate


@pytest.fixture
def exact(monkeypatch: pytest.MonkeyPatch) -> None:
    """OpenTimelineIO's adapter with exact times.

    As it is it takes 29.97 for 29 frames a second, and cuts quotients of floats off: frame 900003 at 25 is read as
    900002. The rest of it reads as it does.
    """

    def to_rational_time(time: str | None, rate: float) -> otio.opentime.RationalTime:
        exact_rate = Fraction(rate).limit_denominator(1001)
        return otio.opentime.RationalTime(
            float(Fraction((time or "0s").removesuffix("s")) * exact_rate), rate
        )

    def rate_of(self: Any, format_id: str) -> float:
        return float(1 / Fraction(self._format_by_id(format_id).get("frameDuration").removesuffix("s")))

    def count(self: Any, time: str | None, format_id: str) -> int:
        return round(to_rational_time(time, rate_of(self, format_id)).value)

    monkeypatch.setattr(adapter, "to_rational_time", to_rational_time)
    monkeypatch.setattr(adapter.FcpxXml, "_format_frame_rate", rate_of)
    monkeypatch.setattr(adapter.FcpxXml, "_number_of_frames", count)


@pytest.mark.parametrize("counted", COUNTS)
@pytest.mark.usefixtures("exact")
def test_opentimelineio_reads_the_same_events(counted: str) -> None:
    of = source(*COUNTS[counted])
    text = fcpxml("cars", [Timeline(name="cars", events=tuple(events(of)))], [])
    (timeline,) = adapter.read_from_string(text.split("<!DOCTYPE fcpxml>")[1])
    (track,) = timeline.tracks
    clips = list(track)
    assert all(isinstance(clip, otio.schema.Clip) for clip in clips)  # no gaps
    first = [clip.source_range.start_time.value - of.start for clip in clips]
    ends = [start + clip.source_range.duration.value for start, clip in zip(first, clips, strict=True)]
    assert list(zip(first, ends, strict=True)) == list(RANGES)
    assert {clip.source_range.start_time.rate for clip in clips} == {float(of.rate)}
    assert {clip.media_reference.target_url for clip in clips} == {"file:///films/film.mov"}
    assert clips[0].media_reference.available_range.start_time.value == of.start


@pytest.mark.parametrize("counted", COUNTS)
def test_every_time_is_a_whole_frame(counted: str) -> None:
    of = source(*COUNTS[counted])
    made = document(events(of))
    clips = made.findall(".//asset-clip")
    at = Fraction(0)
    for clip, (first, end) in zip(clips, RANGES, strict=True):
        assert frames(clip.get("start"), of) == of.start + first
        assert frames(clip.get("duration"), of) == end - first
        assert frames(clip.get("offset"), of) == at
        at += end - first
    sequence = made.find(".//sequence")
    assert frames(sequence.get("duration"), of) == at
    assert sequence.get("tcFormat") == ("DF" if of.drop else "NDF")
    assert made.find(".//format").get("frameDuration") == seconds(1, of.rate)


def test_a_project_for_each_rate() -> None:
    found = [*events(source(P23, name="a.mov")), *events(source(P25, name="b.mov"), ((0, 5),))]
    made = document(found)
    assert [one.get("name") for one in made.findall(".//project")] == ["cars 23.976", "cars 25"]
    assert len(made.findall(".//format")) == len(made.findall(".//asset")) == 2


def test_a_bin_for_each_video() -> None:
    found = [*events(source(P29, name="a.mov")), *events(source(P25, name="b.mov"), ((0, 5),))]
    made = document(found, bins=True)
    assert [(one.get("name"), len(one)) for one in made.findall(".//event")] == [
        ("a.mov", len(RANGES)),
        ("b.mov", 1),
    ]
    assert made.find(".//project") is None


@pytest.mark.parametrize(
    "name", ['"><event name="forged"/>', "a\nb&c<d>'e'", "a\x00\x0b\uffffb\ud800", "]]>&lt;!--", "=1+1"]
)
def test_no_name_becomes_an_element(name: str) -> None:
    of = source(P25, name=name, path=f"/films/{name}".replace("\ud800", "\udcff"))
    made = document(events(of, ((0, 5),)))
    assert len(made.findall(".//event")) == len(made.findall(".//asset-clip")) == 1
    assert made.find(".//note").text.startswith("scene 0; strong 0.500")


def test_sound_alone_and_what_is_offline() -> None:
    heard = source(P25, name="radio.wav", width=None, height=None)
    made = document([*events(heard, ((0, 5),)), *events(source(P25, path=None, channels=0), ((0, 5),))])
    sound, gone = made.findall(".//asset")
    assert (sound.get("hasVideo"), sound.get("hasAudio"), sound.get("audioChannels")) == ("0", "1", "2")
    assert (gone.get("src"), gone.get("hasAudio"), gone.get("audioRate")) == ("file:///film.mov", "0", None)


def test_the_schema_can_refuse() -> None:
    made = document(events(source(P25), ((0, 5),)))
    made.find(".//asset-clip").set("start", "1.5s")
    assert not SCHEMA.validate(made)
