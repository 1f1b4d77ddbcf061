"""A profile → the encoders that index with it, each with its space in the store, and the models that are missing."""

from contextlib import suppress
from dataclasses import dataclass

from scenedex.embeddings.encoder import TextEncoder
from scenedex.embeddings.equipment import Equipment
from scenedex.embeddings.tiles import PartsEncoder
from scenedex.errors import WeightsMissingError
from scenedex.indexing.likeness import Likeness
from scenedex.indexing.sights import Sight
from scenedex.indexing.sounds import Hearing
from scenedex.inference.registry import Profile
from scenedex.store.database import Database
from scenedex.store.spaces import ensure_space
from scenedex.types import Space


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """What embeds words, and in which space."""

    encoder: TextEncoder
    space: Space


@dataclass(frozen=True, slots=True, kw_only=True)
class Senses:
    """What a library sees, hears and reads with."""

    sight: Sight | None
    regions: Sight | None  #: sees parts of pictures
    hearing: Hearing | None
    likeness: Likeness | None  #: compares scenes with scenes, where the visual channel does not
    encoder: TextEncoder  #: of passages
    space: Space


def senses(
    database: Database,
    equipment: Equipment,
    profile: Profile,
    *,
    see: bool,
    regions: bool = False,
    backend: str = "visual",
) -> Senses:
    """The encoders of a profile whose weights are here; wordllama reads where the text model's are not.

    `see` false leaves the visual channel out; `regions` adds the parts of pictures to it. `backend` is the model of
    scene-to-scene search; one that is named and is not here is an error. Raises EncoderError for weights that are
    damaged.
    """
    sight = parts = hearing = likeness = None
    scenes = equipment.scenes(backend, profile.visual) if see else None
    if scenes is not None:
        likeness = Likeness(encoder=scenes, space=ensure_space(database, scenes.space))
    if see:
        with suppress(WeightsMissingError):
            eyes = equipment.visual(profile.visual)
            sight = Sight(encoder=eyes, space=ensure_space(database, eyes.space))
            parts = PartsEncoder(eyes) if regions else None
    with suppress(WeightsMissingError):
        ears = equipment.audio(profile.audio)
        hearing = Hearing(encoder=ears, space=ensure_space(database, ears.space))
    reader = reads(database, equipment, profile)
    return Senses(
        sight=sight,
        regions=Sight(encoder=parts, space=ensure_space(database, parts.space)) if parts else None,
        hearing=hearing,
        likeness=likeness,
        encoder=reader.encoder,
        space=reader.space,
    )


def reads(database: Database, equipment: Equipment, profile: Profile) -> Reader:
    """What reads passages: the text model of a profile, or wordllama where its weights are not here."""
    encoder: TextEncoder = equipment.words
    with suppress(WeightsMissingError):
        encoder = equipment.texts(profile.text)[0]
    return Reader(encoder=encoder, space=ensure_space(database, encoder.space))
