"""What can be asked in a library: a dense channel for each live space that holds vectors and has its encoder here."""

import logging
from collections.abc import Iterable, Mapping

from scenedex.embeddings.encoder import TextEncoder
from scenedex.embeddings.wordllama import WORDLLAMA_SPACE
from scenedex.errors import EncoderError, StoreError
from scenedex.search.background import background_of, is_stale, measure, unrelated_queries
from scenedex.search.calibration import WORDLLAMA_BACKGROUND, Background
from scenedex.search.dense import Dense
from scenedex.search.encoding import QueryEncoding
from scenedex.search.unrelated import Queries, Unrelated
from scenedex.store.backgrounds import StoredBackground, read_backgrounds, vectors_by_space
from scenedex.store.database import Transaction
from scenedex.store.spaces import Choices, live_spaces
from scenedex.types import Channel, Modality, Space, is_of_descriptions, words_space

log = logging.getLogger(__name__)

CHANNELS: dict[Modality, Channel] = {"visual": "visual", "audio": "audio", "text": "transcript"}


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


def refresh_backgrounds(tx: Transaction, unrelated: Unrelated) -> None:
    """Measure anew where a space has grown or shrunk since. A space whose encoder is not here is left."""
    counts, stored = vectors_by_space(tx), read_backgrounds(tx)
    for space in live_spaces(tx):
        if not _is_measured(space) or space.id not in counts:
            continue
        if is_stale(stored.get(space.id), counts[space.id]):
            try:
                measure(tx, space, unrelated.embedded(space), counts[space.id])
            except EncoderError:
                continue


def begin_backgrounds(tx: Transaction, unrelated: Unrelated, spaces: Iterable[Space]) -> None:
    """Begin to embed for those of these spaces that were never measured, and are about to be filled."""
    stored = read_backgrounds(tx)
    unrelated.begin(space for space in spaces if _is_measured(space) and space.id not in stored)


def _is_measured(space: Space) -> bool:
    return words_space(space).name != WORDLLAMA_SPACE.name and channel_of(space) is not None


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
