"""One network that runs: the only place that knows ONNX Runtime.

A session loads at its first use and unloads when idle; it may be shared between threads. What goes wrong with
one item of a batch is that item's value, an EncoderError, and its neighbours keep their results.
"""

import contextlib
import logging
import math
import os
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import onnxruntime as ort
from onnxruntime.capi import onnxruntime_pybind11_state as ort_errors

from scenedex.errors import EncoderError, EncoderTimeoutError, GraphError, ProviderError
from scenedex.inference.tensors import Array, Feeds, Signature, Tensor, tensors

log = logging.getLogger(__name__)

_PROVIDERS = {
    "cuda": "CUDAExecutionProvider",
    "tensorrt": "TensorrtExecutionProvider",
    "rocm": "MIGraphXExecutionProvider",
    "openvino": "OpenVINOExecutionProvider",
    "coreml": "CoreMLExecutionProvider",
    "directml": "DmlExecutionProvider",
    "cpu": "CPUExecutionProvider",
}
_AUTO = ("cuda", "rocm", "openvino", "coreml", "directml", "cpu")  # TensorRT builds for minutes: by name only

_FAILURES = (
    ort_errors.Fail, ort_errors.InvalidArgument, ort_errors.InvalidGraph, ort_errors.InvalidProtobuf,
    ort_errors.NoSuchFile, ort_errors.NotImplemented, ort_errors.RuntimeException, ort_errors.EPFail,
    ort_errors.NoModel, ort_errors.EngineError, RuntimeError, ValueError, MemoryError,
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """How a network is run."""

    device: str = "auto"  #: auto, cpu, cuda, cuda:1, tensorrt, openvino, coreml, rocm, directml
    threads: int = 0  #: 0: as many as this process may use
    timeout_s: float = 2.0  #: for each item of a batch; loading does not count
    idle_s: float = 300.0  #: unloaded after; 0: never
    engine_cache: Path | None = None  #: where TensorRT keeps what it built
    engine_precision: Literal["fp16", "fp32"] = "fp16"  #: in which TensorRT computes


@dataclass(frozen=True, slots=True)
class _Loaded:
    session: ort.InferenceSession
    signature: Signature


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
        """The same in our word: cpu, cuda …"""
        provider = self.provider
        return next((name for name, known in _PROVIDERS.items() if known == provider), provider)

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
            return call.result(limit_s)
        except _FAILURES as exc:
            raise GraphError(f"{self.path.name} does not take its input: {_short(exc)}") from exc
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
                self._loaded = _open(self.path, self.options)
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


def available_devices() -> list[str]:
    """The devices that this ONNX Runtime was built for, in our words, the preferred first."""
    there = ort.get_available_providers()
    return [name for name in ("tensorrt", *_AUTO) if _PROVIDERS[name] in there]


def require_device(device: str) -> None:
    """Raise ProviderError, which lists what is there, where this ONNX Runtime was not built for the device."""
    _wanted(device)


def usable_cpus() -> int:
    """CPUs that this process may use: its affinity, or less where a control group says so."""
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    with contextlib.suppress(OSError, ValueError):
        quota, period = Path("/sys/fs/cgroup/cpu.max").read_text("ascii").split()
        count = min(count, math.ceil(int(quota) / int(period)))
    return max(1, count)


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


def _open(path: Path, options: RunOptions) -> _Loaded:
    device = options.device.lower().partition(":")[0]
    wanted = _wanted(device)
    try:
        session = _started(path, options, wanted)
    except _FAILURES as exc:
        session = _without(path, options, device, exc)
    used = session.get_providers()[0]
    if device != "auto" and used != _PROVIDERS[device]:
        raise ProviderError(
            f"{device} was asked for, but ONNX Runtime could not start it and offers {used}: "
            f"check the driver, or choose auto or one of {', '.join(available_devices())}."
        )
    log.info("%s runs on %s", path.name, used)
    signature = Signature(
        name=path.name, inputs=tensors(session.get_inputs()), outputs=tensors(session.get_outputs())
    )
    return _Loaded(session, signature)


def _without(path: Path, options: RunOptions, device: str, failed: BaseException) -> ort.InferenceSession:
    """The CPU in place of a device that failed, where nobody named the device. Says who is to blame."""
    try:
        session = _started(path, options, ["cpu"])
    except _FAILURES as exc:
        raise GraphError(
            f"{path} is no network that ONNX Runtime {ort.__version__} can load: {_short(exc)}"
        ) from exc
    if device != "auto":
        raise ProviderError(f"{path.name} cannot be run on {device}: {_short(failed)}") from failed
    log.warning("%s runs on the CPU, because nothing faster takes it: %s", path.name, _short(failed))
    return session


def _started(path: Path, options: RunOptions, devices: Sequence[str]) -> ort.InferenceSession:
    settings = ort.SessionOptions()
    settings.intra_op_num_threads = options.threads or usable_cpus()
    settings.inter_op_num_threads = 1
    settings.execution_mode = ort.ExecutionMode.ORT_SEQUENTIAL
    settings.enable_cpu_mem_arena = False  # gives memory back after a peak
    settings.log_severity_level = 4  # its words come as exceptions
    settings.add_session_config_entry("session.intra_op.allow_spinning", "0")  # the decoder needs the cores
    number = options.device.partition(":")[2]
    providers = [(_PROVIDERS[name], _provider_options(name, number, options)) for name in devices]
    # Its own fallback prints on stdout and takes the CPU whoever was asked for.
    return ort.InferenceSession(str(path), settings, providers=providers, enable_fallback=0)


def _wanted(device: str) -> list[str]:
    there = available_devices()
    if device == "auto":
        return [name for name in _AUTO if name in there]
    if device not in _PROVIDERS:
        raise ProviderError(f"There is no device {device!r}. There are: auto, {', '.join(there)}.")
    if device not in there:
        raise ProviderError(
            f"{device} was asked for, but this ONNX Runtime has only {', '.join(there)}: install the build "
            "for "
            f"{device} (onnxruntime-gpu for cuda and tensorrt), or choose one of these."
        )
    return [device] if device == "cpu" else [device, *(["cuda"] if device == "tensorrt" else []), "cpu"]


def _provider_options(device: str, number: str, options: RunOptions) -> dict[str, str]:
    found: dict[str, str] = {"device_id": number} if number and device != "cpu" else {}
    if device == "cuda":
        found |= {"arena_extend_strategy": "kSameAsRequested", "cudnn_conv_algo_search": "HEURISTIC"}
    if device == "tensorrt" and options.engine_cache is not None:
        cache = str(options.engine_cache)
        found |= {"trt_engine_cache_enable": "1", "trt_engine_cache_path": cache}
        found |= {"trt_timing_cache_enable": "1", "trt_timing_cache_path": cache}
    if device == "tensorrt":
        found["trt_fp16_enable"] = "1" if options.engine_precision == "fp16" else "0"
    return found


def _short(exc: BaseException) -> str:
    return " ".join(str(exc).split())[:300] or type(exc).__name__
