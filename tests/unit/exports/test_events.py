"""Moments in whole frames, with handles."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.exports.lists import COUNTS, P23, P25, P29, RANGES, events, moment, source

from scenedex.exports.events import Source, events_of, timelines_of


def spans(found: list) -> list[tuple[int, int]]:
    return [(event.first, event.end) for event in found]


def listed(of: Source, *ranges: tuple[int, int], **options: object) -> list:
    found = [moment(of, scene, *frames) for scene, frames in enumerate(ranges)]
    return events_of(found, {of.video_id: of}, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("counted", COUNTS)
def test_cuts_lie_on_their_frames(counted: str) -> None:
    assert spans(events(source(*COUNTS[counted]))) == list(RANGES)


@given(st.integers(0, 400_000), st.sampled_from(sorted(COUNTS)))
def test_every_frame_is_met(frame: int, counted: str) -> None:
    of = source(*COUNTS[counted])
    frame %= of.frames
    assert of.frame(float(frame / of.rate)) == frame


def test_pictures_that_begin_late() -> None:
    """Sound often begins earlier than pictures; the first frame is the first that is seen."""
    of = source(P25, first_s=0.06)
    assert spans(listed(of, (10, 20))) == [(10, 20)]
    assert of.frame(0.0) == 0


def test_handles_end_with_the_video() -> None:
    of = source(P25, frames=1000)
    found = listed(of, (10, 50), (400, 450), (970, 1000), handles_s=(1.0, 2.0))
    assert spans(found) == [(0, 100), (375, 500), (945, 1000)]


def test_a_handle_is_whole_frames() -> None:
    of = source(P29)
    assert spans(listed(of, (300, 330), handles_s=(1.0, 1.0))) == [(270, 360)]


def test_a_moment_is_a_frame_long_at_least() -> None:
    of = source(P25, frames=1000)
    assert spans(listed(of, (10, 10), (1000, 1000), (5000, 6000))) == [(10, 11), (999, 1000)]


def test_what_overlaps_becomes_one() -> None:
    """In the place of the best, and neighbours that only touch stay apart."""
    of = source(P25)
    best, other, touching, far = (500, 550), (540, 600), (600, 620), (100, 150)
    found = listed(of, best, far, other, touching)
    assert spans(found) == [(500, 600), (100, 150), (600, 620)]
    assert found[0].scenes == "0+2"
    assert spans(listed(of, best, far, other, touching, join=False)) == [best, far, other, touching]


def test_handles_make_neighbours_overlap() -> None:
    of = source(P25)
    assert spans(listed(of, (100, 125), (125, 150), handles_s=(1.0, 1.0))) == [(75, 175)]


def test_videos_do_not_overlap_each_other() -> None:
    one, other = source(name="one.mov"), source(name="other.mov")
    found = events_of(
        [moment(one, 0, 0, 50), moment(other, 0, 25, 75)], {one.video_id: one, other.video_id: other}
    )
    assert spans(found) == [(0, 50), (25, 75)]


def test_the_same_scene_twice_is_one_event() -> None:
    of = source()
    once = moment(of, 0, 0, 50)
    assert len(events_of([once, once], {of.video_id: of}, join=False)) == 1


def test_by_time() -> None:
    one, other = source(name="one.mov"), source(name="other.mov")
    found = events_of(
        [moment(other, 1, 500, 550), moment(one, 0, 300, 320), moment(other, 0, 10, 20)],
        {one.video_id: one, other.video_id: other},
        by_time=True,
    )
    assert [(event.source.name, event.first) for event in found] == [
        ("other.mov", 10), ("other.mov", 500), ("one.mov", 300),
    ]  # fmt: skip


def test_a_timeline_has_one_rate() -> None:
    slow, fast = source(P23, name="slow.mov"), source(P25, name="fast.mov")
    found = [*events(slow, ((0, 10),)), *events(fast)]
    timelines = timelines_of(found, "cars", apart=lambda event: event.source.rate)
    assert [(one.name, one.rate, len(one.events)) for one in timelines] == [
        ("cars 25", P25, len(RANGES)), ("cars 23.976", P23, 1),
    ]  # fmt: skip


def test_what_an_editor_should_know() -> None:
    assert source(P25, "10:00:00:00").notes() == ()
    told = replace(source(Fraction(30)), steady=False).notes()
    assert len(told) == 2
    assert "30 a second" in told[0]
    assert "no timecode" in told[1]
