"""Encoders on other machines, through the whole library: what is sent where, and that nothing is sent unasked."""

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.golden.loading import HERE
from tests.integration.test_models import GOLDEN
from tests.unit.embeddings.server import Answer, Server

from scenedex import Library, open_library
from scenedex.embeddings.elsewhere import openai_model
from scenedex.embeddings.equipment import Equipment
from scenedex.errors import NotFoundError, UsageError
from scenedex.inference.registry import Registry, load_registry
from scenedex.inference.session import RunOptions
from scenedex.inference.weights import WeightStore
from scenedex.testing import Clip, shots_clip

pytestmark = pytest.mark.usefixtures("shared_server")

Serve = Callable[[Answer], Server]
DIM = 16


@pytest.fixture
def serve() -> Iterator[Serve]:
    made: list[Server] = []

    def start(answer: Answer) -> Server:
        made.append(Server(answer))
        return made[-1]

    yield start
    for server in made:
        server.close()


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    path = tmp_path / "clip.mp4"
    shots_clip(path, [2.0, 2.0], Clip())
    path.with_suffix(".srt").write_text("1\n00:00:00,500 --> 00:00:01,500\nGoodbye, my friend.\n")
    return path


def numbers(item: str, dim: int) -> list[float]:
    seed = int.from_bytes(hashlib.sha256(item.encode()).digest()[:4], "big")
    return np.random.default_rng(seed).normal(0, 7, dim).tolist()  # of no unit length


def clip_server(path: str, headers: dict[str, str], body: bytes) -> tuple[int, Any]:
    asked = json.loads(body)
    rows = [numbers(item, 512) for item in asked.get("texts") or asked["images"]]
    return 200, {"embeddings": rows, "model": "ViT-B-32", "dim": 512, "inference_time_ms": 1.0}


def openai_server(path: str, headers: dict[str, str], body: bytes) -> tuple[int, Any]:
    rows = [{"index": i, "embedding": numbers(t, DIM)} for i, t in enumerate(json.loads(body)["input"])]
    return 200, {"data": rows}


def spaces(library: Library) -> dict[str, int]:
    return {name: row["embeddings"] for name, row in library.stats()["embeddings"].items()}


def lengths(library: Library, name: str) -> list[float]:
    """Lengths of the vectors that are kept in a space."""
    with library._database.transaction(library.owner) as tx:
        rows = tx.execute(
            """select l2_norm(vector) as length from embeddings join spaces on spaces.id = space_id
            where owner_id = %(owner)s and name = %(name)s""",
            {"name": name},
        )
    return [row["length"] for row in rows]


def test_pictures_and_queries_go_to_the_server_that_is_named(
    tmp_path: Path, clip: Path, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve(clip_server)
    monkeypatch.setenv("SCENEDEX_PROFILE", "clip")
    monkeypatch.setenv("CLIP_CACHE_DIR", str(tmp_path / "no models"))
    monkeypatch.setenv("CLIP_RUNPOD_URL", server.url)
    monkeypatch.setenv("CLIP_RUNPOD_SECRET", "a secret key")
    with open_library(tmp_path / "home") as library:
        library.add(clip)
        keyframes = library.stats()["keyframes"]
        assert spaces(library)["clip-b32@d15189d7+remote"] == keyframes
        assert np.allclose(lengths(library, "clip-b32@d15189d7+remote"), 1.0, atol=1e-3)
        assert "clip-b32" not in (library.absent() or "")
        answer = library.search("two cars on a road")
        assert answer.degraded == ()
        assert "visual" in answer.plan.weights
    paths = [path for path, _, _ in server.requests]
    assert set(paths) == {"/v1/embed/image", "/v1/embed/text"}
    assert b"two cars on a road" in server.requests[-1][2]
    assert all("x-signature" in headers for _, headers, _ in server.requests)


def test_a_server_that_is_gone_takes_only_the_visual_channel_out(
    tmp_path: Path, clip: Path, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve(clip_server)
    monkeypatch.setenv("SCENEDEX_PROFILE", "clip")
    monkeypatch.setenv("CLIP_CACHE_DIR", str(tmp_path / "no models"))
    monkeypatch.setenv("CLIP_RUNPOD_URL", server.url)
    monkeypatch.setenv("CLIP_RUNPOD_SECRET", "a secret key")
    with open_library(tmp_path / "home") as library:
        library.add(clip)
        server.answer = lambda *_: (503, {"error": "out of order"})
        answer = library.search("goodbye")
        assert answer.hits[0].scene == 0
        assert any(said.startswith("visual: ") for said in answer.degraded)
    monkeypatch.delenv("CLIP_RUNPOD_URL")
    asked = len(server.requests)
    with open_library(tmp_path / "home") as library:
        assert library.search("goodbye").hits[0].scene == 0
    assert len(server.requests) == asked


def test_transcripts_go_to_an_openai_server_when_its_model_is_named(
    tmp_path: Path, clip: Path, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve(openai_server)
    monkeypatch.setenv("OPENAI_BASE_URL", f"{server.url}/v1")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-1")
    with open_library(tmp_path / "home") as library:  # a key alone sends nothing
        library.add(clip)
        library.search("goodbye")
        assert server.requests == []
    monkeypatch.setenv("SCENEDEX_TEXT_MODEL", f"openai/tiny@{DIM}")
    with open_library(tmp_path / "home") as library:
        library.add(clip)
        name = f"openai:tiny@{DIM}"
        assert spaces(library)[name] == 1
        assert np.allclose(lengths(library, name), 1.0, atol=1e-3)
        assert library.search("goodbye").degraded == ()
    assert {path for path, _, _ in server.requests} == {"/v1/embeddings"}
    assert server.requests[0][1]["authorization"] == "Bearer sk-1"
    asked = len(server.requests)
    monkeypatch.delenv("SCENEDEX_TEXT_MODEL")
    with open_library(tmp_path / "home") as library:  # no longer chosen: its space is left alone
        answer = library.search("goodbye")
        assert answer.hits[0].scene == 0
        assert any(name in said for said in answer.degraded)
    assert len(server.requests) == asked


@pytest.mark.parametrize(
    ("model", "error", "said"),
    [
        ("openai/unheard-of", UsageError, "openai/unheard-of@NUMBERS"),
        ("openai/", UsageError, "openai/MODEL@NUMBERS"),
        ("openai/big@4001", UsageError, "4000"),
        ("openai/x@-1", UsageError, "NUMBERS"),
        ("openai/text-embedding-3-small", UsageError, "OPENAI_API_KEY"),
        ("clip-b32", UsageError, "not made to compare texts"),
        ("me5-smal", NotFoundError, "me5-small"),
    ],
)
def test_a_text_model_that_cannot_be_used(
    model: str,
    error: type[Exception],
    said: str,
    tmp_path: Path,
    clip: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SCENEDEX_TEXT_MODEL", model)
    with open_library(tmp_path / "home") as library, pytest.raises(error, match=said):
        library.add(clip)


def test_dimensions_of_openai_models() -> None:
    assert openai_model("openai/text-embedding-3-small") == ("text-embedding-3-small", 1536)
    assert openai_model("openai/text-embedding-3-large@256") == ("text-embedding-3-large", 256)
    assert openai_model("openai/org/model@7") == ("org/model", 7)


@pytest.mark.parametrize("normalize", [True, False])
def test_callers_may_have_raw_vectors_and_the_library_keeps_unit_ones(
    normalize: bool, tmp_path: Path, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(HERE / "models", tmp_path / "weights")
    monkeypatch.setenv("SCENEDEX_PROFILE", "golden")
    monkeypatch.setenv("CLIP_NORMALIZE", str(normalize))
    monkeypatch.setenv("CLIP_MAX_IMAGE_SIZE", "80")
    with open_library(tmp_path / "home") as library:
        registry = Registry(tuple(load_registry(HERE / "registry.toml")), (GOLDEN,))
        made = library.equipment
        library._equipment = Equipment(
            registry,
            WeightStore(tmp_path / "weights"),
            RunOptions(device="cpu", timeout_s=60),
            elsewhere=made._elsewhere,
            max_side=made._max_side,
        )
        picture = np.random.default_rng(0).integers(0, 256, (90, 160, 3), np.uint8)
        seen = library.visual_embedder().create_visual_embedding(picture)
        assert seen.vector is not None
        assert seen.metadata["normalized"] is normalize
        assert (abs(float(np.linalg.norm(seen.vector)) - 1) < 1e-4) is normalize
        library.add(clip)
        assert np.allclose(lengths(library, "clip-hf@1+crops+side80"), 1.0, atol=1e-3)
        assert spaces(library)["clip-hf@1+crops+side80"] == 2 * library.stats()["keyframes"]
