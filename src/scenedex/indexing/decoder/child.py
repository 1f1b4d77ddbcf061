"""Inside the child: one file is read, and what is found goes to whoever asked, as messages."""

import json
import os
import re
import tempfile
import traceback
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import asdict
from fractions import Fraction
from functools import partial
from pathlib import Path
from threading import Lock
from typing import IO, Any

import numpy as np

from scenedex.errors import DetectorError, DiskFullError, MediaError, NotFoundError, ScenedexError
from scenedex.indexing.decoder import confine
from scenedex.indexing.decoder.wire import WireError, packed, send
from scenedex.indexing.here import HereReading
from scenedex.indexing.reading import Reading
from scenedex.scenes.plugged import prepare
from scenedex.types import Caption, Limits, MediaInfo, SceneDraft

Opening = Callable[[Path, Limits, IO[bytes] | None], Reading]

BATCH_CHARACTERS = 1 << 18
"""Captions go in batches of about this length."""


class _Gone(Exception):
    """Nobody listens any more."""


def serve(requests: int, answers: int, opening: Opening = HereReading) -> None:
    """Read the file that the first request names, and answer the others until there are no more.

    Before the file is opened this process gives up what it does not need for that.
    """
    with os.fdopen(requests, "rb") as asked, suppress(_Gone):
        order = json.loads(asked.readline() or b"null")
        if order is None:
            return
        limits, path = Limits(**order["limits"]), Path(os.fsdecode(bytes.fromhex(order["path"])))
        scratch = _scratch(Path(os.fsdecode(bytes.fromhex(order["scratch"]))))
        confine.limit(order["memory_mb"])
        teller, folders = _Teller(answers), list[Path]()
        if not teller.attempt(lambda: folders.extend(_plugged(order.get("detector")))):
            return
        confine.give_up(path, folders)
        confine.allow_cpu(limits.decode_s(None))
        if not teller.attempt(lambda: teller.open(opening(path, limits, scratch))):
            return
        for line in asked:
            request = json.loads(line)
            confine.allow_cpu(request.pop("cpu_s"))
            teller.attempt(partial(teller.answer, **request))


def _plugged(detector: str | None) -> list[Path]:
    """Import a plug-in while files can still be opened; where it lies. Raises DetectorError."""
    try:
        return prepare(detector) if detector else []
    except ScenedexError as exc:
        raise DetectorError(str(exc)) from exc


def _scratch(folder: Path) -> IO[bytes] | None:
    """A file without a name, made while files can still be made."""
    for where in (folder, None):
        with suppress(OSError):
            return tempfile.TemporaryFile(dir=where)
    return None


class _Teller:
    """Turns what is read into messages."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._one_by_one = Lock()  # progress is told by the thread that decodes ahead
        self._reading: Reading | None = None

    def open(self, reading: Reading) -> None:
        """The headers."""
        self._reading = reading
        self._send(b"I", _info(reading.info))
        self._end()

    def answer(self, do: str, **arguments: Any) -> None:
        """One request: what is found, then an end."""
        answers: dict[str, Callable[..., None]] = {
            "scenes": self._scenes,
            "captions": self._captions,
            "sound": self._sound,
            "pictures": self._pictures,
            "film": self._film,
        }
        answers[do](**arguments)
        self._end()

    def attempt(self, do: Callable[[], None]) -> bool:
        """Do it, or say why not."""
        try:
            do()
        except (MediaError, NotFoundError, DiskFullError) as exc:
            self._fail(type(exc).__name__, str(exc))
        except MemoryError:
            self._fail("MemoryError", "")
        except WireError:
            self._fail("LimitError", "What it holds is too large: a picture, or a line of text.")
        except OSError as exc:
            self._fail("OSError", exc.strerror or str(exc))
        except Exception as exc:  # noqa: BLE001 - the parent logs it
            self._fail("Failure", f"{type(exc).__name__}: {exc}", traceback.format_exc()[-4000:])
        else:
            return True
        return False

    def _scenes(self, detector: str, *, accurate: bool | None) -> None:
        assert self._reading is not None

        def reached(seconds: float) -> None:
            self._send(b"P", seconds)

        with closing(self._reading.scenes(detector, reached, accurate=accurate)) as drafts:
            for draft in drafts:
                self._send(b"S", *_scene(draft))

    def _captions(self) -> None:
        assert self._reading is not None
        batch: list[list[Any]] = []
        waiting = 0
        for caption in self._reading.captions():
            batch.append(_caption(caption))
            waiting += len(caption.text)
            if waiting > BATCH_CHARACTERS:
                self._send(b"C", batch)
                batch, waiting = [], 0
        self._send(b"C", batch)

    def _sound(self, rate: int, start_s: float, end_s: float | None) -> None:
        assert self._reading is not None
        for block in self._reading.sound(rate, start_s, end_s):
            self._send(b"W", None, np.ascontiguousarray(block, dtype="<f4").tobytes())

    def _pictures(self, times: list[float], short_side: int) -> None:
        assert self._reading is not None
        for pixels in self._reading.pictures(times, short_side):
            self._send(b"X", pixels.shape[:2], np.ascontiguousarray(pixels).tobytes())

    def _film(self, from_s: float, to_s: float, *, copied: bool) -> None:
        assert self._reading is not None
        with closing(self._reading.film(from_s, to_s, copied=copied)) as pieces:
            for piece in pieces:
                self._send(b"M", piece.begins_s, piece.data)

    def _end(self) -> None:
        assert self._reading is not None
        self._send(b"E", [_text(warning) for warning in self._reading.warnings])

    def _fail(self, kind: str, text: str, trace: str = "") -> None:
        self._send(b"F", {"kind": kind, "text": _text(text)[:4000], "trace": _text(trace)})

    def _send(self, kind: bytes, header: Any, body: bytes = b"") -> None:
        parts = packed(kind, header, body)
        try:
            with self._one_by_one:
                send(self._fd, parts)
        except OSError as exc:
            raise _Gone from exc


def _info(info: MediaInfo) -> dict[str, Any]:
    said = asdict(info)
    if info.video is not None:
        for name in ("frame_rate", "base_rate"):
            rate: Fraction | None = getattr(info.video, name)
            said["video"][name] = rate and rate.as_integer_ratio()
    said["recorded_at"] = info.recorded_at.isoformat() if info.recorded_at else None
    return said


def _scene(draft: SceneDraft) -> tuple[dict[str, Any], bytes]:
    jpegs = [keyframe.jpeg for keyframe in draft.keyframes]
    header = {
        "index": draft.index,
        "start_s": draft.start_s,
        "end_s": draft.end_s,
        "transition": asdict(draft.transition) if draft.transition else None,
        "thumbnail": None if draft.thumbnail is None else jpegs.index(draft.thumbnail),
        "keyframes": [
            {
                "t_s": one.t_s,
                "quality": one.quality,
                "width": one.width,
                "height": one.height,
                "size": len(one.jpeg),
            }
            for one in draft.keyframes
        ],
    }
    return header, b"".join(jpegs)


def _caption(caption: Caption) -> list[Any]:
    return [
        caption.start_s,
        caption.end_s,
        _text(caption.text),
        caption.language,
        caption.index,
        caption.speaker,
    ]


def _text(text: str) -> str:
    """Half characters of UTF-16, which no JSON reader takes, as the store would keep them."""
    return re.sub("[\ud800-\udfff]", "\ufffd", text)
