"""A file that a child reads, as the parent sees it."""

import errno
import json
import logging
import os
import select
import shutil
import signal
import time
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from scenedex.errors import (
    DecodeError,
    DecoderDiedError,
    DetectorError,
    DiskFullError,
    LimitError,
    MediaError,
    NotAVideoError,
    NotFoundError,
)
from scenedex.indexing.decoder import answers, wire
from scenedex.indexing.decoder.process import Spawner
from scenedex.indexing.decoder.wire import ClosedError, LateError, Message, WireError, receive, wait
from scenedex.indexing.reading import Reached
from scenedex.types import Caption, Limits, MediaInfo, Piece, Pixels, SceneDraft, Waveform

log = logging.getLogger(__name__)

OPEN_S = 120.0
"""For the headers and the first picture, where `limits.max_decode_s` is not less."""

ENCODING = 4
"""Times the limit on decoding that a film may take which is encoded anew while it is played."""

NEARLY_FULL_BYTES = 1024**3
"""A child that says the disk is full is believed where less than this is free."""

_REFUSALS: dict[str, type[MediaError] | type[NotFoundError]] = {
    "MediaError": MediaError,
    "NotAVideoError": NotAVideoError,
    "LimitError": LimitError,
    "DecodeError": DecodeError,
    "DetectorError": DetectorError,
    "NotFoundError": NotFoundError,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a child is told first."""

    path: Path
    scratch: Path  #: folder for what waits for the end of a long shot
    limits: Limits
    memory_mb: int
    grace_s: float  #: how much longer than its limits a child is waited for
    detector: str = ""  #: of a plug-in, which is imported before the file is opened

    def line(self) -> bytes:
        """As it is sent: names of files are bytes."""
        paths = {
            name: os.fsencode(path).hex() for name, path in (("path", self.path), ("scratch", self.scratch))
        }
        order = {**paths, "limits": asdict(self.limits), "memory_mb": self.memory_mb}
        if self.detector:
            order["detector"] = self.detector
        return json.dumps(order).encode() + b"\n"


class ChildReading:
    """A `scenedex.indexing.reading.Reading` in a child that it has for itself. Open it first, close it at the end."""

    info: MediaInfo

    def __init__(self, spawner: Spawner, order: Order) -> None:
        self._spawner, self._order, self._limits = spawner, order, order.limits
        self._requests, self._answers = spawner.child(order.memory_mb)
        os.set_blocking(self._requests, False)
        self._left_s = (
            0.0  # how much longer the parent waits for the answer in hand; its own work does not count
        )
        self._answering, self._fit = False, True
        self._status: int | None = None
        self.warnings: tuple[str, ...] = ()

    def open(self) -> None:
        """Read the headers. Raises MediaError and NotFoundError."""
        with self._judged():
            for message in self._answer(b"I", self._order.line(), min(OPEN_S, self._limits.max_decode_s)):
                self.info = answers.info(message, self._limits)
            if not hasattr(self, "info"):
                raise WireError("It has no headers.")

    def scenes(
        self, detector: str, reached: Reached, *, accurate: bool | None = None
    ) -> Generator[SceneDraft, None, None]:
        """The one decode pass; finding cuts may take as long as decoding."""
        taken = answers.Scenes(self._limits)
        allowed_s = 2 * self._limits.decode_s(self.info.duration_s)
        with self._judged():
            for message in self._ask(b"SP", allowed_s, do="scenes", detector=detector, accurate=accurate):
                if message.kind == b"S":
                    yield taken.take(message)
                else:
                    reached(answers.seconds(message))

    def captions(self) -> list[Caption]:
        """Text tracks first, then closed captions."""
        taken = answers.Captions(self._limits)
        with self._judged():
            for message in self._ask(b"C", self._limits.decode_s(self.info.duration_s), do="captions"):
                taken.take(message)
        return taken.found

    def sound(self, rate: int, start_s: float = 0.0, end_s: float | None = None) -> Iterator[Waveform]:
        """The default track, else the first."""
        taken = answers.Sound(rate, self._limits)
        allowed_s = self._limits.decode_s(self.info.duration_s)
        with self._judged():
            for message in self._ask(b"W", allowed_s, do="sound", rate=rate, start_s=start_s, end_s=end_s):
                yield taken.take(message)

    def pictures(self, times: Iterable[float], short_side: int) -> Iterator[Pixels]:
        """Sorted times are read fastest."""
        wanted = list(times)
        allowed_s = 2 * self._limits.fetch_s(self.info.duration_s)
        with self._judged():
            came = 0
            for message in self._ask(b"X", allowed_s, do="pictures", times=wanted, short_side=short_side):
                came += 1
                yield answers.pixels(message, short_side)
            if came != len(wanted):
                raise WireError("Pictures are missing.")

    def film(self, from_s: float, to_s: float, *, copied: bool) -> Generator[Piece, None, None]:
        """Encoding costs more than decoding: it may take four times as long, without the time in which nobody reads."""
        allowed_s = ENCODING * self._limits.decode_s(self.info.duration_s)
        with self._judged():
            for message in self._ask(b"M", allowed_s, do="film", from_s=from_s, to_s=to_s, copied=copied):
                yield answers.piece(message)

    def close(self) -> bool:
        """End the child. False where its spawner does not do its work any more."""
        os.close(self._requests)
        os.close(self._answers)
        self._end()
        return self._fit

    def _ask(self, kinds: bytes, allowed_s: float, **request: Any) -> Iterator[Message]:
        line = json.dumps({**request, "cpu_s": allowed_s}).encode() + b"\n"
        return self._answer(kinds, line, allowed_s)

    def _answer(self, kinds: bytes, line: bytes, allowed_s: float) -> Iterator[Message]:
        """The messages of these kinds with which the child answers. Raises what `_judged` understands."""
        while self._answering:  # the rest of an answer that nobody wanted to the end
            self._next(bytes(wire.KINDS))
        self._left_s = allowed_s + self._order.grace_s
        self._answering = True
        self._write(line)
        while (message := self._next(kinds)) is not None:
            yield message

    def _next(self, kinds: bytes) -> Message | None:
        """The next message, None at the end of the answer. Raises what the child gave as the reason for its end."""
        began = time.monotonic()
        try:
            message = receive(self._answers, lambda: self._left_s - (time.monotonic() - began))
        finally:
            self._left_s -= time.monotonic() - began
        if message.kind == b"E":
            self._answering = False
            self.warnings = answers.warnings(message)
            return None
        if message.kind == b"F":
            self._answering = False
            raise self._refusal(answers.failure(message))
        if message.kind not in kinds:
            raise WireError("It answers what was not asked.")
        return message

    def _write(self, line: bytes) -> None:
        view = memoryview(line)
        while view:
            wait(self._requests, select.POLLOUT, self._left_s)
            view = view[os.write(self._requests, view) :]

    @contextmanager
    def _judged(self) -> Iterator[None]:
        """What goes wrong with the child, as an error of its file."""
        try:
            yield
        except WireError as exc:
            self._end()
            raise DecoderDiedError(f"What the decoder says about this file makes no sense: {exc}") from exc
        except LateError as exc:
            self._end()
            raise DecoderDiedError(
                "The decoder did not come to an end with this file in time, and was ended "
                "(SCENEDETECT_TIMEOUT_SECS, KEYFRAME_TIMEOUT_SECS)."
            ) from exc
        except (ClosedError, BrokenPipeError) as exc:
            if self._end() == wire.STARVED:
                raise self._starved() from exc
            raise DecoderDiedError(_death(self._end())) from exc

    def _end(self) -> int:
        """End the child, if it has not been ended yet; its status."""
        if self._status is None:
            try:
                self._status = self._spawner.end()
            except (OSError, ValueError):  # somebody has killed the spawner, and its child with it
                self._status, self._fit = -signal.SIGKILL, False
        return self._status

    def _starved(self) -> LimitError:
        return LimitError(
            f"Reading this file takes more memory than it may have: {self._order.memory_mb} MB, the limit "
            "SCENEDEX_DECODER_MEMORY_MB."
        )

    def _refusal(self, said: answers.Failure) -> Exception:
        text = "".join(one if one.isprintable() else " " for one in said.text)
        if said.kind == "MemoryError":
            return self._starved()
        if said.kind == "DiskFullError":
            return DiskFullError(text) if _nearly_full(self._order.scratch) else LimitError(text)
        if said.kind == "OSError":
            return OSError(errno.EIO, text)
        if said.kind == "Failure":
            log.error("reading %r\n%s", self._order.path, said.trace)
            return DecodeError(f"scenedex itself failed on this file ({text}).")
        return _REFUSALS[said.kind](text)


def _nearly_full(folder: Path) -> bool:
    return folder.is_dir() and shutil.disk_usage(folder).free < NEARLY_FULL_BYTES


def _death(status: int) -> str:
    """Why a child fell silent, in a sentence."""
    if status == -signal.SIGXCPU:
        return "Reading this file took more processor time than it may (SCENEDETECT_TIMEOUT_SECS)."
    if status == -signal.SIGKILL:
        return "The decoder was killed while it read this file: perhaps this machine is out of memory."
    if status < 0:
        return f"The decoder crashed while it read this file ({signal.Signals(-status).name})."
    return "The decoder ended while it read this file, without a word."
