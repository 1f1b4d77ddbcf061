"""`scenedex backfill` as processes: stopped, killed, several at once."""

import json
import os
import pty
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from click.testing import Result
from tests.integration.indexing.kept_scenes import bare, put_video, scenes
from typer.testing import CliRunner

from scenedex import open_library
from scenedex.cli.main import app
from scenedex.indexing.checkpoint import peek
from scenedex.types import LOCAL_OWNER

SCENES = 24
CHECKPOINT = ".backfill_clip_checkpoint.json"

# the command itself; each scene that is looked at is written down first
DRIVER = """
import os, sys, time
from scenedex.indexing import backfill
inner = backfill.embedded
def logged(objects, encoder, scene):
    with open(os.environ["EMBED_LOG"], "a") as log:
        log.write(f"{scene.id}\\n")
    time.sleep(float(os.environ["EMBED_S"]))
    return inner(objects, encoder, scene)
backfill.embedded = logged
if os.environ.get("EMBED_LATE"):
    from scenedex.errors import EncoderTimeoutError
    from scenedex.inference.session import Session
    def late(*_, **__):
        raise EncoderTimeoutError("Timeout: the encoder took too long.")
    Session.run = late
sys.argv = ["scenedex", "backfill", *sys.argv[1:]]
from scenedex.cli.start import run
run()
"""

Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shared_server: None) -> Path:
    """A library with two owners' scenes, one of them without a picture."""
    with open_library(tmp_path / "home") as library:
        made = [*scenes(library._objects(), 0, SCENES // 2), bare(SCENES // 2)]
        put_video(library._database, LOCAL_OWNER, "aa", made)
        put_video(library._database, UUID(int=2), "bb", scenes(library._objects(), 5000, SCENES // 2))
    return tmp_path / "home"


@pytest.fixture
def start(home: Path, tmp_path: Path) -> Start:
    def begin(*options: str, each_s: float = 0.0, **more: Any) -> subprocess.Popen[str]:
        arguments = ["--processing-delay", "0", "--batch-size", "5", *options]
        return subprocess.Popen(
            [sys.executable, "-c", DRIVER, *arguments],
            env=os.environ | {
                "SCENEDEX_HOME": str(home), "SCENEDEX_PROFILE": "mini", "EMBED_S": str(each_s),
                "EMBED_LOG": str(tmp_path / "log"),
            },
            cwd=tmp_path, text=True, start_new_session=True,
            **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **more},
        )  # fmt: skip

    return begin


def scenedex(home: Path, *arguments: str, status: int = 0) -> Result:
    """A command in this process, which takes no second to begin."""
    done = CliRunner().invoke(
        app, arguments, env={"SCENEDEX_HOME": str(home), "SCENEDEX_PROFILE": "mini", "COLUMNS": "300"}
    )
    assert done.exit_code == status, (done.output, done.exception)
    return done


def finish(process: subprocess.Popen[str], status: int = 0) -> tuple[str, str]:
    out, err = process.communicate(timeout=120)
    assert process.returncode == status, (out, err)
    assert "Traceback" not in (err or "")
    return out, err


def looked_at(tmp_path: Path) -> list[str]:
    log = tmp_path / "log"
    return log.read_text().split() if log.exists() else []


def wait_for(tmp_path: Path, count: int, process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + 60
    while len(looked_at(tmp_path)) < count:
        assert time.monotonic() < deadline
        assert process.poll() is None, process.communicate()
        time.sleep(0.01)


def stored(home: Path) -> Counter[tuple[UUID, str]]:
    """Scene and picture to rows with a vector."""
    with open_library(home) as library, library._database.operator() as statements:
        rows = statements.execute("select scene_id, metadata, vector is not null as whole from embeddings")
    assert all(row["whole"] for row in rows)
    return Counter((row["scene_id"], row["metadata"]["frame_path"]) for row in rows)


def pictures(home: Path) -> set[tuple[UUID, str]]:
    with open_library(home) as library, library._database.operator() as statements:
        return {
            (row["scene_id"], row["object_key"])
            for row in statements.execute("select scene_id, object_key from keyframes")
        }


def each_done_once(home: Path) -> None:
    assert stored(home) == Counter(pictures(home))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
def test_a_signal_ends_it_after_the_scene_in_hand(
    start: Start, home: Path, tmp_path: Path, number: signal.Signals
) -> None:
    for expected in (3, 9):
        process = start(each_s=0.1)
        wait_for(tmp_path, expected, process)
        process.send_signal(number)
        out, err = finish(process, 128 + number)
        assert "goes on from here" in err
        assert "updated" in out
        seen = looked_at(tmp_path)
        known = peek(tmp_path / CHECKPOINT)
        assert known.total_updated == len(seen) < SCENES
        assert known.last_scene_id == seen[-1]
        assert len({scene for scene, _ in stored(home)}) == len(seen)
    finish(start())
    assert Counter(looked_at(tmp_path)) == Counter(set(looked_at(tmp_path)))
    each_done_once(home)
    assert peek(tmp_path / CHECKPOINT).total_updated == SCENES


def test_a_signal_while_it_waits_is_met_at_once(start: Start, tmp_path: Path) -> None:
    process = start("--processing-delay", "3600")
    wait_for(tmp_path, 1, process)
    process.send_signal(signal.SIGTERM)
    finish(process, 143)
    assert peek(tmp_path / CHECKPOINT).total_updated == 1


def test_killed_it_loses_the_scene_in_hand_at_most(start: Start, home: Path, tmp_path: Path) -> None:
    for expected in (3, 9, 15):
        process = start(each_s=0.05)
        wait_for(tmp_path, expected, process)
        process.kill()
        process.communicate()
    finish(start())
    again = [count for count in Counter(looked_at(tmp_path)).values() if count > 1]
    assert len(looked_at(tmp_path)) <= SCENES + 3
    assert sum(again) <= 6
    each_done_once(home)
    assert sorted(path.name for path in tmp_path.iterdir()) == [CHECKPOINT, "home", "log"]


def test_four_at_once_do_no_scene_twice(start: Start, home: Path, tmp_path: Path) -> None:
    processes = [start("--json", "--batch-size", "2", each_s=0.02) for _ in range(4)]
    reports = [json.loads(finish(process)[0]) for process in processes]
    assert sum(report["updated"] for report in reports) == SCENES
    assert Counter(looked_at(tmp_path)) == Counter(set(looked_at(tmp_path)))
    each_done_once(home)
    known = [peek(path) for path in tmp_path.glob(".backfill_clip_checkpoint*.json")]
    assert sum(each.total_updated for each in known) == SCENES
    assert sum(each.total_skipped for each in known) == 1


def test_one_of_three_is_killed_and_the_others_do_its_share(start: Start, home: Path, tmp_path: Path) -> None:
    processes = [start("--batch-size", "8", each_s=0.1) for _ in range(3)]
    wait_for(tmp_path, 4, processes[0])
    processes[0].kill()
    processes[0].communicate()
    for process in processes[1:]:
        finish(process)
    assert len(looked_at(tmp_path)) <= SCENES + 1
    each_done_once(home)


def test_the_checkpoint_reads_as_documented(start: Start, home: Path, tmp_path: Path) -> None:
    process = start("--max-scenes", "11", each_s=0.3)
    wait_for(tmp_path, 11, process)
    between = json.loads((tmp_path / CHECKPOINT).read_text())
    assert (between["total_processed"], between["total_updated"]) == (11, 10)  # one has no picture
    finish(process)
    known = json.loads((tmp_path / CHECKPOINT).read_text())
    assert {name: known[name] for name in known if name.startswith("total_")} == {
        "total_processed": 12, "total_updated": 11, "total_skipped": 1, "total_errors": 0,
    }  # fmt: skip
    assert UUID(known["last_scene_id"]) in {scene for scene, _ in stored(home)}
    assert known["started_at"] == between["started_at"] < known["updated_at"]
    out, _ = finish(start("--max-scenes", "22", "--json"))
    assert (json.loads(out)["updated"], json.loads(out)["ending"]) == (11, "max_scenes")


def test_a_dry_run_only_counts(start: Start, home: Path, tmp_path: Path) -> None:
    out, _ = finish(start("--dry-run", "--json"))
    report = json.loads(out)
    assert (report["ending"], report["before"]["to_do"]) == ("dry_run", SCENES)
    assert report["skipped"] == {"no_thumbnail": 1}
    assert stored(home) == Counter()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["home"]


def test_one_owner_or_one_video(start: Start, home: Path) -> None:
    out, _ = finish(start("--json", "--user-id", str(UUID(int=2)), "--max-scenes", "3"))
    assert json.loads(out)["before"]["scenes"] == SCENES // 2
    with open_library(home) as library:
        video = str(library.videos()[0].id)
    out, _ = finish(start("--json", "--video-id", video))
    assert json.loads(out)["updated"] == SCENES // 2


def test_failures_end_with_one_and_are_tried_again(
    start: Start, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EMBED_LATE", "1")
    out, err = finish(start("--clip-timeout", "0.5", "--max-scenes", "2", "--json"), 1)
    monkeypatch.delenv("EMBED_LATE")
    assert json.loads(out)["errors"] == 2
    assert "2 scenes could not be embedded (EncoderTimeoutError: Timeout" in err
    assert "--retry-errors" in err
    out, _ = finish(start("--retry-errors", "--json"))
    assert json.loads(out)["updated"] == SCENES
    out, _ = finish(start("--force-regenerate", "--json"))
    assert json.loads(out)["updated"] == SCENES
    each_done_once(home)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--checkpoint-file", "/no/such/folder/c.json"], "cannot be the checkpoint"),
        (["--checkpoint-file", "link.json"], "symbolic link"),
        (["--checkpoint-file", "poem.json"], "no checkpoint of this scenedex"),
        (["--checkpoint-file", "later.json"], "version 7"),
        (["--video-id", "7"], "--video-id takes an id"),
        (["--video-id", str(UUID(int=9))], "There is no video"),
        (["--user-id", "me"], "--user-id takes an id"),
        (["--space", "clip-b23"], "clip-b23"),
        (["--batch-size", "0"], "batch-size"),
        (["--max-scenes", "-1"], "max-scenes"),
        (["--processing-delay", "nan"], "processing-delay"),
        (["--clip-timeout", "-1"], "longest time for one picture"),
    ],
)
def test_wrong_usage_is_one_sentence(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: list[str], says: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "poem.json").write_text("Roses are red")
    (tmp_path / "later.json").write_text('{"version": 7}')
    (tmp_path / "link.json").symlink_to(tmp_path / "elsewhere.json")
    failed = scenedex(home, "backfill", "--processing-delay", "0", "--batch-size", "5", *options, status=2)
    assert says in " ".join(failed.stderr.split())
    assert failed.stdout == ""
    assert stored(home) == Counter()
    assert not (tmp_path / "elsewhere.json").exists()


def test_a_terminal_shows_rate_and_time_left(start: Start, tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    process = start(each_s=0.1, stderr=theirs)
    os.close(theirs)
    shown = b""
    try:
        while piece := os.read(ours, 4096):
            shown += piece
    except OSError:  # a terminal whose other end is closed
        pass
    os.close(ours)
    finish(process)
    said = shown.decode()
    assert f"/{SCENES}" in said
    assert "scenes/s" in said


def test_without_weights_it_says_what_to_pull(start: Start, home: Path, tmp_path: Path) -> None:
    process = subprocess.run(
        [sys.executable, "-m", "scenedex", "backfill"],
        env=os.environ | {"SCENEDEX_HOME": str(home), "CLIP_CACHE_DIR": str(tmp_path / "none")},
        cwd=tmp_path, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert process.returncode == 1
    assert "scenedex models pull" in process.stderr
    assert not (tmp_path / CHECKPOINT).exists()


def test_a_switch_on_the_command_line(start: Start, home: Path, tmp_path: Path) -> None:
    def models(*arguments: str, status: int = 0) -> Result:
        return scenedex(home, "models", "switch", *arguments, status=status)

    finish(start("--max-scenes", "3"))
    (listed,) = json.loads(models("--json").stdout)["spaces"]
    assert (listed["model"], listed["state"], listed["coverage"]["embedded"]) == ("mini-pictures", "live", 3)
    assert "live" in models().stdout
    assert "lacks 21 scenes" in models("mini-pictures", status=2).stderr
    done = models("mini-pictures", "--incomplete", "--json")
    assert json.loads(done.stdout) == {"live": [listed["name"]], "before": [], "missing": 21}
    assert "scenedex backfill" in done.stderr
    assert "no switch to take back" in models("--back", status=2).stderr
    assert "leave the rest out" in models("mini-pictures", "--back", status=2).stderr
