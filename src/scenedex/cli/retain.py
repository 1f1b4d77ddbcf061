"""`scenedex retain`"""

from datetime import timedelta
from typing import Annotated, Any

import typer
from rich.text import Text

from scenedex.cli.output import print_json, shown, stdout_console, table
from scenedex.errors import UsageError
from scenedex.library import open_library
from scenedex.library.retaining import Retained, RetentionRule, parse_age
from scenedex.search.as_json import plain

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Which = Annotated[str, typer.Argument(metavar="NAME", help="What the rule is called.")]

app = typer.Typer(help="How long videos are kept.", invoke_without_command=True)


@app.callback()
def retain(  # noqa: PLR0913, PLR0917 (one argument an option)
    ctx: typer.Context,
    older_than: Annotated[
        str | None,
        typer.Option(metavar="AGE", help="Recorded, or else added, longer ago: 36h, 90d, 12w, 2y."),
    ] = None,
    tag: Annotated[list[str] | None, typer.Option(help="Only videos with this tag; may be repeated.")] = None,
    except_tag: Annotated[
        list[str] | None, typer.Option(help="No videos with this tag; may be repeated.")
    ] = None,
    apply: Annotated[
        bool, typer.Option("--apply", help="Forget them. Without it, say which would be.")
    ] = False,
    save: Annotated[
        str | None, typer.Option(metavar="NAME", help="Keep this as a rule, which `on` lets be applied.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Forget old videos: what scenedex knows of them. Files stay where they are, but for those that came over HTTP."""
    if ctx.invoked_subcommand is not None:
        return
    if older_than is None:
        raise UsageError("Say how old: `scenedex retain --older-than 90d` tells which videos are older.")
    rule = RetentionRule(
        older_than_s=parse_age(older_than), tags=tuple(tag or ()), except_tags=tuple(except_tag or ())
    )
    with open_library() as library:
        if save is not None:
            named = RetentionRule(
                name=save, older_than_s=rule.older_than_s, tags=rule.tags, except_tags=rule.except_tags
            )
            library.keep_retention_rule(named)
        found = library.retain(rule, apply=apply)
    if as_json:
        print_json({"applied": found.applied, "videos": [plain(video) for video in found.videos]})
    else:
        _print(found)


@app.command("rules")
def rules(as_json: AsJson = False) -> None:
    """List the rules that are kept."""
    with open_library() as library:
        found = library.retention_rules()
    if as_json:
        print_json({"rules": [rule_as_json(rule) for rule in found]})
        return
    rows = table("rule", "older than", "tags", "except", "")
    for rule in found:
        age = str(timedelta(seconds=rule.older_than_s))
        tags, others = ", ".join(map(shown, rule.tags)), ", ".join(map(shown, rule.except_tags))
        rows.add_row(Text(shown(rule.name)), age, Text(tags), Text(others), "on" if rule.on else "off")
    stdout_console().print(rows if found else "No rules: `scenedex retain --save NAME` keeps one.")


@app.command("on")
def on(name: Which) -> None:
    """Let workers and watches apply a rule by themselves, every hour."""
    with open_library() as library:
        rule = library.turn_retention_rule(name, on=True)
        found = library.retain(rule, unasked=True)
    count = len(found.videos)
    typer.echo(f"{shown(rule.name)} is on. It fits {count} video{'' if count == 1 else 's'} now.")


@app.command("off")
def off(name: Which) -> None:
    """Apply a rule no longer."""
    with open_library() as library:
        rule = library.turn_retention_rule(name, on=False)
    typer.echo(f"{shown(rule.name)} is off.")


@app.command("remove")
def remove(name: Which) -> None:
    """Remove a rule."""
    with open_library() as library:
        rule = library.remove_retention_rule(name)
    typer.echo(f"{shown(rule.name)} is removed.")


def rule_as_json(rule: RetentionRule) -> dict[str, Any]:
    """A rule as `retain rules --json` gives it."""
    made: dict[str, Any] = plain(rule)
    return made


def _print(found: Retained) -> None:
    rows = table("video", "recorded", "added", "tags")
    for video in found.videos:
        tags = ", ".join(shown(tag) for tag in video.tags)
        rows.add_row(Text(shown(video.name)), video.recorded_at or "", video.added_at, Text(tags))
    console = stdout_console()
    if found.videos:
        console.print(rows)
    count = f"{len(found.videos)} video{'' if len(found.videos) == 1 else 's'}"
    console.print(
        f"{count} forgotten." if found.applied else f"{count} would be forgotten: add --apply to do so."
    )
