"""TensorRT engines: what is asked of the provider, and what is said where it is not there."""

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.golden.loading import golden_model

from scenedex.errors import ExportError, ProviderError, UsageError
from scenedex.inference import engines
from scenedex.inference.engines import build_engines, largest_feeds
from scenedex.inference.exported import CARD, entry
from scenedex.inference.session import RunOptions, Session, available_devices
from scenedex.inference.tensors import Array, Feeds

CPU = RunOptions(device="cpu", timeout_s=60.0)
without_tensorrt = pytest.mark.skipif("tensorrt" in available_devices(), reason="TensorRT is there")


def exported(folder: Path, name: str) -> Path:
    """A golden in the layout of an exported model."""
    card = golden_model(name, folder / "goldens").card
    home = folder / f"exported--{name}"
    home.mkdir()
    shutil.copytree(folder / "goldens" / f"golden--{name}" / card.revision, home / card.revision)
    (home / CARD).write_text(entry(replace(card, repository=f"exported/{name}")), "utf-8")
    return home


@without_tensorrt
def test_without_the_provider_it_lists_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(ProviderError, match=r"tensorrt was asked for.* only .*cpu"):
        build_engines(tmp_path, tmp_path / "engines")
    assert not (tmp_path / "engines").exists()


@pytest.mark.parametrize("name", ["clip-hf", "siglip2-hf", "clap-hf", "e5-bert", "e5-xlmr"])
def test_the_graphs_take_the_largest_and_the_smallest_input(tmp_path: Path, name: str) -> None:
    model = golden_model(name, tmp_path)
    for role, path in model.files.items():
        if role != "tokenizer":
            for items, short in ((1, True), (3, False)):
                rows = Session(path, CPU).run(largest_feeds(model.card, role, items, short=short))
                assert len(rows) == items
                assert np.isfinite(rows).all()


def stand_in(asked: list[RunOptions], wrong: float = 0.0) -> type[Session]:
    """The CPU in place of TensorRT: it leaves a file where an engine would be, and its numbers may be wrong."""

    class StandIn(Session):
        def __init__(self, path: Path, options: RunOptions) -> None:
            asked.append(options)
            if options.engine_cache is not None:
                assert list(options.engine_cache.rglob("foreign*")) == []
                folder = options.engine_cache / f"key-of-{path.stem}"
                folder.mkdir()
                (folder / "graph.engine").write_bytes(b"made here")
            super().__init__(path, CPU)

        def run(self, feeds: Feeds, **options: Any) -> Array:
            found = super().run(feeds, **options)
            if asked[-1].device == "tensorrt":
                found = found + wrong * np.abs(found).max() * np.eye(*found.shape, dtype=np.float32)
            return found

    return StandIn


def test_engines_are_built_apart_compared_and_moved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home, target, asked = exported(tmp_path, "clip-hf"), tmp_path / "engines", []
    target.mkdir()
    (target / "foreign.engine").write_bytes(b"from elsewhere")
    monkeypatch.setattr(engines, "require_device", lambda device: None)
    monkeypatch.setattr(engines, "Session", stand_in(asked))
    for _ in range(2):  # what is there already is replaced
        made = build_engines(home, target, precision="fp32", max_batch=2)
    assert [str(path.relative_to(target)) for path in made] == [
        "key-of-text/graph.engine",
        "key-of-vision/graph.engine",
    ]
    assert all(path.read_bytes() == b"made here" for path in made)
    assert {path.name for path in target.iterdir()} == {"foreign.engine", "key-of-text", "key-of-vision"}
    assert {(options.device, options.engine_precision) for options in asked} == {
        ("tensorrt", "fp32"),
        ("cpu", "fp16"),
    }


@pytest.mark.parametrize("wrong", [2.0, float("nan")])
def test_an_engine_that_differs_from_its_graph_is_not_kept(
    wrong: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, target = exported(tmp_path, "clip-hf"), tmp_path / "engines"
    monkeypatch.setattr(engines, "require_device", lambda device: None)
    monkeypatch.setattr(engines, "Session", stand_in([], wrong))
    with pytest.raises(ExportError, match=r"engine of clip-hf differs from its graph: cosine .*0\.99"):
        build_engines(home, target)
    assert list(target.iterdir()) == []


def test_what_makes_no_sense(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "require_device", lambda device: None)
    home = exported(tmp_path, "clip-hf")
    with pytest.raises(UsageError, match="no exported model"):
        build_engines(tmp_path, tmp_path / "engines")
    with pytest.raises(UsageError, match="precision"):
        build_engines(home, tmp_path / "engines", precision="int8")  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="batches"):
        build_engines(home, tmp_path / "engines", max_batch=0)
    card = (home / CARD).read_text("utf-8").replace('key = "clip-hf"', 'key = "clip-hf-int8"')
    (home / CARD).write_text(card, "utf-8")
    with pytest.raises(UsageError, match=r"TensorRT takes clip-hf \("):
        build_engines(home, tmp_path / "engines")
