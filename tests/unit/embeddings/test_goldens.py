"""Every family against its reference: tiny networks of the true architecture, loaded as any model is."""

import dataclasses

import numpy as np
import pytest
from tests.golden.clip_vocabulary import clip_tokenizer
from tests.golden.loading import golden_arrays, golden_model, golden_tokens
from tests.golden.samples import drawn_pictures, drawn_sounds, read_sound
from tests.golden.texts import CAPTIONS, golden_texts
from tests.media import shared_media

from scenedex.embeddings.clap import ClapEncoder
from scenedex.embeddings.clip import ClipEncoder
from scenedex.embeddings.e5 import E5Encoder
from scenedex.embeddings.images import decode, preprocess
from scenedex.embeddings.mel import clap_features
from scenedex.embeddings.siglip import SiglipEncoder
from scenedex.embeddings.tokenize import Tokenizer
from scenedex.inference.registry import TextInput, load_registry

FAMILIES = ("clip-hf", "clip-open", "siglip2-hf", "clap-hf", "e5-bert", "e5-xlmr")


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    return lambda name: golden_model(name, folder)


def same(found, golden, within=1e-4):
    assert len(found) == len(golden)
    for vector, right in zip(found, golden, strict=True):
        assert vector is not None
        assert vector.dtype == np.float32
        assert abs(np.linalg.norm(vector) - 1) < 1e-5
        assert np.abs(vector - right).max() < within


@pytest.mark.parametrize("name", ["clip-hf", "clip-open", "siglip2-hf"])
def test_pictures_give_the_references_vectors(models, name):
    encoder = (
        SiglipEncoder(models(name), max_side=10_000)
        if "siglip" in name
        else ClipEncoder(models(name), wide="crop", max_side=10_000)
    )
    made = encoder.embed_pictures(drawn_pictures())
    assert [each.error for each in made] == [None] * len(made)
    golden = golden_arrays("vectors")[f"{name}/image"]
    # Picture 3 is thinner than any camera's: it is cut before it is resized. Picture 2 leaves an odd margin,
    # which transformers' PIL processor rounds down and torchvision (open_clip, our rule) to even: one pixel.
    keep = [i for i in range(len(made)) if i != 3 and not (name == "clip-hf" and i == 2)]
    same([made[i].vector for i in keep], golden[keep])


@pytest.mark.parametrize("name", ["clip-hf", "clip-open", "siglip2-hf", "clap-hf"])
def test_texts_give_the_references_vectors(models, name):
    kind = {"siglip2-hf": SiglipEncoder, "clap-hf": ClapEncoder}.get(name, ClipEncoder)
    same(kind(models(name)).embed(CAPTIONS), golden_arrays("vectors")[f"{name}/text"])


@pytest.mark.parametrize("name", ["e5-bert", "e5-xlmr"])
def test_e5_gives_the_references_vectors_for_queries_and_passages(models, name):
    encoder = E5Encoder(models(name))
    vectors = golden_arrays("vectors")
    same(encoder.embed(CAPTIONS), vectors[f"{name}/passage"])
    same(encoder.queries.embed(CAPTIONS), vectors[f"{name}/query"])
    assert encoder.queries.space == encoder.space


def test_sounds_give_the_references_vectors(models):
    made = ClapEncoder(models("clap-hf")).embed_sounds(list(drawn_sounds().values()))
    same([each.vector for each in made], golden_arrays("vectors")["clap-hf/audio"], within=1e-3)


@pytest.mark.parametrize("name", ["siglip2-hf", "clap-hf", "e5-bert", "e5-xlmr"])
def test_two_hundred_texts_give_the_references_ids(models, name):
    model = models(name)
    tokenizer = Tokenizer(model.files["tokenizer"], model.card.text)
    right = golden_tokens()[name]
    assert len(right) == len(golden_texts()) == 200
    padded = model.card.text.pad_to == "context"
    for text, ids in zip(golden_texts(), right, strict=True):
        found = tokenizer.batch([text])[0][0].tolist() if padded else tokenizer.ids(text)
        assert found == ids, text


def test_two_hundred_texts_give_open_clips_ids(tmp_path):
    path = tmp_path / "tokenizer.json"
    clip_tokenizer().save(str(path))
    rules = load_registry().find("clip-b32-laion").text
    tokenizer = Tokenizer(path, rules)
    right = golden_tokens()["clip"]
    assert len(right) == 200
    for text, ids in zip(golden_texts(), right, strict=True):
        assert tokenizer.batch([text])[0][0].tolist() == ids, text


def test_what_is_cut_keeps_its_end_of_text_id(models):
    model = models("siglip2-hf")
    ids = Tokenizer(model.files["tokenizer"], model.card.text).ids("word " * 300)
    assert len(ids) == 64
    assert ids[-1] == 1


def test_padding_on_the_left_and_a_mask(models):
    model = models("e5-bert")
    rules = TextInput(context=512, pad_id=0, pad_side="left")
    ids, mask = Tokenizer(model.files["tokenizer"], rules).batch(["a red car", "a"])
    assert mask[0].all()
    assert ids[1][: -int(mask[1].sum())].sum() == 0
    assert not mask[1][0]
    assert mask[1][-1]


@pytest.mark.parametrize("way", ["clip", "siglip-hf", "siglip-open"])
def test_preprocessing_of_photos_is_the_references(way):
    key = {"clip": "clip-b32", "siglip-hf": "siglip2-b16-224", "siglip-open": "siglip2-b32-256"}[way]
    spec = load_registry().find(key).image
    photos = sorted((shared_media("photos")).iterdir())
    golden = golden_arrays("preprocessing")
    assert len(photos) > 25
    for path in photos:
        tensor = preprocess(decode(path.read_bytes()), spec)
        assert tensor.shape == (3, spec.size, spec.size)
        assert np.abs(tensor[:, ::16, ::16] - golden[f"{way}/{path.name}"]).max() < 1e-2, path.name
        moments = np.asarray([tensor.mean(), tensor.std()])
        assert np.abs(moments - golden[f"{way}/{path.name}/moments"]).max() < 1e-3, path.name


def test_clap_features_of_drawn_sounds_are_the_references():
    golden = golden_arrays("clap_features")
    for name, wave in drawn_sounds().items():
        features = clap_features(wave)
        assert features.shape == (1, 1001, 64)
        assert np.abs(features[:, ::20, ::4] - golden[f"drawn/{name}"]).max() < 1e-3, name


def test_clap_features_of_recordings_are_the_references():
    golden = golden_arrays("clap_features")
    sounds = sorted(shared_media("audio").iterdir())
    assert len(sounds) > 8
    for path in sounds:
        features = clap_features(read_sound(path))[:, ::20, ::4]
        assert np.abs(features - golden[f"media/{path.name}"]).max() < 1e-3, path.name


def test_every_golden_model_is_tested(models):
    names = {name.split("/")[0] for name in golden_arrays("vectors")}
    assert names == set(FAMILIES)


def test_metadata_says_how_a_vector_was_made(models):
    made = ClipEncoder(models("clip-hf")).embed_pictures(drawn_pictures()[:1])[0]
    assert made.error is None
    assert made.metadata["model_name"] == "clip-hf"
    assert made.metadata["pretrained"] == "random"
    assert made.metadata["embed_dim"] == 24
    assert made.metadata["normalized"] is True
    assert made.metadata["device"] == "cpu"
    assert made.metadata["inference_time_ms"] > 0
    assert made.metadata["created_at"].endswith("+00:00")
    assert made.metadata["error"] is None


def test_raw_vectors_when_told_so(models):
    model = models("clip-hf")
    raw = ClipEncoder(model, normalize=False).embed_pictures(drawn_pictures()[:1])[0]
    unit = ClipEncoder(model).embed_pictures(drawn_pictures()[:1])[0]
    assert abs(np.linalg.norm(raw.vector) - 1) > 0.01
    assert np.abs(raw.vector / np.linalg.norm(raw.vector) - unit.vector).max() < 1e-6
    assert raw.metadata["normalized"] is False


def test_a_wrong_dimension_is_a_named_error(models):
    model = models("clip-hf")
    wrong = dataclasses.replace(model, card=dataclasses.replace(model.card, dim=25))
    made = ClipEncoder(wrong).embed_pictures(drawn_pictures()[:1])[0]
    assert made.vector is None
    assert "GraphError" in made.metadata["error"]
