"""Into which parts a keyframe is cut, so that a thing that was cropped out of one picture is found in another.

    python -m benchmarks tiles

Pictures of the demo's drawing code, embedded by the mini picture tower. Each thing stands in two pictures, at another
place, in another size and among other things; its crop from the one (cut close, as somebody draws a rectangle) is
compared with the parts of the other and of 59 pictures in which it does not occur; a picture counts by its best part.
Small things are 0.15 to 0.25 of the picture's height, middling ones 0.3 to 0.45, large ones 0.55 to 0.8. What counts is
the difference between the layouts: how well CLIP would do is not measured here.
"""

import math
from collections.abc import Callable, Sequence
from random import Random

import numpy as np

from scenedex.demo.draw.colours import COLOURS
from scenedex.demo.draw.places import PLACES
from scenedex.demo.draw.things import THINGS
from scenedex.demo.shot import Cast, Shot
from scenedex.demo.take import Take
from scenedex.embeddings.mini import MiniPictures
from scenedex.embeddings.tiles import BOXES, Box, grid, pixels_in, squares
from scenedex.search.anchor import chance_background
from scenedex.search.calibration import Background
from scenedex.search.entities import chance_of
from scenedex.types import Pixels, Space, Vectors

FRAME = (683, 384)
GROUP = 60
DEFAULT = 0.85  # ENTITY_THRESHOLD
SPACE = Space(name="parts", model="mini-pictures", revision="", modality="region", dim=256)
ROUNDS = 2
SIZES = {"small": (0.15, 0.25), "middling": (0.3, 0.45), "large": (0.55, 0.8)}
WHOLE: tuple[Box, ...] = ((0.0, 0.0, 1.0, 1.0),)
WIDE = FRAME[0] / FRAME[1]
LAYOUTS: dict[str, tuple[Box, ...]] = {
    "the whole picture": WHOLE,
    "whole, 2/3 overlapping by half": WHOLE + grid(2 / 3),
    "whole, 1/2 overlapping by half": WHOLE + grid(0.5),
    "whole, 2/3 and 1/2": WHOLE + grid(2 / 3) + grid(0.5),
    "whole, squares of 2/3": WHOLE + squares(WIDE, 2 / 3),
}


def stand(name: str, colour: str, sizes: tuple[float, float], rng: Random) -> tuple[Cast, Box]:
    """A thing somewhere in a picture, and the rectangle that it fills."""
    height = rng.uniform(*sizes)
    height = min(height, 0.85 * WIDE / THINGS[name].aspect)
    width = height * THINGS[name].aspect / WIDE
    x, lower = rng.uniform(width / 2, 1 - width / 2), rng.uniform(max(height, 0.6), 0.98)
    cast = Cast(thing=name, colour=colour, start=(x, lower, height), seed=rng.randrange(99))
    return cast, (max(x - width / 2, 0.0), lower - height, min(x + width / 2, 1.0), lower)


def scene(name: str, others: list[str], sizes: tuple[float, float], rng: Random) -> tuple[Pixels, Box]:
    """A picture with a thing and two others behind it, and where the thing is."""
    cast, box = stand(name, COLOUR[name], sizes, rng)
    behind = [stand(other, COLOUR[other], (0.15, 0.4), rng)[0] for other in others]
    shot = Shot(seconds=1 / 24, place=rng.choice(sorted(PLACES)), light="day", cast=(*behind, cast))
    return Take(shot, FRAME, rng.randrange(1 << 20)).picture(0), box


COLOUR = {name: Random(name).choice(sorted(COLOURS)) for name in THINGS}


def group(sizes: tuple[float, float], seed: int) -> tuple[list[Pixels], list[Pixels]]:
    """Crops of things, and pictures in which each of them occurs once."""
    rng = Random(seed)
    names = rng.sample(sorted(THINGS), GROUP)
    rest = sorted(set(THINGS) - set(names))
    crops, pictures = [], []
    for name in names:
        first, box = scene(name, rng.sample(rest, 2), (0.3, 0.6), rng)
        crops.append(pixels_in(first, box))
        pictures.append(scene(name, rng.sample(rest, 2), sizes, rng)[0])
    return crops, pictures


def embedded(eyes: MiniPictures, pictures: list[Pixels]) -> Vectors:
    """One vector a picture, (n, 256)."""
    return np.stack([each.vector for each in eyes.embed_pictures(pictures) if each.vector is not None])


def figures(cosines: np.ndarray) -> tuple[float, ...]:
    """Of pictures that have the thing of their row: found first; beyond what one in a thousand pictures without it
    reaches, by the cosine and by the similarity; similar enough by default. Last, of 1,000 pictures without it, those
    that are.

    `cosines`: (crops, pictures, parts); the thing of a crop stands in the picture of its number.
    """
    best = cosines.max(axis=2)
    alike = np.stack([odds(to, by_default(own.ravel())) for own, to in zip(cosines, best, strict=True)])
    right, off = np.eye(len(best), dtype=bool), ~np.eye(len(best), dtype=bool)
    first = float(((best > np.diag(best)[:, None]).sum(axis=1) < 1).mean())
    sure = [float((each[right] > np.quantile(each[off], 0.999)).mean()) for each in (best, alike)]
    return first, *sure, *enough(alike)


def enough(alike: np.ndarray) -> tuple[float, float]:
    """The share of the right pictures that are similar enough by default, and how many of 1,000 wrong ones are."""
    least = math.log(DEFAULT / (1 - DEFAULT))
    right, off = np.eye(len(alike), dtype=bool), ~np.eye(len(alike), dtype=bool)
    return float((alike[right] >= least).mean()), 1000 * float((alike[off] >= least).mean())


def by_default(own: np.ndarray) -> Background:
    """What a crop's cosines mean, told from those with all parts as the library does it."""
    chance = chance_of(own, SPACE, own.size)
    return chance_background(chance.mean, chance.spread, chance.vectors)


def by_all(own: np.ndarray) -> Background:
    """The same with nothing left out."""
    return chance_background(float(own.mean()), float(own.std()), own.size)


def odds(best: np.ndarray, background: Background) -> np.ndarray:
    """The similarity of cosines as log odds."""
    return (best - background.even) / background.scale


def often(
    rounds: Sequence[tuple[Vectors, Vectors]], share: float, tell: Callable[[np.ndarray], Background]
) -> str:
    """`enough`, where the thing fills this share of all parts besides: copies of the three that it fits best."""
    found = []
    for asked, parts in rounds:
        cosines = (asked @ parts.T).reshape(len(asked), len(asked), -1)
        alike = []
        for number, own in enumerate(cosines):
            copies = np.tile(np.sort(own[number])[-3:], round(share * own.size / 3))
            alike.append(odds(own.max(axis=1), tell(np.concatenate([own.ravel(), copies]))))
        found.append(enough(np.stack(alike)))
    hit, false = np.mean(found, axis=0)
    return f"{hit:5.2f} {false:6.1f}"


def main() -> None:
    eyes = MiniPictures()
    groups = {size: [group(SIZES[size], seed) for seed in range(ROUNDS)] for size in SIZES}
    print(
        "layout                              vectors"
        + "".join(f"   {s:>10}: @1  cos   sim   hit  false" for s in SIZES)
    )
    chosen: list[list[tuple[Vectors, Vectors]]] = []
    for layout, boxes in LAYOUTS.items():
        line = f"{layout:36s}{len(boxes):7d}"
        for rounds in groups.values():
            vectors = [
                (
                    embedded(eyes, crops),
                    embedded(eyes, [pixels_in(one, box) for one in pictures for box in boxes]),
                )
                for crops, pictures in rounds
            ]
            found = [
                figures((asked @ parts.T).reshape(len(asked), len(asked), len(boxes)))
                for asked, parts in vectors
            ]
            line += "      " + " ".join(f"{mean:5.2f}" for mean in np.mean(found, axis=0)[:4])
            line += f" {np.mean(found, axis=0)[4]:6.1f}"
            if boxes == BOXES:
                chosen.append(vectors)
        print(line)
    print("\nIn the chosen layout, where the thing fills this share of all parts besides: hit, false")
    for share in (0.0, 0.05, 0.1, 0.2):
        for name, tell in (("all parts", by_all), ("without what is far above", by_default)):
            print(f"{share:5.2f}  {name:28s}" + "   ".join(often(rounds, share, tell) for rounds in chosen))


if __name__ == "__main__":
    main()
