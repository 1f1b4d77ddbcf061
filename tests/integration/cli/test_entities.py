"""`scenedex entities`, `scenedex baselines` and `scenedex anomalies`, as they are typed."""

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from typer.testing import CliRunner

from scenedex.cli.main import app
from scenedex.store.embedded import EmbeddedServer
from scenedex.testing import shots_clip

Run = Callable[..., Any]


@pytest.fixture(scope="module")
def run(server: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """Run `scenedex …` in a library with one clip; what it prints, or with `status` what it complains."""
    name, folder = f"cli_entities_{os.getpid()}", tmp_path_factory.mktemp("cli")
    with (
        psycopg.connect(server.conninfo("postgres", "postgres"), autocommit=True) as admin,
        pytest.MonkeyPatch.context() as patch,
    ):
        admin.execute(f"create database {name} template scenedex owner scenedex_owner")  # type: ignore[arg-type]
        patch.setenv("DATABASE_URL", server.conninfo("scenedex_owner", name))
        patch.setenv("SCENEDEX_HOME", str(folder / "home"))
        patch.setenv("SCENEDEX_PROFILE", "mini")
        patch.setenv("COLUMNS", "300")

        def scenedex(*arguments: str, status: int = 0) -> Any:
            done = CliRunner().invoke(app, arguments)
            assert done.exit_code == status, (done.output, done.exception)
            return done.stderr if status else done.stdout

        shots_clip(folder / "clip.mp4", (1.0, 1.1, 1.2))
        scenedex("index", str(folder / "clip.mp4"))
        yield scenedex
        admin.execute(f"drop database {name} with (force)")  # type: ignore[arg-type]


def test_an_entity_from_its_first_crop_to_its_end(run: Run, tmp_path: Path) -> None:
    added = run(
        "entities", "add", "Red Wall", "--video", "clip.mp4", "--at", "1.5", "--box", "0.1,0.1,0.6,0.9"
    )
    assert added == "Red Wall has 1 example.\n"
    more = json.loads(run("entities", "add", "red wall", "--scene", "clip.mp4:2", "--json"))
    assert (more["name"], more["examples"]) == ("Red Wall", 2)
    shown = json.loads(run("entities", "show", "red wall", "--json"))
    assert {scene for one in shown["appearances"] for scene in one["scenes"]} >= {1, 2}
    assert shown["appearances"][0]["video"] == "clip.mp4"
    assert "thumbnail" in shown["appearances"][0]
    assert "clip.mp4" in run("entities", "show", "red wall", "--order", "score", "--threshold", "0.1")
    assert "1 appearances in all" in run("entities", "show", "red wall", "--offset", "1")
    (listed,) = json.loads(run("entities", "list", "--json"))["entities"]
    assert (listed["examples"], listed["videos"]) == (2, 1)
    assert "Red Wall" in run("entities", "list")
    examples = json.loads(run("entities", "examples", "red wall", "--json"))["examples"]
    assert [one["box"] for one in examples] == [[0.1, 0.1, 0.6, 0.9], None]
    left = run("entities", "examples", "red wall", "--remove", examples[0]["id"])
    assert "all of it" in left
    assert examples[0]["id"] not in left
    assert run("entities", "rename", "red wall", "Wall") == "It is called Wall now.\n"
    assert run("entities", "remove", "WALL") == "Forgot Wall.\n"
    assert json.loads(run("entities", "list", "--json")) == {"entities": []}
    assert "No entities yet" in run("entities", "list")


def test_what_makes_no_sense_is_said(run: Run, tmp_path: Path) -> None:
    for arguments, said in (
        (("add", "x", "--at", "1"), "--at and --box say which part is meant"),
        (("add", "x", "--video", "clip.mp4"), "Say at which time"),
        (("add", "x", "--picture", str(tmp_path / "none.jpg")), "cannot be read"),
        (
            ("add", "x", "--video", "clip.mp4", "--at", "1", "--box", "1,2"),
            "--box takes left,top,right,bottom",
        ),
        (("show", "nobody"), "There is no such entity"),
    ):
        assert said in run("entities", *arguments, status=2)
    run("entities", "add", "x")
    assert "is no id of an example" in run("entities", "examples", "x", "--remove", "1", status=2)
    assert "There is no order 'size'" in run("entities", "show", "x", "--order", "size", status=2)
    assert "x is nowhere to be seen." in run("entities", "show", "x")
    run("entities", "remove", "x")


def test_what_is_out_of_the_ordinary(run: Run) -> None:
    made = run("baselines", "add", "front door", "--video", "clip.mp4", "--to", "1.0")
    assert made == "front door is the mean of 1 keyframe.\n"
    assert "already" in run("baselines", "add", "Front Door", "--scene", "clip.mp4:0", status=2)
    again = json.loads(run("baselines", "add", "Front Door", "--scene", "clip.mp4:0", "--again", "--json"))
    assert (again["pictures"], again["made_of"]["videos"]) == (1, [])
    assert "scene " in run("baselines", "show", "front door")
    found = json.loads(
        run("anomalies", "clip.mp4", "--baseline", "front door", "--threshold", "0.0001", "--json")
    )
    assert found["baseline"]["name"] == "Front Door"
    assert [score["scene"] for score in found["scores"]] == [0, 1, 2]
    assert [one["scenes"] for one in found["anomalies"]] == [[1, 2]]
    assert "1 - 2" in run("anomalies", "clip.mp4", "--baseline", "front door", "--threshold", "0.0001")
    quiet = run("anomalies", "clip.mp4", "--threshold", "1")
    assert "Nothing is out of the ordinary: no keyframe scores above 1" in quiet
    assert "from 0 to 1" in run("anomalies", "clip.mp4", "--threshold", "7", status=2)
    assert "no such baseline" in run("anomalies", "clip.mp4", "--baseline", "back door", status=2)
    assert run("baselines", "rename", "front door", "door") == "It is called door now.\n"
    assert [one["name"] for one in json.loads(run("baselines", "list", "--json"))["baselines"]] == ["door"]
    assert "door" in run("baselines", "list")
    assert json.loads(run("baselines", "remove", "door", "--json"))["removed"]["name"] == "door"
    assert "No baselines yet" in run("baselines", "list")
