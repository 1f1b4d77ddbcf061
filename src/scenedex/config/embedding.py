"""Of the embedding server: its model, where it listens, whom it lets in, and how much it takes on."""

from pathlib import Path

from platformdirs import user_cache_path
from pydantic import Field

from scenedex.config.logs import LogSettings


class EmbeddingServerSettings(LogSettings):
    """What `scenedex embed-server` needs to know beside the settings of networks."""

    clip_model_path: str | None = Field(
        default=None,
        description="model of the embedding server: a key, the folder of an exported one, or mini; without it "
        "CLIP_MODEL_NAME, the profile's, or clip-l14",
    )
    clip_use_tensorrt: bool = Field(
        default=True,
        description="false: the embedding server takes CUDA, not TensorRT, where CLIP_DEVICE is auto",
    )
    clip_engine_path: Path | None = Field(
        default=None,
        description="folder of TensorRT's engines; without it `engines` in the user's cache folder",
    )
    host: str = Field(
        default="127.0.0.1", min_length=1, description="address at which `scenedex embed-server` listens"
    )
    port: int = Field(default=8093, ge=0, le=65535, description="its port; 0: any that is free")
    scenedex_embed_key: str | None = Field(
        default=None,
        min_length=16,
        repr=False,
        description="the key that it demands as a bearer token, off loopback",
    )
    scenedex_embed_queue: int = Field(
        default=256,
        ge=1,
        le=100_000,
        description="pictures, and as many texts, that it works on or keeps waiting",
    )
    scenedex_embed_batch: int = Field(
        default=0, ge=0, le=256, description="most pictures of one run; 0: 8 on a CPU, 32 on a GPU"
    )
    scenedex_embed_window_ms: float = Field(
        default=2.0,
        ge=0,
        le=1000,
        description="how long a picture waits for others to share its run, in milliseconds",
    )
    scenedex_embed_timeout_s: float = Field(
        default=10.0, gt=0, le=600, description="longest time until an answer of it, in seconds"
    )

    def engines_folder(self) -> Path:
        """Where TensorRT keeps what it built."""
        return (
            self.clip_engine_path or user_cache_path("scenedex", appauthor=False) / "engines"
        ).expanduser()
