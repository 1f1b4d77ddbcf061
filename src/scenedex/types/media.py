"""What a file of video or sound holds, and what is decoded of it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Literal, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
"""A picture: shape (height, width, 3), RGB, 0 to 255."""

Waveform = NDArray[np.float32]
"""Mono sound: shape (samples,), -1 to 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoTrack:
    """The picture stream that is indexed."""

    index: int  #: stream index in the container
    codec: str
    width: int  #: as shown: after rotation and sample aspect ratio
    height: int
    coded_width: int  #: as stored
    coded_height: int
    frame_rate: Fraction | None  #: average, exact; None if the header does not say
    rotation: int  #: clockwise degrees to turn the stored picture by: 0, 90, 180, 270
    hdr: bool  #: PQ or HLG transfer; frames come out tone-mapped to SDR
    mirrored: bool = False  #: after turning, left and right are swapped (some front cameras)
    pixel_format: str = ""  #: FFmpeg's name, such as yuv420p; "" where it is not known
    codecs: str | None = (
        None  #: what RFC 6381 calls it, such as avc1.64001F; None where the headers do not tell
    )
    base_rate: Fraction | None = None  #: the slowest in which all timestamps fall, as FFmpeg guesses it
    first_s: float = 0.0  #: when its first picture is shown, relative to the first timestamp of the file


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioTrack:
    """A sound stream."""

    index: int
    codec: str
    sample_rate: int  #: Hz
    channels: int
    language: str | None  #: ISO 639-1 where one exists
    codecs: str | None = None  #: what RFC 6381 calls it, such as mp4a.40.2


@dataclass(frozen=True, slots=True, kw_only=True)
class SubtitleTrack:
    """A timed text stream. Bitmap tracks are named here and left to OCR."""

    index: int
    codec: str
    language: str | None
    kind: Literal["text", "bitmap", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaInfo:
    """What the headers of a file say, and its first picture about the way up."""

    container: str  #: FFmpeg's name of the format
    size_bytes: int
    start_s: float  #: first timestamp of the file; every other time is relative to it
    duration_s: float | None  #: None when the header does not know: the decode pass finds it
    video: VideoTrack | None
    audio: tuple[AudioTrack, ...] = ()
    subtitles: tuple[SubtitleTrack, ...] = ()
    warnings: tuple[str, ...] = ()
    default_audio: int | None = None  #: stream index of the sound that is heard
    recorded_at: datetime | None = None  #: in UTC; None where the file does not say, or cannot be believed
    timecode: str | None = (
        None  #: SMPTE timecode of the first picture, such as 10:00:00;00, as the file states it
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a file may ask of this machine. Every field is a setting."""

    max_pixels: int = 67_108_864  #: width times height of one picture; 8K is 33 million
    max_duration_s: float = 172_800.0  #: two days
    max_streams: int = 64
    max_decode_s: float = 3600.0  #: wall seconds for one decode pass, or four times the duration if longer
    max_fetch_s: float = 600.0  #: wall seconds for fetching single pictures, or the duration if longer
    max_caption_bytes: int = 16_777_216  #: size of one sidecar file
    max_captions: int = 200_000  #: lines of timed text in one file

    def decode_s(self, duration_s: float | None) -> float:
        """The seconds that one pass over a file of this duration may take."""
        return max(self.max_decode_s, 4 * (duration_s or 0.0))

    def fetch_s(self, duration_s: float | None) -> float:
        """The seconds that fetching pictures out of a file of this duration may take."""
        return max(self.max_fetch_s, duration_s or 0.0)


class Piece(NamedTuple):
    """Some more bytes of a film that is made while somebody watches it."""

    begins_s: float  #: the time of the video at which the whole film begins
    data: bytes


class Frame(Protocol):
    """A decoded picture that converts itself when asked. Whoever keeps one keeps a full picture in memory."""

    @property
    def t_s(self) -> float:
        """When it is shown, in seconds from the start of the video."""

    @property
    def end_s(self) -> float:
        """When its own duration ends; the next frame may come later."""

    @property
    def after_gap(self) -> bool:
        """Whether pictures between the frame before and this one were passed over."""

    @property
    def since_s(self) -> float | None:
        """Time of the frame before, where pictures between that one and this were left out; None: there are none."""

    @property
    def area(self) -> int:
        """Pixels of the whole picture, which it keeps in memory."""

    @property
    def hasty(self) -> bool:
        """Whether it was decoded without care for its looks: enough to find cuts."""

    @property
    def light(self) -> bool:
        """Whether a glance is all that is left of it."""

    def small(self) -> Pixels:
        """At most 256 pixels wide, display orientation: enough to judge quality."""

    def glance(self) -> Pixels:
        """As large as `small`, from few of the pixels, and so in half the time: enough to find cuts."""

    def picture(self, short_side: int) -> Pixels:
        """Display orientation and aspect ratio, SDR, short side at most `short_side`; never enlarged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """What lies between two pictures that are known, coded by themselves, and is not decoded yet."""

    first: Frame
    last: Frame
    key_s: float  #: time of the last key frame up to the first picture
    first_size: int  #: bytes of the first
    anchors: tuple["Anchor", ...]  #: in order, after the first; the last one is the picture `last`
    pictures: int  #: from the first on, without `last`
    due_s: float = 0.0  #: longest distance of key frames in the whole file, as far as its index tells

    @property
    def length_s(self) -> float:
        """Seconds from the first picture to the last."""
        return self.last.t_s - self.first.t_s


class Anchor(NamedTuple):
    """A picture that is shown later than all before it in the file: in the language of encoders I or P, not B."""

    t_s: float
    size: int  #: bytes
    key: bool  #: a key frame


class Wanted(NamedTuple):
    """What must be decoded of a stretch."""

    until_s: float  #: no later than its first picture: nothing
    closely_s: float  #: from here on every picture; before, those from which others are predicted are enough


Look = Callable[[Stretch], Callable[[Frame], Wanted]]
"""Judges stretches, each once and in order. What it gives says what must be decoded of one from a frame on: first from
its first picture, then from each that was reached as wanted, perhaps in another thread."""
