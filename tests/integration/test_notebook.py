"""The example notebook runs as it stands, and what it shows is pictures and tables."""

import ast
import json
import pickle
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest
from tests.demo_run import demo_run

from scenedex import Hit, Library, Video, open_library
from scenedex.types.showing import MAX_PICTURE_BYTES

NOTEBOOK = Path(__file__).parents[2] / "examples" / "search.ipynb"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return demo_run(tmp_path_factory).library(tmp_path_factory.mktemp("notebook") / "home")


def shown(code: str, names: dict[str, Any]) -> Any:
    """Run a cell; what its last line gives, as Jupyter shows it."""
    tree = ast.parse(code)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "cell", "exec"), names)
    return eval(compile(ast.Expression(last.value), "cell", "eval"), names) if last else None


def test_the_example_runs_and_has_no_outputs(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCENEDEX_HOME", str(home))
    cells = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert [(cell["outputs"], cell["execution_count"]) for cell in code] == [([], None)] * len(code)
    names: dict[str, Any] = {}
    results = [shown("".join(cell["source"]), names) for cell in code]
    video, videos, answer, hit, table, best, closed = results
    for value in (video, answer, hit):
        html = value._repr_html_()
        data = html.split("data:image/jpeg;base64,")[1].split('"')[0]
        assert b64decode(data, validate=True).startswith(b"\xff\xd8")
    assert isinstance(video, Video)
    assert isinstance(hit, Hit)
    assert list(videos["name"]) == ["scenedex-demo.mp4"]
    assert videos["scenes"].dtype.kind == "i"
    assert len(table) == len(answer.hits) > 0
    assert list(table["score"]) == [one.score for one in answer.hits]
    assert table["visual"].notna().any()
    assert "turned left at the old mill" in " ".join(names["found"]["text"].dropna())
    assert len(best) == 3
    assert closed is None


@pytest.fixture(scope="module")
def library(home: Path) -> Any:
    with open_library(home) as opened:
        yield opened


def test_a_value_with_its_picture_is_the_same_value(library: Library) -> None:
    plain, pictured = library.search("boat"), library.search("boat", pictures=True)
    assert [hit.picture for hit in plain.hits] == [None] * len(plain.hits)
    assert plain.hits == pictured.hits
    for hit in pictured.hits:
        assert hit.picture is not None
        assert len(hit.picture) <= MAX_PICTURE_BYTES
        assert "picture" not in repr(hit)
    copied = pickle.loads(pickle.dumps(pictured))
    assert copied == pictured
    assert copied.hits[0].picture == pictured.hits[0].picture
    (grouped,) = library.search("boat", pictures=True, group_by="video").groups
    assert all(hit.picture for hit in grouped.hits)
    (chain, *_) = library.search('"boat" then "car"', pictures=True).hits
    assert all(hit.picture for hit in (chain, *chain.then))
    (video,) = library.videos()
    assert library.videos(pictures=True) == [video]


def test_a_picture_that_is_gone_is_left_out(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library, "picture", lambda key: b"\xff\xd8 no picture")
    answer = library.search("boat", pictures=True)
    assert [hit.picture for hit in answer.hits] == [None] * len(answer.hits) != []
    assert "<img" not in answer._repr_html_()
