"""Dissolves and fades, while pictures pass by: one picture turns into another as a straight line in time.

In a dissolve each picture is a mixture of what was before and what comes after, (1 - a) A + a B, and `a` rises evenly
from 0 to 1 (Hampapur, Jain and Weymouth, "Production model based digital video segmentation", 1995). So for a few
spans of time that end now, the pictures inside are held against those at both ends. A camera that moves, somebody who
walks by and a wipe leave what no mixture gives; light that changes leaves what is in the picture where it was. Where
one end is of one colour, it is a fade.
"""

import math
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from scenedex.types import Pixels

WIDTH, HEIGHT = 32, 18
"""Of what is compared: so small that what moves a little hardly counts."""

STEP_S = 0.04
"""Pictures that follow sooner are passed over."""

SPANS_S = (0.24, 0.32, 0.44, 0.6, 0.8, 1.1, 1.5, 2.0, 2.7, 3.6)
"""In which it is looked for a transition: one takes a quarter of a second to three and a half."""

LENGTHS = np.array([round(span_s / STEP_S) for span_s in SPANS_S])
"""The same in pictures."""

HELD = math.ceil(SPANS_S[-1] / STEP_S) + 2
"""Pictures that are remembered."""

CHANGE = 12.0
"""Levels (root of the mean square) by which the ends differ at least."""

UNEXPLAINED = 0.36
"""Share of the change that a picture inside may show beside a mixture: pictures move during a dissolve, too."""

ALIKE = 0.30
"""What is taken from it where both ends correlate fully: so do those of a camera that moves a little."""

STRUCTURE = 0.6
"""Correlation from which on both ends show the same."""

MANY = 75
"""Per cent of their parts that do not correlate so much: a title that appears leaves more of them as they are."""

CONTRAST = 1.2
"""Times the variance of a mixture that the pictures in the middle may have: one of two shots has less than either of
them (Alattar, "Detecting and compressing dissolve regions in video sequences", 1993), one that was taken has not."""

UNEVEN = 0.15
"""How far the share of the mixture may lie beside a straight line."""

BACKWARDS = 0.1
"""How far it may fall from one picture to the next."""

STEPS = 4
"""Pictures at least that are mixtures: of fewer nobody can tell."""

FLAT, FLAT_SHARE = 4.0, 0.2
"""Standard deviation up to which a picture is of one colour, in levels, or as a share of the other end's."""

RICH = 10.0
"""The same at least at the other end of a fade."""

SETTLED_S = 0.4
"""So long after its last picture nothing better is looked for in place of a transition."""

BLOCKS = (3, 4)
"""Rows and columns of parts in which structure is compared."""

Kind = Literal["dissolve", "out", "in"]
Samples = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gradual:
    """One picture turns into another: into one colour (`out`), out of it (`in`), or into another shot."""

    kind: Kind
    start_s: float  #: of the line that fits it best: the last picture without anything of the other
    end_s: float
    shot_s: float  #: time of the first picture that belongs to what comes: of a dissolve, half of which does
    flat_s: float  #: of `in`: since when the picture was of one colour; else when it begins


class _Found(NamedTuple):
    weight: float
    at_s: float
    gradual: Gradual


class GradualFinder:
    """Finds gradual transitions, each up to `SETTLED_S` after its end."""

    def __init__(self) -> None:
        self._pictures: Samples = np.zeros((HELD, WIDTH * HEIGHT * 3), np.float32)
        self._times: NDArray[np.float64] = np.zeros(HELD)
        self._squares: NDArray[np.float64] = np.zeros(HELD)  # of each with itself, summed
        self._count = 0
        self._after_s = -math.inf  # what begins sooner has been told
        self._best: _Found | None = None
        self.flat: tuple[float, float] | None = None
        """From when to when the last picture of one colour was shown."""

    def push(self, t_s: float, small: Pixels) -> list[Gradual]:
        """The transitions that are certain now. Times increase; `small` is RGB of any size."""
        if self._count and t_s - self._times[(self._count - 1) % HELD] < STEP_S * 0.9:
            return []
        place = self._take(t_s, small)
        found = self._look(place) if self._count % 2 else None
        told: list[Gradual] = []
        if found is not None and self._best is not None and found.gradual.start_s >= self._best.gradual.end_s:
            told = self.settle()
        if found is not None and (self._best is None or found.weight >= self._best.weight):
            self._best = found
        elif self._best is not None and t_s - self._best.at_s > SETTLED_S:
            told = self.settle()
        return told

    def settle(self) -> list[Gradual]:
        """What was found and could still have become better."""
        best, self._best = self._best, None
        if best is None:
            return []
        self._after_s = best.gradual.end_s - 2 * STEP_S
        return [best.gradual]

    def spans(self, t_s: float) -> bool:
        """Whether what happens then is part of how another shot comes in, which is not told yet."""
        best = self._best
        return best is not None and best.gradual.kind != "out" and best.gradual.start_s < t_s < best.at_s

    def spread(self, t_s: float) -> float:
        """How much is in the picture that was pushed last of those up to a time: its standard deviation, in levels."""
        held = np.arange(max(0, self._count - HELD), self._count) % HELD
        at = int(np.searchsorted(self._times[held], t_s, side="right")) - 1
        return _spread(self._pictures[held[max(at, 0)]]) if len(held) else 0.0

    def forget(self) -> list[Gradual]:
        """Pictures are missing after those that were pushed: what was found up to here."""
        told = self.settle()
        self._count, self.flat = 0, None
        return told

    def _take(self, t_s: float, small: Pixels) -> int:
        picture = cv2.resize(np.ascontiguousarray(small), (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
        sample = picture.astype(np.float32).ravel()
        place = self._count % HELD
        self._pictures[place], self._times[place] = sample, t_s
        self._squares[place] = np.dot(sample, sample)
        self._count += 1
        if _spread(sample) < FLAT:
            self.flat = (self.flat[0] if self.flat and self._held_flat() else t_s, t_s)
        return place

    def _held_flat(self) -> bool:
        before = self._times[(self._count - 2) % HELD]
        return self.flat is not None and self._count > 1 and self.flat[1] >= before

    def _look(self, last: int) -> _Found | None:
        """The best transition of those that end about now."""
        lengths = LENGTHS[: np.searchsorted(LENGTHS, min(self._count, HELD))]
        firsts = (last - lengths) % HELD
        before, both = self._pictures[firsts], self._pictures[firsts] @ self._pictures[last]
        changes = self._squares[firsts] + self._squares[last] - 2 * both
        may_be = (changes >= CHANGE**2 * before.shape[1]) & (self._times[firsts] >= self._after_s)
        if not may_be.any():
            return None
        middles = (last - lengths // 2) % HELD
        halfway = self._pictures[middles]
        with_first = np.einsum("ij,ij->i", halfway, before)
        _, rest = _mixture(
            self._squares[middles],
            with_first,
            halfway @ self._pictures[last],
            (self._squares[firsts], both, changes),
        )
        may_be &= rest <= UNEXPLAINED
        found = [
            one
            for length, product in zip(lengths[may_be], both[may_be], strict=True)
            if (one := self._fits(last, int(length), float(product))) is not None
        ]
        return max(found, key=lambda one: one.weight, default=None)

    def _fits(self, last: int, length: int, product: float) -> _Found | None:
        inside = np.arange(last - length, last + 1) % HELD
        pictures, squares = self._pictures[inside], self._squares[inside]
        change = float(squares[0] + squares[-1]) - 2 * product
        shares, rest = _mixture(
            squares, pictures @ pictures[0], pictures @ pictures[-1], (squares[0], product, change)
        )
        unexplained = float(rest.max())
        line = _line(self._times[inside], shares) if unexplained <= UNEXPLAINED else None
        if line is None:
            return None
        kind, alike = _kind(self._pictures[inside[0]], self._pictures[last])
        if kind == "dissolve" and self._contrast(inside, shares, product) > CONTRAST:
            return None
        if kind is None or unexplained > UNEXPLAINED - ALIKE * max(alike, 0.0):
            return None
        weight = change * (1 - unexplained / UNEXPLAINED)
        return _Found(weight, float(self._times[last]), self._gradual(kind, inside, *line))

    def _contrast(self, inside: Any, shares: Any, product: float) -> float:
        """The variance within the pictures in the middle, as a multiple of what a mixture has."""
        size, means = self._pictures.shape[1], self._pictures[inside].mean(1)
        at = (shares > 0.25) & (shares < 0.75)
        share = shares[at]
        variances = self._squares[inside] / size - means**2
        both = product / size - means[0] * means[-1]
        due = (1 - share) ** 2 * variances[0] + share**2 * variances[-1] + 2 * share * (1 - share) * both
        return float(variances[at].sum() / max(due.sum(), 1.0))

    def _gradual(self, kind: Kind, inside: Any, start_s: float, end_s: float) -> Gradual:
        times = self._times[inside]
        belongs_s = (start_s + end_s) / 2 if kind == "dissolve" else start_s
        shot_s = float(times[min(np.searchsorted(times, belongs_s), len(times) - 1)])
        flat_s = min(self.flat[0], start_s) if kind == "in" and self.flat else start_s
        return Gradual(kind=kind, start_s=start_s, end_s=end_s, shot_s=shot_s, flat_s=flat_s)


def _mixture(squares: Any, with_first: Any, with_last: Any, ends: tuple[Any, Any, Any]) -> tuple[Any, Any]:
    """Of pictures: which share of each is the last one, and how much is left beside the mixture, as a share of the
    change from the first to the last.

    All are sums of products of pictures: of each with itself, with the first, with the last; `ends`: of the first with
    itself and with the last, and of the difference of the two with itself.
    """
    first, both, change = ends
    some = np.maximum(change, 1.0)
    shares = (with_last - with_first - both + first) / some
    whole = (squares - 2 * with_first + first) / some
    return shares, np.sqrt(np.maximum(whole - shares * shares, 0.0))


def _line(times: Any, shares: Any) -> tuple[float, float] | None:
    """From when to when the shares rise from 0 to 1 along a straight line; None if they do not."""
    if np.diff(shares).min() < -BACKWARDS:
        return None
    rising = np.maximum.accumulate(shares)
    low_s, high_s = float(np.interp(0.1, rising, times)), float(np.interp(0.9, rising, times))
    length_s, middle_s = (high_s - low_s) / 0.8, (low_s + high_s) / 2
    start_s, end_s = middle_s - length_s / 2, middle_s + length_s / 2
    if length_s <= 0 or np.count_nonzero((times > start_s) & (times < end_s)) < STEPS:
        return None
    straight = np.clip((times - start_s) / length_s, 0.0, 1.0)
    return (start_s, end_s) if np.abs(shares - straight).max() <= UNEVEN else None


def _kind(first: Samples, last: Samples) -> tuple[Kind | None, float]:
    """What it is that turns the first into the last, and how much they correlate."""
    before, after = _spread(first), _spread(last)
    richer = max(before, after)
    if min(before, after) < max(FLAT, FLAT_SHARE * richer):
        kind: Kind = "out" if after < before else "in"
        return (kind if richer >= RICH else None), 0.0
    whole, most = structure(first, last)
    return ("dissolve" if max(whole, most) <= STRUCTURE else None), whole


def _spread(sample: Samples) -> float:
    """Standard deviation within the picture, of the colour that has the largest."""
    _, deviation = cv2.meanStdDev(sample.reshape(HEIGHT, WIDTH, 3))
    return float(deviation.max())


def structure(one: Samples, other: Samples) -> tuple[float, float]:
    """How much two pictures correlate as a whole, and in their best parts, -1 to 1; 0 where nothing is in them."""
    first, second = (sample.reshape(HEIGHT, WIDTH, 3).mean(2) for sample in (one, other))
    whole = _correlations(first.reshape(1, -1), second.reshape(1, -1))
    parts = _correlations(_blocks(first), _blocks(second))
    most = float(np.percentile(parts, MANY)) if len(parts) >= BLOCKS[0] else 0.0
    return (float(whole[0]) if len(whole) else 0.0), most


def _blocks(picture: Any) -> Any:
    rows, columns = BLOCKS
    height, width = HEIGHT // rows, WIDTH // columns
    return (
        picture.reshape(rows, height, columns, width)
        .transpose(0, 2, 1, 3)
        .reshape(rows * columns, height * width)
    )


def _correlations(one: Any, other: Any) -> Any:
    """Of each row with its like; rows with nothing in them are left out."""
    some = (one.std(1) > 1.5) & (other.std(1) > 1.5)
    one, other = (rows[some] - rows[some].mean(1, keepdims=True) for rows in (one, other))
    return (one * other).sum(1) / np.sqrt((one * one).sum(1) * (other * other).sum(1))
