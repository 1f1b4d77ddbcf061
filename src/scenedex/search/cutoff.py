"""Candidates → hits in their order, and how many were too weak to show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from scenedex.search.calibration import (
    DESCRIPTION_SHARE,
    TITLE_SHARE,
    Background,
    inverse_frequency,
    lexical_calibrated,
)
from scenedex.search.candidates import Candidate
from scenedex.search.fusion import POSSIBLE, RESULT, fused, reciprocal_ranks
from scenedex.search.matching import Match
from scenedex.search.question import Question
from scenedex.search.request import Fusion
from scenedex.types import Channel, SceneCard


class Judged(NamedTuple):
    """A candidate with its scores. A tuple: a search makes hundreds."""

    candidate: Candidate
    calibrated: Mapping[Channel, float]
    score: float  #: 0 to 1; makes the band
    rank: float  #: 0 to 1; makes the order: the score, unless a second look or another fusion moved it

    @property
    def order(self) -> int:
        """Rank of the word order; see `matching.Match`."""
        return self.candidate.match.order if self.candidate.match else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A candidate with its scores, and what is known of its scene."""

    judged: Judged
    card: SceneCard

    @property
    def score(self) -> float:
        """0 to 1; makes the band."""
        return self.judged.score


def sift(
    judged: Sequence[Judged], first: int | None = None, *, hide: bool = True, weak: bool = False
) -> tuple[list[Judged], int]:
    """Those that may be shown, best first, and how many weaker ones are hidden; all of them, where nothing is to be.

    Hidden are scenes near in meaning alone and weakly so (but where `weak` ones are asked for). Of those that remain
    the `first` are enough, with all that are even with the last of them; None for all.
    """
    least = RESULT if weak else POSSIBLE
    remaining = [one for one in judged if not hide or one.score >= least or not one.candidate.dense_only]
    hidden = sum(one.score >= RESULT for one in judged) - sum(one.score >= RESULT for one in remaining)
    places = sorted([(_rank(one), place) for place, one in enumerate(remaining)])
    if first is not None and len(places) > first and not any(_by_title(one) for one in remaining):
        last = places[first - 1][0]
        places = [each for each in places if each[0] <= last]
    return [remaining[place] for _, place in places], hidden


def cut(
    sifted: Sequence[Judged], cards: Mapping[UUID, SceneCard], *, hide: bool = True
) -> tuple[list[Placed], int]:
    """The hits, best first, and how many more are hidden. Scenes without a card are left out.

    Where only the title has the words, every scene of the video but the first is hidden, unless it is near in meaning.
    Ties go by file name, then to the earlier scene.
    """
    shown: list[Placed] = []
    hidden = 0
    titled: set[UUID] = set()
    known = [
        Placed(judged=one, card=cards[one.candidate.scene_id])
        for one in sifted
        if one.candidate.scene_id in cards
    ]
    for one in sorted(known, key=_place):
        video = one.card.scene.video_id
        by_title = _by_title(one.judged)
        near = one.judged.calibrated.get("transcript", 0.0) >= POSSIBLE
        if hide and by_title and not near and video in titled:
            hidden += 1
        else:
            titled |= {video} if by_title else set()
            shown.append(one)
    return shown, hidden


def judge(
    question: Question,
    found: Sequence[Candidate],
    weights: Mapping[Channel, float],
    backgrounds: Mapping[tuple[Channel, int], Background],
    fusion: Fusion = "weighted",
) -> list[Judged]:
    """Calibrate and fuse. `weights` are those of the present channels and sum to 1; `backgrounds` by channel, space."""
    first = [candidate for candidate in found if candidate.tier == 0]
    idf = _idf(question, first)
    top = max((c.rows["lexical"].raw for c in first if "lexical" in c.rows), default=0.0)
    judged = []
    shares: dict[int, float] = {}  # by identity: scenes that have the same of the question share one match
    for candidate in found:
        calibrated: dict[Channel, float] = {
            channel: known.calibrated(row.raw)
            for channel, row in candidate.rows.items()
            if (known := backgrounds.get((channel, row.space_id)))
        }
        if "lexical" in candidate.rows:
            match = candidate.match
            # What BM25 makes of a title depends on how little is said in the scene: that tells nothing here.
            raw = 0.0 if match is not None and match.title_only else candidate.rows["lexical"].raw
            share = shares.get(id(match))
            if share is None:
                share = shares[id(match)] = _share(match, idf)
            calibrated["lexical"] = lexical_calibrated(share, min(1.0, raw / top) if top > 0 else 0.0)
        score = fused(calibrated, weights)
        judged.append(Judged(candidate, calibrated, score, score))
    return _by_ranks(judged, weights) if fusion == "rrf" else judged


def _by_ranks(judged: Sequence[Judged], weights: Mapping[Channel, float]) -> list[Judged]:
    """Each tier is ranked with those before it, which it does not move."""
    made: list[Judged] = []
    for tier in sorted({one.candidate.tier for one in judged}):
        there = [one for one in judged if one.candidate.tier <= tier]
        ranks = reciprocal_ranks([one.calibrated for one in there], weights)
        made += [
            one._replace(rank=rank)
            for one, rank in zip(there, ranks, strict=True)
            if one.candidate.tier == tier
        ]
    return made


def _idf(question: Question, found: Sequence[Candidate]) -> list[float]:
    """The idf of each word among the candidates and as many scenes again, at least a hundred: how rare words are
    in the whole library does not matter here, only which of them tell the candidates apart."""
    matches = [c.match for c in found if c.match]
    scenes = max(100, 2 * len(matches))
    having = [
        sum(m.spoken[i] > 0 or m.titled[i] > 0 or m.described[i] > 0 for m in matches)
        for i in range(len(question.words))
    ]
    return [inverse_frequency(scenes, count) for count in having]


def _share(match: Match | None, idf: Sequence[float]) -> float:
    """Part of the question's idf mass that the scene has, 0 to 1."""
    if match is None or not idf:
        return 0.0
    words = zip(idf, match.spoken, match.titled, match.described, strict=True)
    had = sum(
        weight * max(said, TITLE_SHARE * titled, DESCRIPTION_SHARE * described)
        for weight, said, titled, described in words
    )
    return min(1.0, had / sum(idf))


def _by_title(one: Judged) -> bool:
    return one.candidate.match is not None and one.candidate.match.title_only


def _rank(one: Judged) -> tuple[int, int, float, float]:
    lexical = one.candidate.rows.get("lexical")
    # Of a title no scene has more than another: there the first scene stands for the video.
    raw = lexical.raw if lexical and not _by_title(one) else 0.0
    return one.candidate.tier, -one.order, -round(one.rank, 9), -round(raw, 9)


def _place(one: Placed) -> tuple[tuple[int, int, float, float], str, int, int]:
    return _rank(one.judged), one.card.video, one.card.scene.video_id.int, one.card.scene.index
