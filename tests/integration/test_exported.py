"""Exported models in use: by name, by folder, recorded, gone, and in nobody's place."""

import logging
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from tests.golden.loading import HERE, golden_model
from typer.testing import CliRunner

from scenedex import open_library
from scenedex.cli.main import app
from scenedex.errors import NotFoundError, UsageError, WeightsMissingError
from scenedex.inference.exported import entry, names_folder, with_exported
from scenedex.inference.registry import ModelCard, load_registry
from scenedex.testing import Clip, shots_clip

pytestmark = pytest.mark.usefixtures("shared_server")


@pytest.fixture
def exported(tmp_path: Path) -> Callable[..., Path]:
    """Puts a golden network where an export would: `FOLDER/exported--NAME`."""

    def put(folder: Path, name: str = "clip-hf", key: str = "own-clip", **changes) -> Path:
        model = golden_model(name, tmp_path / "goldens")
        home = folder / f"exported--{key}"
        shutil.copytree(HERE / "models" / f"golden--{name}" / "1", home / "1")
        card: ModelCard = replace(model.card, key=key, repository=f"exported/{key}", **changes)
        (home / "model.toml").write_text(entry(card), "utf-8")
        return home

    return put


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    path = tmp_path / "clip.mp4"
    shots_clip(path, [1.0, 1.0], Clip())
    path.with_suffix(".srt").write_text("1\n00:00:00,500 --> 00:00:01,500\nGoodbye, my friend.\n")
    return path


@pytest.fixture(autouse=True)
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCENEDEX_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("CLIP_CACHE_DIR", str(tmp_path / "weights"))
    monkeypatch.setenv("CLIP_TIMEOUT_S", "60")


def spaces(found: dict) -> set[str]:
    return set(found["embeddings"])


def test_by_name_out_of_the_weights_folder(
    tmp_path: Path, clip: Path, exported: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    exported(tmp_path / "weights")
    monkeypatch.setenv("CLIP_MODEL_NAME", "own-clip")
    with open_library() as library:
        assert library.profile().visual == "own-clip"
        library.add(clip)
        assert "own-clip@1+crops" in spaces(library.stats())
        assert library.search("a red picture").degraded == ()


def test_by_folder_from_anywhere(
    tmp_path: Path, clip: Path, exported: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    home = exported(tmp_path / "else where")
    monkeypatch.setenv("CLIP_MODEL_NAME", str(home))
    with open_library() as library:
        library.add(clip)
        assert "own-clip@1+crops" in spaces(library.stats())
    monkeypatch.setenv("CLIP_MODEL_NAME", str(tmp_path))
    with (
        open_library() as library,
        pytest.raises(UsageError, match=r"no exported model.*models export SOURCE"),
    ):
        library.profile()


def test_recorded_in_the_library_until_a_profile_takes_its_place(
    tmp_path: Path, exported: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    eyes = exported(tmp_path / "else")
    exported(tmp_path / "weights", "e5-xlmr", "own-words")
    with open_library() as library:
        assert library.use(str(eyes)).visual == "own-clip"
        assert library.use("OWN-words").text == "own-words"
    with open_library() as library:
        profile = library.profile()
        assert (profile.name, profile.visual, profile.text) == ("standard", "own-clip", "own-words")
        assert library.equipment.visual("own-clip").space.dim == 24
    monkeypatch.setenv("SCENEDEX_PROFILE", "clip")
    with open_library() as library:
        assert library.profile().visual == "clip-b32"
    monkeypatch.delenv("SCENEDEX_PROFILE")
    with open_library() as library:
        assert library.use("mini").visual == "mini-pictures"
    with open_library() as library:
        assert library.profile().visual == "mini-pictures"


def test_a_folder_that_is_gone_stops_indexing_and_not_searching(
    tmp_path: Path, clip: Path, exported: Callable[..., Path]
) -> None:
    home = exported(tmp_path / "else")
    with open_library() as library:
        library.use(str(home))
        library.add(clip)
    shutil.rmtree(home)
    with open_library() as library:
        answer = library.search("goodbye")
        assert answer.hits[0].scene == 0
        assert any(said.startswith("visual: ") and "own-clip" in said for said in answer.degraded)
        with pytest.raises(UsageError, match="no exported model"):
            library.add(clip, force=True)
        assert library.use("standard").visual == "siglip2-b16-224"


def test_weights_that_are_gone_are_exported_again_and_never_fetched(
    tmp_path: Path, exported: Callable[..., Path]
) -> None:
    home = exported(tmp_path / "weights")
    shutil.rmtree(home / "1")
    with open_library() as library:
        card = library.equipment.registry.find("own-clip")
        for asked in (library.equipment.store.find, library.equipment.store.pull):
            with pytest.raises(WeightsMissingError, match="scenedex models export SOURCE"):
                asked(card)


def test_nothing_stands_in_for_a_model_that_ships(
    tmp_path: Path, exported: Callable[..., Path], caplog: pytest.LogCaptureFixture
) -> None:
    exported(tmp_path / "weights", key="Siglip2")
    exported(tmp_path / "weights", key="fine", aliases=("ViT-B-32",))
    exported(tmp_path / "weights", key="good")
    (tmp_path / "weights" / "exported--broken").mkdir()
    (tmp_path / "weights" / "exported--broken" / "model.toml").write_text("[[model]")
    with caplog.at_level(logging.WARNING):
        registry = with_exported(load_registry(), tmp_path / "weights")
    assert registry.find("ViT-B-32").key == "clip-b32"
    assert registry.find("siglip2").key == "siglip2-b16-224"
    assert registry.find("good").dim == 24
    assert caplog.text.count("is left out") == 2


def test_a_model_of_another_kind(
    tmp_path: Path, exported: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    exported(tmp_path / "weights", "e5-xlmr", "own-words")
    monkeypatch.setenv("CLIP_MODEL_NAME", "own-words")
    with open_library() as library:
        with pytest.raises(UsageError, match="own-words is for text, not for visual"):
            library.profile()
        with pytest.raises(
            NotFoundError, match=r"mini, clip, standard, large\. There is no model 'own-clop'"
        ):
            library.use("own-clop")


def test_verify_takes_a_folder(tmp_path: Path, exported: Callable[..., Path]) -> None:
    home = exported(tmp_path / "else where")
    run = CliRunner()
    good = run.invoke(app, ["models", "verify", str(home)])
    assert (good.exit_code, good.stdout) == (0, "own-clip is as it should be.\n")
    weights = home / "1" / "text.onnx"
    weights.write_bytes(weights.read_bytes()[:-1] + b"x")
    bad = run.invoke(app, ["models", "verify", str(home)])
    assert bad.exit_code == 1
    assert "sha256" in bad.stderr
    assert run.invoke(app, ["models", "verify", str(tmp_path)]).exit_code == 2


def test_what_is_a_folder() -> None:
    assert [names_folder(name) for name in ("/a", "~/a", "./a", "../a")] == [True] * 4
    assert [names_folder(name) for name in ("ViT-B-32/openai", "clip-b32", "openai/x")] == [False] * 3


def test_verify_and_pull_say_what_is_there_and_what_will_be_completed(
    tmp_path: Path, clip: Path, exported: Callable[..., Path]
) -> None:
    with open_library() as library:
        library.add(clip)
        keyframes = library.stats()["keyframes"]
        assert library.lacking() == {}
    home = exported(tmp_path / "weights")
    run = CliRunner()
    used = run.invoke(app, ["models", "use", "own-clip"])
    assert used.exit_code == 0
    assert "standard from now on: own-clip, clap, me5-small" in used.stdout
    pulled = run.invoke(app, ["models", "pull", "own-clip"])
    assert pulled.exit_code == 0
    assert f"completes what was indexed without them: {keyframes} pictures of 1 video(s)." in pulled.stdout
    with open_library() as library:
        assert library.lacking() == {"visual": (1, keyframes)}
        assert library.fill() == 1
        assert library.lacking() == {}
    assert "own-clip" in run.invoke(app, ["models", "list", "--json"]).stdout
    assert run.invoke(app, ["models", "verify", "own-clip"]).exit_code == 0
    weights = home / "1" / "vision.onnx"
    weights.write_bytes(weights.read_bytes()[:-1] + b"x")
    assert run.invoke(app, ["models", "verify", "own-clip"]).exit_code == 1
