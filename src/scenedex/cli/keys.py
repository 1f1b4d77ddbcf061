"""`scenedex keys`: what lets programs and people in."""

import re
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer
from rich.text import Text

from scenedex.cli.output import complain, print_json, shown, stdout_console, table
from scenedex.errors import NotFoundError, UsageError
from scenedex.library import open_library
from scenedex.types import Access

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Named = Annotated[str | None, typer.Option("--owner", help="Name or id of an owner.")]

UNITS = {"h": "hours", "d": "days", "w": "weeks"}

app = typer.Typer(help="The keys of the API.", no_args_is_help=True)


@app.command("create")
def create(
    owner: Annotated[str, typer.Option("--owner", help="Whose rows it opens: name or id.")] = "local",
    access: Annotated[Access, typer.Option("--access", help="What it may do.")] = "read",
    expires: Annotated[
        str | None,
        typer.Option("--expires", help="After `12h`, `90d` or `4w`, or at a date or time. Else never."),
    ] = None,
    label: Annotated[str, typer.Option("--label", help="What it is for.")] = "",
    as_json: AsJson = False,
) -> None:
    """Make a key. It is shown this once; nobody can show it again."""
    moment = expiry(expires) if expires is not None else None
    with open_library() as library:
        found = library.find_owner(owner)
        made, key = library.of(found.id).create_key(access, label=label, expires=moment)
    if as_json:
        print_json({**asdict(made), "owner": found.name, "owner_id": found.id, "key": key})
        return
    typer.echo(key)
    until = f"until {made.expires_at}" if made.expires_at else "until it is revoked"
    complain(f"This key may {made.access} what {shown(found.name)} has, {until}. It is not shown again.")


@app.command("list")
def list_(owner: Named = None, as_json: AsJson = False) -> None:
    """List the keys of all owners, or of one. Secrets are nowhere to be read."""
    with open_library() as library:
        asked = [library.find_owner(owner)] if owner is not None else library.owners()
        by_owner = [(one, library.of(one.id).keys()) for one in asked]
    found = [(one, key) for one, keys in by_owner for key in keys]
    if as_json:
        print_json({"keys": [{**asdict(key), "owner": one.name, "owner_id": one.id} for one, key in found]})
        return
    rows = table("owner", "access", "label", "created", "expires", "last used", "revoked", "id")
    rows.columns[7].no_wrap = True
    for one, key in found:
        times = (key.created_at, key.expires_at, key.last_used_at, key.revoked_at)
        rows.add_row(
            Text(shown(one.name)),
            key.access,
            Text(shown(key.label)),
            *(day(time) for time in times),
            str(key.id),
        )
    stdout_console().print(rows if found else "No keys yet: scenedex keys create makes one.")


@app.command("revoke")
def revoke(
    key: Annotated[str, typer.Argument(metavar="KEY", help="Its id, or the key itself.")],
    as_json: AsJson = False,
) -> None:
    """Let a key in no more, nor whoever signed in with it."""
    with open_library() as library:
        for owner in library.owners():
            try:
                revoked = library.of(owner.id).revoke_key(key)
                break
            except NotFoundError:
                continue
        else:
            raise NotFoundError("There is no such key: `scenedex keys list` lists the ids.")
    if as_json:
        print_json({**asdict(revoked), "owner": owner.name, "owner_id": owner.id})
        return
    typer.echo(f"The key {revoked.id} of {shown(owner.name)} lets nobody in any more.")


def expiry(text: str) -> datetime | timedelta:
    """`12h`, `90d`, `4w`, or a date or time (UTC where it says no zone). Raises UsageError."""
    if match := re.fullmatch(r"(\d{1,6})([hdw])", text.strip(), re.ASCII):
        return timedelta(**{UNITS[match[2]]: int(match[1])})
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise UsageError(
            f"--expires takes 12h, 90d, 4w, or a date such as 2027-01-31, not {text!r}."
        ) from None
    return moment if moment.utcoffset() is not None else moment.replace(tzinfo=UTC)


def day(time: str | None) -> str:
    """The date of a time; empty without one."""
    return time[:10] if time else ""
