"""A plug-in of scenedex: it knows seven colours, and nothing else."""

import numpy as np

COLOURS = {"red": (220, 30, 40), "green": (40, 160, 60), "blue": (50, 70, 210), "yellow": (220, 200, 60),
           "purple": (150, 60, 170), "white": (235, 235, 235), "black": (25, 25, 25)}  # fmt: skip
NAMES = list(COLOURS)


def likeness(picture):  # to each colour; pictures are uint8 (height, width, 3), RGB
    away = np.array(list(COLOURS.values())) - picture.mean(axis=(0, 1))
    return np.exp(-np.linalg.norm(away, axis=1) / 30)


class Encoder:
    scenedex_api, modality, revision, dim = 1, "visual", "1", len(NAMES)

    def embed_pictures(self, pictures):
        return [likeness(picture) + 1e-6 for picture in pictures]

    def embed_texts(self, texts):
        return [[float(name in text.lower().split()) for name in NAMES] for text in texts]


class Detector:
    scenedex_api, before = 1, None

    def push(self, t_s, picture):
        now, before = picture.mean(axis=(0, 1)), self.before
        self.before = now
        return [t_s] if before is not None and np.abs(now - before).max() > 40 else []


class Annotation:
    scenedex_api = 1

    def describe(self, pictures):
        return f"mostly {NAMES[int(np.argmax(likeness(pictures[0])))]}"
