"""What can be asked in a library: a dense channel for each live space that holds vectors and has its encoder here."""

import logging
from collections.abc import Callable, Mapping

from scenedex.embeddings.encoder import TextEncoder
from scenedex.embeddings.wordllama import WORDLLAMA_SPACE
from scenedex.errors import EncoderError, StoreError
from scenedex.search.background import background_of, is_stale, measure, unrelated_queries
from scenedex.search.calibration import WORDLLAMA_BACKGROUND, Background
from scenedex.search.dense import Dense
from scenedex.search.encoding import QueryEncoding
from scenedex.store.backgrounds import StoredBackground, read_backgrounds, vectors_by_space
from scenedex.store.database import Transaction
from scenedex.store.spaces import Choices, live_spaces
from scenedex.types import Channel, Modality, Space, is_of_descriptions, words_space

log = logging.getLogger(__name__)

CHANNELS: dict[Modality, Channel] = {"visual": "visual", "audio": "audio", "text": "transcript"}

Queries = Callable[[Space], TextEncoder]
"""Gives the encoder of queries for a space; raises EncoderError when this machine has none."""


def channel_of(space: Space) -> Channel | None:
    """The channel in which a space is searched; None where scenes alone are compared."""
    return "description" if is_of_descriptions(space) else CHANNELS.get(space.modality)


def dense_channels(
    tx: Transaction,
    chosen: Choices,
    queries: Queries,
    weights: Mapping[Channel, float],
    encoding: QueryEncoding,
) -> tuple[list[Dense], list[str]]:
    """The channels of the spaces that are searched, and a sentence for each that cannot take part.

    One without weight is not looked at.

    A space that was never measured is measured here, within the deadline of `encoding`; where that fails the channel
    is left out, as its cosines would mean nothing.
    """
    dense: list[Dense] = []
    degraded: list[str] = []
    for space in chosen.spaces:
        channel = channel_of(space)
        if channel is None or space.id not in chosen.filled or weights.get(channel, 0.0) <= 0:
            continue
        try:
            encoder = queries(words_space(space))
            known = chosen.backgrounds.get(space.id)
            background = _known(space, known) or _measured(tx, space, encoder, encoding)
        except EncoderError as exc:
            degraded.append(f"{channel}: {exc}")
            continue
        except StoreError as exc:
            log.warning("the %s channel is left out", channel, exc_info=exc)
            degraded.append(f"{channel}: the database could not search in it")
            continue
        if background is not None:
            dense.append(Dense(channel=channel, space=space, encoder=encoder, background=background))
    return dense, degraded


def refresh_backgrounds(tx: Transaction, queries: Queries) -> None:
    """Measure anew where a space has grown or shrunk since. A space whose encoder is not here is left."""
    counts, stored = vectors_by_space(tx), read_backgrounds(tx)
    for space in live_spaces(tx):
        static = words_space(space).name == WORDLLAMA_SPACE.name
        if static or channel_of(space) is None or space.id not in counts:
            continue
        if is_stale(stored.get(space.id), counts[space.id]):
            try:
                measure(tx, space, queries(words_space(space)).embed(unrelated_queries()), counts[space.id])
            except EncoderError:
                continue


def _known(space: Space, stored: StoredBackground | None) -> Background | None:
    if words_space(space).name == WORDLLAMA_SPACE.name:
        return WORDLLAMA_BACKGROUND
    return background_of(stored) if stored else None


def _measured(
    tx: Transaction, space: Space, encoder: TextEncoder, encoding: QueryEncoding
) -> Background | None:
    embedded = encoding.fixed(space, encoder, unrelated_queries())
    with tx.savepoint():
        return measure(tx, space, embedded, vectors_by_space(tx).get(space.id, 0))
