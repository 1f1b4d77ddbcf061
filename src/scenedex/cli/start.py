"""Where the command `scenedex` begins: it imports the rest, so that Ctrl-C is met from the first moment on."""

import gc
import sys
from typing import NoReturn

from scenedex.garbage import uncollected

INTERRUPTED = 130
"""Exit status after Ctrl-C, as shells have it: 128 + SIGINT."""


def run() -> NoReturn:
    """Run the command line and exit: 0 done, 1 something failed, 2 wrong usage, 130 stopped by Ctrl-C."""
    try:
        with uncollected():
            from scenedex.cli.main import app  # a second of imports

        app()
    except KeyboardInterrupt:
        sys.stderr.write("scenedex: Stopped.\n")
        sys.exit(INTERRUPTED)
    finally:
        # An interrupt that passed through exec() of a string (dataclasses do it) makes CPython die of SIGINT
        # at its end, though it was met; the next exec() forgets it.
        exec("")  # noqa: S102
        gc.freeze()  # what is left goes with the process: Python need not look through it twice
    sys.exit(0)
