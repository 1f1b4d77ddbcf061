"""The text of a query → a vector in each space that can take it; an encoder that fails takes nothing else along."""

import logging
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from scenedex.embeddings.encoder import TextEncoder
from scenedex.embeddings.watching import EncoderRun, Ending, Watcher, ignore
from scenedex.errors import (
    EncoderError,
    EncoderPausedError,
    EncoderTimeoutError,
    RemoteAnswerError,
    RemoteEncoderError,
    RemoteRefusedError,
)
from scenedex.search.cache import QueryCache, normalised
from scenedex.search.dense import Dense
from scenedex.search.guard import Call, Found, Guard
from scenedex.search.telling import tell_encoded
from scenedex.store.database import Transaction
from scenedex.types import Space, Vector, VectorQuery

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoded:
    """A query in the spaces that could take it."""

    vectors: tuple[VectorQuery, ...] = ()
    degraded: tuple[str, ...] = ()  #: channels that are left out, each with the reason; no secrets
    cached: int = 0  #: spaces whose vector was known
    asked: int = 0  #: spaces whose encoder had to be asked


class QueryEncoding:
    """The encoders of queries, one for a process. Safe to share between threads."""

    def __init__(
        self, *, timeout_s: float = 1.5, cache: QueryCache | None = None, watch: Watcher = ignore
    ) -> None:
        """`timeout_s` is for each query, all encoders side by side, from the moment of asking.

        `watch` is told of each.
        """
        self.cache = cache
        self.timeout_s = timeout_s
        self._watch = watch
        self._lock = threading.Lock()
        self._guards: dict[str, Guard] = {}
        self._fixed: dict[str, Found] = {}

    def encode(
        self,
        tx: Transaction | None,
        text: str,
        dense: Sequence[Dense],
        meanwhile: Callable[[tuple[VectorQuery, ...]], None] = lambda _: None,
        aside: Callable[[Callable[[Transaction], None]], bool] = lambda _: False,
    ) -> Encoded:
        """The query for each of `dense`, in their order; nothing that an encoder or the cache does is raised.

        Without `tx` only the memory is looked at. A text without anything to embed has no vectors. `meanwhile` is
        called once with the vectors that are there while encoders still work; not where none does. `aside` may have
        somebody else keep what is new in the database, in another transaction, and says whether it does.
        """
        text = normalised(text)
        spaces = {one.space.name: one for one in dense} if text else {}
        found: dict[str, Vector | None] = {**self._known(tx, text, spaces.values())}
        # those that take time are begun first, and work while the static ones are asked
        unknown = sorted((one for name, one in spaces.items() if name not in found), key=_is_static)
        guards = [self._guard(one.space, one.encoder) for one in unknown]
        calls = [
            guard.ask([text], self._keeper(one, text)) for one, guard in zip(unknown, guards, strict=True)
        ]
        reasons: dict[str, str] = {}
        waiting = sorted(zip(unknown, guards, calls, strict=True), key=lambda each: not _is_static(each[0]))
        for number, (one, guard, call) in enumerate(waiting):
            if not _is_static(one) and (number == 0 or _is_static(waiting[number - 1][0])):
                meanwhile(_vectors(dense, found))
            try:
                (found[one.space.name],) = guard.result(call)
                self._tell(one, guard, call, "done")
            except EncoderPausedError as exc:
                reasons[one.space.name] = str(exc)
                self._tell(one, guard, call, "paused")
            except Exception as exc:
                log.warning("the %s channel is left out", one.channel, exc_info=exc)
                reasons[one.space.name] = self._reason(exc)
                self._tell(one, guard, call, "timeout" if isinstance(exc, EncoderTimeoutError) else "failed")
        made = {one.space: found.get(one.space.name) for one in unknown if not _is_static(one)}
        vectors = {space: vector for space, vector in made.items() if vector is not None}
        if self.cache and tx and vectors:
            keep = partial(self.cache.store, text=text, vectors=vectors)
            if not aside(keep):
                keep(tx)
        return Encoded(
            vectors=_vectors(dense, found),
            degraded=tuple(
                f"{one.channel}: {reasons[one.space.name]}" for one in dense if one.space.name in reasons
            ),
            cached=len(spaces) - len(unknown),
            asked=len(unknown),
        )

    def texts(self, one: Dense, texts: Sequence[str]) -> Found:
        """Other texts in the space of a channel, with the same deadline; nothing is kept.

        Raises EncoderError, or whatever the encoder raises.
        """
        guard = self._guard(one.space, one.encoder)
        return guard.result(guard.ask(texts))

    def fixed(self, space: Space, encoder: TextEncoder, texts: Sequence[str]) -> Found:
        """The same texts whenever this space is asked for, with the same deadline, and kept for this process. What
        comes too late is kept as well: then the next who asks has it. Raises EncoderError, fit for people.
        """
        with self._lock:
            known = self._fixed.get(space.name)
        if known is not None:
            return known
        guard = self._guard(space, encoder)
        try:
            return guard.result(guard.ask(texts, lambda found: self._fixed.update({space.name: found})))
        except EncoderPausedError:
            raise
        except Exception as exc:
            log.warning("unrelated texts cannot be embedded in %s", space.name, exc_info=exc)
            raise EncoderError(self._reason(exc)) from exc

    def close(self) -> None:
        """Ask nothing more. An encoder that hangs is left to itself."""
        with self._lock:
            for guard in self._guards.values():
                guard.close()

    def _guard(self, space: Space, encoder: TextEncoder) -> Guard:
        with self._lock:
            known = self._guards.get(space.name)
            if known is None or known.encoder is not encoder:
                known = Guard(encoder, space, timeout_s=self.timeout_s)
                self._guards[space.name] = known
            return known

    def _known(self, tx: Transaction | None, text: str, dense: Iterable[Dense]) -> dict[str, Vector]:
        asked = [one.space for one in dense if not _is_static(one)]
        return self.cache.find(tx, text, asked) if self.cache and asked else {}

    def _keeper(self, one: Dense, text: str) -> Callable[[Found], None]:
        """Remembers an answer, in the encoder's thread: one that comes too late serves the next who asks."""

        def keep(found: Found) -> None:
            if self.cache and found[0] is not None and not _is_static(one):
                self.cache.remember(one.space, text, found[0])

        return keep

    def _tell(self, one: Dense, guard: Guard, call: Call, ending: Ending) -> None:
        if _is_static(one):
            return
        seconds = guard.took_s(call)
        self._watch(EncoderRun(task="query", modality=one.space.modality, ending=ending, seconds=seconds))
        if ending == "done" and call.found and (vector := call.found[0]) is not None:
            tell_encoded(one.channel, vector, seconds)

    def _reason(self, exc: Exception) -> str:
        """For people. What a service or a library said may hold keys and addresses: that is for the log alone."""
        if isinstance(exc, EncoderTimeoutError):
            return f"the encoder gave no answer within {self.timeout_s:g} s"
        for kind, reason in _REMOTE.items():
            if isinstance(exc, kind):
                return reason
        if isinstance(exc, EncoderError):
            return str(exc)
        return f"the encoder failed ({type(exc).__name__})"


_REMOTE: Mapping[type[Exception], str] = {
    RemoteRefusedError: "the encoding service does not accept this library's key",
    RemoteAnswerError: "the encoding service answers with something that is no embedding of this library's kind",
    RemoteEncoderError: "the encoding service cannot be reached, or fails",
}


def _vectors(dense: Sequence[Dense], found: Mapping[str, Vector | None]) -> tuple[VectorQuery, ...]:
    return tuple(
        VectorQuery(channel=one.channel, space=one.space, vector=vector)
        for one in dense
        if (vector := found.get(one.space.name)) is not None
    )


def _is_static(one: Dense) -> bool:
    """The encoder only looks words up: it is faster than any cache."""
    return bool(getattr(one.encoder, "static", False))
