"""`export`, `tensorrt` and `pipeline`, as commands; what they make is tested below inference and embeddings."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from scenedex.cli import export as commands
from scenedex.embeddings.exporting import Exported, ExportOptions
from scenedex.errors import ExportError, ProviderError, UsageError
from scenedex.inference.registry import ModelFile, load_registry
from scenedex.inference.session import available_devices

app = typer.Typer()
for command in (commands.export, commands.tensorrt, commands.pipeline):
    app.command(command.__name__)(command)


def run(*words: str):
    return CliRunner(env={"COLUMNS": "300"}).invoke(app, words)  # paths of any length in one line


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple]:
    """What the library was asked for; a model and its int8 form are the answer."""
    calls: list[tuple] = []
    files = (ModelFile(role="vision", path="vision.onnx", bytes=2_000_000),)
    card = replace(load_registry().find("clip-b32"), key="mine", files=files)

    def answer(source: str, output_dir: Path, options: ExportOptions, samples) -> list[Exported]:
        calls.append((source, output_dir, options, len(samples.pictures)))
        full = Exported(card=card, folder=output_dir / "exported--mine", cosines={"vision": 0.99991})
        eight = replace(full, card=replace(card, key="mine-int8"), spared={"vision": "down projections"})
        return [full, eight] if options.int8 else [full]

    monkeypatch.setattr("scenedex.embeddings.exporting.export_model", answer)
    return calls


def test_export_as_a_table_and_as_json(tmp_path: Path, asked: list[tuple]) -> None:
    shown = run("export", "a/b", "--output-dir", str(tmp_path))
    assert shown.exit_code == 0
    for word in ("mine-int8", "0.9999", "2.0", "down projections", "exported--mine"):
        assert word in shown.output
    words = ("--model-path", "w.pt", "--precision", "fp16", "--no-int8", "--max-batch", "3", "--json")
    told = json.loads(run("export", "a/b", "--output-dir", str(tmp_path), *words).stdout)
    assert [each["key"] for each in told["models"]] == ["mine"]
    assert told["models"][0]["cosine"] == {"vision": 0.99991}
    options = ExportOptions(model_path=Path("w.pt"), precision="fp16", int8=False, max_batch=3)
    assert asked[1][:3] == ("a/b", tmp_path, options)


def test_pictures_are_those_of_the_folder(tmp_path: Path, asked: list[tuple]) -> None:
    from PIL import Image

    Image.new("RGB", (30, 20)).save(tmp_path / "one.png")
    assert run("export", "x", "--output-dir", str(tmp_path), "--pictures", str(tmp_path)).exit_code == 0
    assert asked[0][3] == 1
    refused = run("export", "x", "--output-dir", str(tmp_path), "--pictures", str(tmp_path / "none"))
    assert isinstance(refused.exception, UsageError)


@pytest.mark.skipif("tensorrt" in available_devices(), reason="TensorRT is there")
def test_without_tensorrt(tmp_path: Path, asked: list[tuple]) -> None:
    alone = run("tensorrt", "--model-path", str(tmp_path), "--output-dir", str(tmp_path / "engines"))
    assert isinstance(alone.exception, ProviderError)
    whole = run("pipeline", "x", "--output-dir", str(tmp_path))
    assert whole.exit_code == 0
    assert f"No TensorRT engines: this ONNX Runtime has only {', '.join(available_devices())}" in whole.output
    assert (asked[0][2].precision, asked[0][2].int8) == ("fp16", True)


def test_without_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "torch", None)
    for command in ("export", "pipeline"):
        failed = run(command, "openai/clip-vit-base-patch32", "--output-dir", str(tmp_path))
        assert isinstance(failed.exception, ExportError)
        assert str(failed.exception).endswith("pip install 'scenedex[export]'")


@pytest.mark.parametrize("words", [("--precision", "int4"), ("--max-batch", "0")])
def test_options_without_sense(tmp_path: Path, words: tuple[str, str]) -> None:
    assert run("export", "x", "--output-dir", str(tmp_path), *words).exit_code == 2
