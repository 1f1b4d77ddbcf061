"""`scenedex worker`"""

import os
import signal
import sys
import threading
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Annotated

import typer

from scenedex.cli.output import complain
from scenedex.cli.watching import watched
from scenedex.errors import UsageError
from scenedex.library import open_library

if TYPE_CHECKING:
    from scenedex.config import Settings
    from scenedex.metrics.meters import Meters


def worker(
    stages: Annotated[
        list[str] | None,
        typer.Option(
            help="Take jobs of this stage; may be repeated, or list several by comma. [default: all]"
        ),
    ] = None,
    concurrency: Annotated[int, typer.Option(min=1, max=64, help="Jobs at once.")] = 1,
    grace: Annotated[
        float, typer.Option(min=0, help="Seconds that jobs in hand may go on after the first signal.")
    ] = 30.0,
    tied: Annotated[bool, typer.Option("--tied", help="End when the standard input ends.")] = False,
) -> None:
    """Take jobs from the queue, until stopped. A second Ctrl-C gives back what is in hand and ends at once."""
    from scenedex.jobs.deferring import STAGES
    from scenedex.jobs.worker import Worker, WorkerOptions
    from scenedex.metrics.collected import measure
    from scenedex.metrics.meters import Meters

    named = [part.strip() for stage in stages or () for part in stage.split(",")]
    unknown = [name for name in named if name not in STAGES]
    if unknown:
        raise UsageError(f"There is no stage {unknown[0]!r}: there are {', '.join(STAGES)}.")
    chosen = tuple(stage for stage in STAGES if not named or stage in named)
    with open_library() as library:
        meters = Meters()
        measure(meters, library)
        options = WorkerOptions(stages=chosen, concurrency=concurrency, grace_s=grace, complete=True)
        working = Worker(library, options, meters.job)
        if tied:
            threading.Thread(target=_end_with_input, daemon=True).start()
        with watched(library.settings, "scenedex-worker"), _counting(meters, library.settings):
            working.run(lambda: complain(f"Taking jobs: {', '.join(chosen)}. Ctrl-C stops."))


def _counting(meters: "Meters", settings: "Settings") -> AbstractContextManager[None]:
    from scenedex.metrics.server import served

    if not settings.scenedex_metrics_port:
        return nullcontext()
    return served(meters, settings.scenedex_metrics_host, settings.scenedex_metrics_port)


def _end_with_input() -> None:
    while os.read(sys.stdin.fileno(), 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
