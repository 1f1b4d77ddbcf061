"""What decides how fast a network runs here: the runtime, the processor, the cores that this process may use."""

import platform
import re
from pathlib import Path

from scenedex.inference.opening import RUNTIME, usable_cpus


def machine() -> str:
    """The same text for the same runtime on the same processor: `onnxruntime-1.27.0 AMD EPYC 9B45 x2`."""
    return f"{RUNTIME} {_processor()} x{usable_cpus()}"


def _processor(told: Path = Path("/proc/cpuinfo")) -> str:
    try:
        found = re.search(r"^model name\s*:\s*(.+)$", told.read_text("utf-8", "replace"), re.MULTILINE)
    except OSError:
        found = None
    return found[1].strip() if found else platform.processor() or platform.machine()
