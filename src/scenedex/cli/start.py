"""Where the command `scenedex` begins: it imports the rest, so that Ctrl-C is met from the first moment on."""

import gc
import sys
import threading
from typing import NoReturn

INTERRUPTED = 130
"""Exit status after Ctrl-C, as shells have it: 128 + SIGINT."""

STARTED_S = 2.0
"""So long a command imports, and most are over by then. Python 3.11 looks for garbage 260 times in a search, a tenth of
its time, and what is imported is none."""


def run() -> NoReturn:
    """Run the command line and exit: 0 done, 1 something failed, 2 wrong usage, 130 stopped by Ctrl-C."""
    try:
        gc.disable()
        started = threading.Timer(STARTED_S, gc.enable)
        started.daemon = True
        started.start()
        from scenedex.cli.main import app  # a second of imports

        app()
    except (KeyboardInterrupt, ImportError) as exc:
        if not interrupted(exc):
            raise
        sys.stderr.write("scenedex: Stopped.\n")
        sys.exit(INTERRUPTED)
    finally:
        # An interrupt that passed through exec() of a string (dataclasses do it) makes CPython die of SIGINT
        # at its end, though it was met; the next exec() forgets it.
        exec("")  # noqa: S102
        gc.freeze()  # what is left goes with the process: Python need not look through it twice
    sys.exit(0)


def interrupted(exc: BaseException | None) -> bool:
    """Whether it is Ctrl-C, or the ImportError that a compiled module makes of it while it is imported."""
    while exc is not None and not isinstance(exc, KeyboardInterrupt):
        exc = exc.__cause__ or exc.__context__
    return exc is not None
