"""Checkpoints → graphs: with torch, tiny ones of every family; without it, what is said."""

import importlib.util
import json
from pathlib import Path

import numpy as np
import onnx
import pytest
from tests.unit.inference import tiny_checkpoints

from scenedex.embeddings.agreement import drawn_samples
from scenedex.embeddings.encoders import audio_encoder, text_encoders, visual_encoder
from scenedex.embeddings.exporting import ExportOptions, export_model
from scenedex.errors import ExportError, UsageError
from scenedex.inference.checkpoints import open_checkpoint
from scenedex.inference.export import NEEDED, need_extra
from scenedex.inference.exported import entry, exported_card, exported_cards, key_of
from scenedex.inference.registry import load_registry
from scenedex.inference.session import RunOptions, Session
from scenedex.inference.weights import LocalModel, WeightStore

CPU = RunOptions(device="cpu", timeout_s=60.0)
missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
with_torch = pytest.mark.skipif(
    bool(missing), reason=f"the extra export is not installed: no {', '.join(missing)}"
)
quiet = pytest.mark.filterwarnings("ignore")  # torch's and transformers' own, at their import


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory):
    """The folder of a tiny checkpoint."""
    root = tmp_path_factory.mktemp("checkpoints")

    def folder(name: str) -> Path:
        from tests.golden import make_goldens

        make_goldens.torchvision_repaired()
        if not (root / name).exists():
            tiny_checkpoints.MAKERS[name](root / name)
        return root / name

    return folder


def encoded(model: LocalModel) -> np.ndarray:
    """What the real encoder makes of one sample of each kind."""
    samples = drawn_samples()
    if model.card.family == "e5":
        return np.stack(text_encoders(model, CPU)[0].embed(samples.texts))
    if model.card.family == "clap":
        hearing = audio_encoder(model, CPU)
        sounds = [each.vector for each in hearing.embed_sounds(samples.sounds)]
        return np.stack([*sounds, *hearing.embed(samples.texts)])
    seeing = visual_encoder(model, CPU)
    pictures = [each.vector for each in seeing.embed_pictures(samples.pictures)]
    return np.stack([*pictures, *seeing.embed(samples.texts)])


@quiet
@with_torch
@pytest.mark.parametrize("name", tiny_checkpoints.MAKERS)
def test_a_checkpoint_becomes_a_model_that_agrees_with_it(tmp_path: Path, checkpoint, name: str) -> None:
    full, eight = export_model(str(checkpoint(name)), tmp_path)
    assert min(full.cosines.values()) > 0.9999
    assert min(eight.cosines.values()) >= 0.98
    families = {"open_clip": "clip", "open_clip_siglip": "siglip", "bert": "e5", "xlm_roberta": "e5"}
    assert full.card.family == families.get(name, name)
    cards = {card.key: card for card in exported_cards(tmp_path)}
    for made in (full, eight):
        model = WeightStore(tmp_path, offline=True).find(cards[made.card.key])
        assert encoded(model).shape[1] == made.card.dim
    for role in full.cosines:
        graph = full.folder / full.card.revision / f"{role}.onnx"
        declared = onnx.load(str(graph))
        assert declared.opset_import[0].version >= 17
        assert Session(graph, CPU).inputs[0].shape[0] == "batch"
        assert not [tensor for tensor in declared.graph.initializer if tensor.external_data]


@quiet
@with_torch
def test_many_at_once_are_the_same_as_one_by_one(tmp_path: Path, checkpoint) -> None:
    made = export_model(str(checkpoint("clip")), tmp_path, ExportOptions(int8=False, max_batch=5))[0]
    graph = made.folder / made.card.revision / "vision.onnx"
    pixels = np.random.default_rng(3).normal(0, 1, (5, 3, 64, 64)).astype(np.float32)
    session = Session(graph, CPU)
    single = np.concatenate([session.run({"pixel_values": each[None]}) for each in pixels])
    np.testing.assert_allclose(session.run({"pixel_values": pixels}), single, atol=1e-4)


@quiet
@with_torch
def test_a_name_and_a_place(tmp_path: Path, checkpoint) -> None:
    options = ExportOptions(model_path=checkpoint("bert"), int8=False)
    made = export_model("somebody/My Texts v2", tmp_path, options)[0]
    assert made.card.key == "my-texts-v2"
    assert made.card.note == "exported from somebody/My Texts v2"


@quiet
@with_torch
def test_prompts_and_pooling_of_sentence_transformers(tmp_path: Path) -> None:
    folder = tmp_path / "texts"
    tiny_checkpoints.bert(folder)
    (folder / "1_Pooling").mkdir()
    (folder / "1_Pooling" / "config.json").write_text(json.dumps({"pooling_mode_cls_token": True}))
    prompts = {"prompts": {"query": "search: ", "document": ""}}
    (folder / "config_sentence_transformers.json").write_text(json.dumps(prompts))
    rules = export_model(str(folder), tmp_path / "out", ExportOptions(int8=False))[0].card.text
    assert rules is not None
    assert (rules.pooling, rules.query_prefix, rules.passage_prefix) == ("cls", "search: ", "")


@quiet
@with_torch
def test_a_checkpoint_without_all_its_weights(tmp_path: Path) -> None:
    from safetensors.numpy import load_file, save_file

    folder = tmp_path / "half"
    tiny_checkpoints.bert(folder)
    weights = load_file(folder / "model.safetensors")
    del weights["encoder.layer.1.attention.self.query.weight"]
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(ExportError, match=r"lacks weights, encoder\.layer\.1"):
        open_checkpoint(str(folder))


@quiet
@with_torch
def test_pictures_prepared_in_a_way_that_we_do_not_have(tmp_path: Path) -> None:
    folder = tmp_path / "odd"
    tiny_checkpoints.clip(folder)
    path = folder / "preprocessor_config.json"
    told = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps({**told, "size": {"shortest_edge": 80}}))
    with pytest.raises(ExportError, match="in a way that scenedex does not have"):
        open_checkpoint(str(folder))


@quiet
@with_torch
@pytest.mark.parametrize(
    ("content", "said"),
    [({}, "cannot be read"), ({"model_type": "gpt2"}, "of the kind gpt2"), (None, "holds no checkpoint")],
    ids=["nothing", "another kind", "empty folder"],
)
def test_what_is_no_checkpoint(tmp_path: Path, content, said: str) -> None:
    if content is not None:
        (tmp_path / "config.json").write_text(json.dumps(content))
    with pytest.raises(ExportError, match=said):
        open_checkpoint(str(tmp_path))


@quiet
@with_torch
def test_fused_sound_is_refused(tmp_path: Path) -> None:
    tiny_checkpoints.clap(tmp_path / "fused", fusion=True)
    with pytest.raises(ExportError, match="choose the unfused model"):
        open_checkpoint(str(tmp_path / "fused"))


@quiet
@with_torch
def test_places_and_names_that_are_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.golden import make_goldens

    make_goldens.torchvision_repaired()
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(ExportError, match="There is no checkpoint at"):
        open_checkpoint("name", tmp_path / "missing")
    with pytest.raises(ExportError, match="The checkpoint nobody/nothing-of-this cannot be read"):
        open_checkpoint("nobody/nothing-of-this")
    with pytest.raises(
        ExportError, match=r"Say which weights of ViT-B-32: ViT-B-32/TAG, .*laion2b_s34b_b79k"
    ):
        open_checkpoint("ViT-B-32")
    (tmp_path / "weights.pt").write_bytes(b"no weights")
    with pytest.raises(ExportError, match="The weights of ViT-B-32 are damaged"):
        open_checkpoint("ViT-B-32", tmp_path / "weights.pt")


def test_without_the_extra_one_sentence_says_what_to_install(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "torch", None)
    with pytest.raises(ExportError, match=r"Exporting needs torch.*pip install 'scenedex\[export\]'$"):
        export_model("openai/clip-vit-base-patch32", tmp_path / "out")
    assert not (tmp_path / "out").exists()
    need_extra(["json"])


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("openai/clip-vit-base-patch32", "clip-vit-base-patch32"),
        ("ViT-B-16/laion2b_s34b_b88k", "vit-b-16-laion2b_s34b_b88k"),
        ("hf-hub:timm/ViT-B-16-SigLIP", "vit-b-16-siglip"),
        ("../../e vil\n/", "e-vil"),
        ("..", "model"),
        ("me5-small", "me5-small-exported"),
        ("intfloat/e5-base-v2", "e5-base-v2-exported"),
    ],
)
def test_what_an_exported_model_is_called(name: str, key: str) -> None:
    assert key_of(name) == key


def test_a_card_is_read_as_it_was_written(tmp_path: Path) -> None:
    for card in load_registry():
        (tmp_path / "model.toml").write_text(entry(card), "utf-8")
        read = exported_card(tmp_path)
        assert [file.path for file in read.files] == [file.path for file in card.files]
        assert (read.image, read.text, read.outputs) == (card.image, card.text, card.outputs)
        assert (read.key, read.note, read.languages) == (card.key, card.note, card.languages)


def test_a_broken_card_hides_no_other(tmp_path: Path) -> None:
    card = load_registry().find("clip-b32")
    for name, text in (("good", entry(card)), ("bad", "[[model]"), ("worse", 'model = "x"')):
        (tmp_path / f"exported--{name}").mkdir()
        (tmp_path / f"exported--{name}" / "model.toml").write_text(text)
    assert [each.key for each in exported_cards(tmp_path)] == ["clip-b32"]
    with pytest.raises(UsageError, match="no exported model"):
        exported_card(tmp_path)
