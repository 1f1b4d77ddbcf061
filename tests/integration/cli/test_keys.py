"""`scenedex keys` and `scenedex owners`, as they are typed."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from scenedex import open_library
from scenedex.cli.keys import expiry
from scenedex.cli.main import app
from scenedex.errors import UsageError
from scenedex.store.embedded import EmbeddedServer
from scenedex.store.tokens import read_token

Run = Callable[..., Any]


@pytest.fixture
def run(server: EmbeddedServer, database_name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run `scenedex …` in a library of the test's own; what it prints, or with `status` what it complains."""
    monkeypatch.setenv("DATABASE_URL", server.conninfo("scenedex_owner", database_name))
    monkeypatch.setenv("SCENEDEX_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "300")

    def scenedex(*arguments: str, status: int = 0) -> Any:
        done = CliRunner().invoke(app, arguments)
        assert done.exit_code == status, (done.output, done.exception)
        return done.stderr if status else done.stdout

    return scenedex


def as_json(text: str) -> Any:
    return json.loads(text)


def test_a_key_is_printed_once_and_opens_its_owners_rows(run: Run) -> None:
    run("owners", "create", "acme")
    done = CliRunner().invoke(
        app, ["keys", "create", "--owner", "acme", "--access", "write", "--label", "x y"]
    )
    key = done.stdout.strip()
    assert read_token(key) is not None
    assert "may write what acme has, until it is revoked. It is not shown again." in " ".join(
        done.stderr.split()
    )
    with open_library() as library:
        grant = library.grant_of(key)
        assert grant is not None
        assert library.find_owner("acme").id == grant.owner
    listed = run("keys", "list")
    assert str(grant.key) in listed
    assert "x y" in listed
    secret = key.split("_")[2]
    assert secret not in listed + run("keys", "list", "--json")
    (found,) = as_json(run("keys", "list", "--json"))["keys"]
    assert (found["owner"], found["access"], found["label"]) == ("acme", "write", "x y")
    assert as_json(run("keys", "list", "--owner", "local", "--json")) == {"keys": []}
    assert run("keys", "revoke", found["id"]) == f"The key {found['id']} of acme lets nobody in any more.\n"
    revoked = as_json(run("keys", "revoke", key, "--json"))
    assert revoked["revoked_at"] is not None
    assert revoked["owner"] == "acme"
    with open_library() as library:
        assert library.grant_of(key) is None


def test_json_has_the_key_and_when_it_expires(run: Run) -> None:
    made = as_json(run("keys", "create", "--access", "admin", "--expires", "90d", "--json"))
    assert read_token(made["key"]) is not None
    assert made["owner"] == "local"
    left = datetime.fromisoformat(made["expires_at"]) - datetime.now(UTC)
    assert timedelta(days=89) < left <= timedelta(days=90)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("keys", "create", "--owner", "nobody"), "There is no owner 'nobody'"),
        (("keys", "create", "--access", "root"), "Invalid value"),
        (("keys", "create", "--expires", "soon"), "--expires takes 12h, 90d, 4w, or a date"),
        (("keys", "create", "--expires", "2020-01-01"), "that is past"),
        (("keys", "create", "--expires", "0d"), "expires after 0 to"),
        (("keys", "list", "--owner", "nobody"), "There is no owner 'nobody'"),
        (("keys", "revoke", "sdx_"), "There is no such key"),
        (("owners", "create", "local"), "There is an owner local already"),
        (("owners", "create", "a b"), "cannot name an owner"),
        (("owners", "show", "nobody"), "There is no owner 'nobody'"),
        (("owners", "set", "local", "visual_mode"), "sets nothing"),
        (("owners", "set", "local", "visual_mode=x"), "There is no visual mode 'x'"),
        (("owners", "set", "local", "weight.visual=much"), "is no number"),
        (("owners", "set", "local", "weight.audio=1", "weight.audio=2"), "named twice"),
        (("owners", "set", "local", "space.visual=x"), "There is no visual space 'x'"),
        (("owners", "unset", "local", "x"), "There is no setting 'x'"),
        (("owners", "remove", "local"), "The owner local is always there"),
    ],
)
def test_wrong_usage(run: Run, arguments: tuple[str, ...], said: str) -> None:
    assert said in " ".join(run(*arguments, status=2).split())


def test_what_is_set_for_an_owner_and_taken_back(run: Run) -> None:
    made = as_json(run("owners", "create", "acme", "--json"))
    assert run("owners", "set", "acme", "visual_mode=skip", "weight.visual=0.4") == (
        "acme: visual_mode=skip weight.visual=0.4\n"
    )
    done = as_json(run("owners", "set", made["id"], "weight.audio=0", "--json"))
    wanted = {"visual_mode": "skip", "weight.visual": 0.4, "weight.audio": 0.0}
    assert (done["settings"], done["missing"], done["name"]) == (wanted, 0, "acme")
    assert "acme" in run("owners", "list")
    listed = as_json(run("owners", "list", "--json"))["owners"]
    assert [(one["name"], one["settings"]) for one in listed] == [("acme", wanted), ("local", {})]
    assert "visual_mode=skip" in run("owners", "show", "acme")
    shown = as_json(run("owners", "show", "acme", "--json"))
    assert (shown["settings"], shown["keys"], shown["stats"]["videos"]) == (wanted, 0, 0)
    assert as_json(run("owners", "unset", "acme", "visual_mode", "--json"))["settings"] == {
        "weight.visual": 0.4,
        "weight.audio": 0.0,
    }
    assert run("owners", "unset", "acme") == "acme: searches go as they do for the rest\n"
    assert as_json(run("owners", "remove", "acme", "--json"))["removed"]["name"] == "acme"
    assert "acme" not in run("owners", "list")


def test_a_process_of_its_own_prints_the_key_alone_on_stdout(run: Run) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "scenedex", "keys", "create"],
        env=dict(os.environ),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert read_token(done.stdout.removesuffix("\n")) is not None
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("12h", timedelta(hours=12)),
        ("90d", timedelta(days=90)),
        (" 4w ", timedelta(weeks=4)),
        ("2027-01-31", datetime(2027, 1, 31, tzinfo=UTC)),
        ("2027-01-31T12:00:00+09:00", datetime(2027, 1, 31, 3, tzinfo=UTC)),
    ],
)
def test_when(text: str, moment: datetime | timedelta) -> None:
    assert expiry(text) == moment


@pytest.mark.parametrize("text", ["", "d", "1", "1y", "-1d", "1.5d", "9999999d", "2027-13-01", "never", "١d"])
def test_no_time(text: str) -> None:
    with pytest.raises(UsageError, match="--expires takes"):
        expiry(text)
