"""Films with known cuts, made from real photos and films: moving pictures with grain, in several encodings."""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

import av
import cv2
import numpy as np
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from tests.media import shared_media

from scenedex.types import Pixels

RATE = 25
WIDTH, HEIGHT = 1920, 1080

SHORTEST_S, LONGEST_S, MEAN_S = 0.7, 16.0, 3.0
"""Lengths of shots: the shortest, and an exponential beyond it of that mean in all."""

FLASHES = 0.08
"""Share of shots in which somebody takes a photo: three bright pictures that are no cut."""

GRAIN = 2.5
"""Standard deviation of the grain that is on every picture, in levels of 255."""

FILMS = (
    "intel_bottle-detection.mp4", "intel_car-detection.mp4", "intel_one-by-one-person-detection.mp4", "mdn_flower.mp4",
    "mdn_friday.mp4", "asl_walk.mkv", "asl_school.mkv", "asl_eat.mkv", "tmh_VP9-tractor.webm", "pe_dog.mp4",
    "videoprism_water_bottle_drumming.mp4", "mdn_stream-of-water.mp4",
)  # fmt: skip
"""Those of the shared media that hold one shot."""

SMALLEST_PHOTO = 590


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoding:
    """How a film is encoded."""

    name: str
    codec: str
    suffix: str = ".mp4"
    pixels: str = "yuv420p"
    options: dict[str, str] = field(default_factory=dict)
    gop: int | None = None


ENCODINGS: tuple[Encoding, ...] = (
    Encoding(name="x264", codec="libx264"),
    Encoding(name="x264-veryfast", codec="libx264", options={"preset": "veryfast"}),
    Encoding(name="fixed-gop", codec="libx264", gop=50, options={"sc_threshold": "0"}),
    Encoding(
        name="hevc", codec="libx265", options={"preset": "superfast", "x265-params": "log-level=error"}
    ),
    Encoding(
        name="vp9", codec="libvpx-vp9", suffix=".webm",
        options={"deadline": "realtime", "cpu-used": "8", "row-mt": "1", "crf": "34", "b": "0"},
    ),
    Encoding(name="mpeg2", codec="mpeg2video", suffix=".mkv", options={"b": "12000000", "bf": "2"}, gop=12),
    Encoding(name="all-intra", codec="libx264", gop=1, options={"preset": "veryfast", "crf": "26"}),
    Encoding(
        name="mjpeg", codec="mjpeg", suffix=".mkv", pixels="yuvj420p", options={"qmin": "5", "qmax": "5"}
    ),
)  # fmt: skip
"""x264's defaults and its fast preset, no scene cut, and what else people have."""

Shot = Callable[[int, int], Pixels]
"""Gives picture n of the N that a shot has: BGR, (HEIGHT, WIDTH, 3)."""


def lengths(count: int, seed: int) -> list[int]:
    """Lengths of shots in frames."""
    rng = random.Random(seed)
    drawn = [SHORTEST_S + rng.expovariate(1 / (MEAN_S - SHORTEST_S)) for _ in range(count)]
    return [round(min(one, LONGEST_S) * RATE) for one in drawn]


def drawn(rng: random.Random) -> Iterator[Shot]:
    """Shots of other photos and films, one after another without end."""
    folder = shared_media()
    photos = [
        picture for path in sorted((folder / "photos").glob("*.jpg")) if (picture := _photo(path)) is not None
    ]
    films = [folder / "video" / name for name in FILMS]
    last: object = None
    while True:
        source = rng.choice([one for one in (*range(len(photos)), *films) if one != last])
        last = source
        yield _still(photos[source], rng) if isinstance(source, int) else _film(source, rng)


def grained(films: Iterator[Pixels], rng: random.Random, seed: int) -> Iterator[Pixels]:
    """With grain, which is another one on each picture."""
    grain = (
        np.random.default_rng(seed)
        .normal(0, GRAIN, (HEIGHT + 64, WIDTH + 64, 1))
        .astype(np.int16)
        .repeat(3, 2)
    )
    for picture in films:
        y, x = rng.randrange(64), rng.randrange(64)
        yield cast("Pixels", cv2.add(picture, grain[y : y + HEIGHT, x : x + WIDTH], dtype=cv2.CV_8U))


def pictures(shots: Sequence[int], seed: int) -> Iterator[Pixels]:
    """The pictures of a film with shots of these lengths, one after another."""
    rng = random.Random(seed)
    yield from grained(_shown(shots, rng), rng, seed)


def _shown(shots: Sequence[int], rng: random.Random) -> Iterator[Pixels]:
    for length, shot in zip(shots, drawn(rng), strict=False):
        flash = rng.randrange(5, length - 5) if rng.random() < FLASHES else length
        for n in range(length):
            picture = shot(n, length)
            flashed = flash <= n < flash + 3
            yield cast("Pixels", cv2.convertScaleAbs(picture, alpha=1.0, beta=90)) if flashed else picture


def encode(path: Path, encoding: Encoding, frames: Iterator[Pixels]) -> None:
    """Write a film."""
    with Writer(path, encoding) as writer:
        for frame in frames:
            writer.write(frame)


class Writer:
    """A film that is being written; a context manager."""

    def __init__(self, path: Path, encoding: Encoding, size: tuple[int, int] = (WIDTH, HEIGHT)) -> None:
        self._container = av.open(str(path), "w")
        stream = cast(
            "VideoStream", self._container.add_stream(encoding.codec, rate=RATE, options=encoding.options)
        )
        stream.width, stream.height = size
        stream.pix_fmt = encoding.pixels
        stream.codec_context.time_base = Fraction(1, RATE)
        if encoding.gop is not None:
            stream.codec_context.gop_size = encoding.gop
        self._stream, self._count = stream, 0

    def __enter__(self) -> "Writer":
        return self

    def __exit__(self, *_: object) -> None:
        self._container.mux(self._stream.encode(None))
        self._container.close()

    def write(self, picture: Pixels) -> None:
        """The next picture, BGR."""
        frame = VideoFrame.from_ndarray(cast("Any", picture), format="bgr24")
        frame.pts, frame.time_base = self._count, Fraction(1, RATE)
        self._count += 1
        self._container.mux(self._stream.encode(frame))


def _photo(path: Path) -> Pixels | None:
    picture = cv2.imread(str(path))
    return (
        cast("Pixels", picture) if picture is not None and min(picture.shape[:2]) >= SMALLEST_PHOTO else None
    )


def _still(photo: Pixels, rng: random.Random) -> Shot:
    """A pan and a zoom over a photo, with an unsteady hand; some fast."""
    height, width = photo.shape[:2]
    fit = max(WIDTH / width, HEIGHT / height)
    zoom = (rng.uniform(1.05, 1.8), rng.uniform(1.05, 1.8))
    mirrored = rng.random() < 0.5
    speed = rng.choice((0.0, 0.4, 1.0, 1.0))
    way = [(rng.uniform(-1, 1) * speed, rng.uniform(-1, 1) * speed) for _ in range(2)]
    shake = rng.choice((0.0, 0.0, 1.5))
    gain, blue = rng.uniform(0.6, 1.15), rng.uniform(0.85, 1.15)
    photo = cast("Pixels", cv2.convertScaleAbs(photo[:, ::-1] if mirrored else photo, alpha=gain))
    photo = np.clip(photo * np.array([blue, 1.0, 1 / blue]), 0, 255).astype(np.uint8)
    noise = random.Random(rng.random())

    def at(n: int, length: int) -> Pixels:
        share = n / max(1, length)
        scale = fit * (zoom[0] + (zoom[1] - zoom[0]) * share)
        room = ((width - WIDTH / scale) / 2, (height - HEIGHT / scale) / 2)
        centre = [
            side / 2
            + (way[0][axis] * (1 - share) + way[1][axis] * share) * room[axis]
            + noise.gauss(0, shake)
            for axis, side in enumerate((width, height))
        ]
        matrix = np.array(
            [
                [scale, 0, WIDTH / 2 - scale * centre[0]],
                [0, scale, HEIGHT / 2 - scale * centre[1]],
            ]
        )
        return cast("Pixels", cv2.warpAffine(photo, matrix, (WIDTH, HEIGHT), borderMode=cv2.BORDER_REFLECT))

    return at


def _film(path: Path, rng: random.Random) -> Shot:
    """A stretch of a real film, forwards and backwards as long as it must last."""
    frames: list[Pixels] = []
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        skip = rng.randrange(max(1, min(200, (stream.frames or 40) - 40)))
        for n, frame in enumerate(container.decode(stream)):
            if n >= skip:
                frames.append(cast("Pixels", frame.to_ndarray(format="bgr24")))
            if len(frames) >= 150:
                break
    mirrored, gain = rng.random() < 0.5, rng.uniform(0.7, 1.1)

    def at(n: int, _: int) -> Pixels:
        turn = 2 * len(frames) - 2
        place = n % turn if turn else 0
        picture = frames[place if place < len(frames) else turn - place]
        height, width = picture.shape[:2]
        tall = min(height, width * HEIGHT // WIDTH)
        wide = min(width, height * WIDTH // HEIGHT)
        top, left = (height - tall) // 2, (width - wide) // 2
        picture = picture[top : top + tall, left : left + wide][:, :: -1 if mirrored else 1]
        large = cv2.resize(np.ascontiguousarray(picture), (WIDTH, HEIGHT), interpolation=cv2.INTER_LINEAR)
        return cast("Pixels", cv2.convertScaleAbs(large, alpha=gain))

    return at
