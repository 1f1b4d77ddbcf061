"""Candidates → hits in their order, and how many were too weak to show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from scenedex.search.calibration import TITLE_SHARE, Background, inverse_frequency, lexical_calibrated
from scenedex.search.candidates import Candidate
from scenedex.search.fusion import POSSIBLE, RESULT, fused, reciprocal_ranks
from scenedex.search.question import Question
from scenedex.search.request import Fusion
from scenedex.types import Channel


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A candidate with its scores."""

    candidate: Candidate
    calibrated: Mapping[Channel, float]
    score: float  #: 0 to 1; makes the band
    rank: float  #: 0 to 1; makes the order: the score, unless a second look or another fusion moved it

    @property
    def order(self) -> int:
        """Rank of the word order; see `matching.Match`."""
        return self.candidate.match.order if self.candidate.match else 0


def cut(judged: Sequence[Judged], *, hide: bool = True, weak: bool = False) -> tuple[list[Judged], int]:
    """The hits, best first, and how many weaker ones are hidden; all of them, where nothing is to be hidden.

    Hidden are: scenes near in meaning alone and weakly so (but where `weak` ones are asked for), and, where only the
    title has the words, every scene of the video but the first. Ties go by file name, then to the earlier scene.
    """
    shown: list[Judged] = []
    hidden = 0
    titled: set[UUID] = set()
    for one in sorted(judged, key=_place):
        video = one.candidate.card.scene.video_id
        by_title = one.candidate.match is not None and one.candidate.match.title_only
        near = one.calibrated.get("transcript", 0.0) >= POSSIBLE
        if not hide:
            shown.append(one)
        elif one.candidate.dense_only and one.score < (RESULT if weak else POSSIBLE):
            hidden += one.score >= RESULT
        elif by_title and not near and video in titled:
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
    for candidate in found:
        calibrated: dict[Channel, float] = {
            channel: backgrounds[channel, row.space_id].calibrated(row.raw)
            for channel, row in candidate.rows.items()
            if (channel, row.space_id) in backgrounds
        }
        if "lexical" in candidate.rows:
            # What BM25 makes of a title depends on how little is said in the scene: that tells nothing here.
            title_only = candidate.match is not None and candidate.match.title_only
            raw = 0.0 if title_only else candidate.rows["lexical"].raw
            calibrated["lexical"] = lexical_calibrated(
                _share(candidate, idf), min(1.0, raw / top) if top > 0 else 0.0
            )
        score = fused(calibrated, weights)
        judged.append(Judged(candidate=candidate, calibrated=calibrated, score=score, rank=score))
    return _by_ranks(judged, weights) if fusion == "rrf" else judged


def _by_ranks(judged: Sequence[Judged], weights: Mapping[Channel, float]) -> list[Judged]:
    """Each tier is ranked with those before it, which it does not move."""
    made: list[Judged] = []
    for tier in sorted({one.candidate.tier for one in judged}):
        there = [one for one in judged if one.candidate.tier <= tier]
        ranks = reciprocal_ranks([one.calibrated for one in there], weights)
        made += [
            replace(one, rank=rank)
            for one, rank in zip(there, ranks, strict=True)
            if one.candidate.tier == tier
        ]
    return made


def _idf(question: Question, found: Sequence[Candidate]) -> list[float]:
    """The idf of each word among the candidates and as many scenes again, at least a hundred: how rare words are
    in the whole library does not matter here, only which of them tell the candidates apart."""
    matches = [c.match for c in found if c.match]
    scenes = max(100, 2 * len(matches))
    having = [sum(max(m.spoken[i], m.titled[i]) > 0 for m in matches) for i in range(len(question.words))]
    return [inverse_frequency(scenes, count) for count in having]


def _share(candidate: Candidate, idf: Sequence[float]) -> float:
    """Part of the question's idf mass that the scene has, 0 to 1."""
    if candidate.match is None or not idf:
        return 0.0
    pairs = zip(candidate.match.spoken, candidate.match.titled, strict=True)
    had = sum(
        weight * max(said, TITLE_SHARE * titled) for weight, (said, titled) in zip(idf, pairs, strict=True)
    )
    return min(1.0, had / sum(idf))


def _place(one: Judged) -> tuple[int, int, float, float, str, str, int]:
    lexical, match = one.candidate.rows.get("lexical"), one.candidate.match
    # Of a title no scene has more than another: there the first scene stands for the video.
    raw = lexical.raw if lexical and match and not match.title_only else 0.0
    card = one.candidate.card
    return (
        one.candidate.tier,
        -one.order,
        -round(one.rank, 9),
        -round(raw, 9),
        card.video,
        str(card.scene.video_id),
        card.scene.index,
    )
