"""A graph in a file → a session of ONNX Runtime on the fastest device that takes it, and why not on a faster one."""

import contextlib
import hashlib
import logging
import math
import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import onnxruntime as ort
from onnxruntime.capi import onnxruntime_pybind11_state as ort_errors

from scenedex.errors import GraphError, ProviderError
from scenedex.inference.gpu import gpu_name

log = logging.getLogger(__name__)

PROVIDERS = {
    "cuda": "CUDAExecutionProvider",
    "tensorrt": "TensorrtExecutionProvider",
    "rocm": "MIGraphXExecutionProvider",
    "openvino": "OpenVINOExecutionProvider",
    "coreml": "CoreMLExecutionProvider",
    "directml": "DmlExecutionProvider",
    "cpu": "CPUExecutionProvider",
}
RUNTIME = f"onnxruntime-{ort.__version__}"

_AUTO = ("cuda", "rocm", "openvino", "coreml", "directml", "cpu")

RUNS = 2
"""Runs at once on a CPU. On two cores two of one thread do more than one whose threads wait for one another, and for
less processor time (`benchmarks/clip_speed.py`); with more cores they share the further threads of their session."""

FAILURES = (
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
    tensorrt: bool = False  #: auto tries TensorRT first, which builds for minutes, once
    engine_cache: Path | None = None  #: where TensorRT keeps what it built, in a folder for each `engine_key`
    engine_precision: Literal["fp16", "fp32"] = "fp16"  #: in which TensorRT computes


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A session that runs."""

    session: ort.InferenceSession
    device: str  #: in our word: cpu, cuda …
    passed_over: tuple[str, ...]  #: faster devices, each with the reason why it is not used


Start = Callable[[Path, RunOptions, Sequence[str]], ort.InferenceSession]


def open_graph(
    path: Path, options: RunOptions, *, there: Sequence[str] | None = None, start: Start | None = None
) -> Opened:
    """Open a graph on the first device of the plan that takes it.

    `there`: the devices of this machine, `start`: what begins a session on some of them; without them ONNX Runtime's.
    Raises ProviderError where a device that was asked for by name is not there or cannot be started, GraphError where
    no device takes the graph.
    """
    there = available_devices() if there is None else there
    start, failed = start or _started, {}
    devices, reasons = planned(options, there)
    for device in devices:
        try:
            session = start(path, options, _with_helpers(device, there))
        except FAILURES as exc:
            failed[device] = exc
            reasons.append(f"{device}: {short(exc)}")
            continue
        used = session.get_providers()[0]
        if used != PROVIDERS[device]:
            reasons.append(f"{device}: ONNX Runtime could not start it, check the driver")
            continue
        for reason in reasons:  # what this build never had is no news
            level = logging.WARNING if reason.partition(":")[0] in there else logging.INFO
            log.log(level, "%s runs on %s, not on %s", path.name, device, reason)
        log.info("%s runs on %s", path.name, used)
        return Opened(session=session, device=device, passed_over=tuple(reasons))
    raise _unopened(path, options, failed, start)


def planned(options: RunOptions, there: Sequence[str]) -> tuple[list[str], list[str]]:
    """The devices to try in order, and those that are left out at once, each with the reason.

    A device that is named is the only one. Raises ProviderError where it is not there.
    """
    device = options.device.lower().partition(":")[0]
    if device != "auto":
        if device not in PROVIDERS:
            raise ProviderError(f"There is no device {device!r}. There are: auto, {', '.join(there)}.")
        if device not in there:
            raise ProviderError(
                f"{device} was asked for, but this ONNX Runtime has only {', '.join(there)}: install the build "
                f"for {device} (onnxruntime-gpu for cuda and tensorrt), or choose one of these."
            )
        return [device], []
    wanted = ("tensorrt", *_AUTO) if options.tensorrt else _AUTO
    missing = [name for name in ("tensorrt", "cuda") if options.tensorrt and name not in there]
    reasons = [f"{name}: this ONNX Runtime is built without it" for name in missing]
    return [name for name in wanted if name in there], reasons


def _with_helpers(device: str, there: Sequence[str]) -> list[str]:
    """The device, and what takes the parts of a graph that it does not take."""
    helpers = ("cuda", "cpu") if device == "tensorrt" else ("cpu",)
    return [device, *(name for name in helpers if name in there and name != device)]


def _unopened(
    path: Path, options: RunOptions, failed: dict[str, BaseException], start: Start
) -> ProviderError | GraphError:
    """Who is to blame: a device, where the CPU takes the graph, else the graph."""
    device = options.device.lower().partition(":")[0]
    try:
        if "cpu" not in failed:
            start(path, options, ["cpu"])
    except FAILURES as exc:
        failed["cpu"] = exc
    if (blame := failed.get("cpu")) is not None:
        made = GraphError(
            f"{path} is no network that ONNX Runtime {ort.__version__} can load: {short(blame)}"
        )
        made.__cause__ = blame
        return made
    if (blame := failed.get(device)) is not None:
        refused = ProviderError(f"{path.name} cannot be run on {device}: {short(blame)}")
        refused.__cause__ = blame
        return refused
    return ProviderError(
        f"{device} was asked for, but ONNX Runtime could not start it: check the driver, or choose auto or one of "
        f"{', '.join(available_devices())}."
    )


def engine_key(graph: Path, gpu: str, precision: str) -> str:
    """The name of the folder of a graph's engines: another graph, runtime, GPU or precision is another folder."""
    with graph.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    parts = (digest[:32], f"ort{ort.__version__}", gpu or "unknown-gpu", precision)
    return "-".join(re.sub(r"[^A-Za-z0-9.]+", "_", part) for part in parts)


def available_devices() -> list[str]:
    """The devices that this ONNX Runtime was built for, in our words, the preferred first."""
    there = ort.get_available_providers()
    return [name for name in ("tensorrt", *_AUTO) if PROVIDERS[name] in there]


def require_device(device: str) -> None:
    """Raise ProviderError, which lists what is there, where this ONNX Runtime was not built for the device."""
    planned(RunOptions(device=device), available_devices())


def usable_cpus() -> int:
    """CPUs that this process may use: its affinity, or less where a control group says so."""
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    with contextlib.suppress(OSError, ValueError):
        quota, period = Path("/sys/fs/cgroup/cpu.max").read_text("ascii").split()
        count = min(count, math.ceil(int(quota) / int(period)))
    return max(1, count)


def shared_threads(cpus: int, runs: int = RUNS) -> int:
    """Threads of a session in which so many runs at once use so many cores: who asks for a run works as well."""
    return max(1, cpus - runs + 1)


def surely_cpu(device: str) -> bool:
    """Whether networks will run on the CPU, whatever is tried."""
    return device == "cpu" or (device == "auto" and available_devices() == ["cpu"])


def _started(path: Path, options: RunOptions, devices: Sequence[str]) -> ort.InferenceSession:
    settings = ort.SessionOptions()
    settings.intra_op_num_threads = options.threads or usable_cpus()
    settings.inter_op_num_threads = 1
    settings.execution_mode = ort.ExecutionMode.ORT_SEQUENTIAL
    settings.enable_cpu_mem_arena = False  # gives memory back after a peak
    settings.log_severity_level = 4  # its words come as exceptions
    settings.add_session_config_entry("session.intra_op.allow_spinning", "0")  # the decoder needs the cores
    number = options.device.partition(":")[2]
    providers = [(PROVIDERS[name], _provider_options(name, number, options, path)) for name in devices]
    # Its own fallback prints on stdout and takes the CPU whoever was asked for.
    return ort.InferenceSession(str(path), settings, providers=providers, enable_fallback=0)


def _provider_options(device: str, number: str, options: RunOptions, graph: Path) -> dict[str, str]:
    found: dict[str, str] = {"device_id": number} if number and device != "cpu" else {}
    if device == "cuda":
        found |= {"arena_extend_strategy": "kSameAsRequested", "cudnn_conv_algo_search": "HEURISTIC"}
    if device == "tensorrt" and options.engine_cache is not None:
        folder = options.engine_cache / engine_key(
            graph, gpu_name(int(number or 0)), options.engine_precision
        )
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        cache = str(folder)
        found |= {"trt_engine_cache_enable": "1", "trt_engine_cache_path": cache}
        found |= {"trt_timing_cache_enable": "1", "trt_timing_cache_path": cache}
    if device == "tensorrt":
        found["trt_fp16_enable"] = "1" if options.engine_precision == "fp16" else "0"
    return found


def short(exc: BaseException) -> str:
    """What an exception says, on one line."""
    return " ".join(str(exc).split())[:300] or type(exc).__name__
