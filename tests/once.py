"""What is made once in a run of the tests, however many processes it has."""

import fcntl
import os
from collections.abc import Callable
from pathlib import Path

import pytest


def once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """The folder of this name that all processes of a run share; the first that asks fills it, others wait.

    Where `make` fails, it fails for whoever asks next, too.
    """
    base = factory.getbasetemp()
    base = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder, done = base / f"once-{name}", base / f"once-{name}.done"
    with (base / f"once-{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            folder.mkdir(mode=0o711)  # what is left of a failure is not taken for the whole
            make(folder)
            done.touch()
    return folder
