"""`scenedex models pace`, as it is typed."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from scenedex.cli.main import app
from scenedex.embeddings.pace import Pace, Paces
from scenedex.library.choosing import PACES


def test_the_pace_of_this_machine_is_told_and_forgotten(
    home: Path, monkeypatch: pytest.MonkeyPatch, shared_server: None
) -> None:
    monkeypatch.setenv("SCENEDEX_HOME", str(home))

    def pace(*arguments: str) -> str:
        done = CliRunner().invoke(app, ["models", "pace", *arguments])
        assert done.exit_code == 0, done.output
        return done.stdout

    assert pace() == "Nothing is known yet: it is found out while videos are indexed.\n"
    assert json.loads(pace("--json")) == {"paces": {}}
    home.mkdir(exist_ok=True)
    Paces(home / PACES).keep("clip here", Pace(16, 1))
    assert pace().split()[-4:] == ["clip", "here", "16", "1"]
    assert json.loads(pace("--json")) == {"paces": {"clip here": {"batch": 16, "threads": 1}}}
    assert pace("--reset") == "1 forgotten.\n"
    assert json.loads(pace("--json")) == {"paces": {}}
