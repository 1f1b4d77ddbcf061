"""What is sent and what is answered."""

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from scenedex.http.values import Asked, Given

MAX_TEXTS = 100
MAX_MANY = 256
"""Pictures or texts of a signed request, or of one in OpenAI's shape."""


def _said(text: str) -> str:
    if not text.strip():
        raise PydanticCustomError("blank", "it is blank, and so says nothing")
    return text


def _different(labels: Sequence[str]) -> Sequence[str]:
    seen: set[str] = set()
    for label in labels:
        if label.strip() in seen:
            raise PydanticCustomError(
                "twice", "{label} stands there twice", {"label": repr(label.strip()[:100])}
            )
        seen.add(label.strip())
    return labels


Picture = Annotated[
    str,
    Field(min_length=1, description="JPEG, PNG, WebP …: base64, or a data URL", examples=["/9j/4AAQSkZJRg…"]),
]
Words = Annotated[str, AfterValidator(_said), Field(max_length=20_000)]
Milliseconds = Annotated[float, Field(description="Of the run of the network that this request shared.")]


class EmbedQuery(Asked):
    """A picture."""

    image: Picture


class Embedded(Given):
    """Its vector."""

    embedding: list[float] = Field(description="Of unit length.")
    inference_time_ms: Milliseconds


class AnomalyQuery(Asked):
    """A picture, and what is normal."""

    image: Picture
    baseline_embedding: list[float] = Field(
        description="Any length but zero.", min_length=1, max_length=65_536
    )


class Anomaly(Given):
    """How far it is from normal."""

    anomaly_score: float = Field(ge=0, le=1, description="0: the same, 1: wholly different.")
    similarity_to_baseline: float = Field(ge=-1, le=1)
    inference_time_ms: Milliseconds


class ClassifyQuery(Asked):
    """A picture, and what it may show."""

    image: Picture
    labels: Annotated[list[Words], AfterValidator(_different), Field(min_length=1, max_length=MAX_TEXTS)] = (
        Field(examples=[["cat", "dog"]])
    )


class Classified(Given):
    """How probable each label is."""

    scores: dict[str, float] = Field(description="They sum up to 1.")
    top_label: str
    inference_time_ms: Milliseconds


class SimilarityQuery(Asked):
    """A picture and a text."""

    image: Picture
    text: Words = Field(examples=["a red car"])


class Similarity(Given):
    """How near they are."""

    similarity: float = Field(ge=-1, le=1)
    inference_time_ms: Milliseconds


class BatchSimilarityQuery(Asked):
    """A picture and some texts."""

    image: Picture
    texts: Annotated[list[Words], Field(min_length=1, max_length=MAX_TEXTS)]


class Similarities(Given):
    """How near each is."""

    similarities: dict[str, float]
    inference_time_ms: Milliseconds


class TextsQuery(Asked):
    """One text, or several."""

    text: Words | None = None
    texts: Annotated[list[Words], Field(min_length=1, max_length=MAX_MANY)] | None = None


class PicturesQuery(Asked):
    """One picture, or several."""

    image: Picture | None = None
    images: Annotated[list[Picture], Field(min_length=1, max_length=MAX_MANY)] | None = None


class ItemFailure(Given):
    """Why one of several has no vector."""

    index: int
    code: str
    message: str


class ManyEmbedded(Given):
    """A vector each; null for what failed."""

    embeddings: list[list[float] | None]
    errors: list[ItemFailure] = Field(
        description="Of several, those that failed. One alone fails with 4xx or 5xx."
    )
    model: str
    dim: int
    inference_time_ms: Milliseconds


def _listed(value: object) -> object:
    if isinstance(value, list) and any(isinstance(each, int | list) for each in value):
        raise PydanticCustomError("tokens", "numbers of tokens are not taken: send the texts themselves")
    return [value] if isinstance(value, str) else value


OpenAIItem = Annotated[str, AfterValidator(_said)]


class OpenAIQuery(Asked):
    """OpenAI's `POST /v1/embeddings`; a data URL in place of a text is a picture."""

    model_config = Asked.model_config | {"extra": "ignore"}

    input: Annotated[
        list[OpenAIItem],
        BeforeValidator(_listed),
        Field(min_length=1, max_length=MAX_MANY, description="One text or data URL, or a list of them."),
    ]
    model: str | None = None
    encoding_format: Literal["float", "base64"] = "float"
    dimensions: int | None = None


class OpenAIEmbedding(Given):
    """One of them."""

    object: Literal["embedding"]
    index: int
    embedding: list[float] | str = Field(description="Numbers, or base64 of float32, least byte first.")


class OpenAIUsage(Given):
    """Tokens that were read; a picture counts as none."""

    prompt_tokens: int
    total_tokens: int


class OpenAIAnswer(Given):
    """In the order in which they were sent."""

    object: Literal["list"]
    data: list[OpenAIEmbedding]
    model: str
    usage: OpenAIUsage


class Health(Given):
    """How the server is."""

    status: Literal["ok", "loading", "failed"]
    model: str
    model_loaded: bool
    device: str = Field(description="cpu, cuda, tensorrt …; empty before the model is loaded.")
    cuda_available: bool
    vram_used_gb: float = Field(
        description="Of the GPU on which it runs, by all that runs there; 0 without one."
    )
    embedding_dimension: int


class Ready(Given):
    """A picture was just embedded."""

    status: Literal["ready"]
