"""Settings: read once, at the entry points, and passed down as plain arguments."""

import os
from pathlib import Path
from typing import Literal

from platformdirs import user_cache_path, user_data_path
from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from scenedex.errors import UsageError
from scenedex.types import Limits

ROOT_HOME = Path("/var/lib/scenedex")
"""Where root's library lies: PostgreSQL refuses to run as root, and its account may not enter /root."""


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
    clip_cache_dir: Path | None = Field(
        default=None, description="folder of fetched models; without it `models` in the user's cache folder"
    )
    hf_home: Path | None = Field(
        default=None, description="cache of Hugging Face: its models are used when they are there"
    )
    huggingface_hub_token: str | None = Field(default=None, description="for models that ask for one")
    hf_hub_offline: bool = Field(default=False, description="true: nothing is fetched")
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
    weight_visual: float = Field(default=0.25, ge=0, description="weight of what is seen")
    weight_audio: float = Field(default=0.10, ge=0, description="weight of what is heard")
    weight_transcript: float = Field(default=0.30, ge=0, description="weight of what is said")
    weight_lexical: float = Field(default=0.20, ge=0, description="weight of the words themselves")

    def models_folder(self) -> Path:
        """Where fetched models lie."""
        return self.clip_cache_dir or user_cache_path("scenedex", appauthor=False) / "models"

    def limits(self) -> Limits:
        """What a file may ask of this machine."""
        return Limits(
            max_pixels=self.scenedex_max_pixels,
            max_duration_s=self.scenedex_max_duration_s,
            max_streams=self.scenedex_max_streams,
            max_decode_s=self.scenedetect_timeout_secs,
        )


def read_settings() -> Settings:
    """Settings from the environment. Raises UsageError that names what is wrong."""
    try:
        return Settings()
    except ValidationError as exc:
        wrong = "; ".join(
            f"{'.'.join(str(part) for part in error['loc']).upper()}: {error['msg']}"
            for error in exc.errors()
        )
        raise UsageError(f"A setting cannot be used. {wrong}.") from exc
