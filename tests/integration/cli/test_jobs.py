"""`scenedex jobs` and `scenedex worker`."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.media import make_clip
from typer.testing import CliRunner, Result

from scenedex.cli.main import app

Command = Callable[..., Result]


@pytest.fixture
def scenedex(home: Path, monkeypatch: pytest.MonkeyPatch, shared_server: None) -> Command:
    monkeypatch.setenv("SCENEDEX_HOME", str(home))
    monkeypatch.setenv("COLUMNS", "300")
    return lambda *arguments: CliRunner().invoke(app, [str(each) for each in arguments])


def jobs(result: Result) -> list[dict[str, Any]]:
    assert result.exit_code == 0, result.output
    found: list[dict[str, Any]] = json.loads(result.stdout)["jobs"]
    return found


def test_jobs_are_put_in_listed_cancelled_and_run_again(scenedex: Command, tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "a.mp4")
    (job,) = jobs(scenedex("jobs", "add", "video_ingestion", clip, "--priority", 5, "--json"))
    assert (job["stage"], job["state"], job["path"], job["priority"]) == (
        "video_ingestion",
        "waiting",
        str(clip),
        5,
    )
    assert jobs(scenedex("jobs", "list", "--state", "waiting", "--json")) == [job]
    assert jobs(scenedex("jobs", "cancel", job["id"], "--json"))[0]["state"] == "cancelled"
    assert jobs(scenedex("jobs", "list", "--state", "waiting", "--json")) == []
    assert jobs(scenedex("jobs", "retry", job["id"], "--json"))[0]["state"] == "waiting"
    assert jobs(scenedex("jobs", "show", job["id"], "--json"))[0]["id"] == job["id"]
    shown = scenedex("jobs", "list").stdout
    assert "video_ingestion" in shown
    assert str(clip) in shown


def test_jobs_of_one_video(scenedex: Command, tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "a.mp4")
    assert scenedex("index", clip).exit_code == 0
    (job,) = jobs(scenedex("jobs", "add", "screen_text", "a.mp4", "--json"))
    assert jobs(scenedex("jobs", "list", "--video", "a.mp4", "--json")) == [job]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("jobs", "add", "dance", "a.mp4"), "no stage 'dance'"),
        (("jobs", "add", "screen_text", "a.mp4"), "a.mp4"),
        (("jobs", "list", "--state", "asleep"), "no state 'asleep'"),
        (("jobs", "show", "1"), "There is no job 1"),
        (("jobs", "cancel", "1"), "There is no job 1"),
        (("worker", "--stages", "screen_text,dance"), "no stage 'dance'"),
    ],
)
def test_what_makes_no_sense_is_said(scenedex: Command, arguments: tuple[str, ...], said: str) -> None:
    result = scenedex(*arguments)
    assert result.exit_code == 2
    assert said in result.stderr
