"""What can be asked in a library: a dense channel for each live space that holds vectors and has its encoder here."""

from collections.abc import Callable, Mapping

from scenedex.embeddings.encoder import TextEncoder
from scenedex.embeddings.wordllama import WORDLLAMA_SPACE
from scenedex.errors import EncoderError
from scenedex.search.background import background_of, is_stale, measure
from scenedex.search.calibration import WORDLLAMA_BACKGROUND, Background
from scenedex.search.dense import Dense
from scenedex.store.backgrounds import StoredBackground, read_backgrounds, vectors_by_space
from scenedex.store.database import Transaction
from scenedex.store.spaces import live_spaces
from scenedex.types import Channel, Modality, Space, is_of_descriptions, words_space

CHANNELS: dict[Modality, Channel] = {"visual": "visual", "audio": "audio", "text": "transcript"}


def channel_of(space: Space) -> Channel:
    """The channel in which a space is searched."""
    return "description" if is_of_descriptions(space) else CHANNELS[space.modality]


Queries = Callable[[Space], TextEncoder]
"""Gives the encoder of queries for a space; raises EncoderError when this machine has none."""


def dense_channels(
    tx: Transaction, queries: Queries, weights: Mapping[Channel, float]
) -> tuple[list[Dense], list[str]]:
    """The channels, and a sentence for each that cannot take part. One without weight is not looked at."""
    counts, stored = vectors_by_space(tx), read_backgrounds(tx)
    dense: list[Dense] = []
    degraded: list[str] = []
    for space in live_spaces(tx):
        channel = channel_of(space)
        if space.id not in counts or weights.get(channel, 0.0) <= 0:
            continue
        try:
            encoder = queries(words_space(space))
            background = _background(tx, space, encoder, stored.get(space.id), counts[space.id])
        except EncoderError as exc:
            degraded.append(f"{channel}: {exc}")
            continue
        if background is not None:
            dense.append(Dense(channel=channel, space=space, encoder=encoder, background=background))
    return dense, degraded


def refresh_backgrounds(tx: Transaction, queries: Queries) -> None:
    """Measure anew where a space has grown or shrunk since. A space whose encoder is not here is left."""
    counts, stored = vectors_by_space(tx), read_backgrounds(tx)
    for space in live_spaces(tx):
        if words_space(space).name == WORDLLAMA_SPACE.name or space.id not in counts:
            continue
        if is_stale(stored.get(space.id), counts[space.id]):
            try:
                measure(tx, space, queries(words_space(space)), counts[space.id])
            except EncoderError:
                continue


def _background(
    tx: Transaction, space: Space, encoder: TextEncoder, stored: StoredBackground | None, vectors: int
) -> Background | None:
    if words_space(space).name == WORDLLAMA_SPACE.name:
        return WORDLLAMA_BACKGROUND
    return background_of(stored) if stored else measure(tx, space, encoder, vectors)
