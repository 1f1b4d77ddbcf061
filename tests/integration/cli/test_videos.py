"""`scenedex videos`, as it is typed."""

import io
import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import Result
from PIL import Image
from tests.media import make_clip
from typer.testing import CliRunner

from scenedex import Library, open_library
from scenedex.cli.main import app
from scenedex.errors import NotFoundError, UsageError
from scenedex.types import Filters


@pytest.fixture
def library(home: Path, tmp_path: Path, shared_server: None):
    with open_library(home) as opened:
        opened.add(make_clip(tmp_path / "holiday.mp4"))
        yield opened


def scenedex(library: Library, *arguments: str, status: int = 0) -> Result:
    done = CliRunner().invoke(app, ["videos", *arguments], env={"SCENEDEX_HOME": str(library.home)})
    assert done.exit_code == status, (done.output, done.exception)
    return done


def test_a_video_is_tagged_and_shown_with_its_tags(library: Library) -> None:
    assert "tags" not in scenedex(library, "show", "holiday.mp4").stdout
    done = subprocess.run(
        [sys.executable, "-m", "scenedex", "videos", "tag", "holiday.mp4", "Beach", " Summer ", "[bold]x"],
        env=os.environ | {"SCENEDEX_HOME": str(library.home)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "holiday.mp4: [bold]x, beach, summer\n"
    assert "  tags: [bold]x, beach, summer\n" in scenedex(library, "show", "holiday.mp4").stdout
    assert json.loads(scenedex(library, "show", "holiday.mp4", "--json").stdout)["tags"] == [
        "[bold]x",
        "beach",
        "summer",
    ]
    answer = json.loads(scenedex(library, "tag", "holiday.mp4", "BEACH", "--remove", "--json").stdout)
    assert answer == {"id": str(library.videos()[0].id), "tags": ["[bold]x", "summer"]}
    assert (
        scenedex(library, "tag", "holiday.mp4", "summer", "[BOLD]x", "--remove").stdout
        == "holiday.mp4: no tags\n"
    )


def test_a_video_is_shown_with_when_it_was_recorded(library: Library) -> None:
    assert "recorded" not in scenedex(library, "show", "holiday.mp4").stdout
    with library.transaction() as tx:
        tx.execute("update videos set recorded_at = '2025-07-14T16:31:02+02:00' where owner_id = %(owner)s")
    assert "  recorded: 2025-07-14T14:31:02+00:00\n" in scenedex(library, "show", "holiday.mp4").stdout
    before = datetime(2025, 7, 15, tzinfo=UTC)
    assert library.search("holiday", filters=Filters(before=before)).hits  # though it was added later
    assert not library.search("holiday", filters=Filters(after=before)).hits


def test_videos_are_listed_by_name_and_state(library: Library) -> None:
    for wanted, there in ((["--name", "HOLI"], 1), (["--name", "%"], 0), (["--state", "failed"], 0)):
        listed = json.loads(scenedex(library, "list", *wanted, "--json").stdout)["videos"]
        assert [(video["name"], video["state"], video["error"]) for video in listed] == [
            ("holiday.mp4", "indexed", None)
        ] * there
    assert "holiday.mp4" in scenedex(library, "list", "--sort", "longest").stdout
    assert "No such videos" in scenedex(library, "list", "--state", "offline").stdout
    assert "no state" in scenedex(library, "list", "--state", "asleep", status=2).stderr
    assert "no order" in scenedex(library, "list", "--sort", "loudest", status=2).stderr


def test_pictures_of_a_video_are_written_to_files(library: Library, tmp_path: Path) -> None:
    def run(*arguments: str) -> Result:
        env = {"SCENEDEX_HOME": str(library.home)}
        return CliRunner().invoke(app, [*arguments, "-o", str(tmp_path / "made.jpg")], env=env)

    done = run("contact-sheet", "holiday.mp4", "--columns", "2")
    assert (done.exit_code, "sheet 1 of 1" in done.stdout) == (0, True)
    assert Image.open(io.BytesIO((tmp_path / "made.jpg").read_bytes())).width == 8 + 2 * 264
    done = run("frame", "holiday.mp4", "1.5", "--short-side", "32")
    assert (done.exit_code, min(Image.open(io.BytesIO((tmp_path / "made.jpg").read_bytes())).size)) == (0, 32)
    for wrong in (
        ("contact-sheet", "holiday.mp4", "--columns", "0"), ("frame", "holiday.mp4", "nan"),
        ("frame", "holiday.mp4", "1", "--short-side", "9"), ("frame", "nowhere.mp4", "1"),
    ):  # fmt: skip
        assert run(*wrong).exit_code == 2
    unwritable = CliRunner().invoke(
        app, ["frame", "holiday.mp4", "1", "-o", "/nowhere/a.jpg"], env={"SCENEDEX_HOME": str(library.home)}
    )
    assert (unwritable.exit_code, "cannot be written" in unwritable.stderr) == (2, True)


def test_wrong_tags_are_a_wrong_usage(library: Library) -> None:
    assert "A tag may not be blank" in scenedex(library, "tag", "holiday.mp4", " ", status=2).stderr
    assert "no video 'nowhere.mp4'" in scenedex(library, "tag", "nowhere.mp4", "x", status=2).stderr
    scenedex(library, "tag", "holiday.mp4", status=2)


def test_the_library_tags_by_any_name_of_the_video(library: Library) -> None:
    (path,) = library.videos()[0].paths
    assert library.tag("holiday.mp4", add=["B", "a"]).tags == ("a", "b")
    assert library.tag(path, add=["c"], remove=["a"]).tags == ("b", "c")
    assert library.videos()[0].tags == ("b", "c")
    library.add(path, force=True)
    assert library.show("holiday.mp4")[0].tags == ("b", "c")
    with pytest.raises(NotFoundError):
        library.tag("nowhere.mp4", add=["x"])
    with pytest.raises(UsageError):
        library.tag("holiday.mp4", add="word")
