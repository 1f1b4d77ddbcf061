"""The client of an embedding server (`scenedex embed-server`, or any that speaks the same): signed requests."""

import base64
import io
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime

import numpy as np
from PIL import Image

from scenedex.embeddings.connections import Connections
from scenedex.embeddings.images import pixels_of
from scenedex.embeddings.protocols import Embedding
from scenedex.embeddings.service import Service, all_vectors, unit_vectors
from scenedex.embeddings.signing import signature_headers
from scenedex.errors import EncoderError, RemoteAnswerError
from scenedex.types import Pixels, Space, Vector

log = logging.getLogger(__name__)

PICTURES, TEXTS = 8, 64
"""Most of one request."""

REQUEST_BYTES = 8_000_000
"""Largest request, where several items would make a larger one."""

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
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`names`: by which the service may call the model, besides the space's own name for it. The times are for each
        request, with what is asked again; `clock` is for the pauses after failures.
        """
        self.space = space
        self._names = {"", space.model.casefold(), *(name.casefold() for name in names)}
        self._connections = Connections(url)

        def signed(method: str, path: str, body: bytes) -> dict[str, str]:
            return signature_headers(secret, method, path, body)

        def service(limit_s: float) -> Service:
            return Service(self._connections, headers=signed, timeout_s=limit_s, retries=retries, clock=clock)

        # a server that is too slow for pictures may be quick with words: each has a breaker of its own
        self._pictures, self._texts = service(timeout_s), service(text_timeout_s)

    def close(self) -> None:
        """Close its connections."""
        self._connections.close()

    def embed(self, texts: Sequence[str]) -> list[Vector | None]:
        """One unit vector a text; None for a blank one.

        Raises RemoteEncoderError, EncoderTimeoutError, and EncoderPausedError where the service is left alone now.
        """
        filled = [index for index, text in enumerate(texts) if text.strip()]
        sent = [texts[index].encode("utf-8", "replace").decode() for index in filled]
        vectors = [vector for part in _requests(sent, TEXTS) for vector in self._read(part)]
        found: list[Vector | None] = [None] * len(texts)
        for index, vector in zip(filled, vectors, strict=True):
            found[index] = vector
        return found

    def _read(self, texts: list[str]) -> list[Vector]:
        answer = self._texts.ask("/v1/embed/text", {"texts": texts})
        self._check_model(answer.get("model"))
        return all_vectors(answer.get("embeddings"), len(texts), self.space.dim)

    def embed_pictures(self, pictures: Sequence[Pixels | bytes]) -> list[Embedding]:
        """One embedding a picture; what fails is a value."""
        found: list[Embedding] = []
        for start in range(0, len(pictures), PICTURES):
            found += self._batch(pictures[start : start + PICTURES])
        return found

    def embed_views(self, pictures: Sequence[Pixels | bytes]) -> list[tuple[Embedding, ...]]:
        """The same, each in a tuple of its own: how wide pictures are seen is the server's business."""
        return [(each,) for each in self.embed_pictures(pictures)]

    def _batch(self, pictures: Sequence[Pixels | bytes]) -> list[Embedding]:
        sent = [_encoded(picture) for picture in pictures]
        good = [picture for picture in sent if isinstance(picture, str)]
        started = time.perf_counter()
        results = iter([result for part in _requests(good, PICTURES) for result in self._asked(part)])
        took_ms = (time.perf_counter() - started) * 1000.0 / max(1, len(good))
        log.debug("%s: %d pictures elsewhere, %.1f ms each", self.space.name, len(good), took_ms)
        return [self._embedding(next(results) if isinstance(each, str) else each, took_ms) for each in sent]

    def _asked(self, encoded: list[str]) -> Sequence[Vector | EncoderError]:
        """The vectors of a request; when the service does not take it, each picture on its own."""
        try:
            answer = self._pictures.ask("/v1/embed/image", {"images": encoded})
            self._check_model(answer.get("model"))
            found = unit_vectors(answer.get("embeddings"), len(encoded), self.space.dim)
            said = _reasons(answer.get("errors"))
            return [
                RemoteAnswerError(f"The encoding service does not embed this picture: {said[index]}")
                if isinstance(each, RemoteAnswerError) and index in said
                else each
                for index, each in enumerate(found)
            ]
        except RemoteAnswerError as exc:
            if len(encoded) == 1:
                return [exc]
            return [result for each in encoded for result in self._asked([each])]
        except EncoderError as exc:
            return [exc] * len(encoded)

    def _check_model(self, model: object) -> None:
        if isinstance(model, str) and model.casefold() not in self._names:
            raise RemoteAnswerError(
                f"The encoding service runs {model}, this library's space is {self.space.model}: their "
                "vectors cannot be compared."
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


def _reasons(errors: object) -> dict[int, str]:
    """By their index, why some of several have no embedding, where the service says so."""
    listed = errors if isinstance(errors, list) else []
    told = [each for each in listed if isinstance(each, dict) and isinstance(each.get("index"), int)]
    return {each["index"]: str(each.get("message", ""))[:300] for each in told}


def _requests(items: Sequence[str], most: int) -> Iterator[list[str]]:
    """The items in order, as many together as one request takes."""
    part: list[str] = []
    size = 0
    for item in items:
        own = len(item) if item.isascii() else len(item.encode("utf-8"))
        if part and (len(part) == most or size + own > REQUEST_BYTES):
            yield part
            part, size = [], 0
        part.append(item)
        size += own
    if part:
        yield part


def _encoded(picture: Pixels | bytes) -> str | EncoderError:
    """A picture as base64 of a JPEG: read here, so that a broken file is known before it is sent."""
    try:
        pixels = pixels_of(picture, max_side=SIDE)
    except EncoderError as exc:
        return exc
    out = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels)).save(out, "JPEG", quality=95, subsampling=0)
    return base64.b64encode(out.getvalue()).decode("ascii")
