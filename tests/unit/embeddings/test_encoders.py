"""Encoders as a pipeline uses them: failures are values, threads share them, memory does not grow."""

import dataclasses
import re
import shutil
import threading
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnxruntime.quantization import QuantType, quantize_dynamic
from tests.golden.loading import HERE, golden_model
from tests.golden.samples import drawn_pictures
from tests.golden.texts import CAPTIONS
from tests.unit.inference.graphs import slow

from scenedex.embeddings.clap import ClapEncoder
from scenedex.embeddings.clip import ClipEncoder
from scenedex.embeddings.e5 import E5Encoder
from scenedex.embeddings.encoders import audio_encoder, text_encoders, visual_encoder
from scenedex.embeddings.siglip import SiglipEncoder
from scenedex.embeddings.visual import VisualEmbedder
from scenedex.errors import (
    EncoderError,
    EncoderTimeoutError,
    GraphError,
    PictureError,
    UsageError,
    WeightsDamagedError,
    WeightsMissingError,
)
from scenedex.inference.pool import process_sessions
from scenedex.inference.registry import load_registry
from scenedex.inference.session import RunOptions, Session
from scenedex.inference.weights import LocalModel, WeightStore


@pytest.fixture
def clip(tmp_path):
    return golden_model("clip-hf", tmp_path)


def in_eight_bits(model: LocalModel) -> LocalModel:
    path = model.files["vision"].with_name("vision_int8.onnx")
    quantize_dynamic(
        model.files["vision"],
        path,
        op_types_to_quantize=["MatMul"],
        weight_type=QuantType.QInt8,
        per_channel=True,
    )
    return dataclasses.replace(model, files={**model.files, "vision": path})


def any_output(model: LocalModel) -> LocalModel:
    return dataclasses.replace(model, card=dataclasses.replace(model.card, outputs={}))


def test_a_bad_picture_is_a_value_and_the_next_one_works(clip):
    good = drawn_pictures()[0]
    made = ClipEncoder(clip).embed_pictures([good, b"broken", np.zeros((0, 3, 3), np.uint8), good])
    assert [type(each.error) for each in made] == [type(None), PictureError, PictureError, type(None)]
    assert made[1].vector is None
    assert made[1].metadata["error"].startswith("PictureError: ")
    assert np.allclose(made[0].vector, made[3].vector)


def test_a_timeout_is_a_value(clip):
    slow(clip.files["vision"])
    encoder = ClipEncoder(any_output(clip), RunOptions(device="cpu", threads=1, timeout_s=0.05, idle_s=0))
    made = encoder.embed_pictures(drawn_pictures()[:2])
    assert {type(each.error) for each in made} == {EncoderTimeoutError}
    assert all("Timeout" in each.metadata["error"] for each in made)
    assert abs(np.linalg.norm(encoder.embed(["a dog"])[0]) - 1) < 1e-5  # the next thing works


def test_a_text_that_takes_too_long_is_a_named_error(clip):
    slow(clip.files["text"], feed="input_ids")
    with pytest.raises(EncoderTimeoutError, match="Timeout"):
        ClipEncoder(any_output(clip), RunOptions(device="cpu", threads=1, timeout_s=0.05)).embed(["a dog"])


def test_a_corrupt_graph_is_a_value_for_every_picture(clip):
    clip.files["vision"].write_bytes(b"not a network")
    made = ClipEncoder(clip).embed_pictures(drawn_pictures()[:3])
    assert [type(each.error) for each in made] == [GraphError] * 3


def test_a_corrupt_tokenizer_is_a_named_error(clip):
    clip.files["tokenizer"].write_text("{}")
    with pytest.raises(WeightsDamagedError, match=r"tokenizer\.json"):
        ClipEncoder(clip).embed(["a dog"])


def test_numbers_that_are_no_direction_are_a_named_error(clip):
    graph = onnx.load(str(clip.files["vision"]))
    for weight in graph.graph.initializer:
        if weight.data_type == onnx.TensorProto.FLOAT:
            values = onnx.numpy_helper.to_array(weight)
            weight.CopyFrom(onnx.numpy_helper.from_array(np.full_like(values, np.nan), weight.name))
    onnx.save(graph, str(clip.files["vision"]))
    made = ClipEncoder(clip).embed_pictures(drawn_pictures()[:1])[0]
    assert type(made.error) is GraphError
    assert "no direction" in made.metadata["error"]


def test_blank_texts_have_no_vector_and_hostile_ones_do_no_harm(clip):
    encoder = ClipEncoder(clip)
    found = encoder.embed(["", " \n", "a dog", "\ud800\udfff", "\0", "<|endoftext|>" * 50, "x" * 1_000_000])
    assert found[0] is None
    assert found[1] is None
    assert all(vector is not None and abs(np.linalg.norm(vector) - 1) < 1e-5 for vector in found[2:])
    assert encoder.embed([]) == []


def test_the_order_of_texts_is_kept(clip):
    encoder = ClipEncoder(clip)
    texts = [text for text in CAPTIONS for _ in range(5)]
    together = encoder.embed(texts)
    for text, vector in zip(texts, together, strict=True):
        assert np.allclose(vector, encoder.embed([text])[0], atol=1e-5)


@pytest.mark.parametrize(
    ("name", "of"),
    [
        ("clip-hf", ClipEncoder),
        ("siglip2-hf", SiglipEncoder),
        ("clap-hf", ClapEncoder),
        ("e5-bert", E5Encoder),
        ("e5-bert", lambda model, options: E5Encoder(model, options).queries),
    ],
)
def test_texts_are_prepared_for_by_loading_their_network(name, of, tmp_path):
    model = golden_model(name, tmp_path)
    options = RunOptions(device="cpu", threads=1)
    encoder = of(model, options)
    session = process_sessions().open(model.files["text"], options)
    session.unload()
    encoder.prepare()
    assert session.loaded
    encoder.prepare()
    assert encoder.embed(["a dog"])[0] is not None


def test_sounds_that_are_none_are_values(tmp_path):
    encoder = ClapEncoder(golden_model("clap-hf", tmp_path))
    rng = np.random.default_rng(0)
    good = rng.normal(0, 0.1, 48_000).astype(np.float32)
    bad = good.copy()
    bad[7] = np.nan
    made = encoder.embed_sounds([good, np.zeros(0, np.float32), np.zeros(480_001, np.float32), bad])
    assert [each.error is None for each in made] == [True, False, False, False]
    assert all(isinstance(each.error, EncoderError) for each in made[1:])
    assert encoder.sample_rate == 48_000
    assert encoder.window_s == 10


def work_in_two_threads(encoder, pictures):
    found = [None, None]

    def work(index):
        found[index] = [each.vector for _ in range(5) for each in encoder.embed_pictures(pictures)]

    threads = [threading.Thread(target=work, args=(index,)) for index in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def test_two_threads_one_session_same_vectors(clip):
    pictures = drawn_pictures()
    encoder = ClipEncoder(clip, wide="crop")
    alone = [each.vector for _ in range(5) for each in encoder.embed_pictures(pictures)]
    for found in work_in_two_threads(encoder, pictures):
        assert np.abs(np.asarray(found) - np.asarray(alone)).max() < 1e-5


def test_two_threads_one_session_same_vectors_in_eight_bits(clip):
    pictures = drawn_pictures()
    encoder = ClipEncoder(in_eight_bits(clip), wide="crop")
    alone = np.asarray([encoder.embed_pictures([each])[0].vector for each in pictures] * 5)
    for found in work_in_two_threads(encoder, pictures):  # batches of six: their scales are others
        assert (np.asarray(found) * alone).sum(axis=1).min() >= 0.999


def test_encoders_of_one_file_share_its_network(clip):
    options = RunOptions(device="cpu", idle_s=0)
    first, second = ClipEncoder(clip, options), ClipEncoder(clip, options)
    first.embed_pictures(drawn_pictures()[:1])
    assert second._pictures.tower.session is first._pictures.tower.session
    assert second._pictures.tower.session.loaded


def test_on_a_cpu_two_batches_are_in_the_network_at_once(clip, monkeypatch):
    rng = np.random.default_rng(0)
    pictures = [rng.integers(0, 256, (48, width, 3), np.uint8) for width in (48, 90) * 11]
    pictures[5] = b"broken"
    alone = ClipEncoder(clip, RunOptions(device="cpu", threads=1)).embed_views(pictures)
    monkeypatch.setattr("scenedex.embeddings.pictures.usable_cpus", lambda: 2)
    together, sizes, run_items = threading.Barrier(2), [], Session.run_items

    def met(session, feeds, **named):
        together.wait(20)  # alone it would wait in vain
        assert named["timeout_s"] == 6.0  # they share the processors
        sizes.append(len(feeds["pixel_values"]))
        return run_items(session, feeds, **named)

    monkeypatch.setattr(Session, "run_items", met)
    encoder = ClipEncoder(clip, RunOptions(device="cpu", timeout_s=3.0))
    made = encoder.embed_views(pictures)
    assert encoder.stages.tower.session.options == RunOptions(device="cpu", threads=1, timeout_s=3.0)
    assert [len(parts) for parts in made] == [len(parts) for parts in alone]
    assert type(made[5][0].error) is PictureError
    assert len(sizes) == 6
    assert max(sizes) <= 8
    (parts,) = encoder.embed_views(pictures[1:2])  # of one that is wide, each part
    assert sizes[6:] == [1, 1]
    assert np.abs(parts[1].vector - alone[1][1].vector).max() < 1e-5
    for one, other in zip(alone, made, strict=True):
        for part, same in zip(one, other, strict=True):
            assert part.error or np.abs(part.vector - same.vector).max() < 1e-5


def test_where_another_device_may_be_there_one_batch_has_all_of_it(clip, monkeypatch):
    monkeypatch.setattr("scenedex.inference.opening.available_devices", lambda: ["cuda", "cpu"])
    options = RunOptions(device="auto", timeout_s=3.0)
    sizes, run_items = [], Session.run_items

    def counted(session, feeds, **named):
        assert named["timeout_s"] == 3.0
        sizes.append(len(feeds["pixel_values"]))
        return run_items(session, feeds, **named)

    encoder = ClipEncoder(clip, options, wide="crop")
    assert encoder.stages.tower.session.options == options
    monkeypatch.undo()
    monkeypatch.setattr(Session, "run_items", counted)
    assert len(encoder.embed_pictures(drawn_pictures()[:4])) == 4
    assert sizes == [4]


def test_no_picture_needs_no_network(clip):
    encoder = ClipEncoder(clip, RunOptions(device="cpu", idle_s=7.0))
    assert encoder.embed_pictures([]) == []
    assert not encoder.stages.tower.session.loaded


def test_a_few_pictures_are_shared_between_the_runs(clip, monkeypatch):
    monkeypatch.setattr("scenedex.embeddings.pictures.usable_cpus", lambda: 3)
    sizes, run_items = [], Session.run_items

    def counted(session, feeds, **named):
        sizes.append(len(feeds["pixel_values"]))
        return run_items(session, feeds, **named)

    monkeypatch.setattr(Session, "run_items", counted)
    encoder = ClipEncoder(clip, RunOptions(device="cpu"), wide="crop")
    assert encoder.stages.tower.session.options.threads == 2
    square = np.zeros((48, 48, 3), np.uint8)
    for count, wanted in ((1, [1]), (2, [1, 1]), (5, [2, 3]), (16, [8, 8]), (0, [])):
        assert all(each.error is None for each in encoder.embed_pictures([square] * count))
        assert sorted(sizes) == wanted
        sizes.clear()


def test_two_thousand_pictures_do_not_grow_the_memory(clip):
    encoder = ClipEncoder(clip, RunOptions(device="cpu", idle_s=0))
    rng = np.random.default_rng(0)

    def some(count):
        for _ in range(count // 20):
            sizes = rng.integers(60, 200, (20, 2))
            pictures = [rng.integers(0, 256, (int(h), int(w), 3), np.uint8) for h, w in sizes]
            assert all(each.error is None for each in encoder.embed_pictures(pictures))

    some(200)
    before = resident_bytes()
    some(1800)
    assert resident_bytes() < 1.05 * before


def resident_bytes() -> int:
    status = Path("/proc/self/status")
    if not status.exists():
        pytest.skip("this system does not say how much memory a process has")
    line = next(line for line in status.read_text().splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) * 1024


def visual(tmp_path, name="clip-hf"):
    shutil.copytree(HERE / "models" / f"golden--{name}", tmp_path / f"golden--{name}")
    return VisualEmbedder(load_registry(HERE / "registry.toml").find(name), WeightStore(tmp_path))


@pytest.mark.parametrize("normalize", [True, False])
def test_the_public_seam_gives_raw_vectors_where_asked(tmp_path, normalize, caplog):
    shutil.copytree(HERE / "models" / "golden--clip-hf", tmp_path / "golden--clip-hf")
    card = load_registry(HERE / "registry.toml").find("clip-hf")
    seam = VisualEmbedder(card, WeightStore(tmp_path), normalize=normalize, max_side=70)
    with caplog.at_level("DEBUG", "scenedex.embeddings"):
        made = seam.create_visual_embedding(drawn_pictures()[1])
    assert made.metadata["normalized"] is normalize
    assert (abs(float(np.linalg.norm(made.vector)) - 1) < 1e-4) is normalize
    assert seam.encoder().space.name == "clip-hf@1+crops+side70"
    ran = re.findall(r"clip-hf: (\d) items, 0 failed", caplog.text)
    assert sum(map(int, ran)) == 2  # in one run, or in two side by side


def test_the_public_seam_takes_whatever_is_a_picture(tmp_path):
    from PIL import Image

    seam = visual(tmp_path)
    assert seam.is_available()
    assert seam.get_embedding_dim() == 24
    pixels = drawn_pictures()[0]
    path = tmp_path / "picture.png"
    Image.fromarray(pixels).save(path)
    given = [pixels, path, path.read_bytes(), Image.fromarray(pixels)]
    vectors = [seam.create_visual_embedding(each).vector for each in given]
    assert all(np.allclose(vector, vectors[0]) for vector in vectors)
    missing = seam.create_visual_embedding(tmp_path / "gone.png")
    assert type(missing.error) is PictureError


def test_the_public_seam_without_weights(tmp_path):
    seam = VisualEmbedder(load_registry().find("siglip2"), WeightStore(tmp_path))
    assert not seam.is_available()
    assert seam.get_embedding_dim() == 768
    made = seam.create_visual_embedding(drawn_pictures()[0])
    assert type(made.error) is WeightsMissingError
    assert "412 MB: scenedex models pull siglip2-b16-224" in made.metadata["error"]


def test_the_public_seam_with_a_damaged_file(tmp_path):
    seam = visual(tmp_path)
    path = next(tmp_path.rglob("vision.onnx"))
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    assert not seam.is_available()
    assert type(seam.create_visual_embedding(drawn_pictures()[0]).error) is WeightsDamagedError


def test_the_encoder_of_a_family(tmp_path):
    sees, hears, reads = (golden_model(name, tmp_path) for name in ("siglip2-hf", "clap-hf", "e5-bert"))
    assert isinstance(visual_encoder(sees), SiglipEncoder)
    assert isinstance(audio_encoder(hears), ClapEncoder)
    passages, queries = text_encoders(reads)
    assert isinstance(passages, E5Encoder)
    assert passages.space == queries.space
    assert not np.allclose(passages.embed(["a dog"])[0], queries.embed(["a dog"])[0], atol=1e-4)
    with pytest.raises(UsageError, match="pictures"):
        visual_encoder(reads)
    with pytest.raises(UsageError, match="sounds"):
        audio_encoder(reads)
    with pytest.raises(UsageError, match="texts"):
        text_encoders(sees)
