"""The encoder for a model, whatever its family."""

from scenedex.embeddings.clap import ClapEncoder
from scenedex.embeddings.clip import ClipEncoder
from scenedex.embeddings.e5 import E5Encoder
from scenedex.embeddings.encoder import TextEncoder
from scenedex.embeddings.images import WideRule
from scenedex.embeddings.pace import Paces
from scenedex.embeddings.protocols import AudioTextEncoder, StagedEncoder
from scenedex.embeddings.siglip import SiglipEncoder
from scenedex.errors import UsageError
from scenedex.inference.session import RunOptions
from scenedex.inference.weights import LocalModel


def visual_encoder(
    model: LocalModel,
    options: RunOptions | None = None,
    *,
    wide: WideRule = "crops",
    normalize: bool = True,
    max_side: int = 0,
    paces: Paces | None = None,
) -> StagedEncoder:
    """Pictures, and texts to find them by. `max_side`: longest side before a picture is prepared, 0: four times
    what the network sees. `paces`: what is remembered of how it runs fastest. Raises UsageError for a model that does
    not see.
    """
    made: ClipEncoder | SiglipEncoder
    if model.card.family == "clip":
        made = ClipEncoder(model, options, wide=wide, normalize=normalize, max_side=max_side)
    elif model.card.family == "siglip":
        made = SiglipEncoder(model, options, normalize=normalize, max_side=max_side)
    else:
        raise UsageError(f"The model {model.card.key} does not see pictures.")
    if paces is not None:
        made.stages.pace_by(paces)
    return made


def audio_encoder(model: LocalModel, options: RunOptions | None = None) -> AudioTextEncoder:
    """Sounds, and texts to find them by. Raises UsageError for a model that does not hear."""
    if model.card.family == "clap":
        return ClapEncoder(model, options)
    raise UsageError(f"The model {model.card.key} does not hear sounds.")


def text_encoders(model: LocalModel, options: RunOptions | None = None) -> tuple[TextEncoder, TextEncoder]:
    """The encoder of passages and the encoder of queries, in one space, sharing one network.

    Raises UsageError for a model that is not made for texts alone.
    """
    if model.card.family == "e5":
        encoder = E5Encoder(model, options)
        return encoder, encoder.queries
    raise UsageError(f"The model {model.card.key} is not made to compare texts with texts.")
