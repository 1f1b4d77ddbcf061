"""What encoders of pictures and of sound can do, and the value that they give back."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from scenedex.embeddings.encoder import TextEncoder
from scenedex.errors import EncoderError
from scenedex.types import Pixels, Space, Vector, Waveform


@dataclass(frozen=True, slots=True, kw_only=True)
class Embedding:
    """A unit vector, or the reason why there is none. Never both, never neither."""

    vector: Vector | None  #: unit length; raw where the encoder was told not to normalise
    error: EncoderError | None = None
    metadata: dict[str, Any] = field(default_factory=dict)
    #: model_name, pretrained, embed_dim, normalized, device, inference_time_ms, created_at, error


class ImageEncoder(Protocol):
    """Pictures → vectors of one space. Safe to share between threads.

    It may have one thing more, which indexing looks for. `whole_first = True`: the first part of a picture is the
    whole of it.
    """

    @property
    def space(self) -> Space:
        """The space that its vectors lie in."""

    def embed_pictures(self, pictures: Sequence[Pixels | bytes]) -> list[Embedding]:
        """One embedding a picture, given as pixels or as an encoded file. What fails is a value; never
        raises.
        """

    def embed_views(self, pictures: Sequence[Pixels | bytes]) -> list[tuple[Embedding, ...]]:
        """The same, one embedding for each part that a wide picture is seen in."""


class AudioEncoder(Protocol):
    """Sound → vectors of one space. Safe to share between threads."""

    @property
    def space(self) -> Space:
        """The space that its vectors lie in."""

    @property
    def sample_rate(self) -> int:
        """What it listens to, in Hz."""

    @property
    def window_s(self) -> float:
        """How much it hears at once, in seconds."""

    def embed_sounds(self, windows: Sequence[Waveform]) -> list[Embedding]:
        """One embedding a window of at most `window_s`. What fails is a value; never raises."""


class ImageTextEncoder(ImageEncoder, TextEncoder, Protocol):
    """Pictures and texts in one space: a text finds a picture."""


class AudioTextEncoder(AudioEncoder, TextEncoder, Protocol):
    """Sounds and texts in one space: a text finds a sound."""
