"""A search that knows its answers, for tests of what is made of answers."""

from collections.abc import Mapping, Sequence
from uuid import UUID, uuid5

from scenedex.search.fusion import band, fused, rescaled
from scenedex.search.judgements import Judgement
from scenedex.search.outcomes import Case, Target
from scenedex.types import LOCAL_OWNER, Answer, Channel, Evidence, Hit, Mode, Plan

SCENE_S = 10.0
VIDEO = uuid5(LOCAL_OWNER, "video")
DEFAULTS: dict[Channel, float] = {"visual": 0.5, "lexical": 0.3, "audio": 0.2}


def hit(scene: int, channels: Mapping[Channel, float], score: float = 0.9, video: UUID = VIDEO) -> Hit:
    """Scene number `scene`, 10 s long, with this calibrated evidence."""
    return Hit(
        video_id=video,
        video="video.mp4",
        path=None,
        scene=scene,
        scene_id=uuid5(video, str(scene)),
        start_s=scene * SCENE_S,
        end_s=(scene + 1) * SCENE_S,
        best_s=scene * SCENE_S,
        score=score,
        band=band(score),
        channels={channel: Evidence(raw=value, calibrated=value) for channel, value in channels.items()},
    )


def target(start_s: float, end_s: float, grade: float = 1.0, video: UUID = VIDEO) -> Target:
    return Target(video_id=video, span=(start_s, end_s), grade=grade)


def scene_target(scene: int, grade: float = 1.0) -> Target:
    return target(scene * SCENE_S, (scene + 1) * SCENE_S, grade)


def case(query: str, *targets: Target, mode: Mode | None = None, kind: str | None = None) -> Case:
    return Case(judgement=Judgement(query=query, relevant=(), mode=mode, kind=kind), targets=targets)


def answer(
    query: str, hits: Sequence[Hit], mode: Mode = "recall", weights: Mapping[Channel, float] = DEFAULTS
) -> Answer:
    plan = Plan(mode=mode, confidence=1.0, reason="", weights=dict(weights))
    return Answer(query=query, plan=plan, hits=tuple(hits))


class FakeSearch:
    """Fuses made-up evidence as the engine does. `found`: query → scene → calibrated scores of the channels."""

    def __init__(self, found: Mapping[str, Mapping[int, Mapping[Channel, float]]], limit: int = 10) -> None:
        self.found, self.limit = found, limit
        self.asked: list[tuple[str, dict[Channel, float] | None, Mode]] = []

    def __call__(self, query: str, weights: Mapping[Channel, float] | None, mode: Mode) -> Answer:
        self.asked.append((query, None if weights is None else dict(weights), mode))
        given = dict(DEFAULTS if weights is None else weights)
        if mode == "skip":
            given["visual"] = 0.0
        scenes = {
            scene: {channel: value for channel, value in channels.items() if given.get(channel, 0.0) > 0}
            for scene, channels in self.found.get(query, {}).items()
        }
        present = {channel for channels in scenes.values() for channel in channels}
        planned = rescaled(given, DEFAULTS)
        shared = rescaled(given, present)
        scored = {scene: fused(channels, shared) for scene, channels in scenes.items()}
        order = sorted(scenes, key=lambda scene: (-round(scored[scene], 9), scene))
        shown = [scene for scene in order if "lexical" in scenes[scene] or scored[scene] >= 0.5]
        hits = [hit(scene, scenes[scene], round(scored[scene], 6)) for scene in shown[: self.limit]]
        return answer(query, hits, "recall" if mode == "auto" else mode, planned)
