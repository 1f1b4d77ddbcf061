"""TensorRT engines: what is asked of the provider, and what is said where it is not there."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from tests.golden.loading import golden_model

from scenedex.errors import ProviderError, UsageError
from scenedex.inference import engines
from scenedex.inference.engines import build_engines, largest_feeds
from scenedex.inference.exported import CARD, entry
from scenedex.inference.session import RunOptions, Session, available_devices

CPU = RunOptions(device="cpu", timeout_s=60.0)
without_tensorrt = pytest.mark.skipif("tensorrt" in available_devices(), reason="TensorRT is there")


def exported(folder: Path, name: str) -> Path:
    """A golden in the layout of an exported model."""
    card = golden_model(name, folder / "goldens").card
    home = folder / f"exported--{name}"
    home.mkdir()
    shutil.copytree(folder / "goldens" / f"golden--{name}" / card.revision, home / card.revision)
    (home / CARD).write_text(entry(card), "utf-8")
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


def test_engines_are_built_apart_and_moved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The CPU stands for TensorRT, and leaves a file where an engine would be."""
    home, target, asked = exported(tmp_path, "clip-hf"), tmp_path / "engines", []
    target.mkdir()
    (target / "foreign.engine").write_bytes(b"from elsewhere")

    class Fake(Session):
        def __init__(self, path: Path, options: RunOptions) -> None:
            asked.append(options)
            assert options.engine_cache is not None
            assert list(options.engine_cache.glob("foreign*")) == []
            (options.engine_cache / f"{path.stem}.engine").write_bytes(b"made here")
            super().__init__(path, CPU)

    monkeypatch.setattr(engines, "require_device", lambda device: None)
    monkeypatch.setattr(engines, "Session", Fake)
    made = build_engines(home, target, precision="fp32", max_batch=2)
    assert [path.name for path in made] == ["text.engine", "vision.engine"]
    assert sorted(path.name for path in target.iterdir()) == [
        "foreign.engine",
        "text.engine",
        "vision.engine",
    ]
    assert {(options.device, options.engine_precision) for options in asked} == {("tensorrt", "fp32")}


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
