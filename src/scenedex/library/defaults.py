"""Settings, and what an owner has chosen otherwise → how a search goes where its request says nothing else."""

from collections.abc import Mapping
from typing import Any, get_args

from scenedex.config import Settings
from scenedex.search.request import DEFAULT_WEIGHTS, SearchDefaults, is_weight
from scenedex.types import Channel, Mode

VISUAL_MODE = "visual_mode"
WEIGHT = "weight."
"""Before a channel: the name under which an owner's choice of its weight is kept."""


def defaults_of(settings: Settings, chosen: Mapping[str, Any] | None = None) -> SearchDefaults:
    """What the settings say about search, overlaid by what the owner has `chosen`: stored name to value.

    A choice that makes no sense is passed over. What a setting switches off stays off.
    """
    chosen = chosen or {}
    thresholds: dict[Channel, float] = {
        "visual": settings.threshold_visual,
        "transcript": settings.threshold_transcript,
        "description": settings.threshold_description,
        "lexical": settings.threshold_lexical,
        "audio": settings.threshold_audio,
    }
    return SearchDefaults(
        weights=_weights(settings, chosen),
        mode=_mode(chosen.get(VISUAL_MODE)) or settings.visual_mode,
        fusion=settings.fusion,
        pooling=settings.visual_pooling,
        thresholds={channel: least for channel, least in thresholds.items() if least > 0},
        pool_size=settings.rerank_candidate_pool_size,
        rerank_weight=settings.rerank_clip_weight,
        min_score_range=settings.rerank_min_score_range,
    )


def _mode(value: Any) -> Mode | None:
    return next((mode for mode in get_args(Mode) if mode == value), None)


def _weights(settings: Settings, chosen: Mapping[str, Any]) -> dict[Channel, float]:
    weights: dict[Channel, float] = {
        "visual": settings.weight_visual,
        "transcript": settings.weight_transcript,
        "description": settings.weight_description,
        "lexical": settings.weight_lexical,
        "audio": settings.weight_audio,
    }
    for channel in DEFAULT_WEIGHTS:
        own = chosen.get(WEIGHT + channel)
        if is_weight(own):
            weights[channel] = float(own)
    if not settings.clip_enabled:
        weights["visual"] = 0.0
    if not settings.multi_dense_enabled:
        weights |= {"visual": 0.0, "description": 0.0, "audio": 0.0}
    return weights
