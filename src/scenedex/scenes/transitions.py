"""How one shot follows another: by cuts, and by dissolves and fades, which take time."""

import math
from collections.abc import Iterable, Iterator

from scenedex.scenes.cuts import DEFAULT_DETECTOR, MIN_SHOT_S, ROUNDING_S, CutFinder
from scenedex.scenes.flashes import Doubt, Doubts
from scenedex.scenes.gradual import RICH, SETTLED_S, SPANS_S, Gradual, GradualFinder
from scenedex.types import Pixels, Transition, TransitionKind

NEAR_S = 0.3
"""One colour that is there so long before or after a picture has faded is what it faded into."""

SAME_S = 0.1
"""A cut so long before a transition is its beginning."""

LAST_S = 0.3
"""What a video ends with is a shot, not a flash, if it lasts so long."""


class TransitionFinder:
    """Finds the transitions of one video while its frames pass by; dissolves and fades by the default detector alone.

    Raises UsageError if there is no detector by that name, DetectorError for a plug-in that does not work.
    """

    def __init__(self, detector: str = DEFAULT_DETECTOR) -> None:
        self._cuts = CutFinder(detector)
        self._gradual = GradualFinder() if detector == DEFAULT_DETECTOR else None
        self._doubts = Doubts()
        self._doubt: tuple[Doubt, Transition] | None = None  # a cut that may be a flash
        self._flash: tuple[float, float] | None = None  # the last one: from, to
        self._shot_s = 0.0  # when the shot in hand begins
        self._before_s = 0.0  # when the one before it did
        self._over_s = 0.0  # no cut before this one
        self._out: Gradual | None = None  # how the last picture that faded went away
        self._gone_s = -math.inf  # when the last of it went, which looked like a cut
        self._dark_s: float | None = (
            None  # a cut out of one colour into next to nothing: a picture that fades in?
        )

    @property
    def doubt_s(self) -> float | None:
        """The time of a cut that is told later, unless what was before comes back: then it was a flash."""
        return None if self._doubt is None else self._doubt[0].cut_s

    def push(
        self, t_s: float, small: Pixels, *, after_gap: bool = False, left_out: bool = False
    ) -> list[Transition]:
        """The transitions that this frame brings to light, of which `CutFinder.push` says what is asked for.

        One with the time of the last one is that one, of which more is known now: what was cut to was black, say, and
        another picture fades in. So is one with the time 0.0: the video fades in.
        """
        sure = self._no_flash(t_s, small)
        self._doubts.push(t_s, small)
        found = self._found(t_s, small, after_gap=after_gap, left_out=left_out)
        return sure + [one for new in found for one in self._doubted(new, t_s)]

    def _no_flash(self, t_s: float, small: Pixels) -> list[Transition]:
        """The cut that was in doubt, now that it is none any more."""
        if self._doubt is None:
            return []
        doubt, cut = self._doubt
        if doubt.ends(t_s):
            self._doubt = None
            return [cut]
        if doubt.back(small):
            self._doubt = None
            self._take_back(doubt.cut_s, t_s)
        return []

    def _take_back(self, cut_s: float, until_s: float) -> None:
        """It was a flash, which was over then."""
        self._flash = cut_s, until_s
        self._shot_s = self._before_s
        self._cuts.take_back(cut_s, until_s)

    def _doubted(self, found: Transition, t_s: float) -> list[Transition]:
        """What is sure, now that this was found: the cut that was in doubt, and this one if it is no such cut."""
        last, self._doubt = self._doubt, None
        sure = [last[1]] if last is not None and last[1].at_s < found.at_s else []
        sudden = found.end_s == found.at_s and self._gradual is not None
        doubt = self._doubts.of(found.at_s) if sudden else None
        over_s = self._doubts.over_s(doubt) if doubt is not None else None
        if doubt is not None and over_s is not None:
            self._take_back(doubt.cut_s, over_s)
            return sure
        if doubt is None or doubt.ends(t_s):
            return [*sure, found]
        self._doubt = doubt, found
        return sure

    def _found(self, t_s: float, small: Pixels, *, after_gap: bool, left_out: bool) -> list[Transition]:
        cuts = self._cuts.push(t_s, small, after_gap=after_gap, left_out=left_out)
        if self._gradual is None:
            return [hard_cut(cut_s) for cut_s in cuts]
        gradual = [*(self._gradual.forget() if after_gap else []), *self._gradual.push(t_s, small)]
        cuts = [cut_s for cut_s in cuts if not self._gradual.spans(cut_s)] or self._missed(t_s)
        late = self._dark_s is not None and t_s - self._dark_s > SPANS_S[-1] + SETTLED_S
        if cuts or late:
            gradual += self._gradual.settle()
        told = [*self._told(gradual), *(self._dark() if cuts or late else ())]
        return told + [one for cut_s in cuts for one in self._cut(cut_s)]

    def finish(self, end_s: float) -> list[Transition]:
        """Those that were still in doubt when the frames ran out; `end_s` is when the last one ends."""
        cuts = self._cuts.finish(end_s)
        if self._gradual is None:
            return [hard_cut(cut_s) for cut_s in cuts]
        found = [*self._told(self._gradual.settle()), *self._dark()]
        found += [one for cut_s in cuts for one in self._cut(cut_s)]
        sure = [one for new in found for one in self._doubted(new, end_s)]
        sure = [one for one in sure if end_s - one.at_s >= MIN_SHOT_S - ROUNDING_S]
        if self._doubt is not None and end_s - self._doubt[1].at_s >= LAST_S - ROUNDING_S:
            sure.append(self._doubt[1])
        return sure

    def _told(self, gradual: Iterable[Gradual]) -> Iterator[Transition]:
        for one in gradual:
            if one.kind == "out":
                self._out = one
            else:
                yield from self._comes(one)

    def _missed(self, t_s: float) -> list[float]:
        """The cut that comes sooner after what looked like one than cuts are looked for."""
        assert self._gradual is not None
        flat = self._gradual.flat
        soon = self._gone_s < t_s < self._gone_s + MIN_SHOT_S and flat is not None and flat[1] < t_s
        if soon and self._gradual.spread(t_s) >= RICH:
            self._gone_s = -math.inf
            return [t_s]
        return []

    def _dark(self) -> Iterator[Transition]:
        """The cut that was no fade after all."""
        cut_s, self._dark_s = self._dark_s, None
        if cut_s is not None:
            yield from self._cut(cut_s, sure=True)

    def _comes(self, found: Gradual) -> Iterator[Transition]:
        """Another shot dissolves or fades in."""
        fades, start_s = found.kind == "in", found.start_s
        if fades and self._flash is not None and self._flash[0] - SAME_S <= start_s <= self._flash[1]:
            return
        if fades:
            faded_s = self._faded(found.flat_s, found.start_s)
            start_s = found.flat_s if faded_s is None else faded_s
            self._dark_s = None
        at_s = found.shot_s
        if start_s - SAME_S <= self._shot_s <= found.end_s and (fades or self._shot_s > 0.0):
            at_s = self._shot_s
        elif at_s - self._shot_s < MIN_SHOT_S:
            return
        self._shot_s, self._over_s = at_s, max(found.end_s, at_s + MIN_SHOT_S)
        kind: TransitionKind = "fade" if fades else "dissolve"
        yield Transition(kind=kind, at_s=at_s, start_s=max(0.0, min(start_s, at_s)), end_s=found.end_s)

    def _cut(self, cut_s: float, *, sure: bool = False) -> Iterator[Transition]:
        if cut_s <= self._shot_s or cut_s < self._over_s:
            return
        assert self._gradual is not None
        flat = self._gradual.flat or (-math.inf, -math.inf)
        out = self._out
        goes = out is not None and out.start_s < cut_s <= out.end_s + SAME_S
        if goes and flat[1] >= cut_s:
            self._gone_s = cut_s  # the last of it goes: no shot begins
            return
        from_flat = flat[0] < cut_s <= flat[1] + SAME_S
        if from_flat and not sure and self._gradual.spread(cut_s) < RICH:
            self._dark_s = cut_s
            return
        self._before_s, self._shot_s = self._shot_s, cut_s
        faded_s = out.start_s if out is not None and goes else None
        if from_flat:
            faded_s = self._faded(flat[0], cut_s)
        if faded_s is None or faded_s >= cut_s:
            yield hard_cut(cut_s)
        else:
            yield Transition(kind="fade", at_s=cut_s, start_s=faded_s, end_s=cut_s)

    def _faded(self, flat_s: float, until_s: float) -> float | None:
        """When a picture began to fade into what was of one colour from `flat_s` to `until_s`; None if none did."""
        out = self._out
        return out.start_s if out is not None and flat_s - NEAR_S <= out.end_s <= until_s + NEAR_S else None


def hard_cut(cut_s: float) -> Transition:
    return Transition(kind="cut", at_s=cut_s, start_s=cut_s, end_s=cut_s)
