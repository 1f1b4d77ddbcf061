import json
import os
import subprocess
import sys
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scenedex.errors import StoreError, UsageError
from scenedex.indexing.checkpoint import (
    MAX_BYTES,
    Checkpoint,
    CheckpointFile,
    begun,
    numbered,
    peek,
)

KNOWN = Checkpoint(
    last_scene_id="7", total_processed=6, total_updated=3, total_skipped=2, total_errors=1,
    started_at="2026-01-15T10:30:00+00:00", updated_at="2026-01-15T11:45:00+00:00",
    pass_of="missing", pass_started_at="2026-01-15T10:30:00+00:00", pass_finished=True,
)  # fmt: skip
DOCUMENTED = (
    "last_scene_id", "total_processed", "total_updated", "total_skipped", "total_errors", "started_at", "updated_at",
)  # fmt: skip


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "checkpoint.json"


def test_what_is_written_is_read(path: Path) -> None:
    with CheckpointFile.take(path) as file:
        assert file.known == Checkpoint()
        file.write(KNOWN)
        assert file.known == KNOWN
    assert peek(path) == KNOWN
    said = json.loads(path.read_text())
    assert list(said)[:7] == list(DOCUMENTED)
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]
    assert path.stat().st_mode & 0o777 == 0o600


def test_the_checkpoint_of_an_earlier_system_is_understood(path: Path) -> None:
    path.write_text(json.dumps({name: asdict(KNOWN)[name] for name in DOCUMENTED}))
    assert peek(path).done == 4


def test_several_have_one_each(path: Path) -> None:
    with CheckpointFile.take(path) as first, CheckpointFile.take(path) as second:
        second.write(KNOWN)
        first.write(KNOWN)
        assert (first.path, first.number) == (path, 1)
        assert (second.path.name, second.number) == ("checkpoint.2.json", 2)
        with CheckpointFile.take(path) as third:
            assert third.path.name == "checkpoint.3.json"
    with CheckpointFile.take(path) as again:
        assert (again.path, again.known) == (path, KNOWN)


def test_names_of_instances() -> None:
    assert numbered(Path("a/.backfill_clip_checkpoint.json"), 1) == Path("a/.backfill_clip_checkpoint.json")
    assert numbered(Path("a/.backfill_clip_checkpoint.json"), 2) == Path("a/.backfill_clip_checkpoint.2.json")
    assert numbered(Path("plain"), 3) == Path("plain.3")


HOLD = """
import sys
from pathlib import Path
from scenedex.indexing.checkpoint import Checkpoint, CheckpointFile
file = CheckpointFile.take(Path(sys.argv[1]))
file.write(Checkpoint(total_processed=1, total_updated=1, started_at="now"))
print(file.path, flush=True)
sys.stdin.read()
"""


def test_a_process_that_is_killed_leaves_its_checkpoint_to_the_next(path: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    assert holder.stdout.readline().strip() == str(path)
    with CheckpointFile.take(path) as second:
        assert second.number == 2
    holder.kill()
    holder.communicate()
    path.with_name(f"{path.name}.tmp").write_text("half of wha")
    with CheckpointFile.take(path) as first:
        assert (first.number, first.known.total_updated) == (1, 1)
        first.write(KNOWN)
    assert not path.with_name(f"{path.name}.tmp").exists()


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (b"hello", "not JSON"),
        (b"\xff\xfe\x00", "not JSON"),
        (b"[" * 60_000, "not JSON"),
        (b'{"total_processed": ' + b"9" * 10_000 + b"}", "not JSON"),
        (json.dumps(asdict(KNOWN)).encode() + b" " * MAX_BYTES + b"x" * 10, None),
        (b"[]", "no object"),
        (b"null", "no object"),
        (b"{}", "total_processed is no count"),
        (json.dumps(asdict(KNOWN) | {"version": 2}).encode(), "version 2"),
        (json.dumps(asdict(KNOWN) | {"version": True}).encode(), "version True"),
        (json.dumps(asdict(KNOWN) | {"version": None}).encode(), "version None"),
        (json.dumps(asdict(KNOWN) | {"total_errors": -1}).encode(), "total_errors is no count"),
        (json.dumps(asdict(KNOWN) | {"total_errors": 1.0}).encode(), "total_errors is no count"),
        (json.dumps(asdict(KNOWN) | {"total_updated": True}).encode(), "total_updated is no count"),
        (json.dumps(asdict(KNOWN) | {"total_updated": 2**70}).encode(), "total_updated is no count"),
        (json.dumps(asdict(KNOWN) | {"started_at": 7}).encode(), "started_at is no text"),
        (json.dumps(asdict(KNOWN) | {"pass_started_at": None}).encode(), "pass_started_at is no text"),
        (json.dumps(asdict(KNOWN) | {"pass_finished": "yes"}).encode(), "another kind"),
        (json.dumps(asdict(KNOWN) | {"last_scene_id": 3}).encode(), "another kind"),
    ],
    ids=range(19),
)
def test_what_is_no_checkpoint_is_refused_and_left(path: Path, said: bytes, why: str | None) -> None:
    path.write_bytes(said)
    if why is None:  # blanks after it
        assert peek(path) == KNOWN
        return
    with pytest.raises(UsageError, match=rf"{why}.*delete it to begin anew"):
        CheckpointFile.take(path)
    with pytest.raises(UsageError, match=why):
        peek(path)
    assert path.read_bytes() == said


def test_fields_of_a_later_kind_are_passed_over(path: Path) -> None:
    path.write_text(json.dumps(asdict(KNOWN) | {"mood": "good"}))
    assert peek(path) == KNOWN


@pytest.mark.parametrize("there", [True, False])
def test_a_symbolic_link_is_refused(path: Path, there: bool) -> None:
    victim = path.with_name("victim.json")
    if there:
        victim.write_text(json.dumps(asdict(KNOWN)))
    path.symlink_to(victim)
    for use in (CheckpointFile.take, peek):
        if use is peek and not there:
            continue
        with pytest.raises(UsageError, match=r"symbolic link.*--checkpoint-file"):
            use(path)
    assert path.is_symlink()
    assert victim.exists() == there


def test_a_link_where_the_new_one_is_written_is_not_followed(path: Path) -> None:
    victim = path.with_name("victim")
    victim.write_text("mine")
    path.with_name(f"{path.name}.tmp").symlink_to(victim)
    with CheckpointFile.take(path) as file:
        file.write(KNOWN)
    assert victim.read_text() == "mine"
    assert peek(path) == KNOWN


def test_a_folder_and_a_pipe_are_refused(path: Path, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    for name in ("folder", "pipe"):
        with pytest.raises(UsageError, match="cannot be the checkpoint"):
            CheckpointFile.take(tmp_path / name)


@pytest.mark.parametrize(
    "where", ["/proc/checkpoint.json", "/no/such/folder/checkpoint.json", "/dev/null/c.json"]
)
def test_a_folder_that_cannot_be_written_is_refused(where: str) -> None:
    with pytest.raises(UsageError, match="cannot be the checkpoint"):
        CheckpointFile.take(Path(where))


def test_a_folder_that_goes_away_is_told(path: Path, tmp_path: Path) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    with CheckpointFile.take(inside / "c.json") as file:
        file.write(KNOWN)
        (inside / "c.json").unlink()
        inside.rmdir()
        with pytest.raises(StoreError, match=r"cannot be written.*is kept"):
            file.write(KNOWN)


def test_which_pass_is_not_finished(path: Path) -> None:
    def put(number: int, began: str, **more: Any) -> None:
        with CheckpointFile.take(path) as first, CheckpointFile.take(path) as second:
            made = {**asdict(KNOWN), "pass_started_at": began, "pass_finished": False, **more}
            (first, second)[number - 1].write(Checkpoint(**made))

    assert begun(path, "missing") is None
    put(1, "3")
    assert begun(path, "missing") == "3"
    assert begun(path, "all") is None
    put(2, "2")
    assert begun(path, "missing") == "2"
    put(1, "2", pass_finished=True)  # one has seen its end: the other one's word is old
    assert begun(path, "missing") is None


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200, deadline=None)
@given(
    st.one_of(
        st.binary(max_size=200),
        st.dictionaries(
            st.sampled_from([field.name for field in fields(Checkpoint)]),
            st.one_of(
                st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.lists(st.integers())
            ),
        ).map(lambda more: json.dumps(asdict(KNOWN) | more).encode()),
    )
)
def test_any_content_is_a_checkpoint_or_is_refused(path: Path, said: bytes) -> None:
    path.write_bytes(said)
    try:
        known = peek(path)
    except UsageError:
        return
    assert known.done >= 0
    assert known.version == 1
