"""A film in 1080p with known cuts and subtitles, made from moving pictures: H.264 by x264 at preset veryfast."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray
from PIL import Image

WIDTH, HEIGHT, RATE = 1920, 1080, 25
PIECE_S = 37.5
"""What is encoded: a sixteenth of ten minutes."""

MARGIN = 512
"""Pixels by which what a camera pans over is wider and higher than what it sees."""

WORDS = ("a red car waits at the light", "nobody has seen the harbour like this", "we open the window at night",
         "the dog runs over the field", "it was never about the money", "take the second road on the left")  # fmt: skip

Plane = NDArray[np.uint8]


@dataclass(frozen=True)
class Film:
    """Where it lies, and where its cuts are in seconds."""

    path: Path
    cuts: tuple[float, ...]
    seconds: float


def shots(seconds: float, seed: int = 5) -> list[int]:
    """Frames of each shot: 1.5 to 7 s, short ones more often."""
    rng, left, found = np.random.default_rng(seed), round(seconds * RATE), []
    while left > 0:
        frames = min(left, round((1.5 + 5.5 * rng.beta(1.2, 2.5)) * RATE))
        found.append(frames if left - frames >= RATE else left)
        left -= found[-1]
    return found


def moving_film(folder: Path, seconds: float) -> Film:
    """Make it, where it does not lie in `folder` already: a longer one repeats the packets of a piece."""
    folder.mkdir(parents=True, exist_ok=True)
    piece, times = folder / "piece.mp4", max(1, round(seconds / PIECE_S))
    lengths = shots(PIECE_S)
    if not piece.is_file():
        encode(lengths, piece)
    path, whole_s = folder / f"film-{times}.mp4", sum(lengths) / RATE
    repeat(piece, path, times, whole_s)
    path.with_suffix(".srt").write_text(subtitles(times * whole_s), "utf-8")
    within = (np.cumsum(lengths) / RATE).tolist()
    cuts = [turn * whole_s + t_s for turn in range(times) for t_s in within]
    return Film(path, tuple(cuts[:-1]), times * whole_s)


def encode(lengths: list[int], path: Path) -> None:
    aside = path.with_suffix(".part")
    with av.open(str(aside), "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=RATE, options={"preset": "veryfast"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.codec_context.thread_count = 0
        for number, frame in enumerate(frames(lengths)):
            frame.pts, frame.time_base = number, Fraction(1, RATE)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    aside.rename(path)


def repeat(piece: Path, path: Path, times: int, seconds: float) -> None:
    """The packets of a film so many times over; nothing is decoded. It may be of any size and codec."""
    with av.open(str(path), "w", format="mp4") as out:
        target = None
        for turn in range(times):
            with av.open(str(piece)) as container:
                source = container.streams.video[0]
                target = target or out.add_stream_from_template(source)
                shift = round(turn * seconds / source.time_base)
                for packet in container.demux(source):
                    if packet.dts is None:
                        continue
                    packet.pts, packet.dts = packet.pts + shift, packet.dts + shift
                    packet.stream = target
                    out.mux(packet)


def subtitles(seconds: float) -> str:
    """A line every three seconds."""
    lines = []
    for number in range(int(seconds / 3)):
        times = (stamp(3 * number + 0.2), stamp(3 * number + 2.6))
        lines.append(
            f"{number + 1}\n{times[0]} --> {times[1]}\n{WORDS[number % len(WORDS)]}, take {number}.\n"
        )
    return "\n".join(lines)


def stamp(seconds: float) -> str:
    whole = round(seconds * 1000)
    return f"{whole // 3_600_000:02d}:{whole // 60_000 % 60:02d}:{whole // 1000 % 60:02d},{whole % 1000:03d}"


def frames(lengths: list[int], seed: int = 0) -> Iterator[VideoFrame]:
    """A camera that pans over a picture of its own in each shot, two things that move, and the grain of film."""
    rng = np.random.default_rng(seed)
    grain = [rng.integers(0, 7, (HEIGHT, WIDTH), np.uint8) for _ in range(6)]
    for length in lengths:
        planes, things = scenery(rng), [thing(rng) for _ in range(2)]
        start, pan = rng.uniform(0.25, 0.75, 2) * MARGIN, rng.uniform(-2.5, 2.5, 2)
        for number in range(length):
            x, y = (int(min(max(at, 0), MARGIN)) // 2 * 2 for at in start + pan * number)
            seen = [planes[0][y : y + HEIGHT, x : x + WIDTH] + grain[number % len(grain)]]
            seen += [
                p[y // 2 : y // 2 + HEIGHT // 2, x // 2 : x // 2 + WIDTH // 2].copy() for p in planes[1:]
            ]
            for size, place, step, colour in things:
                left, top = bounced(place + step * number, size)
                for plane, value, half in zip(seen, colour, (1, 2, 2), strict=True):
                    plane[top // half : (top + size) // half, left // half : (left + size) // half] = value
            yield filled(seen)


def scenery(rng: np.random.Generator) -> list[Plane]:
    """Y, U, V of a picture with shapes of all sizes."""
    planes = []
    for half, base, contrast in ((1, rng.uniform(60, 180), 30.0), (2, 128, 14.0), (2, 128, 14.0)):
        size = ((WIDTH + MARGIN) // half, (HEIGHT + MARGIN) // half)
        made = np.full(size[::-1], base, np.float32)
        for cells in (4, 12, 40, 160, 640):
            small = Image.fromarray(rng.normal(0, 1, (cells * 9 // 16, cells)).astype(np.float32))
            made += np.asarray(small.resize(size, Image.Resampling.BICUBIC)) * (
                contrast / (cells / 4) ** 0.25
            )
        planes.append(np.clip(made, 16, 228).astype(np.uint8))
    return planes


def thing(
    rng: np.random.Generator,
) -> tuple[int, NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
    """Its size, where it is, how it moves, and its colour."""
    place = rng.uniform(0, 1, 2) * (WIDTH, HEIGHT)
    return int(rng.integers(60, 240)) * 2, place, rng.uniform(-9, 9, 2), rng.integers(40, 220, 3)


def bounced(place: NDArray[np.float64], size: int) -> tuple[int, ...]:
    """Left and top, even, of a thing that comes back from the edges."""
    room = np.array((WIDTH - size, HEIGHT - size))
    return tuple(int(at) // 2 * 2 for at in room - abs(place % (2 * room) - room))


def filled(planes: list[Plane]) -> VideoFrame:
    frame = VideoFrame(WIDTH, HEIGHT, "yuv420p")
    for target, plane in zip(frame.planes, planes, strict=True):
        target.update(np.ascontiguousarray(plane))
    return frame
