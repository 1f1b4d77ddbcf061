"""Captions to scenes."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from scenedex.errors import EncoderError
from scenedex.indexing.words import (
    MAX_CAPTION_S,
    captions_by_scene,
    terms_of_scenes,
    transcript_embeddings,
    within,
)
from scenedex.types import Caption, Space, Vector

times = st.floats(0, 100, allow_nan=False)


def caption(start_s: float, end_s: float, text: str = "x", language: str | None = None) -> Caption:
    return Caption(start_s=start_s, end_s=end_s, text=text, origin="sidecar", language=language)


def test_one_that_straddles_a_cut_counts_for_both() -> None:
    spans = [(0.0, 2.0), (2.0, 4.0), (4.0, 6.0)]
    across, touching, instant = caption(1.0, 3.0), caption(2.0, 4.0), caption(4.0, 4.0)
    assert captions_by_scene(spans, [across, touching, instant]) == [[across], [across, touching], [instant]]


@given(st.lists(st.tuples(times, times)), st.lists(st.floats(0.5, 30), min_size=1, max_size=8))
def test_as_a_plain_comparison_of_intervals_would_have_it(
    pairs: list[tuple[float, float]], lengths: list[float]
) -> None:
    edges = [0.0]
    for length in lengths:
        edges.append(edges[-1] + length)
    spans = list(pairwise(edges))
    captions = [caption(min(pair), max(pair), str(number)) for number, pair in enumerate(pairs)]
    for (start_s, end_s), found in zip(spans, captions_by_scene(spans, captions), strict=True):
        wanted = [c for c in captions if c.start_s < end_s and (c.end_s > start_s or c.start_s >= start_s)]
        assert sorted(found, key=lambda c: c.text) == sorted(wanted, key=lambda c: c.text)


def test_captions_beyond_the_end_are_left_out_and_the_rest_counted_by_language() -> None:
    kept = within(
        [caption(0, 1, "a", "en"), caption(0, 1, "b", "de"), caption(9, 9999, "c", "en"), caption(10, 11)],
        10.0,
    )
    assert [(c.text, c.index, c.language) for c in kept] == [("a", 0, "en"), ("b", 0, "de"), ("c", 1, "en")]
    assert kept[2].end_s == 9 + MAX_CAPTION_S


def test_a_scene_without_captions_still_has_the_words_of_its_name() -> None:
    spoken, silent = terms_of_scenes([(0.0, 1.0), (1.0, 2.0)], [caption(0, 1, "goodbye")], ["holiday.mp4"])
    assert spoken.length == 1
    assert silent.length == 0
    assert set(silent.tf) < set(spoken.tf)
    assert silent.tf


class Encoder:
    """Knows one word; refuses to work when told so."""

    space = Space(name="toy", model="toy", revision="1", modality="text", dim=2)

    def __init__(self, failing: bool = False) -> None:
        self.failing = failing

    def embed(self, texts: Sequence[str]) -> list[Vector | None]:
        if self.failing:
            raise EncoderError("The weights are gone.")
        return [np.array([1.0, 0.0], dtype=np.float32) if "word" in text else None for text in texts]


def test_a_failing_encoder_leaves_rows_with_its_error_and_unknown_words_leave_none() -> None:
    spans = [(0.0, 2.0), (2.0, 4.0)]
    captions = [caption(0, 1, "word"), caption(3, 4, "떡볶이")]
    (known,) = transcript_embeddings(spans, captions, Encoder())
    assert (known.scene_index, known.t_s, "error" in known.metadata) == (0, 0.0, False)
    failed = transcript_embeddings(spans, captions, Encoder(failing=True))
    assert [(d.scene_index, d.vector, d.metadata["error"]) for d in failed] == [
        (0, None, "The weights are gone."),
        (1, None, "The weights are gone."),
    ]
