"""What is normal in the videos of a library, and what is out of the ordinary in one of them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from scenedex.errors import UsageError
from scenedex.library.examples import scene_named
from scenedex.library.sighted import space_of_video
from scenedex.search.anomalies import (
    Anomaly,
    KeyframeScore,
    anomalies,
    baseline_vector,
    check_space,
    checked_vector,
    scores,
)
from scenedex.search.entities import check_threshold
from scenedex.store.baselines import (
    Baseline,
    KeyframeCosine,
    Normal,
    baselines,
    cosines_along,
    count_baselines,
    find_baseline,
    kept_of,
    mean_of,
    remove_baseline,
    rename_baseline,
    write_baseline,
)
from scenedex.store.database import Transaction
from scenedex.store.videos import resolve_video
from scenedex.types import Space, Video

if TYPE_CHECKING:
    from scenedex.library.showing import Showing

MAX_SOURCES = 1_000
"""Videos, or scenes, that one baseline is made of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """How far the keyframes of a video are from what is normal, along time."""

    video: Video
    baseline: Baseline | None  #: None: the mean of the video itself
    space: str
    found: tuple[KeyframeCosine, ...]

    @property
    def scores(self) -> list[KeyframeScore]:
        """One score for each keyframe that was embedded, by time."""
        return scores(self.found)

    def anomalies(self, threshold: float) -> list[Anomaly]:
        """The scenes in which it peaks above the threshold."""
        return anomalies(self.found, threshold)


class Baselines:
    """The baselines of one owner."""

    def __init__(self, library: "Showing") -> None:
        self._library = library

    def add(
        self,
        name: str,
        *,
        videos: Sequence[str] = (),
        scenes: Sequence[str | UUID] = (),
        from_s: float | None = None,
        to_s: float | None = None,
        again: bool = False,
    ) -> Baseline:
        """Keep what these videos (ids, paths, file names) and scenes (ids, VIDEO:SCENE) show as what is normal.

        `from_s`, `to_s`: of the videos only keyframes from this time on and before that. `again`: in place of the
        baseline of this name. One of a single video goes with that video.

        Raises UsageError, NotFoundError, AmbiguousError, EncoderError where nothing was embedded.
        """
        _check(videos, scenes, from_s, to_s)
        in_use = self._library.profile().visual
        with self._library.transaction() as tx:
            found = [resolve_video(tx, video).id for video in videos]
            named = [scene_named(tx, scene) for scene in scenes]
            normal = Normal(
                videos=tuple(dict.fromkeys(found)),
                scenes=tuple(dict.fromkeys(scene.id for scene in named)),
                from_s=from_s or 0.0,
                to_s=math.inf if to_s is None else to_s,
            )
            of = {*found, *(scene.video_id for scene in named)}
            space = _space(tx, of, in_use)
            mean = mean_of(tx, space, normal)
            return write_baseline(
                tx,
                name,
                space=space,
                vector=baseline_vector(mean),
                pictures=mean.pictures,
                made_of=kept_of(normal),
                video_id=of.pop() if len(of) == 1 else None,
                again=again,
            )

    def page(self, limit: int | None = None, offset: int = 0) -> tuple[list[Baseline], int]:
        """So many baselines by name, and how many there are in all."""
        with self._library.transaction() as tx:
            return baselines(tx, limit=limit, offset=offset), count_baselines(tx)

    def find(self, named: UUID | str) -> Baseline:
        """By name or id. Raises NotFoundError."""
        with self._library.transaction() as tx:
            return _named(tx, named)

    def rename(self, named: UUID | str, name: str) -> Baseline:
        """Raises NotFoundError, and UsageError for a name that is taken."""
        with self._library.transaction() as tx:
            return rename_baseline(tx, _named(tx, named).id, name)

    def remove(self, named: UUID | str) -> Baseline:
        """Raises NotFoundError."""
        with self._library.transaction() as tx:
            found = _named(tx, named)
            remove_baseline(tx, found.id)
            return found

    def curve(self, video: str | UUID, baseline: UUID | str | None = None) -> Curve:
        """How far a video (id, path, file name) is from a baseline (name or id), or without one from its own mean.

        Raises NotFoundError, AmbiguousError; UsageError for a baseline of another model; EncoderError for a video in
        which nothing was embedded.
        """
        in_use = self._library.profile().visual
        with self._library.transaction() as tx:
            found = resolve_video(tx, str(video))
            known = _named(tx, baseline) if baseline is not None else None
            space = space_of_video(tx, found.id, in_use, known.space if known else None)
            if known is None:
                normal = baseline_vector(mean_of(tx, space, Normal(videos=(found.id,))))
            else:
                check_space(known, space)
                normal = checked_vector(known.vector)
            along = cosines_along(tx, space, found.id, normal)
        return Curve(video=found, baseline=known, space=space.name, found=tuple(along))

    def threshold(self, given: float | None) -> float:
        """The score above which a keyframe is out of the ordinary: as given, else ANOMALY_THRESHOLD."""
        least = self._library.settings.anomaly_threshold if given is None else given
        return check_threshold(least, "anomalies")


def _named(tx: Transaction, named: UUID | str) -> Baseline:
    if isinstance(named, UUID):
        return find_baseline(tx, named)
    try:
        by_id = UUID(named)
    except ValueError:
        return find_baseline(tx, named)
    return find_baseline(tx, by_id)


def _space(tx: Transaction, videos: set[UUID], in_use: str) -> Space:
    """The one visual space in which all of these videos were seen. Raises EncoderError, and UsageError where there is
    none."""
    spaces = {space.id: space for space in (space_of_video(tx, video, in_use) for video in videos)}
    if len(spaces) > 1:
        raise UsageError(
            "These videos were seen by different models, whose embeddings have no common mean: `scenedex index` "
            "completes what the model in use has not seen."
        )
    return next(iter(spaces.values()))


def _check(
    videos: Sequence[str], scenes: Sequence[str | UUID], from_s: float | None, to_s: float | None
) -> None:
    if isinstance(videos, str) or isinstance(scenes, str):
        raise UsageError("`videos` and `scenes` are lists: give one as [video].")
    if not videos and not scenes:
        raise UsageError("Say what is normal: name a video, several videos of one camera, or scenes.")
    if len(videos) > MAX_SOURCES or len(scenes) > MAX_SOURCES:
        raise UsageError(f"A baseline is made of {MAX_SOURCES:,} videos or scenes at most.")
    times = [time for time in (from_s, to_s) if time is not None]
    if times and not videos:
        raise UsageError("A time range is one of videos: name the video.")
    if not all(math.isfinite(time) and time >= 0 for time in times):
        raise UsageError("A time range is given in seconds from the start of the video, 0 or more.")
    if to_s is not None and (from_s or 0.0) >= to_s:
        raise UsageError(f"From {from_s or 0:g} s to {to_s:g} s there is nothing: the end has to come later.")
