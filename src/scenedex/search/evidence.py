"""A judged candidate → a hit, with what each channel has to show for it."""

from collections.abc import Callable, Sequence

from scenedex.embeddings.passages import passages
from scenedex.search.cutoff import Judged
from scenedex.search.fusion import band
from scenedex.search.marking import mark
from scenedex.search.question import Question
from scenedex.types import Channel, Evidence, Hit, Scene

Nearest = Callable[[Sequence[str]], str]
"""Which of several texts is nearest to the question."""


def choices(judged: Judged) -> list[str]:
    """The texts among which `nearest` will have to choose; [] where there is no choice."""
    row = judged.candidate.rows.get("transcript")
    if row is None or row.t_s is None or "transcript" not in judged.calibrated:
        return []
    said = _said_at(judged.candidate.card.scene, row.t_s)
    return said if len(said) > 1 else []


def hit(question: Question, judged: Judged, nearest: Nearest) -> Hit:
    """The hit; its best moment is that of the channel which is surest."""
    scene = judged.candidate.card.scene
    channels = {
        channel: _evidence(question, judged, channel, nearest)
        for channel in sorted(judged.calibrated, key=lambda c: (-judged.calibrated[c], c))
    }
    best_s = next((evidence.t_s for evidence in channels.values() if evidence.t_s is not None), scene.start_s)
    return Hit(
        video_id=scene.video_id,
        video=judged.candidate.card.video,
        path=judged.candidate.card.path,
        scene=scene.index,
        scene_id=scene.id,
        start_s=scene.start_s,
        end_s=scene.end_s,
        best_s=best_s,
        score=round(judged.score, 6),
        band=band(judged.score),
        channels=channels,
        thumbnail=scene.thumbnail_key,
    )


def _evidence(question: Question, judged: Judged, channel: Channel, nearest: Nearest) -> Evidence:
    scene, match, row = judged.candidate.card.scene, judged.candidate.match, judged.candidate.rows[channel]
    t_s, text = row.t_s, None
    if channel == "lexical" and match is not None:
        text = judged.candidate.card.video
        if match.caption is not None:
            t_s, text = max(match.caption.start_s, scene.start_s), match.caption.text
    elif channel == "transcript" and t_s is not None:
        said = _said_at(scene, t_s)
        text = nearest(said) if len(said) > 1 else "".join(said)
    return Evidence(
        raw=row.raw,
        calibrated=round(judged.calibrated[channel], 6),
        t_s=t_s,
        text=mark(text, question.terms) if text else None,
    )


def _said_at(scene: Scene, t_s: float) -> list[str]:
    """The passages that begin at `t_s`: several where there are tracks in several languages."""
    found = passages(scene.captions, scene.start_s, scene.end_s)
    return [text for began_s, text in found if abs(began_s - t_s) < 0.001]
