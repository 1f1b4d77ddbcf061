"""Where the constants of `scenedex.search.calibration` come from: cosines of unrelated and of related texts.

`python -m benchmarks.background` prints how near the nearest unrelated passage comes to an everyday query, how near
a caption comes to its paraphrases, and what of both a threshold would show.
"""

import importlib
import inspect
import random
import re
import sys
import warnings

import numpy as np

from scenedex.embeddings.wordllama import WordLlamaEncoder
from scenedex.types import Vectors

# Everyday things of which the captions below say nothing.
UNRELATED = """
quantum physics lecture; chocolate cake recipe; wedding dance; tax return deadline; guitar solo; football goal
in the last minute; how to change a bicycle tire; medieval castle history; the president signs a law; cat
sleeping on a sofa; vaccination side effects; stock market crash; snowboarding down a mountain; a ship in a
storm; knitting a sweater; fire brigade rescues a dog; opera singer on stage; submarine; courtroom verdict;
train arriving at the station; volcano eruption; birthday party with balloons; chess championship; baking
bread; dentist; surfing; elephant; parachute jump; cooking pasta with tomatoes; election night; sewing
machine; haircut; pregnancy test; mosque; desert camel caravan; helicopter landing; church bells; swimming
lesson; credit card fraud; he confesses the murder
"""

# A caption, and two ways to ask for it in other words.
CAPTIONS = """
A worker in a yellow hard hat and orange safety vest walks through an empty warehouse
  man wearing a helmet in a storage hall; industrial building employee on foot
Time-lapse close-up of a red flower opening its petals
  blossom blooming; plant unfolding, macro shot
Overhead view of cars driving on grey asphalt
  vehicles on the road from above; traffic seen by a drone
A black bear walks behind a metal grid in a zoo enclosure
  animal in a cage; wild beast behind bars
Shoppers look at white pottery on shelves in a store aisle
  customers in a supermarket; people buying ceramics
The Space Shuttle seen from above, orbiting over a reddish-brown Earth
  spacecraft above the planet; NASA vehicle in orbit
Water flowing over rocks in a small stream
  river running across stones; a brook
Students sitting at desks in a classroom with blue chairs
  pupils at school; lesson in a lecture hall
A green tractor pulls a seeding machine across a ploughed field
  farming vehicle sowing; agriculture machinery on a farm
A hand moves plastic water bottles with blue caps on a table
  fingers grabbing drinks; someone picks up containers
Hildy!
  Hildegard; calling a woman's name
How are you?
  greeting; how do you feel today
Tell me, is the lord of the universe in?
  is the boss here; ruler of the cosmos
Yes, he's in - in a bad humor
  the boss is grumpy; he is in a terrible mood
Somebody must've stolen the crown jewels
  theft of royal treasure; a robbery of diamonds
A green apple, broccoli, cauliflower and an orange move along a conveyor belt
  fruit and vegetables on an assembly line; food sorting in a factory
Close-up of popcorn on a white surface
  snack at the cinema; puffed maize kernels
A silver car and a cyclist in a parking lot seen from above
  bicycle rider near an automobile; someone riding a bike
An Apollo 15 astronaut on the Moon next to the lunar module
  spaceman on the lunar surface; moon landing
A smiling man in a blue t-shirt against a plain wall
  happy guy laughing; portrait of a cheerful person
Animated: a big grey rabbit stretches outside his burrow
  cartoon bunny wakes up; hare leaving its hole
NAR: This is the optical and science segment of the Webb space telescope in a large cleanroom
  observatory mirror in a laboratory; astronomy instrument assembled in a sterile room
A toddler in striped pyjamas drums on plastic water jugs in a living room
  baby playing music; child bangs on containers
A man in black stands at a small round table on a wooden floor
  person beside furniture; someone in dark clothes near a desk
"""


def documentation(most: int) -> list[tuple[str, str]]:
    """First sentence and next paragraph of docstrings of the standard library, in random order."""
    found: dict[str, str] = {}
    for name in sorted(sys.stdlib_module_names):
        if name.startswith("_") or name in {"antigravity", "this", "idlelib", "lib2to3", "turtledemo"}:
            continue
        try:
            module = importlib.import_module(name)
        except ImportError:
            continue
        for _, thing in [("", module), *inspect.getmembers(module)]:
            parts = [re.sub(r"\s+", " ", part) for part in (inspect.getdoc(thing) or "").split("\n\n")]
            if len(parts) > 1 and 4 <= len(parts[0].split()) <= 20 and len(parts[1].split()) >= 15:
                found.setdefault(parts[0], " ".join(parts[1].split()[:40]))
    pairs = sorted(found.items())
    random.Random(7).shuffle(pairs)
    return pairs[:most]


def main() -> None:
    encoder = WordLlamaEncoder()

    def vectors(texts: list[str]) -> Vectors:
        return np.stack([v for v in encoder.embed(texts) if v is not None])

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        passages = vectors([text for _, text in documentation(1000)])
    lines = CAPTIONS.strip().split("\n")
    captions = vectors(lines[::2])
    unrelated = vectors(" ".join(UNRELATED.split()).split("; "))
    asked = vectors([query for line in lines[1::2] for query in line.strip().split("; ")])
    cosines = asked @ captions.T
    related = cosines[np.arange(len(asked)), np.arange(len(asked)) // 2]
    nearest = {
        f"{len(captions)} captions": (unrelated @ captions.T).max(axis=1),
        f"{len(passages)} passages": (unrelated @ passages.T).max(axis=1),
    }
    quantiles = [0.1, 0.5, 0.75, 0.9, 0.95]
    print("quantiles             ", *(f"{q:6.2f}" for q in quantiles))
    for name, best in [*nearest.items(), ("the caption meant", related)]:
        print(f"{name:22s} ", *(f"{value:6.3f}" for value in np.quantile(best, quantiles)))
    for threshold in (0.20, 0.25, 0.28, 0.35, 0.40, 0.45):
        shown = ", ".join(f"{(best >= threshold).mean():.3f} of {name}" for name, best in nearest.items())
        print(
            f"from {threshold:.2f}: {(related >= threshold).mean():.2f} of paraphrases; unrelated queries: {shown}"
        )


if __name__ == "__main__":
    main()
