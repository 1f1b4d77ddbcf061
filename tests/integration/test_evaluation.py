"""`scenedex evaluate` and `Library.evaluate` on a small library."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.media import make_clip
from typer.testing import CliRunner

from scenedex import Library, open_library
from scenedex.cli.main import app
from scenedex.errors import AmbiguousError, NotFoundError, UsageError

LINES = [
    "the crown jewels were stolen",
    "a boat crosses the river",
    "we bake bread every morning",
    "the mountain is high",
    "he plays the violin",
    "rain falls on the roof",
]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("evaluation")
    clip = make_clip(folder / "film.mp4", *[2.0] * len(LINES))
    clip.with_suffix(".srt").write_text(
        "\n".join(
            f"{n + 1}\n00:00:{2 * n:02d},200 --> 00:00:{2 * n + 1:02d},800\n{line}\n"
            for n, line in enumerate(LINES)
        )
    )
    for name in ("a", "b"):
        (folder / name).mkdir()
    with open_library(folder / "home") as library:
        report = library.add(
            clip, make_clip(folder / "a" / "same.mp4", 1.0), make_clip(folder / "b" / "same.mp4", 1.5)
        )
        assert [file.outcome for file in report.files if not file.path.endswith(".srt")] == ["indexed"] * 3
    return folder / "home"


@pytest.fixture
def library(home: Path) -> Iterator[Library]:
    with open_library(home) as opened:
        yield opened


@pytest.fixture
def judgements(tmp_path: Path) -> Path:
    """Two queries for each line, by scene and by time, one that finds nothing, and one with two answers."""
    entries: list[dict[str, Any]] = []
    for n, line in enumerate(LINES):
        entries += [
            {"query": line, "relevant": [{"video": "film.mp4", "scene": n}], "kind": "scene", "mode": "skip"},
            {
                "query": line.split()[-1],
                "relevant": [{"video": "film.mp4", "start_s": 2 * n + 0.5, "end_s": 2 * n + 1.5, "grade": 3}],
                "kind": "span",
            },
        ]
    entries.append({"query": "quarterly tax report", "relevant": [], "kind": "absent"})
    entries.append(
        {
            "query": "bread violin",
            "relevant": [{"video": "film.mp4", "scene": 2}, {"video": "film.mp4", "scene": 4}],
        }
    )
    path = tmp_path / "judgements.jsonl"
    path.write_text("\n".join(map(json.dumps, entries)), encoding="utf-8")
    return path


def test_a_library_that_finds_everything(library: Library, judgements: Path) -> None:
    found = library.evaluate(judgements)
    assert found.queries == 14
    assert found.missed == found.loud == ()
    assert found.silent == 1
    assert found.kinds["scene"].recall_1 == found.kinds["scene"].iou == 1
    assert found.kinds["span"].ndcg_10 == 1
    assert found.kinds["span"].iou == pytest.approx(0.5, abs=0.05)  # one second of a scene of two
    for figures in (*found.modes.values(), *found.channels.values()):
        assert figures is not None
        assert figures.queries == 13
    assert found.channels.keys() == {"transcript", "lexical"}
    assert found.router == 1
    assert 0 < found.times["auto"].p50_ms <= found.times["auto"].p95_ms


def test_tuning_weights_that_do_not_matter_here(library: Library, judgements: Path) -> None:
    tuning = library.evaluate(judgements, tune=True).tuning
    assert tuning is not None
    assert not tuning.better
    assert tuning.weights == pytest.approx({"transcript": 0.3, "lexical": 0.2})


def test_only_some_videos(library: Library, judgements: Path) -> None:
    assert library.evaluate(judgements, videos=["film.mp4"]).queries == 14
    elsewhere = next(video for video in library.videos() if video.name == "same.mp4")
    found = library.evaluate(judgements, videos=[str(elsewhere.id)])
    assert found.queries == 1  # the one that should find nothing
    assert found.modes["auto"] is None
    judgements.write_text('{"query": "boat", "relevant": [{"video": "film.mp4", "scene": 1}]}')
    with pytest.raises(UsageError, match="videos that are searched"):
        library.evaluate(judgements, videos=[str(elsewhere.id)])


@pytest.mark.parametrize(
    ("place", "error", "why"),
    [
        ({"video": "nowhere.mp4", "scene": 0}, NotFoundError, "nowhere"),
        ({"video": "same.mp4", "scene": 0}, AmbiguousError, "same"),
        ({"video": "film.mp4", "scene": 6}, UsageError, "6 scenes"),
        ({"video": "film.mp4", "scene": 10**30}, UsageError, "6 scenes"),
        ({"video": "film.mp4", "start_s": 500, "end_s": 501}, UsageError, "lasts only 12.0 s"),
        ({"video": "'; drop table videos; --", "scene": 0}, NotFoundError, "drop"),
    ],
)
def test_places_that_are_not_there(
    library: Library, tmp_path: Path, place: dict[str, Any], error: type[UsageError], why: str
) -> None:
    path = tmp_path / "judgements.jsonl"
    path.write_text(
        '{"query": "fine", "relevant": []}\n' + json.dumps({"query": "boat", "relevant": [place]})
    )
    with pytest.raises(error, match=r"^Line 2 ") as refused:
        library.evaluate(path)
    assert why in str(refused.value)


def test_queries_that_are_hardly_any(library: Library, tmp_path: Path) -> None:
    queries = ["?!", "\ud800", "a\x00b", "🎬", "ك", "' or 1=1 --", "a & b | !c:*"]
    path = tmp_path / "judgements.jsonl"
    path.write_text("\n".join(json.dumps({"query": query, "relevant": []}) for query in queries))
    assert library.evaluate(path).queries == len(queries)


def run(home: Path, monkeypatch: pytest.MonkeyPatch, *words: str | Path) -> Any:
    monkeypatch.setenv("SCENEDEX_HOME", str(home))
    monkeypatch.setenv("COLUMNS", "200")
    return CliRunner().invoke(app, ["evaluate", *map(str, words)])


def test_the_command_prints_tables(home: Path, judgements: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done = run(home, monkeypatch, judgements, "--tune")
    assert done.exit_code == 0, done.output
    for part in ("mode auto", "mode skip", "only lexical", "kind span", "nDCG@10", "p95", "leave them"):
        assert part in done.output, part
    assert "WEIGHT_TRANSCRIPT=0.3  WEIGHT_LEXICAL=0.2" in done.output


def test_the_command_prints_json(home: Path, judgements: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = json.loads(run(home, monkeypatch, judgements, "--json", "--video", "film.mp4").stdout)
    assert found["modes"]["auto"]["recall_1"] > 0.9
    assert found["kinds"]["scene"]["queries"] == 6
    assert found["tuning"] is None


@pytest.mark.parametrize("words", [(), ("a.jsonl", "--demo"), ("nowhere.jsonl",), ("--demo",)])
def test_a_command_without_sense(home: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]) -> None:
    refused = run(home, monkeypatch, *words)
    assert refused.exit_code == 2
    assert "Traceback" not in refused.output
