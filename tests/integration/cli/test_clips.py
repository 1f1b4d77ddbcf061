"""`scenedex clips` and `scenedex search --export`, as they are typed, in the demo film."""

import csv
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import av
import opentimelineio as otio
import pytest
from click.testing import Result
from tests.demo_run import FILM, demo_run
from typer.testing import CliRunner

from scenedex import Library, open_library
from scenedex.cli.main import app
from scenedex.config import read_settings

WORDS = "red car"
RATE = 24


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """The demo film, indexed with the mini models."""
    home = demo_run(tmp_path_factory).library(tmp_path_factory.mktemp("film") / "home")
    settings = read_settings().model_copy(update={"scenedex_profile": "mini"})
    with open_library(home, settings=settings) as library:
        yield library


Run = Callable[..., Result]


@pytest.fixture
def run(film: Library, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    monkeypatch.setenv("SCENEDEX_HOME", str(film.home))
    monkeypatch.setenv("SCENEDEX_PROFILE", "mini")
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(tmp_path)

    def command(*arguments: str, status: int = 0, stdin: str | None = None) -> Result:
        done = CliRunner().invoke(app, arguments, input=stdin)
        assert done.exit_code == status, (done.output, done.exception)
        return done

    return command


def test_a_search_becomes_a_list(run: Run, tmp_path: Path) -> None:
    answer = json.loads(run("search", WORDS, "--json").stdout)
    done = run("search", WORDS, "--export", "edl", "-o", "cars.edl", "--handles", "0.5,1")
    assert done.stdout == "Wrote cars.edl.\n"
    assert "no timecode" in done.stderr
    text = (tmp_path / "cars.edl").read_text()
    clips = list(otio.adapters.read_from_string(text, "cmx_3600", rate=RATE).video_tracks()[0].find_clips())
    assert 0 < len(clips) <= len(answer["hits"])
    best = answer["hits"][0]
    first = clips[0].source_range.start_time.to_seconds()
    assert max(0.0, best["start_s"] - 0.55) <= first <= best["start_s"]


def test_an_answer_that_is_piped_in_is_the_same(run: Run) -> None:
    answer = run("search", WORDS, "--json").stdout
    assert run("clips", "csv", stdin=answer).stdout == run("search", WORDS, "--export", "csv").stdout
    grouped = run("search", WORDS, "--by-video", "--json").stdout
    piped = run("clips", "json", "--apart", stdin=grouped).stdout
    assert len(json.loads(piped)["events"]) == len(json.loads(grouped)["groups"][0]["hits"])
    assert json.loads(piped)["title"] == WORDS


def test_scenes_that_are_named(run: Run, film: Library) -> None:
    done = run("clips", "csv", f"{FILM}:2", f"{FILM}:0")
    rows = list(csv.DictReader(io.StringIO(done.stdout, newline="")))
    scenes = film.show(FILM)[1]
    assert [row["scenes"] for row in rows] == ["2", "0"]
    assert [float(row["start_s"]) for row in rows] == [scenes[2].start_s, scenes[0].start_s]
    by_time = run("clips", "csv", f"{FILM}:2", str(scenes[0].id), "--by-time").stdout
    assert [row["scenes"] for row in csv.DictReader(io.StringIO(by_time, newline=""))] == ["0", "2"]


def test_the_cut_list_of_a_video(run: Run, film: Library) -> None:
    scenes = film.show(FILM)[1]
    rows = list(csv.DictReader(io.StringIO(run("clips", "csv", "--video", FILM).stdout, newline="")))
    assert [float(row["start_s"]) for row in rows] == [scene.start_s for scene in scenes]
    assert [row["transition"] for row in rows] == ["", *["cut"] * (len(scenes) - 1)]
    assert all(row["transition_in"] == row["transition_out"] == row["source_in"] for row in rows[1:])
    assert run("videos", "show", FILM).stdout.count(" cut ") == len(scenes) - 1
    assert "--video" in run("clips", "csv", f"{FILM}:2", "--video", FILM, status=2).output


def test_bins_go_into_a_folder(run: Run, tmp_path: Path) -> None:
    done = run("clips", "fcpxml", f"{FILM}:2", "-o", ".", "--bins", "--title", "a/b", "--json")
    assert json.loads(done.stdout)["files"] == ["a b.fcpxml"]
    assert "<project" not in (tmp_path / "a b.fcpxml").read_text()


def test_a_sheet(run: Run, tmp_path: Path) -> None:
    run("search", WORDS, "--export", "sheet", "-o", "sheet.jpg")
    assert (tmp_path / "sheet.jpg").read_bytes().startswith(b"\xff\xd8")


@pytest.mark.parametrize("way", ["mp4", "copy"])
def test_films(run: Run, film: Library, tmp_path: Path, way: str) -> None:
    done = run("clips", way, f"{FILM}:1", "-o", "out", "--json")
    (clip,) = json.loads(done.stdout)["clips"]
    scene = film.show(FILM)[1][1]
    assert clip["scenes"] == [1]
    assert clip["begins_s"] <= scene.start_s
    with av.open(str(tmp_path / clip["path"])) as container:
        frames = sum(1 for _ in container.decode(video=0))
    exact = round((scene.end_s - scene.start_s) * RATE)
    assert frames == exact if way == "mp4" else frames >= exact


@pytest.mark.parametrize(
    ("arguments", "stdin", "says"),
    [
        (("clips", "aaf", f"{FILM}:1"), None, "edl, fcpxml, otio, csv, json, sheet, mp4, copy"),
        (("clips", "mp4", f"{FILM}:1"), None, "a folder to write"),
        (("clips", "sheet", f"{FILM}:1"), None, "a file to write"),
        (("clips", "edl", f"{FILM}:999"), None, "no such scene"),
        (("clips", "edl", f"{FILM}:1", "--handles", "x"), None, "--handles takes seconds"),
        (("clips", "edl", f"{FILM}:1", "--handles", "-1"), None, "0 to 600"),
        (("clips", "edl", f"{FILM}:1", "--json"), None, "--output"),
        (("clips", "edl", f"{FILM}:1", "-o", "no/such/folder.edl"), None, "cannot be written"),
        (("clips", "edl"), "", "no answer of"),
        (("clips", "edl"), "[]", "no answer of"),
        (("clips", "edl"), '{"hits": [{"scene_id": "x"}]}', "no answer of"),
        (("clips", "edl"), '{"hits": [{"band": "a\\n* X", "scene_id": "' + "0" * 32 + '"}]}', "no answer of"),
        (("clips", "edl"), "[" * 100_000, "no answer of"),
        (("clips", "edl"), '{"hits": []}', "nothing to export"),
        (("search", "zxqv", "--mode", "skip", "--export", "edl"), None, "nothing to export"),
        (("search", WORDS, "--export", "edl", "--json"), None, "give one of them"),
        (("search", WORDS, "--handles", "1"), None, "belong to --export"),
    ],
)
def test_what_makes_no_sense(run: Run, arguments: tuple[str, ...], stdin: str | None, says: str) -> None:
    assert says in run(*arguments, stdin=stdin, status=2).stderr
