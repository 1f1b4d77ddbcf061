"""Reads packets and pictures of a file that may be damaged: what is broken is counted, what is whole goes on."""

import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from av.container import InputContainer
from av.packet import Packet
from av.stream import Discard, Stream
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from scenedex.errors import LimitError
from scenedex.media.container import FAILURES
from scenedex.types import Limits, MediaInfo

MAX_CONSECUTIVE_FAILURES = 32
"""After this many packets in a row that cannot be decoded, reading stops."""

MAX_THREADS = 8
THREAD_PIXELS = 25_000_000
"""Pixels that the decoder's threads may hold between them: each thread works on pictures of its own."""


@dataclass
class Health:
    """What went wrong while a file was read."""

    failures: int = 0  #: packets that could not be read or decoded
    in_a_row: int = 0
    damaged: int = 0  #: pictures that the decoder had to patch
    first: str = ""  #: the first failure, in FFmpeg's words
    gave_up: bool = False
    starved: bool = False  #: memory ran out at least once

    def failed(self, exc: Exception) -> None:
        """Count a failure; after too many in a row `gave_up` is set."""
        self.failures += 1
        self.in_a_row += 1
        self.first = self.first or _words(exc)
        self.starved = self.starved or isinstance(exc, MemoryError)
        self.gave_up = self.in_a_row >= MAX_CONSECUTIVE_FAILURES

    def add(self, other: "Health") -> bool:
        """What went wrong elsewhere; whether that is anything."""
        self.failures += other.failures
        self.damaged += other.damaged
        self.first = self.first or other.first
        self.starved = self.starved or other.starved
        return bool(other.failures or other.damaged)


class Stopwatch:
    """Limits the seconds that decoding itself takes; what the caller does between two frames is not counted."""

    def __init__(self, info: MediaInfo, limits: Limits, *, fetching: bool = False) -> None:
        self._allowed = limits.fetch_s(info.duration_s) if fetching else limits.decode_s(info.duration_s)
        self._what = ("Fetching pictures", "max_fetch_s") if fetching else ("Decoding", "max_decode_s")
        self._spent = 0.0
        self._since: float | None = None

    def start(self) -> None:
        self._since = time.monotonic()

    def pause(self) -> None:
        if self._since is not None:
            self._spent += time.monotonic() - self._since
            self._since = None

    def check(self) -> None:
        """Raises LimitError when the time is up."""
        running = time.monotonic() - self._since if self._since is not None else 0.0
        if self._spent + running > self._allowed:
            doing, limit = self._what
            raise LimitError(f"{doing} took more than {self._allowed:.0f} s, the limit {limit}.")


def packets(
    container: InputContainer, streams: Sequence[Stream], health: Health
) -> Iterator["Packet[Stream]"]:
    """The packets of these streams in file order; the last of each stream is empty and flushes its decoder."""
    wanted = {stream.index for stream in streams}
    for stream in container.streams:
        stream.discard = Discard.default if stream.index in wanted else Discard.all
    while not health.gave_up:
        try:
            for packet in container.demux(*streams):
                if packet.is_corrupt:
                    health.first = health.first or "a packet is cut off"
                yield packet
        except FAILURES as exc:
            health.failed(exc)
            continue
        return
    for stream in streams:
        packet = Packet()
        packet.stream = stream
        yield packet


def pictures(
    packet: "Packet[Stream]", health: Health, decoder: VideoCodecContext | None = None
) -> list[VideoFrame]:
    """The pictures that come out of the decoder (by default the stream's own) for this packet; none if it is broken."""
    if not packet.size and packet.pts is not None:
        return []  # Theora and others write an empty packet for "the same picture again"; to the decoder it is an error
    try:
        found = packet.decode() if decoder is None else decoder.decode(packet)
        decoded = [frame for frame in found if isinstance(frame, VideoFrame)]
    except FAILURES as exc:
        health.failed(exc)
        return []
    if decoded:
        health.in_a_row = 0
    health.damaged += sum(frame.is_corrupt for frame in decoded)
    return decoded


def prepare(stream: VideoStream, limits: Limits, *, pixels: int) -> None:
    """As many threads as the size of the pictures leaves memory for, and the limit of pixels."""
    threads = max(1, min(os.cpu_count() or 1, MAX_THREADS, THREAD_PIXELS // max(1, pixels)))
    limit_pixels(stream, limits, threads)


def limit_pixels(stream: VideoStream, limits: Limits, threads: int = 1) -> None:
    """Make the decoder refuse pictures that are too large before it allocates them."""
    context = stream.codec_context
    context.options = {"max_pixels": str(limits.max_pixels)}
    context.thread_count = threads
    context.thread_type = "AUTO" if threads > 1 else "SLICE"


def _words(exc: Exception) -> str:
    text = exc.strerror if isinstance(exc, OSError) and exc.strerror else str(exc)
    return text.splitlines()[0][:120].rstrip(".") if text else type(exc).__name__
