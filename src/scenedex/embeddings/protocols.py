"""What encoders of pictures and of sound can do, and the value that they give back."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from numpy.typing import NDArray

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


class PictureStages(Protocol):
    """What an encoder of pictures does, step by step, for who runs the steps apart: safe to share between threads."""

    @property
    def device(self) -> str:
        """Where the network runs: cpu, cuda … Loads it."""

    def parts(self, picture: Pixels | bytes) -> list[NDArray[Any]]:
        """What the network is given of a picture: one array for each part in which it is seen. Raises PictureError."""

    def embed_parts(self, parts: Sequence[NDArray[Any]]) -> list[Embedding]:
        """One embedding a part, of any pictures, in one run. What fails is a value."""

    def joined(self, parts: Sequence[Embedding]) -> Embedding:
        """The embedding of a picture, from those of its parts."""


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


class StagedEncoder(ImageTextEncoder, Protocol):
    """An ImageTextEncoder on this machine, whose stages are known."""

    @property
    def stages(self) -> PictureStages:
        """How it sees."""

    def tokens(self, text: str) -> int:
        """How many tokens of a text are read."""


class AudioTextEncoder(AudioEncoder, TextEncoder, Protocol):
    """Sounds and texts in one space: a text finds a sound."""
