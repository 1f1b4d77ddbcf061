"""Does the picture tower find its way in the demo film? Twenty queries, 22 shots."""

import re
from collections.abc import Iterator
from io import BytesIO

import numpy as np
from PIL import Image

from scenedex.demo.film import SIZE, captions
from scenedex.demo.script import SCRIPT
from scenedex.demo.take import Take
from training.embed import Mini
from training.vocabulary import rows

MOMENTS = (0.15, 0.5, 0.85)
"""Where in a shot its keyframes are taken, as shares of its length."""


def queries() -> list[tuple[str, int]]:
    """Queries and the shot each should find, counted from 0.

    Raises ValueError when a query shares a word with what is said in the film.
    """
    said = {word for caption in captions() for word in re.findall(r"\w+", caption.text.lower())}
    found = [(row[0], int(row[1]) - 1) for row in rows("film_queries.txt")]
    shared = [query for query, _ in found if said & set(re.findall(r"\w+", query.lower()))]
    if shared:
        raise ValueError(f"These queries share a word with the film's subtitles: {shared}.")
    return found


def keyframes() -> Iterator[list[Image.Image]]:
    """Three pictures of every shot, after a JPEG of the size that a library keeps."""
    for seed, shot in enumerate(SCRIPT):
        take = Take(shot, SIZE, seed)
        yield [_kept(take.picture(round(share * (shot.frames - 1)))) for share in MOMENTS]


def _kept(pixels: np.ndarray) -> Image.Image:
    file = BytesIO()
    Image.fromarray(pixels).resize((683, 384), Image.Resampling.LANCZOS).save(file, "JPEG", quality=85)
    return Image.open(file)


def film_ranks(mini: Mini) -> list[tuple[str, int, int]]:
    """For every query: its text, the rank of the right shot (1 is best; the best keyframe counts), the first shot."""
    shots = np.stack([mini.pictures(frames) for frames in keyframes()])
    asked = queries()
    scores = np.einsum("qd,skd->qsk", mini.texts([query for query, _ in asked]), shots).max(axis=2)
    return [
        (query, int((scores[k] > scores[k, shot]).sum()) + 1, int(scores[k].argmax()) + 1)
        for k, (query, shot) in enumerate(asked)
    ]
