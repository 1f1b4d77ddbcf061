"""Options of `scenedex mcp` that do not go together, and the extra that it needs."""

import importlib.util
from typing import Any

import pytest
from typer.testing import CliRunner

from scenedex.cli.main import app


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (["--port", "0"], "--http"),
        (["--host", "127.0.0.1"], "--http"),
        (["--http", "--clips", "/"], "--clips"),
        (["--http", "--key-file", "key"], "--key-file"),
    ],
)
def test_what_does_not_go_together(options: list[str], named: str) -> None:
    done = CliRunner().invoke(app, ["mcp", *options])
    assert (done.exit_code, done.stdout) == (2, "")
    assert named in done.stderr


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    find = importlib.util.find_spec

    def missing(name: str, *more: Any) -> Any:
        return None if name == "mcp" else find(name, *more)

    monkeypatch.setattr(importlib.util, "find_spec", missing)
    done = CliRunner().invoke(app, ["mcp"])
    assert (done.exit_code, done.stdout) == (2, "")
    assert "pip install 'scenedex[mcp]'" in done.stderr
