"""Judged scenes to order, group and chain."""

from uuid import UUID, uuid5

from scenedex.search.candidates import Candidate
from scenedex.search.cutoff import Judged, Placed
from scenedex.types import Scene, SceneCard

NAMES = UUID(int=7)
SCENE_S = 10.0


def judged(index: int, score: float = 0.5, video: str = "a.mp4") -> Judged:
    candidate = Candidate(scene_id=scene_id(index, video), rows={}, match=None)
    return Judged(candidate=candidate, calibrated={}, score=score, rank=score)


def placed(
    index: int, score: float = 0.5, video: str = "a.mp4", span: tuple[float, float] | None = None
) -> Placed:
    """A scene of ten seconds, unless `span` says otherwise."""
    start_s, end_s = span or (index * SCENE_S, (index + 1) * SCENE_S)
    scene = Scene(
        id=scene_id(index, video),
        video_id=uuid5(NAMES, video),
        index=index,
        start_s=start_s,
        end_s=end_s,
        thumbnail_key=None,
    )
    return Placed(
        judged=judged(index, score, video), card=SceneCard(scene=scene, video=video, path=f"/videos/{video}")
    )


def scene_id(index: int, video: str = "a.mp4") -> UUID:
    return uuid5(NAMES, f"{video} {index}")


def place(one: Placed) -> tuple[str, int]:
    return one.card.video, one.card.scene.index
