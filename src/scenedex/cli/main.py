"""The command `scenedex` and its sub-commands."""

import io
import sys
from functools import cache
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.main import get_group

from scenedex.cli.failures import Failures
from scenedex.cli.output import version_text
from scenedex.logs import LogLevel, configure

SERVERS = ("serve", "worker", "embed-server", "mcp")
"""Commands that run on and on, and are known by what they log."""

COMMANDS = {
    "index": "index:index",
    "watch": "watch:watch",
    "annotate": "annotate:app",
    "search": "search:search",
    "plan": "plan:plan",
    "videos": "videos:app",
    "retain": "retain:app",
    "saved": "saved:app",
    "captions": "captions:app",
    "scenes": "scenes:app",
    "bins": "bins:app",
    "clips": "clips:clips",
    "contact-sheet": "pictures:contact_sheet",
    "frame": "pictures:frame",
    "models": "models:app",
    "keys": "keys:app",
    "owners": "owners:app",
    "entities": "entities:app",
    "baselines": "baselines:app",
    "anomalies": "baselines:anomalies",
    "backfill": "backfill:backfill",
    "worker": "worker:worker",
    "jobs": "jobs:app",
    "stats": "videos:stats",
    "doctor": "doctor:doctor",
    "migrate": "doctor:migrate",
    "backup": "backup:backup",
    "restore": "backup:restore",
    "export": "exchange:export",
    "import": "exchange:import_",
    "serve": "serve:serve",
    "embed-server": "embed_server:embed_server",
    "mcp": "mcp:mcp",
    "demo": "demo:demo",
    "evaluate": "evaluate:evaluate",
}
"""In the order of the help: the file in this folder that has the command, and what it is called there."""


class Commands(Failures):
    """The commands of scenedex, each imported when it is asked for: what others need takes most of a second."""

    @property
    def commands(self) -> Any:
        """All of them, by their names."""
        return {name: loaded(name) for name in COMMANDS}

    @commands.setter
    def commands(self, given: Any) -> None:
        """None are given: they are in COMMANDS."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Their names."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command of this name; None where there is none."""
        return loaded(cmd_name) if cmd_name in COMMANDS else None


@cache
def loaded(name: str) -> Any:
    """A command, or a group of them."""
    file, _, called = COMMANDS[name].partition(":")
    made = getattr(import_module(f"scenedex.cli.{file}"), called)
    single = typer.Typer()
    if isinstance(made, typer.Typer):
        single.add_typer(made, name=name)
    else:
        single.command(name)(made)
    return get_group(single).commands[name]


app = typer.Typer(
    name="scenedex",
    cls=Commands,
    help="Search inside your videos, on your own machine.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


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
    from scenedex.config import read_log_settings

    log = read_log_settings()
    usual: LogLevel = "info" if verbose or context.invoked_subcommand in SERVERS else "critical"
    configure(log.scenedex_log_format, log.scenedex_log_level or usual)
    # A terminal that cannot show a character gets its escape instead of a failure.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
