"""One network that runs.

A session loads at its first use and unloads when idle; it may be shared between threads. What goes wrong with
one item of a batch is that item's value, an EncoderError, and its neighbours keep their results.
"""

import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import onnxruntime as ort

from scenedex.errors import EncoderError, EncoderTimeoutError, GraphError
from scenedex.inference.building import BUILD_S, BuiltShapes
from scenedex.inference.opening import (
    FAILURES,
    RUNS,
    RunOptions,
    available_devices,
    open_graph,
    require_device,
    shared_threads,
    short,
    surely_cpu,
    usable_cpus,
)
from scenedex.inference.tensors import Array, Feeds, Signature, Tensor, tensors

__all__ = [
    "RUNS", "RunOptions", "Session", "available_devices", "require_device", "shared_threads", "surely_cpu",
    "usable_cpus",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Loaded:
    session: ort.InferenceSession
    signature: Signature
    device: str
    passed_over: tuple[str, ...]
    built: BuiltShapes = field(default_factory=BuiltShapes)


class Session:
    """A graph in a file. Safe to share between threads."""

    def __init__(self, path: Path, options: RunOptions | None = None) -> None:
        self.path = path
        self.options = options or RunOptions()
        self._lock = threading.Lock()
        self._loaded: _Loaded | None = None
        self._used = 0.0
        self._timer: threading.Timer | None = None

    @property
    def loaded(self) -> bool:
        """Whether it is in memory now."""
        return self._loaded is not None

    @property
    def provider(self) -> str:
        """The execution provider in use. Loads the graph."""
        return str(self._load().session.get_providers()[0])

    @property
    def device(self) -> str:
        """The same in our word: cpu, cuda … Loads the graph."""
        return self._load().device

    @property
    def passed_over(self) -> tuple[str, ...]:
        """Faster devices, each with the reason why it is not used: `cuda: ...`. Loads the graph."""
        return self._load().passed_over

    @property
    def inputs(self) -> tuple[Tensor, ...]:
        """What the graph declares as its inputs. Loads the graph."""
        return self._load().signature.inputs

    @property
    def outputs(self) -> tuple[Tensor, ...]:
        """What the graph declares as its outputs. Loads the graph."""
        return self._load().signature.outputs

    def takes_bytes(self, name: str = "pixel_values") -> bool:
        """Whether that input takes pictures as bytes, (items, height, width, 3). Loads the graph."""
        return self._load().signature.takes_bytes(name)

    def load(self) -> None:
        """Load the graph, if it is not loaded: from then on a run takes only its own time. Raises GraphError."""
        self._load()

    def unload(self) -> None:
        """Give the memory back. The next use loads again; a run that is under way ends first."""
        with self._lock:
            self._loaded = None
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None

    def run(self, feeds: Feeds, *, output: str = "", timeout_s: float | None = None) -> Array:
        """Run once and give one output: by that name, or the one that is an embedding.

        Arrays are given under their usual names (pixel_values, input_ids, attention_mask, token_type_ids,
        input_features, is_longer): those that the graph does not declare are left out, others are cast to the
        declared type. `timeout_s` counts for the whole call. Raises GraphError and EncoderTimeoutError.
        """
        loaded = self._load()
        name, given = loaded.signature.output(output), loaded.signature.feeds(feeds)
        limit_s = self.options.timeout_s if timeout_s is None else timeout_s
        call = _Call(loaded.session, name, given)
        try:
            if loaded.device == "tensorrt" and loaded.built.lacks(given):
                with loaded.built.building(self.path.name, given):
                    return call.result(max(limit_s, BUILD_S))
            return call.result(limit_s)
        except FAILURES as exc:
            raise GraphError(f"{self.path.name} does not take its input: {short(exc)}") from exc
        finally:
            self._touch()

    def run_items(
        self, feeds: Feeds, *, output: str = "", timeout_s: float | None = None
    ) -> list[Array | EncoderError]:
        """Run a batch, each feed with one row an item: one row of the output an item, or the reason why not.

        A batch that fails is halved until the bad item stands alone; one that exceeds its time (`timeout_s`
        for each item) is run item by item. Raises only what no item is to blame for: a graph that cannot be
        loaded.
        """
        loaded = self._load()
        loaded.signature.output(output)
        loaded.signature.feeds(feeds)
        count = len(next(iter(feeds.values())))
        each_s = self.options.timeout_s if timeout_s is None else timeout_s
        fixed = loaded.signature.fixed_batch
        step = count if fixed is None else fixed
        found: list[Array | EncoderError] = []
        for start in range(0, count, max(1, step)):
            part = {name: rows[start : start + step] for name, rows in feeds.items()}
            found += self._part(part, output, each_s)
        return found

    def _part(self, feeds: Feeds, output: str, each_s: float) -> list[Array | EncoderError]:
        count = len(next(iter(feeds.values())))
        try:
            rows = self.run(feeds, output=output, timeout_s=each_s * count)
        except EncoderError as exc:
            if count == 1:
                return [exc]
            middle = 1 if isinstance(exc, EncoderTimeoutError) else count // 2
            cuts = range(0, count, middle)
            parts = [{name: rows[cut : cut + middle] for name, rows in feeds.items()} for cut in cuts]
            return [item for part in parts for item in self._part(part, output, each_s)]
        if len(rows) != count:
            return [GraphError(f"{self.path.name} gives {len(rows)} rows for {count} items.")] * count
        return list(rows)

    def _load(self) -> _Loaded:
        with self._lock:
            if self._loaded is None:
                self._loaded = _loaded(self.path, self.options)
            loaded = self._loaded
        self._touch()
        return loaded

    def _touch(self) -> None:
        self._used = time.monotonic()
        if not self.options.idle_s:
            return
        with self._lock:
            if self._timer is None and self._loaded is not None:
                self._arm(self.options.idle_s)

    def _arm(self, wait_s: float) -> None:
        self._timer = threading.Timer(wait_s, self._rest)
        self._timer.daemon = True
        self._timer.start()

    def _rest(self) -> None:
        with self._lock:
            left_s = self._used + self.options.idle_s - time.monotonic()
            self._timer = None
            if left_s > 0:
                self._arm(left_s)
            else:
                self._loaded = None


class _Call:
    """One run in a thread of its own, so that its caller can stop waiting."""

    def __init__(self, session: ort.InferenceSession, output: str, feeds: dict[str, Array]) -> None:
        self._work = (session, output, feeds)
        self._options = ort.RunOptions()
        self._done = threading.Event()
        self._value: Array | None = None
        self._error: BaseException | None = None

    def result(self, limit_s: float) -> Array:
        started = time.monotonic()
        threading.Thread(target=self._run, daemon=True, name="onnx").start()
        if not self._done.wait(limit_s):
            self._options.terminate = True  # the run ends at its next node; nobody waits for it
            raise EncoderTimeoutError(
                f"Timeout: the encoder took longer than {limit_s:g} s ({time.monotonic() - started:.1f} s)."
            )
        if self._error is not None:
            raise self._error
        assert self._value is not None
        return self._value

    def _run(self) -> None:
        session, output, feeds = self._work
        try:
            self._value = np.asarray(session.run([output], feeds, self._options)[0])
        except BaseException as exc:  # noqa: BLE001  raised again in the caller's thread
            self._error = exc
        self._done.set()


def _loaded(path: Path, options: RunOptions) -> _Loaded:
    opened = open_graph(path, options)
    signature = Signature(
        name=path.name,
        inputs=tensors(opened.session.get_inputs()),
        outputs=tensors(opened.session.get_outputs()),
    )
    return _Loaded(opened.session, signature, opened.device, opened.passed_over)
