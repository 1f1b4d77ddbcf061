"""The sound of a file as mono float PCM."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.packet import Packet
from av.stream import Stream

from scenedex.errors import LimitError
from scenedex.media.container import FAILURES, opened
from scenedex.media.packets import Health, Stopwatch, packets
from scenedex.media.probe import audio_stream
from scenedex.types import Limits, MediaInfo, Waveform

BLOCK_S = 4
"""Seconds in a block; the last one is shorter."""

TOLERANCE_S = 0.05
"""Time stamps may differ this much from the count of samples before sound is padded or cut to fit them."""

PREROLL_S = 0.5
"""Decoded before a start in mid-file and thrown away: codecs need a run-up."""


def waveform(
    path: Path,
    info: MediaInfo,
    limits: Limits,
    *,
    rate: int = 16_000,
    start_s: float = 0.0,
    end_s: float | None = None,
) -> Iterator[Waveform]:
    """The default sound track (else the first), mixed to one channel and resampled, in blocks of four seconds.

    Sample 0 is at `start_s` on the video's clock: a track that begins later is preceded by silence, gaps are filled
    with it, and what overlaps is cut. Broken packets become silence. A file without sound gives nothing.

    Args:
        path: the file.
        info: what `probe` said about it.
        limits: see `Limits`.
        rate: samples per second, in Hz.
        start_s: where to begin.
        end_s: where to stop; None: at the end of the track.

    Raises:
        LimitError: too long, or too slow.
    """
    watch = Stopwatch(info, limits)
    with opened(path, limits) as container:
        stream = audio_stream(container)
        if stream is None:
            return
        _go_to(container, stream, start_s - PREROLL_S + info.start_s)
        line = _Line(rate, start_s, limits.max_duration_s if end_s is None else end_s)
        mixer, health = _Mixer(rate), Health()
        watch.start()
        for packet in packets(container, (stream,), health):
            watch.check()
            for t_s, samples in mixer.samples(packet, health):
                for block in line.put(None if t_s is None else t_s - info.start_s, samples):
                    watch.pause()
                    yield block
                    watch.start()
            if line.full:
                break
        if line.full and end_s is None:
            raise LimitError(
                f"The sound goes on beyond {limits.max_duration_s:.0f} s, the limit max_duration_s."
            )
        yield from line.rest()


def _go_to(container: InputContainer, stream: AudioStream, goal_s: float) -> None:
    if goal_s <= 0 or not stream.time_base:
        return
    try:
        container.seek(int(goal_s / stream.time_base), stream=stream)
    except FAILURES:
        return  # this format cannot seek: what lies before the start is decoded and thrown away


class _Mixer:
    """Decodes packets and resamples runs of sound that belong together."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._resampler: AudioResampler | None = None
        self._format: tuple[str, str, int] | None = None
        self._expected_s: float | None = None  # where the next frame should begin

    def samples(self, packet: "Packet[Stream]", health: Health) -> Iterator[tuple[float | None, Waveform]]:
        """(time of the first sample, or None: goes on from the last; samples)."""
        if not packet.size and packet.pts is not None:
            return
        try:
            frames = [frame for frame in packet.decode() if isinstance(frame, AudioFrame) and frame.samples]
        except FAILURES as exc:
            health.failed(exc)
            return
        for frame in frames:
            health.in_a_row = 0
            yield from self._frame(frame, health)
        if packet.size == 0:
            yield from self._flush()

    def _frame(self, frame: AudioFrame, health: Health) -> Iterator[tuple[float | None, Waveform]]:
        t_s = float(frame.pts * frame.time_base) if frame.pts is not None and frame.time_base else None
        kind = (frame.format.name, frame.layout.name, frame.sample_rate)
        apart = t_s is not None and (self._expected_s is None or abs(t_s - self._expected_s) > TOLERANCE_S)
        if apart or kind != self._format:
            yield from self._flush()
        if self._resampler is None:
            # Without the bound, mixing a stereo track to one channel makes it louder by 3 dB, and clips.
            options = {"rematrix_maxval": "1.0"}
            self._resampler = AudioResampler(format="flt", layout="mono", rate=self._rate, options=options)
            self._format = kind
            start_s = t_s if t_s is not None else self._expected_s
        else:
            start_s = None
        if t_s is not None and (apart or self._expected_s is None):
            self._expected_s = t_s
        self._expected_s = (self._expected_s or 0.0) + frame.samples / frame.sample_rate
        frame.pts = None  # the resampler would pad and cut by time stamps on its own
        try:
            pieces = self._resampler.resample(frame)
        except FAILURES as exc:
            health.failed(exc)
            self._resampler = None
            return
        for piece in pieces:
            yield start_s, _mono(piece)
            start_s = None

    def _flush(self) -> Iterator[tuple[float | None, Waveform]]:
        if self._resampler is None:
            return
        try:
            pieces = self._resampler.resample(None)
        except FAILURES:
            pieces = []
        self._resampler = None
        for piece in pieces:
            yield None, _mono(piece)


class _Line:
    """Lays samples on the time line and cuts it into blocks."""

    def __init__(self, rate: int, start_s: float, end_s: float) -> None:
        self._rate = rate
        self._first = round(start_s * rate)
        self._stop = max(self._first, round(end_s * rate))
        self._laid = self._first  # everything before this sample is laid or thrown away
        self._cursor = self._first  # where the next samples go if nothing else is said
        self._block = np.zeros(BLOCK_S * rate, dtype=np.float32)
        self._filled = 0
        self.full = False

    def put(self, t_s: float | None, samples: Waveform) -> Iterator[Waveform]:
        """Lay samples at a time, or after the last ones; gives the blocks that are full."""
        if t_s is not None:
            at = round(t_s * self._rate)
            # A small step is rounding; between runs of samples it must not become a click.
            self._cursor = self._laid if 0 < abs(at - self._laid) < 2 else at
        begin, end = self._cursor, self._cursor + len(samples)
        self._cursor = end
        if end <= self._laid:
            self.full = self._laid >= self._stop
            return
        yield from self._append(None, min(begin, self._stop) - self._laid)
        skip = max(0, self._laid - begin)
        yield from self._append(samples[skip : max(skip, self._stop - begin)], 0)
        self.full = end >= self._stop

    def rest(self) -> Iterator[Waveform]:
        """The last, shorter block."""
        if self._filled:
            yield self._block[: self._filled].copy()
            self._filled = 0

    def _append(self, samples: Waveform | None, silence: int) -> Iterator[Waveform]:
        left = len(samples) if samples is not None else silence
        done = 0
        while left > 0:
            take = min(left, len(self._block) - self._filled)
            part = self._block[self._filled : self._filled + take]
            part[:] = 0.0 if samples is None else samples[done : done + take]
            done, left = done + take, left - take
            self._filled += take
            self._laid += take
            if self._filled == len(self._block):
                yield self._block.copy()
                self._filled = 0


def _mono(piece: AudioFrame) -> Waveform:
    samples = piece.to_ndarray().reshape(-1).astype(np.float32, copy=False)
    return np.clip(np.nan_to_num(samples, nan=0.0, posinf=1.0, neginf=-1.0), -1.0, 1.0)
