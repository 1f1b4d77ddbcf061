"""What a page has to know of a server before it offers anything."""

from pydantic import Field

from scenedex.http.values import Given, Text
from scenedex.types import Access


class Root(Given):
    """A folder of whose files the server may be told."""

    name: Text = Field(examples=["films"])
    path: Text = Field(examples=["/media/films"])
    there: bool = Field(description="Whether it can be reached.")


class Registering(Given):
    """Whether files can be registered by their path."""

    allowed: bool
    anywhere: bool = Field(description="Any file that the server can read, not only those below the roots.")
    roots: tuple[Root, ...]


class Uploading(Given):
    """Whether videos can be sent, and how large they may be."""

    allowed: bool
    max_bytes: int = Field(description="In one request.", examples=[512_000_000])
    max_resumable_bytes: int = Field(description="In parts (tus).", examples=[100_000_000_000])
    chunk_bytes: int = Field(description="A good size of a part.", examples=[16_777_216])
    max_unfinished: int = Field(description="Files that may be on their way at once.", examples=[20])
    expiry_s: float = Field(
        description="An unfinished one is forgotten after so long without a byte.", examples=[86_400]
    )


class Fetching(Given):
    """Whether the server fetches videos from elsewhere."""

    allowed: bool
    hosts: tuple[Text, ...] = Field(examples=[["media.example.org"]])
    max_bytes: int = Field(examples=[10_000_000_000])


class ConfigLimits(Given):
    """What a request may ask for."""

    query_characters: int = Field(examples=[2_000])
    search_hits: int = Field(description="Of one page.", examples=[200])
    search_offset: int = Field(examples=[10_000])
    picture_bytes: int = Field(examples=[20_000_000])
    videos: int = Field(description="Of one page.", examples=[200])
    tags: int = Field(description="Of one video.", examples=[100])
    body_bytes: int = Field(examples=[33_554_432])


class Config(Given):
    """What this server is, and what the caller may do with it."""

    version: str = Field(examples=["0.1.0"])
    keys_demanded: bool = Field(description="Whether nobody is let in without a key.")
    access: Access = Field(description="What the caller may do.")
    registration: Registering
    uploads: Uploading
    fetching: Fetching
    languages: tuple[Text, ...] = Field(
        description="In which something is said or written.", examples=[["en", "ko"]]
    )
    limits: ConfigLimits
