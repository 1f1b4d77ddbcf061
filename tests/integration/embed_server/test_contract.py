"""Each endpoint as its contract says, with real photographs; and vectors that are the library's own."""

import asyncio
import dataclasses
import json
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from onnxruntime.quantization import QuantType, quantize_dynamic
from tests.golden.loading import golden_model
from tests.integration.embed_server.served import get, photos, plain, post, running, said, signed, told

from scenedex.config import Settings
from scenedex.embed_server.model import ServedModel, served_model
from scenedex.embed_server.service import Service
from scenedex.embeddings.clip import ClipEncoder
from scenedex.embeddings.mini import MiniPictures
from scenedex.errors import NotFoundError, UsageError, WeightsMissingError
from scenedex.inference.session import RunOptions


@pytest.fixture(scope="session")
def photo() -> bytes:
    return photos()[0]


def vector(answer: httpx.Response) -> np.ndarray:
    assert answer.status_code == 200, answer.text
    return np.asarray(answer.json()["embedding"], np.float32)


def own(service: Service, *pictures: bytes) -> list[np.ndarray]:
    """What the library makes of them."""
    made = service.engine.model.encoder.embed_pictures(pictures)
    return [each.vector for each in made if each.vector is not None]


def test_health_says_what_it_runs(mini: Service) -> None:
    assert get(mini, "/health").json() == {
        "status": "ok",
        "model": "mini-pictures",
        "model_loaded": True,
        "device": "cpu",
        "cuda_available": False,
        "vram_used_gb": 0.0,
        "embedding_dimension": 256,
    }


def test_ready_embeds_a_picture_first(mini: Service) -> None:
    before = runs(mini)
    assert get(mini, "/ready").json() == {"status": "ready"}
    assert runs(mini) >= before + 1


def runs(service: Service) -> float:
    found = service.engine.meters.registry.get_sample_value(
        "scenedex_embed_run_seconds_count", {"kind": "picture"}
    )
    return found or 0.0


def test_fp32_vectors_are_the_librarys_own(golden: Service) -> None:
    pictures = photos()

    async def story(client: httpx.AsyncClient) -> list[httpx.Response]:
        return await asyncio.gather(
            *(client.post("/embed", json={"image": plain(each)}) for each in pictures)
        )

    for answer, wanted in zip(told(golden, story), own(golden, *pictures), strict=True):
        assert set(answer.json()) == {"embedding", "inference_time_ms"}
        assert answer.json()["inference_time_ms"] > 0
        assert np.abs(vector(answer) - wanted).max() <= 1e-5


def test_int8_vectors_are_near_the_librarys_own(tmp_path: Path) -> None:
    model = golden_model("clip-hf", tmp_path)
    eight = tmp_path / "vision_int8.onnx"
    quantize_dynamic(
        model.files["vision"],
        eight,
        op_types_to_quantize=["MatMul"],
        weight_type=QuantType.QInt8,
        per_channel=True,
    )
    model = dataclasses.replace(model, files={**model.files, "vision": eight})
    encoder = ClipEncoder(model, RunOptions(device="cpu", timeout_s=60, idle_s=0))
    pictures = photos()
    with running(ServedModel(encoder=encoder, name="eight", names=frozenset())) as service:

        async def story(client: httpx.AsyncClient) -> list[httpx.Response]:
            return await asyncio.gather(
                *(client.post("/embed", json={"image": plain(each)}) for each in pictures)
            )

        for answer, wanted in zip(told(service, story), own(service, *pictures), strict=True):
            assert float(vector(answer) @ wanted) >= 0.999


def test_a_data_url_is_a_picture_too(mini: Service, photo: bytes) -> None:
    found = vector(post(mini, "/embed", {"image": f"data:image/jpeg;base64,{plain(photo)}"}))
    assert np.abs(found - own(mini, photo)[0]).max() <= 1e-5


def test_an_anomaly_is_the_distance_from_what_is_normal(mini: Service, photo: bytes) -> None:
    normal = own(mini, photo)[0]
    same = post(
        mini, "/anomaly-score", {"image": plain(photo), "baseline_embedding": (7 * normal).tolist()}
    ).json()
    assert same["anomaly_score"] == pytest.approx(0.0, abs=1e-5)
    assert same["similarity_to_baseline"] == pytest.approx(1.0, abs=1e-5)
    other = post(mini, "/anomaly-score", {"image": plain(photo), "baseline_embedding": (-normal).tolist()})
    assert other.json()["anomaly_score"] == 1.0
    assert other.json()["similarity_to_baseline"] == pytest.approx(-1.0, abs=1e-5)
    assert set(same) == {"anomaly_score", "similarity_to_baseline", "inference_time_ms"}


def test_labels_get_probabilities_of_the_models_own_temperature(golden: Service, photo: bytes) -> None:
    labels = ["a cat", "dog", "the beach at night"]
    answer = post(golden, "/classify", {"image": plain(photo), "labels": labels}).json()
    encoder = golden.engine.model.encoder
    texts = encoder.embed([f"a photo of a {label}" for label in labels])
    logits = 100.0 * np.asarray([own(golden, photo)[0] @ text for text in texts if text is not None])
    wanted = np.exp(logits - logits.max()) / np.exp(logits - logits.max()).sum()
    assert list(answer["scores"]) == labels
    assert list(answer["scores"].values()) == pytest.approx(wanted.tolist(), abs=1e-3)
    assert answer["top_label"] == labels[int(wanted.argmax())]
    assert set(answer) == {"scores", "top_label", "inference_time_ms"}


def test_similarities_are_cosines(golden: Service, photo: bytes) -> None:
    texts = ["a red car", "사과", "rain"]
    encoder = golden.engine.model.encoder
    wanted = [float(own(golden, photo)[0] @ each) for each in encoder.embed(texts) if each is not None]
    one = post(golden, "/similarity", {"image": plain(photo), "text": texts[0]}).json()
    assert one["similarity"] == pytest.approx(wanted[0], abs=1e-5)
    assert set(one) == {"similarity", "inference_time_ms"}
    many = post(golden, "/batch-similarity", {"image": plain(photo), "texts": texts}).json()
    assert many["similarities"] == pytest.approx(dict(zip(texts, wanted, strict=True)), abs=1e-5)
    assert set(many) == {"similarities", "inference_time_ms"}
    hundred = [f"text {n}" for n in range(100)]
    assert (
        len(
            post(golden, "/batch-similarity", {"image": plain(photo), "texts": hundred}).json()[
                "similarities"
            ]
        )
        == 100
    )


def ask_signed(service: Service, path: str, question: dict[str, Any]) -> httpx.Response:
    body = json.dumps(question).encode()
    found: httpx.Response = told(
        service, lambda client: client.post(path, content=body, headers=signed(path, body))
    )
    return found


def test_signed_texts_one_or_many(golden: Service) -> None:
    wanted = golden.engine.model.encoder.embed(["a red car", "rain"])
    one = ask_signed(golden, "/v1/embed/text", {"text": "a red car"}).json()
    many = ask_signed(golden, "/v1/embed/text", {"texts": ["rain", "a red car", "rain"]}).json()
    assert np.allclose(one["embeddings"], [wanted[0]], atol=1e-5)
    assert np.allclose(many["embeddings"], [wanted[1], wanted[0], wanted[1]], atol=1e-5)
    assert (many["model"], many["dim"], many["errors"]) == ("clip-hf", golden.engine.model.dim, [])
    assert many["inference_time_ms"] > 0


def test_signed_pictures_and_one_that_is_none_among_them(mini: Service) -> None:
    pictures = photos()[:3]
    sent = [plain(pictures[0]), "bm90IGEgcGljdHVyZQ==", plain(pictures[1]), plain(pictures[2])]
    answer = ask_signed(mini, "/v1/embed/image", {"images": sent}).json()
    assert answer["embeddings"].pop(1) is None
    assert np.allclose(answer["embeddings"], own(mini, *pictures), atol=1e-5)
    assert [(each["index"], each["code"]) for each in answer["errors"]] == [(1, "unusable_picture")]
    alone = ask_signed(mini, "/v1/embed/image", {"image": sent[1]})
    assert (alone.status_code, alone.json()["error"]["code"]) == (422, "unusable_picture")
    assert len(ask_signed(mini, "/v1/embed/image", {"image": sent[0]}).json()["embeddings"]) == 1


@pytest.mark.parametrize(
    "question", [{}, {"text": "a", "texts": ["b"]}, {"texts": []}, {"texts": ["a", " "]}]
)
def test_signed_texts_that_make_no_sense(mini: Service, question: dict[str, Any]) -> None:
    assert ask_signed(mini, "/v1/embed/text", question).status_code == 422


def test_metrics_count_runs(mini: Service, photo: bytes) -> None:
    post(mini, "/embed", {"image": plain(photo)})
    text = get(mini, "/metrics").text
    assert 'scenedex_http_requests_total{method="POST",route="/embed",status="200"}' in text
    assert 'scenedex_embed_run_rows_bucket{kind="picture",le="1.0"}' in text
    assert 'scenedex_embed_held{kind="picture"} 0.0' in text


def test_the_schema_names_every_route(mini: Service) -> None:
    paths = get(mini, "/openapi.json").json()["paths"]
    assert set(paths) == {
        "/embed", "/anomaly-score", "/classify", "/similarity", "/batch-similarity", "/v1/embed/text",
        "/v1/embed/image", "/v1/embeddings", "/health", "/ready", "/metrics",
    }  # fmt: skip
    assert paths["/embed"]["post"]["requestBody"]["content"]["application/json"]["schema"]["required"] == [
        "image"
    ]


@pytest.mark.parametrize("path", ["/", "/embed/", "/v1", "/v1/embed"])
def test_what_is_not_there(mini: Service, path: str) -> None:
    answer = post(mini, path, {})
    assert answer.status_code == 404
    assert said(answer)


def test_words_that_a_model_does_not_know(mini: Service, photo: bytes) -> None:
    answer = post(mini, "/similarity", {"image": plain(photo), "text": "사과"})
    assert (answer.status_code, "reads nothing" in said(answer)) == (422, True)


def test_which_model_is_served(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CLIP_CACHE_DIR", str(tmp_path))
    with pytest.raises(WeightsMissingError, match="scenedex models pull clip-l14"):
        served_model(Settings())
    with pytest.raises(WeightsMissingError, match="models pull clip-b32"):
        served_model(Settings(), "ViT-B-32")
    with pytest.raises(NotFoundError, match="no model"):
        served_model(Settings(), "no-such-model")
    with pytest.raises(UsageError, match="does not see"):
        served_model(Settings(), "me5-small")
    monkeypatch.setenv("CLIP_MODEL_PATH", str(tmp_path / "nothing"))
    with pytest.raises(UsageError, match="holds no exported model"):
        served_model(Settings())
    monkeypatch.setenv("CLIP_MODEL_PATH", "mini")
    assert isinstance(served_model(Settings()).encoder, MiniPictures)
    monkeypatch.delenv("CLIP_MODEL_PATH")
    monkeypatch.setenv("SCENEDEX_PROFILE", "mini")
    assert served_model(Settings()).name == "mini-pictures"
