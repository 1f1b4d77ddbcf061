"""What agrees with its source is kept, whole and in its place; what does not leaves nothing. Without torch: the
goldens stand for what torch would write.
"""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import numpy_helper
from tests.golden.loading import golden_model
from tests.media import shared_media

from scenedex.embeddings import exporting
from scenedex.embeddings.agreement import MAX_PICTURES, Gate, Samples, drawn_samples, pictures_in
from scenedex.embeddings.clip import ClipEncoder
from scenedex.embeddings.encoders import audio_encoder, text_encoders
from scenedex.embeddings.exporting import ExportOptions, export_model
from scenedex.embeddings.siglip import SiglipEncoder
from scenedex.errors import ExportError, UsageError
from scenedex.inference.export import Checkpoint, Part
from scenedex.inference.exported import exported_cards
from scenedex.inference.quantize import to_int8
from scenedex.inference.session import RunOptions, Session
from scenedex.inference.tensors import Feeds
from scenedex.inference.weights import LocalModel, WeightStore

CPU = RunOptions(device="cpu", timeout_s=60.0)
NAMES = ["clip-hf", "siglip2-hf", "clap-hf", "e5-bert"]


def answers(model: LocalModel) -> dict[str, Callable]:
    """The golden's own vectors, standing for its checkpoint's."""
    family = model.card.family
    if family == "e5":
        return {"text": lambda texts: np.stack(text_encoders(model, CPU)[0].embed(texts))}
    if family == "clap":
        encoder = audio_encoder(model, CPU)
        found = {"audio": lambda sounds: np.stack([each.vector for each in encoder.embed_sounds(sounds)])}
    else:
        whole = {"max_side": 1 << 14}  # a checkpoint's own tools do not shrink a picture first
        encoder = (
            ClipEncoder(model, CPU, wide="crop", **whole)
            if family == "clip"
            else SiglipEncoder(model, CPU, **whole)
        )
        found = {"vision": lambda seen: np.stack([each.vector for each in encoder.embed_pictures(seen)])}
    return {**found, "text": lambda texts: np.stack(encoder.embed(texts))}


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Checkpoint]:
    """Makes a golden the checkpoint that will be exported."""

    def use(name: str) -> Checkpoint:
        model = golden_model(name, tmp_path / "goldens")
        parts = [
            Part(role=role, network=path, run=lambda m, x: x, sample={}, outputs=())
            for role, path in model.files.items() if role != "tokenizer"
        ]  # fmt: skip
        card = replace(model.card, key=f"my-{name}", repository=f"exported/my-{name}", revision="", files=())
        made = Checkpoint(
            card=card,
            parts=tuple(parts),
            tokenizer=model.files["tokenizer"].read_text("utf-8"),
            answers=answers(model),
        )
        monkeypatch.setattr(exporting, "need_extra", lambda: None)
        monkeypatch.setattr(exporting, "open_checkpoint", lambda source, model_path: made)
        monkeypatch.setattr(exporting, "write_graph", lambda part, path: shutil.copy(part.network, path))
        return made

    return use


def spoil(graph: Path) -> None:
    """Noise on every weight: the graph still runs."""
    model = onnx.load(str(graph))
    rng = np.random.default_rng(1)
    for tensor in model.graph.initializer:
        array = numpy_helper.to_array(tensor)
        if array.dtype == np.float32 and array.size > 64:
            tensor.CopyFrom(
                numpy_helper.from_array(array + rng.normal(0, 1, array.shape).astype(np.float32), tensor.name)
            )
    onnx.save(model, str(graph))


@pytest.mark.parametrize("name", NAMES)
def test_a_kept_model_is_found_by_name_and_embeds(tmp_path: Path, source, name: str) -> None:
    checkpoint = source(name)
    made = export_model(name, tmp_path / "weights")
    assert [each.card.key for each in made] == [f"my-{name}", f"my-{name}-int8"]
    cards = {card.key: card for card in exported_cards(tmp_path / "weights")}
    assert sorted(cards) == sorted(each.card.key for each in made)
    for each, floor in zip(made, (0.9999, 0.98), strict=True):
        model = WeightStore(tmp_path / "weights", offline=True).find(cards[each.card.key])
        assert WeightStore(tmp_path / "weights").verify(cards[each.card.key]).revision == each.card.revision
        right, mine = checkpoint.answers["text"](["a red car"]), answers(model)["text"](["a red car"])
        assert min(each.cosines.values()) >= floor
        assert float((right * mine).sum()) >= floor
        assert set(each.cosines) == set(checkpoint.answers)
    assert made[1].card.megabytes < 0.8 * made[0].card.megabytes
    assert len({each.card.space().name for each in made}) == 2
    assert not list((tmp_path / "weights").glob(".export-*"))


def test_half_precision(tmp_path: Path, source) -> None:
    source("clip-hf")
    made = export_model("clip-hf", tmp_path / "weights", ExportOptions(precision="fp16", int8=False))
    assert [each.card.key for each in made] == ["my-clip-hf-fp16"]
    assert min(made[0].cosines.values()) > 0.999


def test_a_spoiled_graph_is_refused_and_leaves_nothing(tmp_path: Path, source, monkeypatch) -> None:
    source("clip-hf")

    def write(part: Part, path: Path) -> None:
        shutil.copy(part.network, path)
        if part.role == "vision":
            spoil(path)

    monkeypatch.setattr(exporting, "write_graph", write)
    with pytest.raises(
        ExportError, match=r"vision part of my-clip-hf .* cosine -?\d\.\d{4} at the lowest, 0\.99"
    ):
        export_model("clip-hf", tmp_path / "weights")
    assert list((tmp_path / "weights").iterdir()) == []


def test_spoiled_int8_is_refused_and_the_full_model_stays(tmp_path: Path, source, monkeypatch) -> None:
    source("clip-hf")

    def quantise(graph: Path, target: Path, plan: str, **how) -> None:
        to_int8(graph, target, **how)
        if graph.stem == "text":
            shutil.copy(graph, target)
            spoil(target)

    monkeypatch.setattr(exporting, "to_int8", quantise)
    with pytest.raises(ExportError, match=r"text part of my-clip-hf-int8 .* 0\.98 is needed.*--no-int8"):
        export_model("clip-hf", tmp_path / "weights")
    assert [path.name for path in (tmp_path / "weights").iterdir()] == ["exported--my-clip-hf"]


def test_int8_spares_what_it_must(tmp_path: Path, source, monkeypatch) -> None:
    source("clip-hf")

    def quantise(graph: Path, target: Path, plan: str, **how) -> None:
        to_int8(graph, target, plan, **how)
        if plan == "nothing" and graph.stem == "vision":
            shutil.copy(graph, target)
            spoil(target)

    monkeypatch.setattr(exporting, "to_int8", quantise)
    eight = export_model("clip-hf", tmp_path / "weights")[1]
    assert eight.spared == {"vision": "down projections"}
    assert eight.cosines["vision"] > 0.98


def test_a_graph_that_does_not_run_is_refused(tmp_path: Path, source, monkeypatch) -> None:
    source("e5-bert")
    monkeypatch.setattr(exporting, "write_graph", lambda part, path: path.write_bytes(b"no graph"))
    with pytest.raises(ExportError, match="text part of my-e5-bert does not run"):
        export_model("e5-bert", tmp_path / "weights", ExportOptions(int8=False))
    assert list((tmp_path / "weights").iterdir()) == []


def test_another_tokenizer_shows(tmp_path: Path, source, monkeypatch) -> None:
    made = source("e5-bert")
    state = json.loads(made.tokenizer)
    words = state["model"]["vocab"]
    state["model"]["vocab"] = dict(zip(words, [*range(5), *reversed(range(5, len(words)))], strict=True))
    monkeypatch.setattr(exporting, "open_checkpoint", lambda *_: replace(made, tokenizer=json.dumps(state)))
    with pytest.raises(ExportError, match="differs from its source"):
        export_model("e5-bert", tmp_path / "weights", ExportOptions(int8=False))


def test_exported_again_changes_the_card_in_place(tmp_path: Path, source, monkeypatch) -> None:
    source("clip-hf")
    options = ExportOptions(int8=False)
    first = export_model("clip-hf", tmp_path / "weights", options)[0]
    assert export_model("clip-hf", tmp_path / "weights", options)[0].card == first.card
    changed = source("clip-hf")
    monkeypatch.setattr(
        exporting, "open_checkpoint", lambda *_: replace(changed, tokenizer=changed.tokenizer + "\n")
    )
    second = export_model("clip-hf", tmp_path / "weights", options)[0]
    assert second.card.revision != first.card.revision
    assert exported_cards(tmp_path / "weights") == (second.card,)


@pytest.mark.parametrize("options", [ExportOptions(precision="fp8"), ExportOptions(max_batch=0)])  # type: ignore[arg-type]
def test_options_without_sense(tmp_path: Path, options: ExportOptions) -> None:
    with pytest.raises(UsageError):
        export_model("x", tmp_path / "weights", options)
    assert not (tmp_path / "weights").exists()


def test_a_folder_that_cannot_be_written(tmp_path: Path, source) -> None:
    source("clip-hf")
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(ExportError, match="cannot be written"):
        export_model("clip-hf", tmp_path / "file")


def test_real_pictures(tmp_path: Path, source) -> None:
    photos = pictures_in(shared_media("photos"))
    assert 1 < len(photos) <= MAX_PICTURES
    source("clip-hf")
    drawn = drawn_samples()
    samples = Samples(pictures=photos, texts=drawn.texts, sounds=drawn.sounds)
    for made, floor in zip(
        export_model("clip-hf", tmp_path / "weights", samples=samples), (0.9999, 0.98), strict=True
    ):
        assert made.cosines["vision"] > floor


def test_pictures_of_a_folder(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "missing"):
        with pytest.raises(UsageError, match="no pictures"):
            pictures_in(folder)
    (tmp_path / "broken.jpg").write_bytes(b"no picture")
    with pytest.raises(UsageError, match="no pictures"):
        pictures_in(tmp_path)


def test_drawn_samples_are_the_same_each_time() -> None:
    one, two = drawn_samples(), drawn_samples()
    assert all(np.array_equal(a, b) for a, b in zip(one.pictures, two.pictures, strict=True))
    assert all(each.size <= 480_000 and np.abs(each).max() > 0.1 for each in one.sounds)


@pytest.mark.parametrize("batch", [4, 8])
def test_as_many_pictures_are_compared_at_once_as_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, batch: int
) -> None:
    """However many processors there are: what fails in a full batch must not pass in halves."""
    model = golden_model("clip-hf", tmp_path)
    gate = Gate(model.card, answers(model), drawn_samples(), batch=batch)
    monkeypatch.setattr("scenedex.embeddings.pictures.usable_cpus", lambda: 2)
    sizes, run_items = [], Session.run_items

    def counted(session: Session, feeds: Feeds, **named: Any) -> list[Any]:
        sizes.append(len(feeds["pixel_values"]))
        return run_items(session, feeds, **named)

    monkeypatch.setattr(Session, "run_items", counted)
    assert gate.cosine(model, "vision") > 0.9999
    assert sizes == [batch] * (8 // batch)
