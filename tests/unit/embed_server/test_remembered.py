"""Vectors of texts that were asked for lately."""

import numpy as np
import pytest

from scenedex.embed_server.remembered import LONGEST, RememberedTexts

VECTOR = np.ones(2, np.float32)


def test_the_least_asked_for_is_forgotten_first() -> None:
    texts = RememberedTexts(most=2)
    texts.put("a", VECTOR)
    texts.put("b", None)
    assert texts.has("a")
    texts.put("c", VECTOR)
    assert [texts.has(text) for text in "abc"] == [True, False, True]
    assert texts.get("a") is VECTOR
    with pytest.raises(KeyError):
        texts.get("b")


def test_that_a_text_has_no_vector_is_known_too() -> None:
    texts = RememberedTexts()
    texts.put("사과", None)
    assert texts.has("사과")
    assert texts.get("사과") is None


def test_long_texts_are_not_remembered() -> None:
    texts = RememberedTexts()
    texts.put("x" * (LONGEST + 1), VECTOR)
    assert not texts.has("x" * (LONGEST + 1))
