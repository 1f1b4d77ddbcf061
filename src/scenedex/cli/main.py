"""The command `scenedex` and its sub-commands."""

import io
import sys
from typing import Annotated

import typer

from scenedex.cli import (
    annotate,
    backfill,
    backup,
    baselines,
    demo,
    doctor,
    embed_server,
    entities,
    evaluate,
    index,
    jobs,
    keys,
    models,
    owners,
    pictures,
    plan,
    search,
    serve,
    videos,
    worker,
)
from scenedex.cli.failures import Commands
from scenedex.cli.output import version_text
from scenedex.config import read_log_settings
from scenedex.logs import LogLevel, configure

SERVERS = ("serve", "worker", "embed-server")
"""Commands that run on and on, and are known by what they log."""

app = typer.Typer(
    name="scenedex",
    cls=Commands,
    help="Search inside your videos, on your own machine.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("index")(index.index)
app.add_typer(annotate.app, name="annotate")
app.command("search")(search.search)
app.command("plan")(plan.plan)
app.add_typer(videos.app, name="videos")
app.command("contact-sheet")(pictures.contact_sheet)
app.command("frame")(pictures.frame)
app.add_typer(models.app, name="models")
app.add_typer(keys.app, name="keys")
app.add_typer(owners.app, name="owners")
app.add_typer(entities.app, name="entities")
app.add_typer(baselines.app, name="baselines")
app.command("anomalies")(baselines.anomalies)
app.command("backfill")(backfill.backfill)
app.command("worker")(worker.worker)
app.add_typer(jobs.app, name="jobs")
app.command("stats")(videos.stats)
app.command("doctor")(doctor.doctor)
app.command("migrate")(doctor.migrate)
app.command("backup")(backup.backup)
app.command("restore")(backup.restore)
app.command("serve")(serve.serve)
app.command("embed-server")(embed_server.embed_server)
app.command("demo")(demo.demo)
app.command("evaluate")(evaluate.evaluate)


def say_version(wanted: bool) -> None:
    """Print name and version, and stop."""
    if wanted:
        typer.echo(version_text())
        raise typer.Exit


@app.callback()
def options(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=say_version, is_eager=True, help="Say the version and stop.")
    ] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Log what happens to stderr.")] = False,
) -> None:
    """Search inside your videos, on your own machine."""
    log = read_log_settings()
    usual: LogLevel = "info" if verbose or context.invoked_subcommand in SERVERS else "critical"
    configure(log.scenedex_log_format, log.scenedex_log_level or usual)
    # A terminal that cannot show a character gets its escape instead of a failure.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
