"""Which of several texts the transcript channel found: the store keeps vectors of passages, not their words."""

import logging
import time
from collections.abc import Callable, Mapping, Sequence

from scenedex.search.dense import Dense
from scenedex.search.encoding import QueryEncoding
from scenedex.search.evidence import Nearest
from scenedex.types import VectorQuery

log = logging.getLogger(__name__)

MOST_TEXTS = 64
"""Texts that are compared: those of the best hits. The words of a hit are worth less than the hit."""


class Words:
    """For one search: each part of its query asks the encoder once, and none after a failure or past the deadline."""

    def __init__(
        self,
        encoding: QueryEncoding,
        dense: Sequence[Dense],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._encoding = encoding
        self._dense = dense
        self._clock = clock
        self._until = clock() + encoding.timeout_s
        self._failed = False

    def nearest(self, vectors: Sequence[VectorQuery], texts: Sequence[str]) -> Nearest:
        """Chooses among `texts`; the first, where they could not be compared with the query `vectors`."""
        cosines = self._cosines(vectors, list(dict.fromkeys(texts))[:MOST_TEXTS])

        def choose(among: Sequence[str]) -> str:
            return max(among, key=lambda text: cosines.get(text, -1.0))

        return choose

    def _cosines(self, vectors: Sequence[VectorQuery], texts: Sequence[str]) -> Mapping[str, float]:
        asked = {query.space.id: query.vector for query in vectors if query.channel == "transcript"}
        used = next((one for one in self._dense if one.space.id in asked), None)
        if used is None or not texts or self._failed or self._clock() > self._until:
            return {}
        try:
            found = self._encoding.texts(used, texts)
        except Exception as exc:
            log.warning("the words of the hits are left to chance", exc_info=exc)
            self._failed = True
            return {}
        query = asked[used.space.id]
        return {
            text: float(query @ vector)
            for text, vector in zip(texts, found, strict=True)
            if vector is not None
        }
