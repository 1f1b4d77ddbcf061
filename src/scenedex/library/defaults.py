"""Settings → how a library searches where a request says nothing else."""

from scenedex.config import Settings
from scenedex.search.request import SearchDefaults
from scenedex.types import Channel


def defaults_of(settings: Settings) -> SearchDefaults:
    """What the settings say about search."""
    weights: dict[Channel, float] = {
        "visual": settings.weight_visual if settings.clip_enabled else 0.0,
        "transcript": settings.weight_transcript,
        "description": settings.weight_description,
        "lexical": settings.weight_lexical,
        "audio": settings.weight_audio,
    }
    if not settings.multi_dense_enabled:
        weights |= {"visual": 0.0, "description": 0.0, "audio": 0.0}
    thresholds: dict[Channel, float] = {
        "visual": settings.threshold_visual,
        "transcript": settings.threshold_transcript,
        "description": settings.threshold_description,
        "lexical": settings.threshold_lexical,
        "audio": settings.threshold_audio,
    }
    return SearchDefaults(
        weights=weights,
        mode=settings.visual_mode,
        fusion=settings.fusion,
        pooling=settings.visual_pooling,
        thresholds={channel: least for channel, least in thresholds.items() if least > 0},
        pool_size=settings.rerank_candidate_pool_size,
        rerank_weight=settings.rerank_clip_weight,
        min_score_range=settings.rerank_min_score_range,
    )
