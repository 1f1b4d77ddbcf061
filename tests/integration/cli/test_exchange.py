"""`scenedex export` and `scenedex import` say what they did, and what they refuse."""

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from scenedex.cli.main import app

pytestmark = pytest.mark.usefixtures("shared_server")


@pytest.fixture
def vectors(tmp_path: Path) -> Path:
    np.savez(
        tmp_path / "mine.npz",
        mine=np.eye(3, 8, dtype=np.float32),
        video=["a.mp4", "a.mp4", "b.mp4"],
        start_s=[0.0, 4.0, 0.0],
        end_s=[4.0, 8.0, 2.0],
    )
    return tmp_path / "mine.npz"


def run(*words: object, status: int = 0) -> str:
    result = CliRunner().invoke(app, [str(word) for word in words])
    assert result.exit_code == status, result.output
    return result.output


def test_in_and_out_and_in(vectors: Path, tmp_path: Path) -> None:
    assert "name it: --map" in run("import", "--numpy", vectors, "--dry-run")
    said = run("import", "--numpy", vectors, "--map", "mine=visual:my-own")
    assert "2 videos with 3 scenes came in; 2 without a file that is here." in said
    assert "scenes.parquet" in run("export", "--parquet", tmp_path / "out")
    assert "there already" in run("export", "--parquet", tmp_path / "out", status=2)
    again = json.loads(run("import", tmp_path / "out", "--json"))
    assert (again["imported"], again["unchanged"], again["spaces"][0]["space"]["name"]) == (0, 2, "my-own")
    one = json.loads(run("export", "--parquet", tmp_path / "one", "--video", "b.mp4", "--float32", "--json"))
    assert (one["rows"]["videos.parquet"], one["rows"]["embeddings-my-own.parquet"]) == (1, 1)
    run("owners", "create", "anna")
    assert "2 videos with 3 scenes came in" in run("import", tmp_path / "out", "--owner", "anna", "--offline")


def test_what_is_refused_is_said(vectors: Path, tmp_path: Path) -> None:
    odd = tmp_path / "odd.npz"
    np.savez(odd, mine=np.eye(2, 8), video=["a.mp4", "a.mp4"], start_s=[0.0, 9.0], end_s=[4.0, 12.0])
    said = run("import", "--numpy", odd, "--map", "mine=my-own", status=1)
    assert "0 videos with 0 scenes came in" in said
    assert "leave 5 s between them" in said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "Say one thing to take in"),
        (["somewhere", "--numpy", "x.npz"], "Say one thing to take in"),
        (["somewhere", "--map", "a=b"], "not for a folder"),
        (["--numpy", "x.npz", "--map", "nonsense"], "COLUMN=SPACE"),
        (["nowhere"], "holds no export"),
        (["--from-postgres", "nonsense"], "no database URL"),
    ],
)
def test_wrong_usage(words: list[str], said: str) -> None:
    assert said in " ".join(run("import", *words, status=2).split())
