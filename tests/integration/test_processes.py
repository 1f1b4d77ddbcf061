"""Real processes on one embedded library: killed at any moment, several at once."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.media import make_clip, shared_media
from typer.testing import CliRunner

from scenedex import Library, open_library
from scenedex.cli.main import app
from scenedex.config import default_home
from scenedex.errors import UsageError
from scenedex.types import Video


def start(home: Path, *arguments: str | Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "scenedex", *map(str, arguments)],
        env=os.environ | {"SCENEDEX_HOME": str(home)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def finish(process: subprocess.Popen[str], status: int = 0) -> Any:
    out, err = process.communicate(timeout=120)
    assert process.returncode == status, (out, err)
    assert "Traceback" not in err
    return json.loads(out) if out.startswith("{") else out


def films(folder: Path, count: int) -> Path:
    folder.mkdir()
    for number in range(count):
        clip = make_clip(folder / f"film{number}.mp4", *[1.5 + number / 10] * (3 + number % 3))
        clip.with_suffix(".srt").write_text(
            f"1\n00:00:00,500 --> 00:00:02,500\nthe secret of film {number}\n"
        )
    return folder


@dataclass(frozen=True)
class Contents:
    """All that a library says of its videos, by their names, without ids and times; and how many scenes it counts."""

    videos: dict[str, Any]
    scenes: int


def contents(home: Path) -> Contents:
    with open_library(home) as library:
        return Contents(
            videos={video.name: scenes_of(library, video) for video in library.videos()},
            scenes=library.stats()["scenes"],
        )


def scenes_of(library: Library, video: Video) -> list[Any]:
    return [
        (
            scene.start_s,
            scene.end_s,
            [(keyframe.t_s, keyframe.object_key) for keyframe in scene.keyframes],
            [caption.text for caption in scene.captions],
        )
        for scene in library.show(str(video.id))[1]
    ]


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library that holds nothing, and never will."""
    home = tmp_path_factory.mktemp("empty") / "home"
    with open_library(home):
        return home


@pytest.mark.timeout(600)
def test_killed_at_ten_random_moments_nothing_is_missing_or_doubled(tmp_path: Path) -> None:
    folder = films(tmp_path / "films", 6)
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    began = time.monotonic()
    finish(start(whole, "index", folder, "--json"))
    usual_s = time.monotonic() - began
    chance = random.Random(7)
    for _ in range(10):
        process = start(broken, "index", folder, "--json")
        time.sleep(chance.uniform(0.0, usual_s))
        process.kill()
        process.communicate()
    finish(start(broken, "index", folder, "--json"))
    found = contents(broken)
    assert found == contents(whole)
    assert len(found.videos) == 6
    for key in {key for scenes in found.videos.values() for s in scenes for _, key in s[2]}:
        picture = (broken / "objects" / key).read_bytes()
        assert picture[:2] == b"\xff\xd8"
        assert picture[-2:] == b"\xff\xd9"


@pytest.mark.timeout(600)
def test_two_indexes_and_two_searches_at_once_outlive_the_one_that_started_the_server(tmp_path: Path) -> None:
    home = tmp_path / "home"
    one, two = films(tmp_path / "one", 3), films(tmp_path / "two", 5)
    starter = start(home, "index", tmp_path / "one", "--json")
    deadline = time.monotonic() + 60
    while not (home / "pg" / "postmaster.pid").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    searches = [start(home, "search", "secret", "--json") for _ in range(2)]
    second = start(home, "index", two, "--json")
    starter.send_signal(signal.SIGKILL)
    starter.communicate()
    for _ in range(3):
        for process in searches:
            finish(process)
        searches = [start(home, "search", "secret", "--json") for _ in range(2)]
    report = finish(second)
    assert {f["outcome"] for f in report["files"]} <= {"indexed", "unchanged"}
    for process in searches:
        finish(process)
    finish(start(home, "index", one, "--json"))
    assert (
        len(finish(start(home, "videos", "--json"))["videos"]) == 5
    )  # one's films are copies of two's first three


def test_ctrl_c_leaves_a_library_that_is_whole(tmp_path: Path) -> None:
    folder, home = films(tmp_path / "films", 4), tmp_path / "home"
    process = start(home, "index", folder)
    while not (home / "objects").exists() and process.poll() is None:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode in (130, 0)
    assert "Traceback" not in err
    assert finish(start(home, "index", folder, "--json"))["files"][-1]["outcome"] in ("indexed", "unchanged")
    assert len(contents(home).videos) == 4


@pytest.fixture
def places(tmp_path: Path) -> dict[str, Path]:
    """What is no film."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "text.mp4").write_text("this is no film")
    return {"empty": tmp_path / "empty", "text": tmp_path / "text.mp4"}


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (["index", "{text}"], 1, "not a media file"),
        (["search", " "], 2, "search for"),
    ],
)
def test_failures_are_one_sentence(
    empty: Path, places: dict[str, Path], arguments: list[str], status: int, says: str
) -> None:
    process = start(empty, *[argument.format(**places) for argument in arguments])
    _, err = process.communicate(timeout=60)
    assert process.returncode == status, err
    assert says.lower() in err.lower()
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (["index", "/no/such/place"], 1, "no file or folder"),
        (["index", "{empty}"], 1, "No video"),
        (["videos", "show", "nothing.mp4"], 2, "nothing.mp4"),
        (["search", "x", "--limit", "-1"], 2, "limit"),
        (["frobnicate"], 2, "frobnicate"),
        (["models", "use", "huge"], 2, "mini, clip, standard, large"),
        (["models", "pull", "clip-b23"], 2, "clip-b32"),
        (["models", "verify", "clap"], 1, "scenedex models pull clap"),
    ],
)
def test_failures_are_met_by_the_command(
    empty: Path, places: dict[str, Path], arguments: list[str], status: int, says: str
) -> None:
    """In this process: what would be a traceback is an exception here."""
    words = [argument.format(**places) for argument in arguments]
    done = CliRunner().invoke(app, words, env={"SCENEDEX_HOME": str(empty)})
    assert (done.exit_code, type(done.exception)) == (status, SystemExit)
    assert says.lower() in done.stderr.lower()
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "url",
    ["postgresql://user:hunter2@127.0.0.1:1/none", "postgresql://user:hunter2@no.such.host.invalid/none"],
)
def test_a_database_that_does_not_answer(tmp_path: Path, url: str) -> None:
    process = subprocess.run(
        [sys.executable, "-m", "scenedex", "videos"],
        env=os.environ | {"SCENEDEX_HOME": str(tmp_path), "DATABASE_URL": url},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert process.returncode == 1
    assert "cannot be reached" in process.stderr
    assert "hunter2" not in process.stderr
    assert "Traceback" not in process.stderr


def test_ctrl_c_is_met_at_any_moment(tmp_path: Path) -> None:
    folder = films(tmp_path / "films", 3)
    for after_s in (0.2, 0.6, 1.2):
        process = start(tmp_path / "home", "index", folder)
        time.sleep(after_s)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
        assert "Traceback" not in err
        assert (process.returncode, "Stopped." in err) in ((130, True), (0, False))


def test_the_version_is_said(tmp_path: Path) -> None:
    assert finish(start(tmp_path, "--version")).startswith("scenedex ")


@pytest.mark.parametrize(
    ("command", "status", "says"),
    [
        ("{python} -m scenedex stats --json | true", 0, ""),
        ("{python} -m scenedex stats --json > /dev/full", 1, "cannot be written"),
        ("PYTHONIOENCODING=ascii {python} -m scenedex search 떡볶이", 0, ""),
        ("{python} -m scenedex index ''", 2, "empty path"),
        ("SCENEDEX_DETECTOR=foo {python} -m scenedex index .", 2, "SCENEDEX_DETECTOR"),
    ],
)
def test_odd_outputs_and_arguments(empty: Path, command: str, status: int, says: str) -> None:
    process = subprocess.run(
        ["bash", "-c", "set -o pipefail; " + command.format(python=sys.executable)],
        env=os.environ | {"SCENEDEX_HOME": str(empty)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert process.returncode == status, process.stderr
    assert says in process.stderr
    assert "Traceback" not in process.stderr


def test_an_account_without_a_home_is_told_to_name_a_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    def homeless(*_: object, **__: object) -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr("scenedex.config.settings.os.geteuid", lambda: 12345)
    monkeypatch.setattr("scenedex.config.settings.user_data_path", homeless)
    with pytest.raises(UsageError, match="set SCENEDEX_HOME"):
        default_home()


def test_offline_pull_says_that_it_is_offline(tmp_path: Path) -> None:
    process = subprocess.run(
        [sys.executable, "-m", "scenedex", "models", "pull"],
        env=os.environ
        | {"SCENEDEX_HOME": str(tmp_path), "HF_HUB_OFFLINE": "1", "CLIP_CACHE_DIR": str(tmp_path / "m")},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert process.returncode == 1
    assert "stay offline" in process.stderr
    assert "Traceback" not in process.stderr


def test_no_program_outside_is_called(tmp_path: Path) -> None:
    """With an empty PATH nothing but our own interpreter and the database's binaries can run."""
    folder = films(tmp_path / "films", 1)
    process = subprocess.run(
        [sys.executable, "-m", "scenedex", "index", str(folder), "--json"],
        env={"SCENEDEX_HOME": str(tmp_path / "home"), "PATH": "", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert process.returncode == 0, process.stderr


INDEX_AND_TELL_PEAK = r"""
import re, sys
from pathlib import Path
from scenedex import open_library
with open_library() as library:
    (file,) = library.add(sys.argv[1]).files
print(file.outcome, int(re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text()).group(1)) // 1024)
"""


def test_8k_is_indexed_in_less_than_one_and_a_half_gigabytes(tmp_path: Path) -> None:
    process = subprocess.run(
        [sys.executable, "-c", INDEX_AND_TELL_PEAK, str(shared_media("odd") / "syn_8k_3frames.mp4")],
        env=os.environ | {"SCENEDEX_HOME": str(tmp_path / "home")},
        capture_output=True,
        text=True,
        timeout=120,
    )
    outcome, peak_mb = process.stdout.split()
    assert outcome == "indexed"
    assert int(peak_mb) < 1500
