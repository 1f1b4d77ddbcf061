"""What becomes of a command that fails: one sentence on stderr, and the exit status."""

import errno
import os
import sys
from typing import Any

import typer
from typer.core import TyperGroup

from scenedex.cli.output import complain
from scenedex.cli.start import INTERRUPTED, interrupted
from scenedex.errors import ScenedexError, UsageError


class Failures(TyperGroup):
    """Commands whose failures are a sentence each."""

    _told = False  # that it was stopped

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """As of any command. Ctrl-C before or after it ends it without a word: the word is said here."""
        try:
            return super().main(*args, **kwargs)
        except SystemExit as exc:
            if exc.code == INTERRUPTED and not self._told:
                complain("Stopped.")
            raise
        except ImportError as exc:
            if not interrupted(exc):
                raise
            complain("Stopped.")
            raise SystemExit(INTERRUPTED) from exc

    def invoke(self, ctx: Any) -> Any:
        """Run the command. Exit status 2 for wrong usage, 1 for other failures, 130 after Ctrl-C."""
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except UsageError as exc:
            complain(str(exc))
            raise typer.Exit(2) from exc
        except ScenedexError as exc:
            complain(str(exc))
            raise typer.Exit(1) from exc
        except (KeyboardInterrupt, ImportError) as exc:
            if not interrupted(exc):
                raise
            self._told = True
            complain("Stopped. What was finished is kept; the same command goes on from there.")
            raise typer.Exit(INTERRUPTED) from exc
        except OSError as exc:
            raise typer.Exit(_unwritable(exc)) from exc
        return result


def _unwritable(exc: OSError) -> int:
    """Whoever reads our output went away (no failure), or it cannot be written."""
    # Whatever is left in the buffer must not fail once more when Python exits.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    if exc.errno == errno.EPIPE:
        return 0
    complain(f"The answer cannot be written: {exc.strerror or exc}.")
    return 1
