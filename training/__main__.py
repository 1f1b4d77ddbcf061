"""`python -m training`: draws, trains, exports and evaluates the mini models."""

import argparse
import shutil
import time
from pathlib import Path

import numpy as np
import torch

from training.balance import balance
from training.compose import material
from training.evaluate import evaluate
from training.export import export_pictures, export_sounds, write_card
from training.lessons import Lessons, bank, mean_caption
from training.packages import fetch
from training.paths import CACHE, SHIPPED
from training.sounds import STEPS as SOUND_STEPS
from training.sounds import train_sounds
from training.train import BATCH, STEPS, Schedule, train_pictures
from training.vocabulary import vocabulary


def main() -> None:
    """Make the two ONNX files and their card, and print what they can do."""
    options = _options()
    torch.set_num_threads(options.threads)
    torch.use_deterministic_algorithms(True)
    begun = time.monotonic()
    CACHE.mkdir(parents=True, exist_ok=True)
    words, packages, drawn = vocabulary(), fetch(CACHE), CACHE / "material.pickle"
    if options.redraw:
        drawn.unlink(missing_ok=True)
    found = material(words, packages, drawn)
    print(
        f"{sum(map(len, found.sprites))} pictures of {len(words.concepts)} things, {_spent(begun)}",
        flush=True,
    )
    mean = mean_caption(words, found)
    part = options.work
    part.mkdir(parents=True, exist_ok=True)
    export_sounds(train_sounds(mean, options.sound_steps), part / "sounds.onnx")
    lessons = Lessons(words, found, mean, BATCH, options.steps)
    tower = train_pictures(lessons, bank(words, mean), Schedule(options.steps, options.limit_s))
    balance(tower, words, found, mean)
    export_pictures(tower, part / "pictures.onnx")
    print(f"trained, {_spent(begun)}", flush=True)
    write_card(part, np.asarray(mean), {})
    figures = evaluate(part, words, found, packages)
    write_card(part, np.asarray(mean), {name: round(value, 3) for name, value in figures.items()})
    options.output.mkdir(parents=True, exist_ok=True)
    for name in ("pictures.onnx", "sounds.onnx", "mini.json"):
        shutil.copyfile(part / name, options.output / name)
    print(f"written to {options.output}, {_spent(begun)}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m training", description=main.__doc__)
    parser.add_argument("--output", type=Path, default=SHIPPED, help="folder for the finished files")
    parser.add_argument("--work", type=Path, default=CACHE / "work", help="folder for unfinished files")
    parser.add_argument("--steps", type=int, default=STEPS, help="steps of the picture tower")
    parser.add_argument("--sound-steps", type=int, default=SOUND_STEPS, help="steps of the sound tower")
    parser.add_argument(
        "--limit-s",
        type=float,
        default=1e9,
        help="end the picture tower's training after so long: not repeatable",
    )
    parser.add_argument("--threads", type=int, default=1, help="beside the process that draws")
    parser.add_argument(
        "--redraw", action="store_true", help="after a change of the drawing code or the word lists"
    )
    return parser.parse_args()


def _spent(begun: float) -> str:
    return f"{(time.monotonic() - begun) / 60:.1f} minutes"


if __name__ == "__main__":
    main()
