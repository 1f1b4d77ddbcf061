"""A judged candidate → a hit, with what each channel has to show for it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from scenedex.embeddings.passages import passages
from scenedex.search.cutoff import Placed
from scenedex.search.fusion import band, shares
from scenedex.search.marking import mark
from scenedex.search.matching import telling
from scenedex.search.question import Question
from scenedex.types import Caption, Channel, Evidence, Hit, Scene, StoredKeyframe

Nearest = Callable[[Sequence[str]], str]
"""Which of several texts is nearest to the question."""


SEEN: tuple[Channel, ...] = ("visual", "anchor")
"""Channels whose evidence is a keyframe."""

SAME_S = 0.001


def with_scene(
    placed: Placed,
    captions: Mapping[UUID, tuple[Caption, ...]],
    keyframes: Mapping[UUID, tuple[StoredKeyframe, ...]],
) -> Placed:
    """The same with the captions and keyframes of its scene: the words and the picture that a hit shows."""
    scene = placed.card.scene
    read = replace(scene, captions=captions.get(scene.id, ()), keyframes=keyframes.get(scene.id, ()))
    return replace(placed, card=replace(placed.card, scene=read))


def is_seen(placed: Placed) -> bool:
    """Whether a keyframe speaks for it."""
    return any(channel in placed.judged.calibrated for channel in SEEN)


def choices(placed: Placed) -> list[str]:
    """The texts among which `nearest` will have to choose; [] where there is no choice."""
    row = placed.judged.candidate.rows.get("transcript")
    if row is None or row.t_s is None or "transcript" not in placed.judged.calibrated:
        return []
    said = _said_at(placed.card.scene, row.t_s)
    return said if len(said) > 1 else []


def hit(question: Question, placed: Placed, nearest: Nearest, weights: Mapping[Channel, float]) -> Hit:
    """The hit; its best moment is that of the channel which is surest. `weights`: with which it was judged."""
    scene, calibrated = placed.card.scene, placed.judged.calibrated
    parts = shares(calibrated, weights)
    channels = {
        channel: replace(_evidence(question, placed, channel, nearest), share=round(parts[channel], 6))
        for channel in sorted(calibrated, key=lambda c: (-calibrated[c], c))
    }
    best_s = next((evidence.t_s for evidence in channels.values() if evidence.t_s is not None), scene.start_s)
    return Hit(
        video_id=scene.video_id,
        video=placed.card.video,
        path=placed.card.path,
        scene=scene.index,
        scene_id=scene.id,
        start_s=scene.start_s,
        end_s=scene.end_s,
        best_s=best_s,
        score=round(placed.score, 6),
        band=band(placed.score),
        channels=channels,
        thumbnail=scene.thumbnail_key,
    )


def _evidence(question: Question, placed: Placed, channel: Channel, nearest: Nearest) -> Evidence:
    scene, row = placed.card.scene, placed.judged.candidate.rows[channel]
    t_s, text, speaker = row.t_s, None, None
    if channel == "lexical" and placed.judged.candidate.match is not None:
        text = placed.card.video
        caption = telling(question, scene.captions, (scene.start_s, scene.end_s))
        if caption is not None:
            t_s, text = max(caption.start_s, scene.start_s), caption.text
            speaker = caption.speaker
    elif channel == "transcript" and t_s is not None:
        said = _said_at(scene, t_s)
        text = nearest(said) if len(said) > 1 else "".join(said)
    return Evidence(
        raw=row.raw,
        calibrated=round(placed.judged.calibrated[channel], 6),
        t_s=t_s,
        text=mark(text, question.terms) if text else None,
        keyframe=_keyframe_at(scene, row.t_s) if channel in SEEN else None,
        speaker=speaker,
    )


def _keyframe_at(scene: Scene, t_s: float | None) -> int | None:
    found = (n for n, one in enumerate(scene.keyframes) if t_s is not None and abs(one.t_s - t_s) < SAME_S)
    return next(found, None)


def _said_at(scene: Scene, t_s: float) -> list[str]:
    """The passages that begin at `t_s`: several where there are tracks in several languages."""
    found = passages(scene.captions, scene.start_s, scene.end_s)
    return [text for began_s, text in found if abs(began_s - t_s) < 0.001]
