"""`scenedex jobs`"""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

import typer

from scenedex.cli.output import print_json, shown, stdout_console, table
from scenedex.errors import UsageError
from scenedex.library import open_library
from scenedex.types import Job, JobState

app = typer.Typer(help="What waits for a worker, is being done, or was.", no_args_is_help=True)

JobId = Annotated[int, typer.Argument(metavar="JOB", help="Its number.", show_default=False)]
AsJson = Annotated[bool, typer.Option("--json", help="Print as JSON.")]


@app.command("add")
def add(
    stage: Annotated[str, typer.Argument(metavar="STAGE", help="What is to be done.", show_default=False)],
    about: Annotated[
        list[str],
        typer.Argument(
            metavar="VIDEO|PATH...", help="Videos; of video_ingestion, files.", show_default=False
        ),
    ],
    priority: Annotated[int, typer.Option(min=0, max=10, help="Higher goes first.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Have a stage done for videos, or files taken in, by a worker. A job like it that waits already is that job."""
    from pathlib import Path

    from scenedex.jobs.deferring import STAGES
    from scenedex.jobs.queue import Queue

    known = next((each for each in STAGES if each == stage), None)
    if known is None:
        raise UsageError(f"There is no stage {stage!r}: there are {', '.join(STAGES)}.")
    with open_library() as library:
        queue = Queue(library)
        found = []
        for name in about:
            path = Path(name).expanduser().absolute()
            if known == "video_ingestion" and path.is_file():
                found.append(queue.defer(known, path=str(path), priority=priority))
            else:
                video_id = library.show(name)[0].id
                found.append(queue.defer(known, video_id=video_id, priority=priority))
    _print(found, as_json)


@app.command("list")
def list_(
    state: Annotated[
        str | None, typer.Option(help="waiting, running, done, failed or cancelled.", show_default=False)
    ] = None,
    video: Annotated[str | None, typer.Option(help="Of this video alone.", show_default=False)] = None,
    limit: Annotated[int, typer.Option(min=0, max=1000, help="How many at most.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List jobs, the newest first."""
    from typing import get_args

    from scenedex.jobs.queue import Queue

    known: JobState | None = next((each for each in get_args(JobState) if each == state), None)
    if state is not None and known is None:
        raise UsageError(f"There is no state {state!r}: there are {', '.join(get_args(JobState))}.")
    with open_library() as library:
        video_id: UUID | None = library.show(video)[0].id if video else None
        found = Queue(library).list(known, video_id, limit=limit)
    _print(found, as_json)


@app.command("show")
def show(job: JobId, as_json: AsJson = False) -> None:
    """Show one job."""
    from scenedex.jobs.queue import Queue

    with open_library() as library:
        _print([Queue(library).get(job)], as_json)


@app.command("cancel")
def cancel(job: JobId, as_json: AsJson = False) -> None:
    """Let a waiting job not be run, and ask a running one to stop."""
    from scenedex.jobs.queue import Queue

    with open_library() as library:
        _print([Queue(library).cancel(job)], as_json)


@app.command("retry")
def retry(job: JobId, as_json: AsJson = False) -> None:
    """Let a job that failed or was cancelled be run again."""
    from scenedex.jobs.queue import Queue

    with open_library() as library:
        _print([Queue(library).retry(job)], as_json)


def _print(jobs: Sequence[Job], as_json: bool) -> None:
    if as_json:
        print_json({"jobs": jobs})
        return
    rows = table("job", "stage", "state", "about", "")
    for job in jobs:
        progress = f"{job.progress.step} {job.progress.share:.0%}" if job.progress else job.outcome or ""
        said = ": ".join(part for part in (progress, job.reason) if part)
        rows.add_row(str(job.id), job.stage, job.state, shown(job.path or str(job.video_id)), shown(said))
    stdout_console().print(rows if jobs else "No jobs.")
