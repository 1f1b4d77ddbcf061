"""Settings: read once, at the entry points, and passed down as plain arguments."""

import logging
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Self

from platformdirs import user_cache_path, user_data_path
from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from scenedex.errors import UsageError
from scenedex.inference.video_models import VideoOptions
from scenedex.types import Limits

if TYPE_CHECKING:
    from scenedex.embeddings.elsewhere import Elsewhere

ROOT_HOME = Path("/var/lib/scenedex")
"""Where root's library lies: PostgreSQL refuses to run as root, and its account may not enter /root."""

SMALLEST_PICTURE = 32
"""Pixels of a longest side below which nothing can be told from a picture."""


def default_home() -> Path:
    """The folder of the library when SCENEDEX_HOME names none."""
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        return ROOT_HOME
    try:
        return user_data_path("scenedex", appauthor=False)
    except RuntimeError as exc:
        raise UsageError(
            "This account has no home folder: set SCENEDEX_HOME to a folder for the library."
        ) from exc


class Settings(BaseSettings):
    """Every setting, by the name of its environment variable. `docs/settings.md` has the same table."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_ignore_empty=True)

    database_url: str | None = Field(
        default=None, description="PostgreSQL with pgvector; without it an embedded server keeps the library"
    )
    scenedex_home: Path = Field(
        default_factory=default_home, description="folder of the embedded database and of the pictures"
    )
    scenedex_objects: str | None = Field(
        default=None,
        description="where pictures lie: a folder, or a URL such as s3://bucket/prefix; without it the folder "
        "`objects` in SCENEDEX_HOME",
    )
    scenedex_profile: str | None = Field(
        default=None,
        description="set of models: mini, clip, standard or large; without it what the library recorded, or standard",
    )
    clip_enabled: bool = Field(default=True, description="false: no visual channel")
    clip_model_name: str | None = Field(
        default=None, description="model of the visual channel, such as ViT-B-32; before the profile's"
    )
    clip_pretrained: str | None = Field(default=None, description="its weights, such as openai")
    clip_device: str = Field(
        default="auto", description="where networks run: auto, cpu, cuda, tensorrt, openvino, coreml"
    )
    clip_timeout_s: float = Field(default=2.0, gt=0, description="longest time for one picture, in seconds")
    clip_text_embedding_timeout_s: float = Field(
        default=1.5, gt=0, description="how long a search waits for the encoders of its query, in seconds"
    )
    clip_text_embedding_max_retries: int = Field(
        default=1, ge=0, description="times that a remote encoder is asked again for a query after a failure"
    )
    clip_normalize: bool = Field(
        default=True,
        description="false: raw vectors to callers of the encoder; what is stored is always of unit length",
    )
    clip_max_image_size: int = Field(
        default=0,
        ge=0,
        description="longest side of a picture before it is prepared, in pixels; 0: four times the model's input",
    )
    clip_debug_log: bool = Field(default=False, description="true: log each run of an encoder to stderr")
    clip_runpod_url: str | None = Field(
        default=None, description="an embedding server that sees in place of this machine"
    )
    clip_runpod_secret: str | None = Field(
        default=None, repr=False, description="the key with which requests to it are signed"
    )
    clip_cache_dir: Path | None = Field(
        default=None, description="folder of fetched models; without it `models` in the user's cache folder"
    )
    hf_home: Path | None = Field(
        default=None, description="cache of Hugging Face: its models are used when they are there"
    )
    huggingface_hub_token: str | None = Field(
        default=None, repr=False, description="for models that ask for one"
    )
    hf_hub_offline: bool = Field(default=False, description="true: nothing is fetched")
    scenedex_text_model: str | None = Field(
        default=None,
        description="model of transcripts, before the profile's; openai/MODEL or openai/MODEL@NUMBERS asks the server "
        "at OPENAI_BASE_URL",
    )
    openai_base_url: str | None = Field(
        default=None, description="a server that speaks OpenAI's protocol; without it OpenAI's own"
    )
    openai_api_key: str | None = Field(default=None, repr=False, description="its key")
    embedding_backend: Literal["visual", "clip", "internvl35", "internvideo2", "videoprism"] = Field(
        default="visual",
        description="model of scene-to-scene search: visual (the visual channel's), clip, internvl35, internvideo2 or "
        "videoprism",
    )
    iv2_model_id: str | None = Field(
        default=None, description="repository or folder of that model; without it the backend's own"
    )
    iv2_device: str = Field(
        default="cuda:0", pattern=r"^(auto|cpu|mps|cuda(:\d+)?)$", description="where it runs"
    )
    iv2_frames: int = Field(default=8, ge=1, le=64, description="pictures of a scene that it sees")
    iv2_res: int = Field(
        default=448, ge=28, le=2048, description="side of such a picture in pixels, for internvl35"
    )
    iv2_trust_remote_code: bool = Field(
        default=False, description="true: run the Python code that lies beside internvideo2's weights"
    )
    iv2_stride: int = Field(
        default=4, ge=1, le=1024, description="pictures of the video from one to the next, at least"
    )
    scenedex_screen_text: bool = Field(
        default=False,
        description="true: indexing reads what is written in the pictures, too; needs the extra ocr",
    )
    scenedex_speech: bool = Field(
        default=False,
        description="true: indexing transcribes what is said where no subtitles are, too; needs the extra asr",
    )
    scenedex_asr_model: str = Field(
        default="small", min_length=1, description="model of speech: a name of faster-whisper's, or a folder"
    )
    scenedex_description_model: str | None = Field(
        default=None,
        description="a model that sees, on the server at OPENAI_BASE_URL; descriptions are asked of it",
    )
    scenedex_detector: Literal["adaptive", "content", "hash", "histogram"] = Field(
        default="adaptive", description="how cuts are found: adaptive, content, hash or histogram"
    )
    scenedex_max_pixels: int = Field(
        default=Limits().max_pixels, gt=0, description="largest picture, width × height"
    )
    scenedex_max_duration_s: float = Field(
        default=Limits().max_duration_s, gt=0, description="longest video, in seconds"
    )
    scenedex_max_streams: int = Field(
        default=Limits().max_streams, gt=0, description="most streams in one file"
    )
    scenedetect_timeout_secs: float = Field(
        default=Limits().max_decode_s,
        gt=0,
        description="longest decode pass, in seconds; a file may always take four times its duration",
    )
    keyframe_timeout_secs: float = Field(
        default=Limits().max_fetch_s,
        gt=0,
        description="longest time for fetching single pictures out of a file, in seconds; it may always take its "
        "duration",
    )
    scenedex_decoder: Literal["child", "here"] = Field(
        default="child",
        description="where files are read: child (a process that has given up its rights, Linux alone) or here",
    )
    scenedex_decoder_memory_mb: int = Field(
        default=4096, ge=256, description="memory that reading one file may take, in megabytes"
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

    @field_validator("clip_runpod_url", "openai_base_url")
    @classmethod
    def _is_url(cls, value: str | None) -> str | None:
        if value is not None and not value.lower().startswith(("http://", "https://")):
            raise ValueError("a URL that begins with http:// or https:// is expected")
        return value

    @field_validator("clip_max_image_size")
    @classmethod
    def _is_visible(cls, value: int) -> int:
        if 0 < value < SMALLEST_PICTURE:
            raise ValueError(f"0, or at least {SMALLEST_PICTURE}")
        return value

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if self.clip_runpod_url and not self.clip_runpod_secret:
            raise ValueError("CLIP_RUNPOD_URL needs CLIP_RUNPOD_SECRET, with which requests are signed")
        return self

    def models_folder(self) -> Path:
        """Where fetched models lie."""
        return self.clip_cache_dir or user_cache_path("scenedex", appauthor=False) / "models"

    def elsewhere(self) -> "Elsewhere":
        """The services that embed in place of this machine."""
        from scenedex.embeddings.elsewhere import OPENAI, Elsewhere  # HTTP: most commands need none

        named = self.scenedex_text_model or ""
        return Elsewhere(
            clip_url=self.clip_runpod_url,
            clip_secret=self.clip_runpod_secret or "",
            openai_url=self.openai_base_url,
            openai_key=self.openai_api_key,
            text_model=named if named.startswith(OPENAI) else "",
            query_timeout_s=self.clip_text_embedding_timeout_s,
            retries=self.clip_text_embedding_max_retries,
        )

    def video(self) -> VideoOptions:
        """How the model of scene-to-scene search runs, where it is one of its own."""
        return VideoOptions(
            model_id=self.iv2_model_id,
            device=self.iv2_device,
            frames=self.iv2_frames,
            resolution=self.iv2_res,
            stride=self.iv2_stride,
            trust_remote_code=self.iv2_trust_remote_code,
            hub_cache=self.hf_home / "hub" if self.hf_home else None,
        )

    def in_child(self) -> bool:
        """Whether files are read in a process of their own: the walls around it are Linux's."""
        return self.scenedex_decoder == "child" and sys.platform == "linux"

    def limits(self) -> Limits:
        """What a file may ask of this machine."""
        return Limits(
            max_pixels=self.scenedex_max_pixels,
            max_duration_s=self.scenedex_max_duration_s,
            max_streams=self.scenedex_max_streams,
            max_decode_s=self.scenedetect_timeout_secs,
            max_fetch_s=self.keyframe_timeout_secs,
        )


def read_settings() -> Settings:
    """Settings from the environment. Raises UsageError that names what is wrong."""
    try:
        return Settings()
    except ValidationError as exc:
        wrong = "; ".join(
            ": ".join(
                [*(str(part).upper() for part in error["loc"]), error["msg"].removeprefix("Value error, ")]
            )
            for error in exc.errors()
        )
        raise UsageError(f"A setting cannot be used. {wrong}.") from exc


def log_encoders() -> None:
    """Let every run of an encoder be logged, to stderr where nobody has said where logs go."""
    logging.basicConfig(stream=sys.stderr)
    for name in ("scenedex.embeddings", "scenedex.inference"):
        logging.getLogger(name).setLevel(logging.DEBUG)
