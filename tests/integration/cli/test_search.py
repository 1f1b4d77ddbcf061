"""`scenedex search`, as it is typed, in the demo film; and examples through the library."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.demo_run import FILM, demo_run
from typer.testing import CliRunner

from scenedex import Library, open_library
from scenedex.cli.main import app
from scenedex.config import read_settings
from scenedex.errors import EncoderError, NotFoundError, PictureError, UsageError
from scenedex.search.request import Example


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """The demo film, indexed with the mini models."""
    home = demo_run(tmp_path_factory).library(tmp_path_factory.mktemp("film") / "home")
    settings = read_settings().model_copy(update={"scenedex_profile": "mini"})
    with open_library(home, settings=settings) as library:
        yield library


Run = Callable[..., str]


@pytest.fixture
def run(film: Library, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("SCENEDEX_HOME", str(film.home))
    monkeypatch.setenv("SCENEDEX_PROFILE", "mini")
    monkeypatch.setenv("COLUMNS", "200")

    def search(*arguments: str, status: int = 0) -> str:
        done = CliRunner().invoke(app, ["search", *arguments])
        assert done.exit_code == status, (done.output, done.exception)
        return done.stderr if status else done.stdout

    return search


@pytest.fixture
def answer(run: Run) -> Callable[..., dict[str, Any]]:
    return lambda *arguments: json.loads(run(*arguments, "--json"))  # type: ignore[no-any-return]


Ask = Callable[..., dict[str, Any]]


def scenes(answer: dict[str, Any]) -> list[int]:
    return [hit["scene"] for hit in answer["hits"]]


@pytest.fixture(scope="module")
def keyframe(film: Library, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A picture of the sixth scene."""
    path = tmp_path_factory.mktemp("picture") / "bus.jpg"
    path.write_bytes(film.picture(film.show(FILM)[1][6].keyframes[0].object_key))
    return path


# -- the answer as JSON ------------------------------------------------------------------------------------


def test_the_answer_has_what_the_docs_say(answer: Ask) -> None:
    made = answer("sailboats near seagull", "--mode", "rerank")
    assert set(made) == {
        "query", "plan", "hits", "hidden", "degraded", "rerank", "groups", "took_ms",
    }  # fmt: skip
    assert set(made["plan"]) == {"mode", "confidence", "reason", "weights"}
    assert set(made["rerank"]) == {"scored", "skipped", "reason", "score_range", "weight"}
    assert made["rerank"]["scored"] == 22
    assert set(made["took_ms"]) == {"router", "encode", "retrieve", "rerank", "total"}
    hit = made["hits"][0]
    assert set(hit) == {
        "video_id", "video", "path", "scene", "scene_id", "start_s", "end_s", "best_s", "score", "band", "channels",
        "thumbnail", "alike", "then",
    }  # fmt: skip
    assert (hit["scene"], hit["video"]) == (3, FILM)
    seen = hit["channels"]["visual"]
    assert hit["start_s"] <= seen["keyframe_s"] < hit["end_s"]
    assert 0 <= seen["calibrated"] <= 1
    assert seen["keyframe"] >= 0
    assert sum(one["share"] for one in hit["channels"].values()) == pytest.approx(1, abs=1e-5)
    assert "text" not in seen
    assert made["groups"] == []


@pytest.mark.parametrize("mode", ["recall", "rerank", "auto", "skip"])
def test_modes(answer: Ask, mode: str) -> None:
    made = answer("sailboats near seagull", "--mode", mode)
    assert (3 in scenes(made)) == (mode != "skip")
    assert made["plan"]["mode"] == mode or mode == "auto"


@pytest.mark.parametrize(
    ("settings", "seen"),
    [
        ({"VISUAL_MODE": "skip"}, False),
        ({"VISUAL_MODE": "recall"}, True),
        ({"MULTI_DENSE_ENABLED": "false"}, False),
        ({"WEIGHT_VISUAL": "0"}, False),
        ({"CLIP_ENABLED": "false"}, False),
        ({"THRESHOLD_VISUAL": "1"}, False),
        ({"FUSION": "rrf"}, True),
        ({"VISUAL_POOLING": "top3"}, True),
        ({"RERANK_CANDIDATE_POOL_SIZE": "1", "RERANK_CLIP_WEIGHT": "1", "RERANK_MIN_SCORE_RANGE": "0"}, True),
    ],
)
def test_settings(answer: Ask, monkeypatch: pytest.MonkeyPatch, settings: dict[str, str], seen: bool) -> None:
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    made = answer("sailboats near seagull")
    assert 3 in scenes(made) or not seen
    assert any("visual" in hit["channels"] for hit in made["hits"]) == seen
    if settings.get("VISUAL_MODE"):
        assert made["plan"]["mode"] == settings["VISUAL_MODE"]


def test_a_setting_that_is_none_is_named(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VISUAL_MODE", "fast")
    assert "VISUAL_MODE" in run("dog", status=2)


# -- examples ----------------------------------------------------------------------------------------------


def test_like_a_scene(answer: Ask, film: Library) -> None:
    made = answer("--like", f"{FILM}:3", "--limit", "5")
    assert 3 not in scenes(made)
    assert len(made["hits"]) == 5
    assert made["plan"] == {
        "mode": "recall", "confidence": 1.0, "reason": "like scene 3", "weights": {"anchor": 1.0},
    }  # fmt: skip
    assert made["hits"][0]["channels"]["anchor"]["keyframe_s"] >= 0
    found = film.show(FILM)[1][3]
    assert scenes(answer("--like", str(found.id), "--limit", "5")) == scenes(made)
    near = answer("--like", f"{FILM}:3", "--at", str(found.keyframes[-1].t_s))
    assert 3 not in scenes(near)
    assert answer("--like", f"{FILM}:3", "--video", FILM, "--limit", "5")["hits"] == made["hits"]


def test_like_a_picture(answer: Ask, keyframe: Path) -> None:
    made = answer("--image", str(keyframe))
    assert scenes(made)[0] == 6
    assert made["hits"][0]["band"] == "strong"
    part = answer("--image", str(keyframe), "--box", "0.05,0.05,0.95,0.95")
    assert scenes(part)[0] == 6
    assert part["plan"]["reason"] == "like a part of the picture"
    assert part["hits"][0]["channels"]["anchor"]["raw"] < made["hits"][0]["channels"]["anchor"]["raw"]


def test_like_a_part_of_a_keyframe(answer: Ask) -> None:
    made = answer("--like", f"{FILM}:6", "--box", "0,0,1,1", "--at", "0")
    assert made["plan"]["reason"] == "like a part of scene 6"
    assert made["hits"]
    assert 6 not in scenes(made)


def test_words_and_an_example(answer: Ask, keyframe: Path) -> None:
    made = answer("birthday cake, kitchen", "--image", str(keyframe), "--weight", "0.3", "--mode", "recall")
    assert {6, 7} <= set(scenes(made))
    assert made["plan"]["weights"]["anchor"] == pytest.approx(0.3)
    assert made["plan"]["reason"].startswith("like the picture; ")


@pytest.mark.parametrize(
    ("example", "kind"),
    [
        (Example(), UsageError),
        (Example(scene=f"{FILM}:3", picture=b"x"), UsageError),
        (Example(scene=""), UsageError),
        (Example(scene="3"), UsageError),
        (Example(scene=f"{FILM}:-1"), UsageError),
        (Example(scene=f"{FILM}:99"), NotFoundError),
        (Example(scene=f"{FILM}:9999999999"), UsageError),
        (Example(scene="nowhere.mp4:1"), NotFoundError),
        (Example(scene=f"{FILM}:3", weight=0.0), UsageError),
        (Example(scene=f"{FILM}:3", weight=float("nan")), UsageError),
        (Example(scene=f"{FILM}:3", weight=1.5), UsageError),
        (Example(scene=f"{FILM}:3", t_s=float("nan")), UsageError),
        (Example(scene=f"{FILM}:3", box=(0, 0, 0, 0)), UsageError),
        (Example(picture=b""), PictureError),
        (Example(picture=b"no picture"), PictureError),
        (Example(picture=b"x", t_s=1.0), UsageError),
    ],
)
def test_examples_that_are_none(film: Library, example: Example, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        film.search(example=example)


def test_a_library_without_pictures_says_what_it_would_take(home: Path) -> None:
    with open_library(home) as empty, pytest.raises(EncoderError, match="scenedex models pull"):
        empty.search(example=Example(picture=b"x"))


# -- sequences, groups, folding -----------------------------------------------------------------------------


def test_one_thing_after_another(answer: Ask, run: Run) -> None:
    query = '"sailboats near seagull" then "yellow bus, night city"'
    made = answer(query, "--within", "60")
    first = made["hits"][0]
    assert (first["scene"], [link["scene"] for link in first["then"]]) == (3, [6])
    assert "keyframe_s" in first["then"][0]["channels"]["visual"]
    assert answer(query, "--within", "1")["hits"] == []
    shown = run(query, "--explain")
    assert "  then" in shown
    assert shown.count("visual ") >= 2


def test_grouped_and_folded(answer: Ask, run: Run) -> None:
    made = answer("sun over the sea", "--mode", "recall", "--by-video", "--fold")
    (group,) = made["groups"]
    assert set(group) == {"video_id", "video", "path", "hits", "more"}
    assert group["video"] == FILM
    assert made["hits"] == group["hits"][:1]
    assert FILM in run("sun over the sea", "--mode", "recall", "--by-video")


# -- explain -------------------------------------------------------------------------------------------------


def test_explain_says_how_it_came_about(run: Run) -> None:
    shown = run("sailboats near seagull", "--mode", "rerank", "--explain")
    assert "plan: rerank (confidence 1.00): rerank was asked for; object: sailboats" in shown
    assert "weights: visual " in shown
    assert "second look at the pictures: 22 scenes, cosines " in shown
    assert "calibrated" in shown
    assert "took: router " in shown
    assert "seen at 0:" in shown
    flat = run("sailboats near seagull", "--mode", "rerank", "--explain", "--limit", "1")
    assert flat.count(FILM) == 2


def test_a_second_look_that_was_skipped_says_why(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RERANK_MIN_SCORE_RANGE", "2")
    shown = run("sailboats near seagull", "--mode", "rerank", "--explain")
    assert "second look at the pictures: skipped, the pictures are all about as near" in shown


# -- filters and pages ---------------------------------------------------------------------------------------


def test_filters(answer: Ask) -> None:
    query = ("sailboats near seagull", "--mode", "recall")
    assert scenes(answer(*query))[0] == 3
    passing = ["--from 1", "--to 80", "--max-duration 200", "--after 2020-01-01", f"--video {FILM}"]
    for each in passing:
        assert 3 in scenes(answer(*query, *each.split())), each
    for shut in (
        ["--to", "2"], ["--from", "60"], ["--min-duration", "200"], ["--before", "2020-01-01"], ["--tag", "none"],
        ["--language", "fi"], ["--offset", "100"], ["--band", "weak"],
    ):  # fmt: skip
        assert 3 not in scenes(answer(*query, *shut)), shut


def test_weak_hits_are_shown_when_they_are_asked_for(answer: Ask) -> None:
    every = answer("the sea at night", "--mode", "rerank")
    weak = answer("the sea at night", "--mode", "rerank", "--band", "weak")
    assert every["hidden"] > 0
    assert len(weak["hits"]) >= every["hidden"]
    assert {hit["band"] for hit in weak["hits"]} == {"weak"}
    assert weak["hidden"] == 0


def test_what_is_hidden_is_shown_when_it_is_asked_for(answer: Ask) -> None:
    query = ("the sea at night", "--mode", "rerank", "--limit", "200")
    few, all_of_them = answer(*query), answer(*query, "--weaker")
    assert few["hidden"] > 0
    assert len(all_of_them["hits"]) == len(few["hits"]) + few["hidden"]
    assert all_of_them["hidden"] == 0
    assert [hit["scene_id"] for hit in few["hits"]] == [
        hit["scene_id"] for hit in all_of_them["hits"][: len(few["hits"])]
    ]


# -- what makes no sense ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "query is empty"),
        ([""], "query is empty"),
        (["a" * 10_000], "10,000 characters"),
        (["dog", "--limit", "-1"], "limit must be from 1"),
        (["dog", "--limit", "0"], "limit must be from 1"),
        (["dog", "--offset", "-5"], "offset must be from 0"),
        (["dog", "--mode", "fast"], "no mode called fast"),
        (["dog", "--band", "best"], "no band 'best'"),
        (["dog", "--within", "nan"], "Scenes can follow within"),
        (["dog", "--from", "nan"], "takes seconds"),
        (["dog", "--from", "9", "--to", "3"], "there is nothing"),
        (["dog", "--tag", " "], "tags is empty"),
        (["dog", "--language", ""], "no language"),
        (["dog", "--video", "nowhere.mp4"], "no video 'nowhere.mp4'"),
        (["dog", "--colour", "red"], "No such option"),
        (["--like", FILM], "VIDEO:SCENE"),
        (["--like", f"{FILM}:99"], "no such scene"),
        (["--like", f"{FILM}:3", "--image", "x.jpg"], "not both"),
        (["--like", f"{FILM}:3", "--weight", "nan"], "weight of an example"),
        (["--like", f"{FILM}:3", "--box", "1,2"], "left,top,right,bottom"),
        (["--like", f"{FILM}:3", "--box", "a,b,c,d"], "left,top,right,bottom"),
        (["--like", f"{FILM}:3", "--box", "0,0,nan,1"], "four numbers"),
        (["--like", f"{FILM}:3", "--box", "0.5,0,0.1,1"], "left before right"),
        (["dog", "--box", "0,0,1,1"], "give --image FILE or --like"),
        (["--image", "/nowhere/x.jpg"], "cannot be read: No such file"),
        (["--image", "/"], "cannot be read: Is a directory"),
        (["--image", "/dev/zero"], "larger than 100 MB"),
        (['"dog" then "car"', "--like", f"{FILM}:3"], "together with an example"),
        ([" then ".join(['"x"'] * 9)], "At most 5 things"),
    ],
)  # fmt: skip
def test_wrong_usage(run: Run, arguments: list[str], said: str) -> None:
    assert said in " ".join(run(*arguments, status=2).split())


def test_a_picture_that_is_none_is_a_failure(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "x.jpg"
    path.write_bytes(b"no picture")
    assert "cannot be read" in run("--image", str(path), status=1)


@pytest.mark.parametrize(
    "query",
    [
        "?!…",
        "😀",
        "'; drop table scenes; --",
        "a & !b | (c <-> d):*",
        "חֲזִיר مرحبا",
        "[bold]x[/bold]",
        "%s {} \\",
        "--",
    ],
)
def test_odd_queries_have_an_answer(run: Run, query: str) -> None:
    run("--", query)
    assert json.loads(run("--json", "--", query))["query"] == query


def test_weights_that_make_no_sense(film: Library) -> None:
    with pytest.raises(UsageError, match="weight 0"):
        film.search(
            "dog", weights=dict.fromkeys(("visual", "transcript", "description", "lexical", "audio"), 0.0)
        )
    with pytest.raises(UsageError, match="not nan"):
        film.search("dog", weights={"visual": float("nan")})
    with pytest.raises(TypeError, match="colour"):
        film.search("dog", colour="red")  # type: ignore[call-arg]


def test_what_stands_on_the_screen_is_what_the_process_writes(film: Library) -> None:
    """Once as a process of its own: JSON alone on stdout, nothing on stderr."""
    done = subprocess.run(
        [sys.executable, "-m", "scenedex", "search", "sailboats near seagull", "--json"],
        env=os.environ | {"SCENEDEX_HOME": str(film.home), "SCENEDEX_PROFILE": "mini"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["hits"][0]["scene"] == 3
