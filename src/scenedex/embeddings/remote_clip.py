"""The client of an embedding server (`scenedex embed-server`, or any that speaks the same): signed requests."""

import base64
import io
import logging
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import httpx
import numpy as np
from PIL import Image

from scenedex.embeddings.images import pixels_of
from scenedex.embeddings.protocols import Embedding
from scenedex.embeddings.service import Service, all_vectors, unit_vectors
from scenedex.embeddings.signing import signature_headers
from scenedex.errors import EncoderError, RemoteAnswerError
from scenedex.types import Pixels, Space, Vector

log = logging.getLogger(__name__)

BATCH = 8
"""Pictures of one request."""

SIDE = 896
"""Longest side of a picture that is sent, in pixels: four times what most networks see."""


class RemoteClipEncoder:
    """An ImageEncoder and a TextEncoder whose network runs elsewhere."""

    def __init__(  # noqa: PLR0913  a service, and how long it is waited for
        self,
        *,
        url: str,
        secret: str,
        space: Space,
        names: Sequence[str] = (),
        timeout_s: float = 10.0,
        text_timeout_s: float = 1.5,
        retries: int = 1,
    ) -> None:
        """`names`: by which the service may call the model, besides the space's own name for it."""
        self.space = space
        self._names = {"", space.model.casefold(), *(name.casefold() for name in names)}

        def signed(method: str, path: str, body: bytes) -> dict[str, str]:
            return signature_headers(secret, method, path, body)

        self._pictures = Service(url=url, headers=signed, timeout_s=timeout_s, retries=retries)
        self._texts = Service(url=url, headers=signed, timeout_s=text_timeout_s, retries=retries)
        self._client = httpx.Client()

    def close(self) -> None:
        """Close its connections."""
        self._client.close()

    def embed(self, texts: Sequence[str]) -> list[Vector | None]:
        """One unit vector a text; None for a blank one. Raises RemoteEncoderError and EncoderTimeoutError."""
        filled = [index for index, text in enumerate(texts) if text.strip()]
        found: list[Vector | None] = [None] * len(texts)
        if filled:
            sent = [texts[index].encode("utf-8", "replace").decode() for index in filled]
            answer = self._texts.ask(self._client, "/v1/embed/text", {"texts": sent})
            self._check_model(answer.get("model"))
            vectors = all_vectors(answer.get("embeddings"), len(sent), self.space.dim)
            for index, vector in zip(filled, vectors, strict=True):
                found[index] = vector
        return found

    def embed_pictures(self, pictures: Sequence[Pixels | bytes]) -> list[Embedding]:
        """One embedding a picture; what fails is a value."""
        found: list[Embedding] = []
        for start in range(0, len(pictures), BATCH):
            found += self._batch(pictures[start : start + BATCH])
        return found

    def embed_views(self, pictures: Sequence[Pixels | bytes]) -> list[tuple[Embedding, ...]]:
        """The same, each in a tuple of its own: how wide pictures are seen is the server's business."""
        return [(each,) for each in self.embed_pictures(pictures)]

    def _batch(self, pictures: Sequence[Pixels | bytes]) -> list[Embedding]:
        sent = [_encoded(picture) for picture in pictures]
        good = [picture for picture in sent if isinstance(picture, str)]
        started = time.perf_counter()
        results = iter(self._asked(good))
        took_ms = (time.perf_counter() - started) * 1000.0 / max(1, len(good))
        log.debug("%s: %d pictures elsewhere, %.1f ms each", self.space.name, len(good), took_ms)
        return [self._embedding(next(results) if isinstance(each, str) else each, took_ms) for each in sent]

    def _asked(self, encoded: list[str]) -> Iterator[Vector | EncoderError]:
        """The vectors of a batch; when the service does not take it, each picture on its own."""
        if not encoded:
            return iter(())
        try:
            answer = self._pictures.ask(self._client, "/v1/embed/image", {"images": encoded})
            self._check_model(answer.get("model"))
            return iter(unit_vectors(answer.get("embeddings"), len(encoded), self.space.dim))
        except RemoteAnswerError as exc:
            if len(encoded) == 1:
                return iter([exc])
            return (result for each in encoded for result in self._asked([each]))
        except EncoderError as exc:
            return iter([exc] * len(encoded))

    def _check_model(self, model: object) -> None:
        if isinstance(model, str) and model.casefold() not in self._names:
            raise RemoteAnswerError(
                f"The encoding service runs {model}, this library's space is {self.space.model}: their "
                "vectors "
                "cannot be compared."
            )

    def _embedding(self, vector: Vector | EncoderError, took_ms: float) -> Embedding:
        error = vector if isinstance(vector, EncoderError) else None
        metadata = {
            "model_name": self.space.model,
            "pretrained": self.space.revision,
            "embed_dim": self.space.dim,
            "normalized": True,
            "device": "remote",
            "inference_time_ms": round(took_ms, 3),
            "created_at": datetime.now(UTC).isoformat(),
            "error": f"{type(error).__name__}: {error}" if error else None,
        }
        return Embedding(
            vector=None if isinstance(vector, EncoderError) else vector, error=error, metadata=metadata
        )


def _encoded(picture: Pixels | bytes) -> str | EncoderError:
    """A picture as base64 of a JPEG: read here, so that a broken file is known before it is sent."""
    try:
        pixels = pixels_of(picture, max_side=SIDE)
    except EncoderError as exc:
        return exc
    out = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels)).save(out, "JPEG", quality=95, subsampling=0)
    return base64.b64encode(out.getvalue()).decode("ascii")
