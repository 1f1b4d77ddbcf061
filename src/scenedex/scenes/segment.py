"""Frames → scenes, each as soon as its shot is over."""

import math
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import IO

from scenedex.errors import DecodeError
from scenedex.scenes.candidates import Candidate, Candidates, encode
from scenedex.scenes.cuts import DEFAULT_DETECTOR, LAG
from scenedex.scenes.exact import Fetch, exact_cut
from scenedex.scenes.keyframes import choose, keyframes_due, widest_gap
from scenedex.scenes.quality import quality
from scenedex.scenes.split import Interval, scenes_from_cuts, split_shot
from scenedex.scenes.transitions import TransitionFinder
from scenedex.types import MAX_KEYFRAME_GAP_S, Frame, Keyframe, SceneDraft, Transition

NOMINAL_FRAME_S = 0.04
"""How long a last frame lasts if nobody knows: one of 25 a second."""

MIXED = 0.5
"""Times its quality that a picture is worth in which the shot before or after can be seen, too."""


def segment(
    frames: Iterable[Frame],
    *,
    duration_s: Callable[[], float],
    detector: str = DEFAULT_DETECTOR,
    fetch: Fetch | None = None,
    sparse: bool = False,
    scratch: Path | IO[bytes] | None = None,
) -> Iterator[SceneDraft]:
    """The scenes of a video, in order, while its frames pass by.

    They cover `[0, duration)` exactly, `MAX_SCENE_S` each at most. `duration_s` is asked once, after the last
    frame; where the last frame ends later than it says, the video ends there. A picture counts as shown until the
    next one comes, the last one until the video ends, so that what follows as sound alone keeps a picture.
    `fetch` is asked for the pictures of a scene that passed too quickly to leave one. A video whose frames run out
    before the first gets scenes without keyframes. `sparse`: frames are passed over, or left out, by hints: that needs
    the default detector, and `fetch`.

    Frames come in order of time; one that is not later than the one before it is left out. Memory does not depend
    on their number: what waits for the end of a long shot waits in `scratch`, which is a folder (by default the
    system's temporary one), or a file that is open for writing and reading.

    Raises UsageError for an unknown detector, DecodeError if there is neither a frame nor a duration, and
    DiskFullError if `scratch` is too small.
    """
    with Candidates(scratch) as candidates:
        one_pass = _Pass(TransitionFinder(detector), candidates, fetch, sparse=sparse)
        last_s = end_s = -1.0
        for frame in _in_order(frames):
            last_s, end_s = frame.t_s, max(end_s, frame.end_s)
            yield from one_pass.push(frame)
        end_s = max(end_s, duration_s())
        if last_s >= 0.0:
            yield from one_pass.finish(end_s if end_s > last_s else last_s + NOMINAL_FRAME_S)
        elif end_s > 0.0:
            yield from sound_scenes(end_s)
        else:
            raise DecodeError("No picture of this video can be decoded, and it does not say how long it is.")


def sound_scenes(duration_s: float) -> list[SceneDraft]:
    """The scenes of a video without pictures: even parts of `MAX_SCENE_S` at most, without keyframes.

    Raises ValueError if the duration is no positive, finite number.
    """
    scenes = scenes_from_cuts([], duration_s)
    return [SceneDraft(index=index, start_s=start, end_s=end) for index, (start, end) in enumerate(scenes)]


def _in_order(frames: Iterable[Frame]) -> Iterator[Frame]:
    last_s = -1.0
    for frame in frames:
        if math.isfinite(frame.t_s) and frame.t_s >= 0.0 and frame.t_s > last_s:
            last_s = frame.t_s
            yield frame


class _Pass:
    """One pass over the pictures of one video."""

    def __init__(
        self, finder: TransitionFinder, candidates: Candidates, fetch: Fetch | None, *, sparse: bool
    ) -> None:
        self._finder = finder
        self._candidates = candidates
        self._fetch = fetch
        self._sparse = sparse
        # Frames younger than the detector's lag wait: nobody knows yet to which shot they belong.
        self._waiting: deque[Frame] = deque()
        self._shot_start_s = 0.0
        self._found_s = 0.0  # the same as it was found, with pictures left out
        self._began: Transition | None = None
        self._doubt_s: float | None = None  # a cut that may be none
        self._doubt_since_s: float | None = None  # `since_s` of the frame with which it comes
        self._count = 0

    def push(self, frame: Frame) -> Iterator[SceneDraft]:
        """The scenes that are over, now that this frame is known."""
        self._waiting.append(frame)
        left_out = frame.since_s is not None
        for one in self._finder.push(frame.t_s, frame.glance(), after_gap=frame.after_gap, left_out=left_out):
            yield from self._transition(one)
        self._in_doubt(self._finder.doubt_s)
        while len(self._waiting) > (1 if frame.after_gap else LAG):
            self._offer_oldest(frame.t_s)

    def finish(self, end_s: float) -> Iterator[SceneDraft]:
        """The remaining scenes of a video that ends at `end_s`, after its last frame's start."""
        for one in self._finder.finish(end_s):
            yield from self._transition(one)
        while self._waiting:
            self._offer_oldest(end_s)
        yield from self._scenes(end_s)

    def _transition(self, found: Transition) -> Iterator[SceneDraft]:
        if found.at_s > self._found_s:
            at_s = self._exact(found.at_s) if found.kind == "cut" else found.at_s
            if at_s > self._shot_start_s:
                yield from self._shot(at_s, found)
        if found.at_s == self._found_s:
            at_s, cut = self._shot_start_s, found.kind == "cut"
            start_s, end_s = (at_s, at_s) if cut else (found.start_s, found.end_s)
            self._began = replace(found, at_s=at_s, start_s=start_s, end_s=end_s)

    def _shot(self, at_s: float, found: Transition) -> Iterator[SceneDraft]:
        while self._waiting and self._waiting[0].t_s < at_s:
            self._offer_oldest(at_s)
        yield from self._scenes(at_s, found)
        self._candidates.start_shot(at_s)
        self._found_s, self._shot_start_s = found.at_s, at_s

    def _in_doubt(self, cut_s: float | None) -> None:
        """A shot may begin here: pictures from before and after are not chosen among."""
        if cut_s is None or cut_s == self._doubt_s:
            return
        self._doubt_s, self._doubt_since_s = cut_s, self._since(cut_s)
        while self._waiting and self._waiting[0].t_s < cut_s:
            self._offer_oldest(cut_s)
        self._candidates.may_start(cut_s)

    def _exact(self, cut_s: float) -> float:
        since_s = self._doubt_since_s if cut_s == self._doubt_s else self._since(cut_s)
        return cut_s if since_s is None or self._fetch is None else exact_cut(self._fetch, since_s, cut_s)

    def _since(self, cut_s: float) -> float | None:
        return next((one.since_s for one in self._waiting if one.t_s == cut_s), None)

    def _offer_oldest(self, end_s: float) -> None:
        frame = self._waiting.popleft()
        if self._waiting:
            after = self._waiting[0]
            end_s = frame.end_s if after.after_gap or after.since_s is not None else after.t_s
        if not frame.light:
            self._candidates.offer(frame, end_s)

    def _scenes(self, end_s: float, after: Transition | None = None) -> Iterator[SceneDraft]:
        """The scenes of the shot in hand, which ends at `end_s`, where another begins."""
        mixed = [(one.start_s, one.end_s) for one in (self._began, after) if one is not None]
        self._candidates.close_window(before_s=end_s)
        remaining = iter(self._candidates)
        ahead = next(remaining, None)
        shown: list[Candidate] = []
        for start, stop in split_shot(self._shot_start_s, end_s):
            shown = [one for one in shown if one.until_s > start]
            while ahead is not None and ahead.t_s < stop:
                shown.append(ahead)
                ahead = next(remaining, None)
            yield self._scene((start, stop), shown, mixed)

    def _scene(self, scene: Interval, shown: Sequence[Candidate], mixed: Sequence[Interval]) -> SceneDraft:
        times = [(t_s, one) for one in shown for t_s in one.times(*scene)]
        pure = [not any(start < t_s < end for start, end in mixed) for t_s, _ in times]
        worth = [one.quality * (1.0 if alone else MIXED) for (_, one), alone in zip(times, pure, strict=True)]
        chosen = choose([t_s for t_s, _ in times], worth, *scene)
        keyframes = tuple(self._candidates.keyframe(times[at][1], times[at][0]) for at in chosen)
        if not keyframes:
            keyframes = self._fetched(scene, 1)
        elif self._sparse and widest_gap([times[at][0] for at in chosen], *scene) > MAX_KEYFRAME_GAP_S:
            keyframes = self._fetched(scene, keyframes_due(scene[1] - scene[0])) or keyframes
        best = max(keyframes, key=lambda one: one.quality, default=None)
        self._count += 1
        return SceneDraft(
            index=self._count - 1,
            start_s=scene[0],
            end_s=scene[1],
            keyframes=keyframes,
            thumbnail=best.jpeg if best else None,
            transition=self._began if scene[0] == self._shot_start_s else None,
        )

    def _fetched(self, scene: Interval, count: int) -> tuple[Keyframe, ...]:
        """Pictures of a scene that left no candidates, or too few: so many, evenly spread."""
        step = (scene[1] - scene[0]) / count
        wanted = [scene[0] + (n + 0.5) * step for n in range(count)]
        found: dict[float, Keyframe] = {}
        for middle, frame in zip(wanted, self._fetch(wanted) if self._fetch else (), strict=False):
            t_s = frame.t_s if scene[0] <= frame.t_s < scene[1] else middle
            found.setdefault(t_s, encode(frame, t_s, quality(frame.small())))
        return tuple(found[t_s] for t_s in sorted(found))
