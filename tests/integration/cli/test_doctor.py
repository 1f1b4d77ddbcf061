"""`scenedex migrate`, as it is typed."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from scenedex.cli.main import app
from scenedex.store.embedded import EmbeddedServer
from scenedex.store.migrations import newest


def test_an_empty_database_is_brought_up_to_date(
    server: EmbeddedServer, new_database: Callable[[str], str], home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", server.conninfo("postgres", new_database("template1")))
    monkeypatch.setenv("SCENEDEX_HOME", str(home))
    for arguments in (["migrate", "--json"], ["migrate", "--json"]):
        done = CliRunner().invoke(app, arguments)
        assert (done.exit_code, done.stderr) == (0, "")
        assert json.loads(done.stdout) == {"schema": newest()}
    said = CliRunner().invoke(app, ["migrate"]).stdout
    assert said == f"The library has schema {newest()} and is up to date.\n"
