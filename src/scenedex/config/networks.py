"""Of the networks: which see, hear, read and write, where they run, and which servers do so instead."""

from pathlib import Path
from typing import Literal, Self

from platformdirs import user_cache_path
from pydantic import Field, field_validator, model_validator

from scenedex.config.logs import LogSettings
from scenedex.config.values import Url
from scenedex.inference.video_models import VideoOptions

SMALLEST_PICTURE = 32
"""Pixels of a longest side below which nothing can be told from a picture."""


class NetworkSettings(LogSettings):
    """Models and their servers."""

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
    clip_timeout_s: float = Field(
        default=2.0,
        gt=0,
        description="longest time for one picture, in seconds; twice that where two are seen at once, "
        "as on a CPU of several cores",
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
    clip_runpod_url: Url | None = Field(
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
    openai_base_url: Url | None = Field(
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
    scenedex_regions: bool = Field(
        default=False,
        description="true: indexing embeds parts of each picture, too, in which entities are looked for",
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
        description="a model that sees, on the server at OPENAI_BASE_URL, or plugin/NAME; descriptions are asked of it",
    )
    scenedex_descriptions: bool = Field(
        default=False,
        description="true: what a worker takes in is described by that model, too",
    )

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
