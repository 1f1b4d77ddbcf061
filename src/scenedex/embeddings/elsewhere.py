"""Encoders that run on other machines. Nothing is sent anywhere but to a service that someone has named."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from scenedex.errors import UsageError
from scenedex.inference.registry import ModelCard

if TYPE_CHECKING:  # they bring an HTTP client along
    from scenedex.embeddings.openai_text import OpenAITextEncoder
    from scenedex.embeddings.remote_clip import RemoteClipEncoder

OPENAI = "openai/"
"""With this a text model's key begins when a server that speaks OpenAI's protocol runs it."""

DIMENSIONS = {"text-embedding-3-small": 1536, "text-embedding-3-large": 3072, "text-embedding-ada-002": 1536}
"""Numbers of an embedding, by OpenAI's documentation. For other models the key says it: `openai/MODEL@NUMBERS`."""

MAX_DIM = 4000
"""Numbers of a half precision vector that pgvector can index."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """The services that are named in the settings."""

    clip_url: str | None = None  #: an embedding server; it sees in place of this machine
    clip_secret: str = field(default="", repr=False)
    clip_timeout_s: float = 10.0  #: how long it is waited for when it looks at pictures
    openai_url: str | None = None  #: None: OpenAI's own
    openai_key: str | None = field(default=None, repr=False)
    text_model: str = ""  #: `openai/MODEL` or `openai/MODEL@NUMBERS`, where transcripts are embedded by it
    query_timeout_s: float = 1.5  #: how long they are waited for when somebody searches
    retries: int = 1  #: times that they are asked again after a failure that may pass

    def sees(self, card: ModelCard) -> "RemoteClipEncoder | None":
        """The encoder of pictures in place of this model; None where no server is named.

        How the server prepares pictures is its own business, so its vectors have a space of their own.
        """
        if not self.clip_url:
            return None
        from scenedex.embeddings.remote_clip import RemoteClipEncoder

        return RemoteClipEncoder(
            url=self.clip_url,
            secret=self.clip_secret,
            space=card.space(variant="remote"),
            names=(card.model_name, *card.aliases),
            text_timeout_s=self.query_timeout_s,
            retries=self.retries,
            timeout_s=self.clip_timeout_s,
        )

    def reads(self, key: str) -> "tuple[OpenAITextEncoder, OpenAITextEncoder]":
        """The encoder of passages and the one of queries, which is waited for less. Raises UsageError."""
        model, dim = openai_model(key)
        if not (self.openai_key or self.openai_url):
            raise UsageError(
                f"The text model {key} needs a server: set OPENAI_API_KEY for OpenAI's own, or OPENAI_BASE_URL for "
                "another that speaks its protocol."
            )
        from scenedex.embeddings.openai_text import OPENAI_URL, OpenAITextEncoder

        url = self.openai_url or OPENAI_URL
        passages, queries = (
            OpenAITextEncoder(
                base_url=url,
                api_key=self.openai_key,
                model=model,
                dim=dim,
                timeout_s=limit_s,
                retries=self.retries,
            )
            for limit_s in (10.0, self.query_timeout_s)
        )
        return passages, queries


def openai_model(key: str) -> tuple[str, int]:
    """Name and dimension of `openai/MODEL` or `openai/MODEL@NUMBERS`. Raises UsageError."""
    model, _, stated = key.removeprefix(OPENAI).partition("@")
    dim = int(stated) if stated.isascii() and stated.isdigit() else DIMENSIONS.get(model) if not stated else 0
    if not model or not dim or dim > MAX_DIM:
        raise UsageError(
            f"The text model {key!r} does not say how many numbers its embeddings have: write "
            f"{OPENAI}{model or 'MODEL'}@NUMBERS, with at most {MAX_DIM}."
        )
    return model, dim
