"""The static text encoder, with its real weights."""

import logging
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from scenedex.embeddings.encoder import TextEncoder
from scenedex.embeddings.wordllama import WORDLLAMA_SPACE, WordLlamaEncoder
from scenedex.types import Vector


@pytest.fixture(scope="module")
def encoder() -> TextEncoder:
    return WordLlamaEncoder()


def cosine(encoder: TextEncoder, one: str, other: str) -> float:
    a, b = vectors(encoder, one, other)
    return float(a @ b)


def vectors(encoder: TextEncoder, *texts: str) -> list[Vector]:
    found = encoder.embed(texts)
    assert all(v is not None for v in found)
    return [v for v in found if v is not None]


def test_vectors_are_unit_length_and_of_the_space(encoder: TextEncoder) -> None:
    for vector in vectors(encoder, "dog", "a red car at night", "e-mail № 5", "\x00", "x" * 50_000):
        assert vector.shape == (encoder.space.dim,)
        assert vector.dtype == np.float32
        assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)


def test_the_same_text_gives_the_same_vector_in_any_company(encoder: TextEncoder) -> None:
    alone = vectors(encoder, "a red car at night")[0]
    among = vectors(
        encoder, "short", "a red car at night", "a text that is a good deal longer than the others"
    )[1]
    assert np.array_equal(alone, among)
    assert np.array_equal(alone, vectors(WordLlamaEncoder(), "a red car at night")[0])


def test_near_words_are_nearer_than_far_ones(encoder: TextEncoder) -> None:
    assert cosine(encoder, "dog", "puppy") > cosine(encoder, "dog", "parliament") + 0.3
    assert cosine(encoder, "car", "automobile") > cosine(encoder, "car", "banana") + 0.3
    assert cosine(encoder, "moon landing", "An astronaut on the Moon") > cosine(
        encoder, "moon landing", "A smiling man"
    )


def test_vectors_equal_the_library_s_own(encoder: TextEncoder) -> None:
    import wordllama

    folder = Path(wordllama.__file__).parent
    theirs = wordllama.WordLlama.load(cache_dir=folder, disable_download=True).embed(
        ["A dog runs over the meadow", "rain"], norm=True
    )
    ours = np.stack(vectors(encoder, "A dog runs over the meadow", "rain"))
    assert np.allclose(ours, theirs, atol=1e-5)


def test_an_empty_text_has_no_vector(encoder: TextEncoder) -> None:
    found = encoder.embed(["", "dog"])
    assert found[0] is None
    assert found[1] is not None
    assert encoder.embed([]) == []


def test_surrogates_do_not_stop_it(encoder: TextEncoder) -> None:
    assert vectors(encoder, "broken \ud800 name")[0].shape == (256,)


def test_threads_share_one_encoder() -> None:
    fresh = WordLlamaEncoder()
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: vectors(fresh, "dog")[0], range(16)))
    assert all(np.array_equal(found[0], v) for v in found)


def test_the_revision_is_that_of_the_weights() -> None:
    spec = find_spec("wordllama")
    assert spec is not None
    assert spec.origin is not None
    weights = Path(spec.origin).parent / "weights" / "l2_supercat_256.safetensors"
    assert sha256(weights.read_bytes()).hexdigest().startswith(WORDLLAMA_SPACE.revision)


def test_import_is_lazy_and_leaves_logging_alone() -> None:
    code = (
        "import sys, logging; from scenedex.embeddings.wordllama import WordLlamaEncoder as E; "
        "E().embed(['dog']); assert not {'wordllama', 'requests'} & set(sys.modules); "
        "assert not logging.getLogger().handlers and logging.getLogger().level == logging.WARNING"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert logging.getLogger().level == logging.WARNING


def test_text_in_another_script_has_no_embedding() -> None:
    latin, korean, mixed, digits = WordLlamaEncoder().embed(
        ["Straße über Österreich", "약속을 지키다", "떡볶이 in the red pot", "1984"]
    )
    assert korean is None
    assert latin is not None
    assert mixed is not None
    assert digits is not None
