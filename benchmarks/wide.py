"""What a network that sees squares finds at the edge of 16:9 pictures: centre crop, padding, two crops.

    python -m benchmarks wide

Trained weights of CLIP are not at hand where this runs, so a proxy stands in: the mini picture tower, whose weights
are convolutions and a pooling, run as a network that sees squares (of 80 and of 144 pixels; it was trained on
192 x 112). In each picture of the demo's drawing code one thing stands wholly in the part that the centre crop
throws away, another in the middle; each is asked for by its name among 45 pictures that show other things. What
counts is the difference between the rules: how CLIP itself would do is not measured here.
"""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from random import Random

import numpy as np
import onnx
from onnx import numpy_helper

from scenedex.demo.draw.colours import COLOURS
from scenedex.demo.draw.places import PLACES
from scenedex.demo.draw.things import THINGS
from scenedex.demo.shot import Cast, Shot
from scenedex.demo.take import Take
from scenedex.embeddings.images import WideRule, preprocess, views
from scenedex.embeddings.mini import MiniPictures, folder
from scenedex.inference.registry import ImageInput
from scenedex.inference.session import RunOptions, Session
from scenedex.types import Pixels, Vectors

FRAME = (640, 360)
EDGE = (1 - FRAME[1] / FRAME[0]) / 2
"""Share of the width on either side that a centre crop loses."""

GROUP = 45
ROUNDS = 4
BLANK = 1 / 255  # one byte step: the tower normalises by itself
RULES: dict[str, tuple[tuple[WideRule, ...], str]] = {
    "centre crop": (("crop",), "max"),
    "padding": (("pad",), "max"),
    "two crops, joined (mean)": (("crops",), "mean"),
    "two crops, regions (max)": (("crops",), "max"),
    "padding and two crops, regions": (("pad", "crops"), "max"),
    "three crops, regions": (("crop", "crops"), "max"),
}
"""What is seen of a picture, and how its parts become one score."""


def square_tower(side: int, path: Path) -> Session:
    """The mini picture tower for squares: the same weights; only the sizes written into its first fold differ."""
    model = onnx.load(folder() / "pictures.onnx")
    height, width = (model.graph.input[0].type.tensor_type.shape.dim[k].dim_value for k in (1, 2))
    for node in model.graph.node:
        for attribute in node.attribute:
            if (
                node.op_type == "Constant"
                and attribute.t.dims
                and attribute.t.data_type == onnx.TensorProto.INT64
            ):
                numbers = numpy_helper.to_array(attribute.t)
                squared = np.where(np.isin(numbers, (height // 2, width // 2)), side // 2, numbers)
                attribute.t.CopyFrom(numpy_helper.from_array(squared))
    for k in (1, 2):
        model.graph.input[0].type.tensor_type.shape.dim[k].dim_value = side
    del model.graph.value_info[:]
    onnx.save(model, path)
    return Session(path, RunOptions(device="cpu", timeout_s=60))


def picture(edge: str, middle: str, rng: Random) -> tuple[Pixels, str, str]:
    """A wide picture with one thing at an edge and one in the middle, and how each is asked for."""
    cast, asked = [], []
    left = rng.random() < 0.5
    for name, room in ((edge, EDGE), (middle, 1 - 2 * EDGE)):
        thing = THINGS[name]
        width = room * FRAME[0] * 0.96
        height = min(rng.uniform(0.35, 0.6) * FRAME[1], width / thing.aspect)
        half = height * thing.aspect / 2 / FRAME[0]
        x = rng.uniform(half, max(half, EDGE - half)) if room == EDGE else 0.5
        x = 1 - x if room == EDGE and not left else x
        colour = rng.choice(list(COLOURS))
        cast.append(
            Cast(
                thing=name,
                colour=colour,
                start=(x, rng.uniform(0.75, 0.95), height / FRAME[1]),
                seed=rng.randrange(99),
            )
        )
        asked.append(f"{colour} {name}" if thing.tinted else name)
    shot = Shot(seconds=1 / 24, place=rng.choice(list(PLACES)), light="day", cast=tuple(cast))
    return Take(shot, FRAME, rng.randrange(1 << 20)).picture(0), asked[0], asked[1]


def seen(pixels: Sequence[Pixels], session: Session, rules: Sequence[WideRule]) -> list[Vectors]:
    """The vectors of the parts of each picture."""
    side = session.inputs[0].shape[1]
    assert isinstance(side, int)
    spec = ImageInput(
        size=side, resize="shortest", interpolation="bicubic", mean=(0.5,) * 3, std=(BLANK,) * 3
    )
    found = []
    for each in pixels:
        parts = [preprocess(part, spec) for rule in rules for part in views(each, spec, rule)]
        bytes_ = np.clip(np.stack(parts).transpose(0, 2, 3, 1) + 127.5, 0, 255).round().astype(np.uint8)
        found.append(np.asarray(session.run({"pixels": bytes_})))
    return found


def scores(asked: Vectors, parts: Sequence[Vectors], way: str) -> np.ndarray:
    """Cosine of each text (row) with each picture (column)."""
    if way == "mean":
        joined = np.stack([each.mean(axis=0) for each in parts])
        return asked @ (joined / np.linalg.norm(joined, axis=1, keepdims=True)).T
    return np.stack([(asked @ each.T).max(axis=1) for each in parts], axis=1)


def ranks(found: np.ndarray) -> np.ndarray:
    """How many pictures come before the right one."""
    return (found > np.diag(found)[:, None]).sum(axis=1)


def group(seed: int) -> tuple[list[Pixels], list[str], list[str]]:
    """Pictures in which everything occurs once."""
    rng = Random(seed)
    names = rng.sample(sorted(THINGS), 2 * GROUP)
    made = [picture(names[k], names[GROUP + k], rng) for k in range(GROUP)]
    return [each[0] for each in made], [each[1] for each in made], [each[2] for each in made]


def main() -> None:
    text = MiniPictures()
    groups = [group(seed) for seed in range(ROUNDS * 3)]
    asked = ROUNDS * 3 * GROUP
    print(
        f"{asked} things at the edge and {asked} in the middle of 16:9 pictures, each among {GROUP}; proxy: mini tower"
    )
    print("squares of   rule                              edge: @1     @5   middle: @1     @5   vectors")
    with tempfile.TemporaryDirectory() as name:
        for side in (80, 144):
            session = square_tower(side, Path(name) / f"{side}.onnx")
            for rule, (wide, way) in RULES.items():
                shares, count = measured(groups, text, session, wide, way)
                figures = "".join(f"{share:9.3f}" for share in shares)
                print(f"{side:10d}   {rule:30s} {figures}   {count}")


def measured(
    groups: Sequence[tuple[list[Pixels], list[str], list[str]]],
    text: MiniPictures,
    session: Session,
    wide: Sequence[WideRule],
    way: str,
) -> tuple[list[float], int]:
    """Recall at 1 and at 5 at the edge, then in the middle; and how many vectors a picture has."""
    places: list[list[np.ndarray]] = [[], []]
    count = 1
    for pixels, *queries in groups:
        parts = seen(pixels, session, wide)
        count = len(parts[0]) if way == "max" else 1
        for kept, words in zip(places, queries, strict=True):
            vectors = np.stack([v for v in text.embed(words) if v is not None])
            kept.append(ranks(scores(vectors, parts, way)))
    return [float((np.concatenate(kept) < first).mean()) for kept in places for first in (1, 5)], count


if __name__ == "__main__":
    main()
