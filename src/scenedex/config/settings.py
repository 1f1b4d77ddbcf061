"""Every setting together, and the library's own: where it lies, and what a file may ask of this machine."""

import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from platformdirs import user_data_path
from pydantic import Field, field_validator

from scenedex import plugins
from scenedex.config.embedding import EmbeddingServerSettings
from scenedex.config.networks import NetworkSettings
from scenedex.config.search import SearchSettings
from scenedex.config.service import ServiceSettings
from scenedex.config.values import Url
from scenedex.config.watching import WatchingSettings
from scenedex.errors import UsageError
from scenedex.scenes.plugged import BUILT_IN
from scenedex.types import Limits

if TYPE_CHECKING:
    from scenedex.embeddings.elsewhere import Elsewhere

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


class Settings(NetworkSettings, SearchSettings, ServiceSettings, EmbeddingServerSettings, WatchingSettings):
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
    aws_endpoint_url: Url | None = Field(
        default=None, description="a store that speaks S3 and is not Amazon's, such as http://minio:9000"
    )
    aws_endpoint_url_s3: Url | None = Field(
        default=None, description="the same, before AWS_ENDPOINT_URL: for pictures alone"
    )
    scenedex_detector: str = Field(
        default="adaptive", description="how cuts are found: adaptive, content, hash, histogram, or a plug-in"
    )
    scenedex_index_at_once: int = Field(
        default=0,
        ge=0,
        le=64,
        description="videos that `index` reads side by side; 0: one for each four cores, 4 at most",
    )
    scenedex_accurate: bool | Literal["auto"] = Field(
        default="auto",
        description="true: decode every picture to find cuts; false: only what hints in the file ask for; "
        "auto: false for pictures of 720 lines and more",
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

    @field_validator("scenedex_detector")
    @classmethod
    def _is_there(cls, value: str) -> str:
        if value not in BUILT_IN and plugins.find("detector", value) is None:
            offered = [plugin.name for plugin in plugins.installed("detector")]
            raise ValueError(f"there is no detector {value!r}: there are {', '.join((*BUILT_IN, *offered))}")
        return value

    @field_validator("scenedex_objects")
    @classmethod
    def _has_no_secret(cls, value: str | None) -> str | None:
        if value is not None and "://" in value and re.search(r"[@?]", value):
            raise ValueError(
                "write it without keys, as s3://bucket/prefix; keys are set as AWS_ACCESS_KEY_ID and so on"
            )
        return value

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

    def uploads_folder(self) -> Path:
        """Where videos lie that came in over HTTP."""
        return (self.scenedex_uploads or self.scenedex_home / "uploads").expanduser().absolute()
