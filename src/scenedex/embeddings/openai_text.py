"""Texts → vectors by any server that speaks OpenAI's `/v1/embeddings`."""

from collections.abc import Sequence
from typing import Any

from scenedex.embeddings.connections import Connections
from scenedex.embeddings.service import Service, all_vectors
from scenedex.errors import RemoteAnswerError
from scenedex.types import Space, Vector

OPENAI_URL = "https://api.openai.com/v1"

BATCH = 128
"""Texts of one request; OpenAI takes 2,048, smaller servers do not."""

MAX_CHARACTERS = 24_000
"""Characters of a text that are sent: the model reads 8,191 tokens, and refuses more."""


class OpenAITextEncoder:
    """A TextEncoder. Its vectors may be compared only while the server keeps the model."""

    def __init__(
        self,
        *,
        base_url: str = OPENAI_URL,
        api_key: str | None = None,
        model: str = "text-embedding-3-small",
        dim: int = 1536,
        timeout_s: float = 10.0,
        retries: int = 1,
    ) -> None:
        self.space = Space(
            name=f"openai:{model}@{dim}", model=model, revision="remote", modality="text", dim=dim
        )
        self._model = model
        sent = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        self._connections = Connections(base_url)
        self._service = Service(
            self._connections, headers=lambda *_: dict(sent), timeout_s=timeout_s, retries=retries
        )

    def close(self) -> None:
        """Close its connections."""
        self._connections.close()

    def embed(self, texts: Sequence[str]) -> list[Vector | None]:
        """One unit vector a text; None for a blank one.

        Raises RemoteEncoderError, EncoderTimeoutError, and EncoderPausedError where the service is left alone now.
        """
        found: list[Vector | None] = [None] * len(texts)
        filled = [index for index, text in enumerate(texts) if text.strip()]
        for start in range(0, len(filled), BATCH):
            part = filled[start : start + BATCH]
            sent = [texts[index][:MAX_CHARACTERS].encode("utf-8", "replace").decode() for index in part]
            answer = self._service.ask("/embeddings", {"model": self._model, "input": sent})
            vectors = all_vectors(_in_order(answer.get("data"), len(part)), len(part), self.space.dim)
            for index, vector in zip(part, vectors, strict=True):
                found[index] = vector
        return found


def _in_order(data: Any, count: int) -> list[Any]:
    """The embeddings by the index of their text: servers may answer in any order."""
    try:
        rows = {int(each.get("index", place)): each["embedding"] for place, each in enumerate(data)}
        return [rows[index] for index in range(count)]
    except (KeyError, TypeError, ValueError, AttributeError) as exc:
        raise RemoteAnswerError(f"The encoding service does not give {count} embeddings.") from exc
