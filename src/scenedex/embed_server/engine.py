"""What runs the model: pictures are read on a few threads, networks run on one each, and requests only wait."""

import asyncio
import logging
import os
import signal
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from scenedex.embed_server.batcher import Batcher, Done, Ran, Work
from scenedex.embed_server.model import ServedModel
from scenedex.embed_server.pictures import file_of
from scenedex.embed_server.places import Places
from scenedex.embed_server.remembered import RememberedTexts
from scenedex.embeddings.protocols import Embedding
from scenedex.errors import EncoderError, EncoderTimeoutError, ScenedexError
from scenedex.http.errors import ApiError
from scenedex.inference.session import RUNS, usable_cpus
from scenedex.metrics.embedding import EmbeddingMeters
from scenedex.tracing import spent
from scenedex.types import Vector

log = logging.getLogger(__name__)

GRACE_S = 0.5
"""How much longer than a work's own deadline is waited for it: what is late says so itself."""

State = Literal["loading", "ok", "failed"]
Part = NDArray[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much an engine takes on."""

    queue: int = 256  #: pictures, and as many texts
    batch: int = 0  #: most pictures of a run; 0: by the device
    runs: int = 0  #: at once; 0: by the device
    window_s: float = 0.002  #: how long one waits for others
    timeout_s: float = 10.0  #: longest time until an answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What became of pictures."""

    results: list[Vector | EncoderError]
    took_ms: float  #: of the longest of their runs


@dataclass(slots=True)
class _Progress:
    """How far loading is."""

    state: State = "loading"
    device: str = ""
    trouble: ScenedexError | None = field(default=None)


class Engine:
    """Its methods are for the event loop alone; `start` and `close` for who owns it."""

    def __init__(
        self, model: ServedModel, limits: Limits | None = None, meters: EmbeddingMeters | None = None
    ) -> None:
        self.model = model
        self.limits = limits or Limits()
        self.meters = meters or EmbeddingMeters()
        self._pictures = Places(self.limits.queue, "pictures")
        self._texts = Places(self.limits.queue, "texts")
        self._remembered = RememberedTexts()
        self._progress = _Progress()
        self._readers = ThreadPoolExecutor(max(2, usable_cpus()), thread_name_prefix="read")
        self._seeing: Batcher[Part, Embedding] | None = None
        self._reading: Batcher[str, Vector | None] = Batcher(
            model.encoder.embed,
            sizes=(1, 2, 4, 8, 16),
            window_s=self.limits.window_s,
            watch=self._watch("text"),
        )
        self._loader = threading.Thread(target=self._load, name="load", daemon=True)
        self.meters.holds("picture", lambda: self._pictures.held)
        self.meters.holds("text", lambda: self._texts.held)

    @property
    def state(self) -> State:
        """Whether it can work yet."""
        return self._progress.state

    @property
    def device(self) -> str:
        """Where the network runs; "" before it is loaded."""
        return self._progress.device

    @property
    def trouble(self) -> ScenedexError | None:
        """Why it will never work."""
        return self._progress.trouble

    def start(self) -> None:
        """Begin to load the model. Where that fails this process is asked to end, and `trouble` says why."""
        self._loader.start()

    def close(self) -> None:
        """End; what still waits is given up."""
        if self._loader.ident is not None:
            self._loader.join()
        self._readers.shutdown(cancel_futures=True)
        for batcher in (self._seeing, self._reading):
            if batcher is not None:
                batcher.close()

    async def pictures(self, encoded: Sequence[str], *, counted: bool = True) -> Seen:
        """The vector of each picture (base64, or a data URL), or why it has none.

        `counted` false: for who only tries whether it works. Raises ApiError.
        """
        self._check()
        if not counted:
            return await self._seen(encoded)
        with self._pictures.taken(len(encoded)):
            return await self._seen(encoded)

    async def texts(self, texts: Sequence[str]) -> list[Vector | None]:
        """The vector of each text; None for one without anything to embed. Raises ApiError and EncoderError."""
        self._check()
        missing = [text for text in dict.fromkeys(texts) if not self._remembered.has(text)]
        found: dict[str, Vector | None] = {}
        if missing:
            with self._texts.taken(len(missing)):
                work: Work[str, Vector | None] = Work(until=self._until(), rows=missing)
                self._reading.put(work)
                done = await self._awaited(work.future)
            for text, result in zip(missing, done.results, strict=True):
                if isinstance(result, EncoderError):
                    self.meters.failed("text")
                    raise result
                found[text] = result
                self._remembered.put(text, result)
        return [found[text] if text in found else self._remembered.get(text) for text in texts]

    async def _seen(self, encoded: Sequence[str]) -> Seen:
        works: list[Work[Part, Embedding]] = []
        for each in encoded:
            work: Work[Part, Embedding] = Work(until=self._until())
            works.append(work)
            self._readers.submit(self._read, each, work)
        if len(works) == 1:
            dones = [await self._awaited(works[0].future)]
        else:
            dones = list(await asyncio.gather(*(self._awaited(work.future) for work in works)))
        results = [self._joined(done) for done in dones]
        if failed := sum(isinstance(result, EncoderError) for result in results):
            self.meters.failed("picture", failed)
        return Seen(results=results, took_ms=max((done.took_ms for done in dones), default=0.0))

    async def _awaited(self, future: "Future[Done[Any]]") -> Done[Any]:
        """What a future gives; whoever is not waited for any more is cancelled."""
        try:
            async with asyncio.timeout(self.limits.timeout_s + GRACE_S):
                done = await asyncio.wrap_future(future)
        except TimeoutError as exc:
            raise self._late() from exc
        if any(isinstance(result, EncoderTimeoutError) for result in done.results):
            raise self._late()
        return done

    def _late(self) -> ApiError:
        return ApiError(
            504, "timeout", f"The answer took longer than {self.limits.timeout_s:g} s, which is all it may."
        )

    def _read(self, encoded: str, work: Work[Part, Embedding]) -> None:
        """On a thread: from base64 to what the network is given."""
        if work.future.cancelled():
            return
        try:
            if time.monotonic() >= work.until:
                raise EncoderTimeoutError("Timeout: this waited for its turn for longer than it may.")
            work.rows = self.model.encoder.stages.parts(file_of(encoded))
        except EncoderError as exc:
            work.give_up(exc)
            return
        except Exception:
            log.exception("a picture could not be prepared")
            work.give_up(EncoderError("scenedex itself failed on this picture; the log has the reason."))
            return
        assert self._seeing is not None
        self._seeing.put(work)

    def _joined(self, done: Done[Embedding]) -> Vector | EncoderError:
        for part in done.results:
            if isinstance(part, EncoderError):
                return part
        parts = [part for part in done.results if isinstance(part, Embedding)]
        whole = self.model.encoder.stages.joined(parts)
        return whole.vector if whole.vector is not None else whole.error or EncoderError()

    def _until(self) -> float:
        return time.monotonic() + self.limits.timeout_s

    def _check(self) -> None:
        if self.state != "ok":
            said = (
                "is still loading: ask again in a few seconds"
                if self.state == "loading"
                else "could not be loaded"
            )
            raise ApiError(
                503, "not_ready", f"The model {self.model.name} {said}.", headers={"Retry-After": "2"}
            )

    def _watch(self, kind: str) -> Any:
        def ran(run: Ran) -> None:
            self.meters.run(kind, run.rows, run.seconds, run.waited_s)
            spent("embed.run", run.seconds, kind=kind, rows=run.rows, waited_s=run.waited_s)

        return ran

    def _load(self) -> None:
        try:
            self._warm()
        except ScenedexError as exc:
            self._progress.trouble = exc
        except Exception as exc:
            log.exception("the model %s cannot be loaded", self.model.name)
            self._progress.trouble = EncoderError(f"The model {self.model.name} cannot be loaded: {exc}")
        if self._progress.trouble is not None:
            self._progress.state = "failed"
            os.kill(os.getpid(), signal.SIGTERM)  # a supervisor may have better luck, or somebody reads why

    def _warm(self) -> None:
        """Load both halves, and run each size once. Raises EncoderError."""
        began = time.monotonic()
        stages = self.model.encoder.stages
        device = stages.device
        most = self.limits.batch or (8 if device == "cpu" else 32)
        sizes = [size for size in (1, 2, 4, 8, 16, 32, 64, 128) if size < most] + [most]
        (part,) = stages.parts(np.full((64, 64, 3), 128, np.uint8))
        # TensorRT widens its engine to hold the extremes: it builds twice, if they come first
        for size in (most, *sizes):
            for embedding in stages.embed_parts([part] * size):
                if embedding.error is not None:
                    raise embedding.error
        self.model.encoder.embed(["warm"])
        self._seeing = Batcher(
            stages.embed_parts,
            sizes=sizes,
            window_s=self.limits.window_s,
            threads=self.limits.runs or (RUNS if device == "cpu" else 1),
            watch=self._watch("picture"),
        )
        self._seeing.start()
        self._reading.start()
        self._progress.device, self._progress.state = device, "ok"
        log.info("%s is loaded on %s in %.1f s", self.model.name, device, time.monotonic() - began)
