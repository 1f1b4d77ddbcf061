"""One picture: its vector, and what can be judged of it."""

from collections.abc import Sequence

from fastapi import APIRouter, Request, Response

from scenedex.embed_server.asking import answer, body_of, parsed, received
from scenedex.embed_server.engine import Engine
from scenedex.embed_server.judgements import anomaly, probabilities, similarity, unit
from scenedex.embed_server.models import (
    Anomaly,
    AnomalyQuery,
    BatchSimilarityQuery,
    Classified,
    ClassifyQuery,
    Embedded,
    EmbedQuery,
    Similarities,
    Similarity,
    SimilarityQuery,
)
from scenedex.embed_server.service import service_of
from scenedex.errors import EncoderError, UsageError
from scenedex.types import Vector

router = APIRouter(tags=["pictures"])


@router.post("/embed", response_model=Embedded, openapi_extra=body_of(EmbedQuery))
async def embed(request: Request) -> Response:
    """The vector of a picture."""
    async with received(request) as body:
        asked = parsed(body, EmbedQuery)
        vector, took_ms = await _seen(service_of(request).engine, asked.image)
        return answer({"embedding": vector, "inference_time_ms": took_ms})


@router.post("/anomaly-score", response_model=Anomaly, openapi_extra=body_of(AnomalyQuery))
async def anomaly_score(request: Request) -> Response:
    """How far a picture is from what is normal, given as a vector."""
    async with received(request) as body:
        asked, engine = parsed(body, AnomalyQuery), service_of(request).engine
        normal = unit(asked.baseline_embedding, engine.model.dim, "baseline_embedding")
        vector, took_ms = await _seen(engine, asked.image)
        cosine = similarity(vector, normal)
        return answer(
            {"anomaly_score": anomaly(cosine), "similarity_to_baseline": cosine, "inference_time_ms": took_ms}
        )


@router.post("/classify", response_model=Classified, openapi_extra=body_of(ClassifyQuery))
async def classify(request: Request) -> Response:
    """How probable each label is for a picture, if it is one of them."""
    async with received(request) as body:
        asked, model = parsed(body, ClassifyQuery), service_of(request).engine.model
        texts = [model.template.format(label.strip()) for label in asked.labels]
        cosines, took_ms = await _compared(service_of(request).engine, asked.image, texts)
        scores = dict(zip(asked.labels, probabilities(cosines, model.logit_scale), strict=True))
        top = max(scores, key=scores.__getitem__)
        return answer({"scores": scores, "top_label": top, "inference_time_ms": took_ms})


@router.post("/similarity", response_model=Similarity, openapi_extra=body_of(SimilarityQuery))
async def similarity_to_text(request: Request) -> Response:
    """How near a picture and a text are: a cosine."""
    async with received(request) as body:
        asked = parsed(body, SimilarityQuery)
        (cosine,), took_ms = await _compared(service_of(request).engine, asked.image, [asked.text])
        return answer({"similarity": cosine, "inference_time_ms": took_ms})


@router.post("/batch-similarity", response_model=Similarities, openapi_extra=body_of(BatchSimilarityQuery))
async def batch_similarity(request: Request) -> Response:
    """How near a picture and each of some texts are."""
    async with received(request) as body:
        asked = parsed(body, BatchSimilarityQuery)
        cosines, took_ms = await _compared(service_of(request).engine, asked.image, asked.texts)
        return answer(
            {"similarities": dict(zip(asked.texts, cosines, strict=True)), "inference_time_ms": took_ms}
        )


async def _seen(engine: Engine, image: str) -> tuple[Vector, float]:
    seen = await engine.pictures([image])
    (vector,) = seen.results
    if isinstance(vector, EncoderError):
        raise vector
    return vector, seen.took_ms


async def _compared(engine: Engine, image: str, texts: Sequence[str]) -> tuple[list[float], float]:
    vectors = await engine.texts(texts)  # first: what is wrong with a text costs no picture
    known = [vector for vector in vectors if vector is not None]
    if len(known) < len(texts):
        silent = next(text for text, vector in zip(texts, vectors, strict=True) if vector is None)
        raise UsageError(f"The model {engine.model.name} reads nothing in {silent[:100]!r}.")
    vector, took_ms = await _seen(engine, image)
    return [similarity(vector, each) for each in known], took_ms
