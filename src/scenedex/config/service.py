"""Of the server and of the worker: where they listen, and what they take in."""

import os
import re
from pathlib import Path

from pydantic import Field, field_validator

from scenedex.config.logs import LogSettings
from scenedex.types import FetchLimits, UploadLimits

MB = 1_000_000  #: bytes
HOST = re.compile(r"(\*\.)?[a-z0-9_-]+(\.[a-z0-9_-]+)*")


class ServiceSettings(LogSettings):
    """What `scenedex serve` and `scenedex worker` need to know beside the library's settings."""

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
    scenedex_demand_keys: bool = Field(
        default=False,
        description="true: the server demands keys on loopback, too, as it does everywhere else",
    )
    scenedex_api_key: str | None = Field(
        default=None, repr=False, description="the key in whose owner's name `scenedex mcp` answers on stdin"
    )
    scenedex_page_source: bool = Field(
        default=False,
        description="true: the page's scripts are sent as they are written, not minified, for work on the page",
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

    scenedex_webhook_hosts: str | None = Field(
        default=None,
        description="hosts of webhooks that may lie in inner networks and listen at any port, with commas between; "
        "*.NAME: all names below",
    )

    @field_validator("scenedex_fetch_hosts", "scenedex_webhook_hosts")
    @classmethod
    def _are_hosts(cls, value: str | None) -> str | None:
        for host in _words(value or ""):
            if not HOST.fullmatch(host):
                raise ValueError(
                    f"{host!r} is no host: names such as media.example.org, without https:// and /"
                )
        return value

    def webhook_hosts(self) -> tuple[str, ...]:
        """Hosts to which may be sent whatever their addresses."""
        return _words(self.scenedex_webhook_hosts or "")

    def roots(self) -> list[Path]:
        """Folders of whose files the API may be told."""
        named = (self.scenedex_roots or "").split(os.pathsep)
        return [Path(root.strip()).expanduser().absolute() for root in named if root.strip()]

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
