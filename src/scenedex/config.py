"""Settings: read once, at the entry points, and passed down as plain arguments."""

import logging
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Self, TypeVar

from platformdirs import user_cache_path, user_data_path
from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from scenedex.errors import UsageError
from scenedex.inference.video_models import VideoOptions
from scenedex.logs import LogFormat, LogLevel, configure
from scenedex.types import FetchLimits, Limits, UploadLimits

if TYPE_CHECKING:
    from scenedex.embeddings.elsewhere import Elsewhere

_S = TypeVar("_S", bound=BaseSettings)

ROOT_HOME = Path("/var/lib/scenedex")
"""Where root's library lies: PostgreSQL refuses to run as root, and its account may not enter /root."""

MB = 1_000_000  #: bytes
HOST = re.compile(r"(\*\.)?[a-z0-9_-]+(\.[a-z0-9_-]+)*")
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


class LogSettings(BaseSettings):
    """How this process logs: known before all else, and read without the rest."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_ignore_empty=True)

    scenedex_log_format: LogFormat = Field(
        default="text", description="text, or json: one JSON object a line"
    )
    scenedex_log_level: LogLevel | None = Field(
        default=None,
        description="least that is logged: debug (with the words of queries), info, warning, error or critical; "
        "without it info for serve and worker, and critical for other commands",
    )


class Settings(LogSettings):
    """Every setting, by the name of its environment variable. `docs/settings.md` has the same table."""

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
    scenedex_objects_patience_s: float = Field(
        default=60.0,
        gt=0,
        le=300,
        description="how long a request to the object store is tried again after what may pass, in seconds",
    )
    aws_endpoint_url: str | None = Field(
        default=None, description="a store that speaks S3 and is not Amazon's, such as http://minio:9000"
    )
    aws_endpoint_url_s3: str | None = Field(
        default=None, description="the same, before AWS_ENDPOINT_URL: for pictures alone"
    )
    scenedex_demand_keys: bool = Field(
        default=False,
        description="true: the server demands keys on loopback, too, as it does everywhere else",
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
    scenedex_descriptions: bool = Field(
        default=False,
        description="true: what a worker takes in is described by that model, too",
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
    scenedex_uploads: Path | None = Field(
        default=None,
        description="folder of the videos that come in over HTTP; without it `uploads` in SCENEDEX_HOME",
    )
    scenedex_max_upload_mb: float = Field(
        default=512, gt=0, description="largest file in one request, in millions of bytes"
    )
    scenedex_max_resumable_mb: float = Field(
        default=100_000, gt=0, description="largest file in parts, in millions of bytes"
    )
    scenedex_max_unfinished: int = Field(
        default=20, ge=1, description="files that one owner may be sending at once"
    )
    scenedex_max_unfinished_mb: float = Field(
        default=200_000, gt=0, description="size of these together, in millions of bytes"
    )
    scenedex_max_kept_mb: float = Field(
        default=0, ge=0, description="uploaded files of one owner, in millions of bytes; 0: no limit"
    )
    scenedex_upload_expiry_h: float = Field(
        default=24, gt=0, description="hours without a byte after which an unfinished upload is forgotten"
    )
    scenedex_fetch_hosts: str | None = Field(
        default=None,
        description="hosts from which videos may be fetched, with commas between; *.NAME: all names below",
    )
    scenedex_max_fetch_mb: float = Field(
        default=10_000, gt=0, description="largest file that is fetched, in millions of bytes"
    )
    scenedex_fetch_timeout_s: float = Field(
        default=600, gt=0, description="longest time for fetching one file, in seconds"
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

    scenedex_host: str = Field(
        default="127.0.0.1", min_length=1, description="address at which `scenedex serve` listens"
    )
    scenedex_port: int = Field(default=8080, ge=0, le=65535, description="its port; 0: any that is free")
    scenedex_metrics_host: str = Field(
        default="127.0.0.1", min_length=1, description="address at which a worker serves its metrics"
    )
    scenedex_metrics_port: int = Field(
        default=0, ge=0, le=65535, description="port at which a worker serves its metrics; 0: it serves none"
    )
    scenedex_roots: str | None = Field(
        default=None, description="folders of whose files the API may be told, joined by colons"
    )
    scenedex_max_requests: int = Field(
        default=64,
        ge=1,
        le=1000,
        description="requests that are worked on at once; more are told to come again",
    )
    scenedex_max_body_bytes: int = Field(
        default=33_554_432, ge=1024, description="largest body of a request that is no upload"
    )
    scenedex_request_timeout_s: float = Field(
        default=60.0, gt=0, description="longest time until an answer begins, in seconds"
    )

    @field_validator("clip_runpod_url", "openai_base_url", "aws_endpoint_url", "aws_endpoint_url_s3")
    @classmethod
    def _is_url(cls, value: str | None) -> str | None:
        if value is not None and not value.lower().startswith(("http://", "https://")):
            raise ValueError("a URL that begins with http:// or https:// is expected")
        return value

    @field_validator("scenedex_objects")
    @classmethod
    def _has_no_secret(cls, value: str | None) -> str | None:
        if value is not None and "://" in value and re.search(r"[@?]", value):
            raise ValueError(
                "write it without keys, as s3://bucket/prefix; keys are set as AWS_ACCESS_KEY_ID and so on"
            )
        return value

    @field_validator("clip_max_image_size")
    @classmethod
    def _is_visible(cls, value: int) -> int:
        if 0 < value < SMALLEST_PICTURE:
            raise ValueError(f"0, or at least {SMALLEST_PICTURE}")
        return value

    @field_validator("scenedex_fetch_hosts")
    @classmethod
    def _are_hosts(cls, value: str | None) -> str | None:
        for host in _words(value or ""):
            if not HOST.fullmatch(host):
                raise ValueError(
                    f"{host!r} is no host: names such as media.example.org, without https:// and /"
                )
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

    def roots(self) -> list[Path]:
        """Folders of whose files the API may be told."""
        named = (self.scenedex_roots or "").split(os.pathsep)
        return [Path(root.strip()).expanduser().absolute() for root in named if root.strip()]

    def limits(self) -> Limits:
        """What a file may ask of this machine."""
        return Limits(
            max_pixels=self.scenedex_max_pixels,
            max_duration_s=self.scenedex_max_duration_s,
            max_streams=self.scenedex_max_streams,
            max_decode_s=self.scenedetect_timeout_secs,
            max_fetch_s=self.keyframe_timeout_secs,
        )

    def uploads_folder(self) -> Path:
        """Where videos lie that came in over HTTP."""
        return (self.scenedex_uploads or self.scenedex_home / "uploads").expanduser().absolute()

    def upload_limits(self) -> UploadLimits:
        """What may be sent."""
        return UploadLimits(
            max_bytes=int(self.scenedex_max_upload_mb * MB),
            max_resumable_bytes=int(self.scenedex_max_resumable_mb * MB),
            max_unfinished=self.scenedex_max_unfinished,
            max_unfinished_bytes=int(self.scenedex_max_unfinished_mb * MB),
            max_kept_bytes=int(self.scenedex_max_kept_mb * MB),
            expiry_s=self.scenedex_upload_expiry_h * 3600,
        )

    def fetch_limits(self) -> FetchLimits:
        """What may be fetched."""
        return FetchLimits(
            hosts=_words(self.scenedex_fetch_hosts or ""),
            max_bytes=int(self.scenedex_max_fetch_mb * MB),
            timeout_s=self.scenedex_fetch_timeout_s,
        )


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip().lower() for word in text.split(",") if word.strip())


def read_settings() -> Settings:
    """Settings from the environment. Raises UsageError that names what is wrong."""
    return _read(Settings)


def read_log_settings() -> LogSettings:
    """Those of the log alone. Raises UsageError that names what is wrong."""
    return _read(LogSettings)


def _read(kind: type[_S]) -> _S:
    try:
        return kind()
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
    if not logging.getLogger().handlers:
        configure("text", "warning")
    for name in ("scenedex.embeddings", "scenedex.inference"):
        logging.getLogger(name).setLevel(logging.DEBUG)
