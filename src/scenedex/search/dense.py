"""A channel that compares vectors: what it needs to be asked."""

from dataclasses import dataclass

from scenedex.embeddings.encoder import TextEncoder
from scenedex.search.calibration import Background
from scenedex.types import Channel, Space


@dataclass(frozen=True, slots=True, kw_only=True)
class Dense:
    """A channel that compares vectors. A channel may have several: one for each space that holds embeddings."""

    channel: Channel
    space: Space  #: as the store knows it
    encoder: TextEncoder  #: of queries, into this space
    background: Background
