"""The judgements of the demo film agree with its script."""

import re

from scenedex.demo.film import judgements, truth
from scenedex.search.background import unrelated_queries
from scenedex.search.judgements import parse_judgements

ALL = parse_judgements(judgements())
SHOTS = {(shot.start_s, shot.end_s): shot for shot in truth()}


def test_there_are_enough_of_each_kind() -> None:
    kinds = [one.kind for one in ALL]
    assert {kind: kinds.count(kind) for kind in dict.fromkeys(kinds)} == {
        "visual": 30,
        "audio": 19,
        "transcript": 28,
        "mixed": 17,
        "present": 50,
        "absent": 50,
    }
    assert len({one.query for one in ALL}) == len(ALL)


def test_every_place_is_a_shot_of_the_film() -> None:
    for one in ALL:
        assert bool(one.relevant) == (one.kind != "absent"), one.query
        for place in one.relevant:
            assert place.video == "scenedex-demo.mp4"
            assert place.span in SHOTS, one.query


def test_every_shot_is_looked_for() -> None:
    assert {place.span for one in ALL for place in one.relevant} == set(SHOTS)


def test_what_is_absent_names_nothing_that_is_there() -> None:
    there = {word for shot in SHOTS.values() for name in shot.words for word in name.lower().split()}
    there |= {
        word for shot in SHOTS.values() for line in shot.said for word in re.findall(r"\w+", line.lower())
    }
    small = {
        "a",
        "an",
        "at",
        "by",
        "for",
        "his",
        "how",
        "in",
        "is",
        "of",
        "on",
        "out",
        "the",
        "to",
        "up",
        "with",
    }
    for one in ALL:
        if one.kind == "absent":
            shared = there & set(re.findall(r"\w+", one.query.lower())) - small
            assert not shared, (one.query, shared)


def test_none_is_a_query_that_the_calibration_was_measured_with() -> None:
    assert not {one.query for one in ALL} & set(unrelated_queries())


def test_what_sounds_is_named_for_every_shot_with_a_sound() -> None:
    heard = {place.span for one in ALL if one.kind == "audio" for place in one.relevant}
    assert heard == {span for span, shot in SHOTS.items() if shot.sound != "silence"}
