"""Whether this machine has an NVIDIA GPU that ONNX Runtime could use, and how full its memory is."""

import shutil
import subprocess
import time
from functools import cache

FRESH_S = 2.0
"""How long what was read is not read again."""

_WAIT_S = 5.0
_read: tuple[float, float] | None = None  # when, and gigabytes


@cache
def has_gpu() -> bool:
    """Whether this ONNX Runtime was built for CUDA, and the driver sees a GPU."""
    from scenedex.inference.session import available_devices  # which needs this file for the names of engines

    return "cuda" in available_devices() and bool(_asked("--list-gpus"))


def gpu_name(device: int = 0) -> str:
    """Name and compute capability of a GPU, such as `NVIDIA L4 sm8.9`; "" where the driver does not say."""
    said = _asked(f"--id={device}", "--query-gpu=name,compute_cap", "--format=csv,noheader")
    name, _, capability = said.partition(",")
    return f"{name.strip()} sm{capability.strip()}" if capability else ""


def memory_used_gb(device: int = 0) -> float:
    """What all programs together use of a GPU's memory, in 10⁹ bytes; 0 where the driver does not say."""
    global _read  # noqa: PLW0603  one reading for all who ask
    if _read is None or time.monotonic() - _read[0] > FRESH_S:
        said = _asked(f"--id={device}", "--query-gpu=memory.used", "--format=csv,noheader,nounits")
        _read = (time.monotonic(), round(int(said) * 2**20 / 1e9, 3) if said.isdigit() else 0.0)
    return _read[1]


def _asked(*arguments: str) -> str:
    program = shutil.which("nvidia-smi")
    if program is None:
        return ""
    try:
        done = subprocess.run(
            [program, *arguments], capture_output=True, text=True, timeout=_WAIT_S, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip()
