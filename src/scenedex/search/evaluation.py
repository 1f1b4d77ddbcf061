"""How well a search serves judgements: by mode, by channel, by kind of query. Does no I/O: the search is given."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import get_args

from scenedex.search.metrics import percentile
from scenedex.search.outcomes import Case, Figures, Search, figures, loud, rank_hits
from scenedex.search.tuning import Tuning
from scenedex.types import Answer, Channel, Mode

MODES: tuple[Mode, ...] = ("auto", "recall", "rerank", "skip")


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """How long the searches took, in milliseconds."""

    p50_ms: float
    p95_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreement:
    """A query for which the router decided otherwise than the judgement."""

    query: str
    expected: Mode
    decided: Mode


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """The result. Figures are None where no query has anything relevant, shares where there is no such query."""

    queries: int
    modes: dict[Mode, Figures | None]
    channels: dict[Channel, Figures | None]  #: each alone
    kinds: dict[str, Figures]  #: mode auto
    silent: float | None  #: share of queries without anything relevant that get no hit above `weak`
    router: float | None  #: share of queries with an expected mode for which the router decided so
    disagreements: tuple[Disagreement, ...]
    times: dict[Mode, Times]
    missed: tuple[str, ...]  #: queries without anything relevant among their first ten hits, mode auto
    loud: tuple[str, ...]  #: queries that should find nothing and get a hit above `weak`
    degraded: tuple[str, ...]  #: what an answer left out
    tuning: Tuning | None = None


def evaluate(
    cases: Sequence[Case], search: Search, clock: Callable[[], float] = time.perf_counter
) -> Evaluation:
    """Ask every query in every mode, and of every channel alone.

    Args:
        cases: at least one.
        search: gives ten hits or more.
        clock: seconds, for the times.
    """
    search(cases[0].judgement.query, None, "auto")  # loads the models: no part of the times
    runs = {mode: _run(cases, search, mode, clock) for mode in MODES}
    answers = {mode: found for mode, (found, _) in runs.items()}
    auto = answers["auto"]
    router, disagreements = _router(cases, auto)
    answerable = [(case, answer) for case, answer in zip(cases, auto, strict=True) if case.targets]
    quiet = [(case, answer) for case, answer in zip(cases, auto, strict=True) if not case.targets]
    wrongly = tuple(case.judgement.query for case, answer in quiet if loud(answer))
    return Evaluation(
        queries=len(cases),
        modes={mode: figures(cases, found) for mode, found in answers.items()},
        channels={
            channel: figures(cases, _alone(cases, search, channel))
            for channel in _channels(chain(*answers.values()))
        },
        kinds=_kinds(cases, auto),
        silent=1 - len(wrongly) / len(quiet) if quiet else None,
        router=router,
        disagreements=disagreements,
        times={mode: times for mode, (_, times) in runs.items()},
        missed=tuple(
            case.judgement.query
            for case, answer in answerable
            if not any(rank_hits(answer.hits, case.targets).gains)
        ),
        loud=wrongly,
        degraded=tuple(dict.fromkeys(reason for answer in auto for reason in answer.degraded)),
    )


def _run(
    cases: Sequence[Case], search: Search, mode: Mode, clock: Callable[[], float]
) -> tuple[list[Answer], Times]:
    answers, took = [], []
    for case in cases:
        began = clock()
        answers.append(search(case.judgement.query, None, mode))
        took.append(1000 * (clock() - began))
    return answers, Times(p50_ms=percentile(took, 0.5), p95_ms=percentile(took, 0.95))


def _alone(cases: Sequence[Case], search: Search, channel: Channel) -> list[Answer]:
    """The answers of one channel. The visual one alone is what `recall` means; the others do without it."""
    mode: Mode = "recall" if channel == "visual" else "skip"
    return [search(case.judgement.query, {channel: 1.0}, mode) for case in cases]


def _channels(answers: Iterable[Answer]) -> list[Channel]:
    """The channels that any plan asks."""
    asked = {channel for answer in answers for channel in answer.plan.weights}
    return [channel for channel in get_args(Channel) if channel in asked]


def _kinds(cases: Sequence[Case], answers: Sequence[Answer]) -> dict[str, Figures]:
    found = {}
    for kind in dict.fromkeys(case.judgement.kind for case in cases):
        pairs = [pair for pair in zip(cases, answers, strict=True) if pair[0].judgement.kind == kind]
        figured = figures([case for case, _ in pairs], [answer for _, answer in pairs])
        if kind is not None and figured is not None:
            found[kind] = figured
    return found


def _router(
    cases: Sequence[Case], answers: Sequence[Answer]
) -> tuple[float | None, tuple[Disagreement, ...]]:
    asked = [
        (case.judgement.query, case.judgement.mode, answer.plan.mode)
        for case, answer in zip(cases, answers, strict=True)
        if case.judgement.mode is not None
    ]
    if not asked:
        return None, ()
    wrong = tuple(
        Disagreement(query=query, expected=expected, decided=decided)
        for query, expected, decided in asked
        if expected != decided
    )
    return 1 - len(wrong) / len(asked), wrong
