"""Of a search: which channels take part, what each counts, and how long it waits."""

from typing import Literal

from pydantic import Field

from scenedex.config.logs import LogSettings


class SearchSettings(LogSettings):
    """How results are found and put in order."""

    clip_text_embedding_timeout_s: float = Field(
        default=1.5, gt=0, description="how long a search waits for the encoders of its query, in seconds"
    )
    clip_text_embedding_max_retries: int = Field(
        default=1, ge=0, description="times that a remote encoder is asked again for a query after a failure"
    )
    visual_mode: Literal["auto", "recall", "rerank", "skip"] = Field(
        default="auto",
        description="how pictures take part in a search: auto (the query decides), recall, rerank, skip",
    )
    multi_dense_enabled: bool = Field(
        default=True, description="false: only words are searched, by letter and by meaning"
    )
    fusion: Literal["weighted", "rrf"] = Field(
        default="weighted", description="how channels make one order: weighted, or rrf (reciprocal ranks)"
    )
    visual_pooling: Literal["max", "top3", "softmax"] = Field(
        default="max", description="how the keyframes of a scene make one score: max, top3, softmax"
    )
    rerank_candidate_pool_size: int = Field(
        default=500, ge=1, le=5000, description="scenes whose pictures get a second look"
    )
    rerank_clip_weight: float = Field(
        default=0.3, ge=0, le=1, description="what the second look counts in the order"
    )
    rerank_min_score_range: float = Field(
        default=0.05, ge=0, le=2, description="cosines of a pool that differ by less change nothing"
    )
    threshold_visual: float = Field(default=0, ge=0, le=1, description="lowest cosine that counts")
    threshold_audio: float = Field(default=0, ge=0, le=1, description="lowest cosine that counts")
    threshold_transcript: float = Field(default=0, ge=0, le=1, description="lowest cosine that counts")
    threshold_description: float = Field(default=0, ge=0, le=1, description="lowest cosine that counts")
    threshold_lexical: float = Field(default=0, ge=0, description="lowest BM25 that counts")
    weight_visual: float = Field(default=0.25, ge=0, description="weight of what is seen")
    weight_audio: float = Field(default=0.10, ge=0, description="weight of what is heard")
    weight_transcript: float = Field(default=0.30, ge=0, description="weight of what is said")
    weight_description: float = Field(default=0.15, ge=0, description="weight of descriptions")
    weight_lexical: float = Field(default=0.20, ge=0, description="weight of the words themselves")
    entity_threshold: float = Field(
        default=0.85, ge=0, le=1, description="similarity from which an entity appears in a scene"
    )
    anomaly_threshold: float = Field(
        default=0.5, ge=0, le=1, description="score above which a keyframe is out of the ordinary"
    )
