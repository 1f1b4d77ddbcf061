"""Frames of a video, in order or at given times."""

import math
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Self

import av
from av.container import InputContainer
from av.packet import Packet
from av.stream import Stream
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from scenedex.errors import DecodeError, LimitError
from scenedex.media.ahead import Ahead
from scenedex.media.clock import Clock
from scenedex.media.closed_captions import ClosedCaptions
from scenedex.media.container import FAILURES, TOO_MUCH_MEMORY, decodable, opened
from scenedex.media.frame import DecodedFrame, Projection
from scenedex.media.key_frames import Keyed
from scenedex.media.packets import Health, Stopwatch, packets, pictures, prepare
from scenedex.media.sparse import SPARSE_CODECS, Hands, Sparse
from scenedex.media.stretches import hurry
from scenedex.types import Caption, Frame, Limits, Look, MediaInfo

SEEK_AHEAD_S = 5.0
"""A time further ahead than this is sought; a nearer one is reached by decoding."""

NEAR_S = 0.5
"""On the way to a time, pictures that no other needs are left out until they are this near."""

PROGRESS_EVERY_S = 0.1


def frames(
    path: Path,
    info: MediaInfo,
    limits: Limits,
    *,
    every_s: float | None = None,
    look: Look | None = None,
    progress: Callable[[float], None] | None = None,
) -> "Decoding":
    """Decode a file once, from start to end.

    Args:
        path: the file.
        info: what `probe` said about it.
        limits: see `Limits`.
        every_s: hand out at most one frame in each interval of this length; None: every frame.
        look: asked of each stretch between key frames how far it must be decoded; None: all of it. Not asked where it
            is not safe to pass over anything.
        progress: told the seconds reached, about ten times a second.

    Use it as a context manager and iterate over it; afterwards it knows `end_s` and `warnings`. While iterating it
    raises LimitError (too long, or too slow) and DecodeError (nothing could be decoded, and there is no sound).
    """
    return Decoding(path, info, limits, every_s=every_s, look=look, progress=progress)


def measure_duration(path: Path, info: MediaInfo, limits: Limits) -> float:
    """The end of the last packet of sound or picture in seconds: reads the whole file, decodes nothing.

    Raises:
        LimitError: it goes on for longer than allowed.
    """
    health, watch, end_s = Health(), Stopwatch(info, limits), 0.0
    watch.start()
    with opened(path, limits) as container:
        for packet in packets(container, _timed(container, info), health):
            watch.check()
            end_s = max(end_s, _packet_end(packet, info.start_s))
            _check_duration(end_s, limits)
    return end_s


class Decoding:
    """One pass over a file: context manager and iterator of frames. Without pictures it gives none, and measures."""

    def __init__(
        self,
        path: Path,
        info: MediaInfo,
        limits: Limits,
        *,
        every_s: float | None = None,
        look: Look | None = None,
        progress: Callable[[float], None] | None = None,
    ) -> None:
        self.frames_seen = 0  #: decoded so far, handed out or not
        self.end_s = 0.0  #: end of the last picture or sound so far; after the pass, the duration
        self._path, self._info, self._limits = path, info, limits
        self._every_s, self._look, self._progress = every_s, look, progress
        self._health = Health()
        self._watch = Stopwatch(info, limits)
        self._clock = Clock(info)
        self._captions = ClosedCaptions(info.video.codec if info.video is not None else "")
        self._sparse: Sparse | None = None
        self._told = 0.0
        self._finished = False
        self._frames = self._run()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __iter__(self) -> Iterator[Frame]:
        return self

    def __next__(self) -> Frame:
        self._watch.start()
        try:
            return next(self._frames)
        finally:
            self._watch.pause()

    def close(self) -> None:
        """Stop here and let go of the file."""
        self._frames.close()
        if self._sparse is not None:
            self._sparse.close()

    @property
    def captions(self) -> tuple[Caption, ...]:
        """Closed captions (CEA-608) found inside the pictures so far: complete after the pass."""
        return self._captions.captions()

    @property
    def warnings(self) -> tuple[str, ...]:
        """What was wrong, in sentences for people. Complete after the pass."""
        health, said = self._health, []
        if health.gave_up:
            said.append(
                f"Reading stopped at {self.end_s:.1f} s: too many broken packets in a row ({health.first})."
            )
        elif health.failures:
            said.append(f"Packets that could not be decoded: {health.failures} ({health.first}).")
        if health.damaged:
            said.append(f"Damaged pictures: {health.damaged} of {self.frames_seen}.")
        if self._clock.jumps:
            said.append(
                f"The time stamps go back (times: {self._clock.jumps}); the video is timed as it plays."
            )
        expected = self._info.duration_s
        if self._finished and expected is not None and self.end_s < expected - max(0.5, 0.02 * expected):
            said.append(f"The file ends early: {self.end_s:.1f} of {expected:.1f} s could be read.")
        if self._finished and self._info.video is not None and not self.frames_seen:
            said.append("Not one picture could be decoded.")
        return tuple(said)

    def _run(self) -> Generator[Frame, None, None]:
        with opened(self._path, self._limits) as container:
            stream = _video(container, self._info, self._limits)
            found = self._found(stream)
            due_s = 0.0
            read = packets(container, _timed(container, self._info), self._health)
            with self._with_key_frames(read) as keyed_packets:
                for keyed in keyed_packets:
                    self._watch.check()
                    packet = keyed.packet
                    if stream is None or packet.stream.index != stream.index:
                        self._reach(_packet_end(packet, self._info.start_s))
                        continue
                    self._captions.expect(packet)
                    for frame in found(keyed):
                        if self._every_s is None:
                            yield frame
                        elif frame.t_s >= due_s - 1e-6:
                            due_s = (frame.t_s // self._every_s + 1) * self._every_s
                            yield frame
        if self._health.starved and (self._health.gave_up or (stream is not None and not self.frames_seen)):
            raise LimitError(TOO_MUCH_MEMORY)
        self._captions.finish(self.end_s)
        self._finished = True
        if stream is not None and not self.frames_seen and not self._info.audio:
            raise DecodeError(
                f"Not one picture could be decoded ({self._health.first or 'the file holds none'})."
            )

    def _found(self, stream: VideoStream | None) -> Callable[[Keyed], Iterable[DecodedFrame]]:
        """What gives the frames that a packet brings to light."""
        if stream is None or self._info.video is None:
            return lambda _: ()
        projection = Projection(self._info.video)

        def shown(picture: VideoFrame) -> DecodedFrame:
            stamp = self._clock.stamp(picture)
            return DecodedFrame(picture, projection, math.inf if stamp is None else stamp)

        if self._look is not None and self._info.video.codec in SPARSE_CODECS:
            hands = Hands(shown, self._place, self._look)
            self._sparse = Sparse(stream, self._health, hands, self._info.start_s)
            return self._sparse.frames
        return lambda keyed: (self._place(shown(picture)) for picture in pictures(keyed.packet, self._health))

    def _with_key_frames(self, read: Iterable["Packet[Stream]"]) -> Ahead[Keyed]:
        return self._sparse.ahead(read) if self._sparse is not None else Ahead(map(Keyed, read), 0)

    def _place(self, frame: DecodedFrame) -> DecodedFrame:
        """The next frame, now that it is known what came before it."""
        frame.t_s, frame.end_s = self._clock.place(frame.stamp)
        self.frames_seen += 1
        self._reach(frame.end_s)
        if frame.source is not None:
            self._captions.see(frame.source, frame.t_s)
        return frame

    def _reach(self, end_s: float) -> None:
        self.end_s = max(self.end_s, end_s)
        _check_duration(self.end_s, self._limits)
        if self._progress is not None and time.monotonic() - self._told > PROGRESS_EVERY_S:
            self._told = time.monotonic()
            self._progress(self.end_s)


def frames_at(
    path: Path, info: MediaInfo, limits: Limits, times: Iterable[float], *, hasty: bool = False
) -> Iterator[Frame]:
    """The frame shown at each of these times: the last one that begins no later.

    Before the first picture it is the first, after the end the last. Sorted times are read fastest. `hasty`: they
    are made smaller by half at least, if they are that large.

    Raises:
        DecodeError: there are no pictures.
        LimitError: too slow.
    """
    if info.video is None:
        raise DecodeError("This file has no pictures.")
    with opened(path, limits) as container:
        reader = _Seeker(container, info, limits, hasty=hasty)
        for wanted_s in times:
            yield reader.at(wanted_s)


class _Seeker:
    """Goes to a time by seeking to the key frame before it and decoding on from there."""

    def __init__(
        self, container: InputContainer, info: MediaInfo, limits: Limits, *, hasty: bool = False
    ) -> None:
        stream = _video(container, info, limits)
        if stream is None or info.video is None:
            raise DecodeError("This file has no pictures.")
        if hasty:
            hurry(stream)
        self._near_s = 0.0
        self._container, self._stream, self._info, self._limits = container, stream, info, limits
        self._projection = Projection(info.video)
        self._watch = Stopwatch(info, limits, fetching=True)
        self._pending: Iterator[DecodedFrame] | None = None
        self._shown: DecodedFrame | None = None
        self._next: DecodedFrame | None = None

    def at(self, wanted_s: float) -> DecodedFrame:
        self._watch.start()
        self._near_s = wanted_s - NEAR_S
        here = self._shown or self._next
        if not 0 <= wanted_s - (here.t_s if here is not None else 0.0) <= SEEK_AHEAD_S:
            self._seek(wanted_s)
        if self._pending is None:
            self._pending = self._decode()
            self._next = next(self._pending, None)
        while self._next is not None and (self._shown is None or self._next.t_s <= wanted_s + 1e-6):
            self._shown, self._next = self._next, next(self._pending, None)
        self._watch.pause()
        if self._shown is None:
            raise DecodeError("Not one picture could be decoded.")
        return self._shown

    def _seek(self, wanted_s: float) -> None:
        # An index may be wrong: where the seek lands behind the wanted time, try again from further back.
        base = self._stream.time_base or Fraction(1, av.time_base)
        for back_s in (0.0, 2.0, 15.0, float("inf")):
            goal_s = max(0.0, wanted_s - back_s) + self._info.start_s
            try:
                self._container.seek(int(goal_s / base), stream=self._stream)
            except FAILURES:
                continue
            self._pending = pending = self._decode()
            first = next(pending, None)
            if first is not None and (first.t_s <= wanted_s or goal_s <= self._info.start_s):
                self._shown, self._next = None, first
                return

    def _decode(self) -> Iterator[DecodedFrame]:
        clock, health = Clock(self._info), Health()
        for packet in packets(self._container, (self._stream,), health):
            self._watch.check()
            far = packet.pts is not None and _packet_end(packet, self._info.start_s) < self._near_s
            self._stream.codec_context.skip_frame = "NONREF" if far else "DEFAULT"
            for picture in pictures(packet, health):
                yield DecodedFrame(picture, self._projection, *clock.place(picture))


def _video(container: InputContainer, info: MediaInfo, limits: Limits) -> VideoStream | None:
    """The stream that `info` names, ready to decode."""
    if info.video is None:
        return None
    index = info.video.index
    stream = container.streams[index] if index < len(container.streams) else None
    if not isinstance(stream, VideoStream) or not decodable(stream):
        raise DecodeError("The file has changed since it was looked at: index it again.")
    prepare(stream, limits, pixels=info.video.coded_width * info.video.coded_height)
    return stream


def _timed(container: InputContainer, info: MediaInfo) -> list[Stream]:
    """The streams whose ends make the duration: the indexed pictures, and all sound."""
    indices = {track.index for track in (*info.audio, *((info.video,) if info.video is not None else ()))}
    return [stream for stream in container.streams if stream.index in indices]


def _packet_end(packet: "Packet[Stream]", start_s: float) -> float:
    stamp = packet.pts if packet.pts is not None else packet.dts
    if stamp is None or packet.time_base is None:
        return 0.0
    return float((stamp + (packet.duration or 0)) * packet.time_base) - start_s


def _check_duration(end_s: float, limits: Limits) -> None:
    if end_s > limits.max_duration_s:
        raise LimitError(f"The file goes on beyond {limits.max_duration_s:.0f} s, the limit max_duration_s.")
