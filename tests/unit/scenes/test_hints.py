from dataclasses import replace

import pytest
from tests.unit.scenes.pictures import Shown, flat, scenery

from scenedex.scenes.hints import Hints, hints_for, next_large
from scenedex.types import Anchor, Stretch, VideoTrack


def stretch(first_s=0.0, last_s=4.0, *, same=True, sizes=None, key_size=10_000, last_size=10_000) -> Stretch:
    """A stretch with a picture each 0.04 s, every fourth an anchor of this size (by default 500 bytes each)."""
    times = [first_s + 0.16 * n for n in range(1, int((last_s - first_s) / 0.16))]
    sizes = dict.fromkeys(range(len(times)), 500) | (sizes or {})
    anchors = [Anchor(t_s, sizes[n], False) for n, t_s in enumerate(times)]
    return Stretch(
        first=Shown(first_s, first_s + 0.04, scenery(1)),
        last=Shown(last_s, last_s + 0.04, scenery(1 if same else 2)),
        key_s=first_s,
        first_size=key_size,
        anchors=(*anchors, Anchor(last_s, last_size, True)),
        pictures=round((last_s - first_s) * 25),
    )


def until(hints: Hints, one: Stretch) -> float:
    """Until when it must be decoded, from its first picture on."""
    return hints.look(one)(one.first).until_s


def seasoned(codec="h264") -> Hints:
    """Hints that have seen a key frame come after ten seconds because it was due."""
    hints = Hints(codec)
    until(hints, stretch(0.0, 10.0))
    return hints


def test_ends_that_are_alike_and_small_packets_hold_no_cut():
    assert until(seasoned(), stretch(10.0, 14.0)) <= 10.0


def test_a_large_packet_is_looked_at_closely_and_no_further():
    one = stretch(10.0, 14.0, sizes={6: 6000})
    wanted = seasoned().look(one)(one.first)
    assert one.anchors[6].t_s + 2 * 0.04 <= wanted.until_s <= one.anchors[6].t_s + 4 * 0.04
    assert one.anchors[5].t_s - 4 * 0.04 <= wanted.closely_s <= one.anchors[5].t_s - 2 * 0.04
    assert next_large(one, wanted.until_s) is None, "what was looked at is not looked at again"


def test_a_stretch_without_hints_is_looked_at_closely_before_its_end():
    one = stretch(10.0, 20.0, same=False)
    wanted = seasoned().look(one)(one.first)
    assert wanted.until_s == 20.0
    assert 19.5 < wanted.closely_s < 20.0 - 3 * 0.04


def test_a_key_frame_before_its_time_begins_a_shot():
    assert until(seasoned(), stretch(10.0, 14.0, same=False)) <= 10.0


@pytest.mark.parametrize(
    "doubt",
    [
        stretch(10.0, 20.0, same=False),
        stretch(10.0, 14.0, same=False, sizes=dict.fromkeys(range(20, 24), 6000)),
        stretch(10.0, 14.0, same=False, last_size=900),
    ],
    ids=["the key frame was due", "packets are as large before it", "it is small itself"],
)
def test_a_difference_that_may_have_another_cause_is_looked_at(doubt):
    assert until(seasoned(), doubt) > 10.0


def test_how_late_key_frames_come_is_known_from_the_index():
    one = stretch(0.0, 4.0, same=False)
    assert until(Hints("h264"), one) > 0.0, "it may have been due"
    assert until(Hints("h264"), replace(one, due_s=10.0)) <= 0.0
    assert until(Hints("h264"), replace(one, due_s=4.04)) > 0.0


def test_key_frames_at_equal_distances_say_nothing():
    hints = seasoned()
    for start_s in (10.0, 12.0, 14.0, 16.0):
        until(hints, stretch(start_s, start_s + 2.0))
    assert until(hints, stretch(18.0, 20.0, same=False)) == 20.0


def test_key_frames_at_equal_distances_are_known_between_others():
    hints = seasoned()
    for start_s, end_s in ((10.0, 12.0), (12.0, 13.1), (13.1, 14.0), (14.0, 16.0), (16.0, 17.3)):
        until(hints, stretch(start_s, end_s))
    assert until(hints, stretch(17.3, 18.0, same=False)) == 18.0


def test_packets_that_become_small_for_good_are_looked_at():
    sizes = {n: 4000 if n < 10 else 200 for n in range(24)}
    assert 11.0 < until(seasoned(), stretch(10.0, 14.0, same=False, sizes=sizes)) < 12.0


def test_no_hints_are_taken_from_codecs_that_give_none():
    assert until(seasoned("mpeg2video"), stretch(10.0, 14.0)) == 14.0


@pytest.mark.parametrize("codec", ["h264", "mpeg2video"])
def test_a_stretch_in_which_no_shot_has_room_is_judged_by_its_ends(codec):
    hints = seasoned(codec)
    assert until(hints, stretch(10.0, 10.5)) <= 10.0
    assert until(hints, stretch(10.5, 11.0, same=False)) == 11.0


def test_a_picture_coded_by_itself_begins_a_shot_or_does_not():
    hints = seasoned()
    alone = [Anchor(12.0, 10_000, False)]
    for same, looked in ((True, False), (False, False)):
        one = stretch(10.0, 12.0, same=same)
        one = replace(one, anchors=(*one.anchors[:-1], *alone))
        assert (until(hints, one) > 10.0) is looked
    after = replace(stretch(12.0, 20.0, same=False), key_s=10.0)
    assert until(hints, after) > 12.0, "the key frame is due ten seconds after the last one"


def test_a_long_stretch_gives_a_picture_in_its_middle():
    hints = seasoned()
    assert until(hints, stretch(10.0, 17.9)) <= 10.0
    assert until(hints, stretch(17.9, 27.8)) == pytest.approx(17.9 + 9.9 / 2)


def test_a_black_picture_does_not_stand_for_its_shot():
    black = replace(stretch(10.0, 14.0), first=Shown(10.0, 10.04, flat(0)), last=Shown(14.0, 14.04, flat(0)))
    assert until(seasoned(), black) == 11.0


def track(width: int, height: int) -> VideoTrack:
    return VideoTrack(
        index=0,
        codec="h264",
        width=width,
        height=height,
        coded_width=width,
        coded_height=height,
        frame_rate=None,
        rotation=0,
        hdr=False,
    )


@pytest.mark.parametrize(
    ("width", "height", "accurate", "by_hints"),
    [
        (1280, 720, None, True),
        (720, 1280, None, True),
        (1280, 718, None, False),
        (3840, 2160, True, False),
        (320, 240, False, True),
    ],
)
def test_pictures_of_720_lines_go_by_hints_unless_somebody_says_otherwise(
    width: int, height: int, accurate: bool | None, by_hints: bool
) -> None:
    assert (hints_for(track(width, height), "adaptive", accurate=accurate) is not None) == by_hints


def test_other_detectors_see_every_picture() -> None:
    assert hints_for(track(1920, 1080), "content", accurate=False) is None


def swollen(first: int, count: int, size: int = 1500) -> Stretch:
    """A stretch of ten seconds in which so many packets in a row are larger than the rest."""
    return stretch(10.0, 20.0, sizes=dict.fromkeys(range(first, first + count), size))


def test_packets_that_are_larger_for_a_while_are_looked_at_up_to_where_they_are_small_again():
    one = swollen(20, 7)
    wanted = seasoned().look(one)(one.first)
    assert wanted.closely_s < one.anchors[19].t_s
    assert one.anchors[27].t_s < wanted.until_s < one.anchors[32].t_s
    assert next_large(one, wanted.until_s) is None, "what was looked at is not looked at again"


def test_packets_that_are_larger_up_to_the_end_are_looked_at_up_to_it():
    one = swollen(53, 8)
    assert until(seasoned(), one) == 20.0


@pytest.mark.parametrize(
    "calm",
    [swollen(10, 30), swollen(20, 7, size=700), swollen(20, 7, size=850), swollen(20, 1), swollen(1, 7)],
    ids=["something moves", "hardly larger", "smaller than a shot takes", "one packet", "from the beginning"],
)
def test_what_swells_otherwise_holds_no_dissolve(calm):
    assert next_large(calm, 10.0) is None
