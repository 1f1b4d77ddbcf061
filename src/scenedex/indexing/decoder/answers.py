"""What a child says → values, as far as it can be true. A child may have been taken over by the file that it reads."""

import math
from dataclasses import dataclass, field, replace
from datetime import UTC
from fractions import Fraction
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from scenedex.indexing.decoder.wire import Message, WireError
from scenedex.media.speakers import speaker_name
from scenedex.types import (
    KEYFRAME_SHORT_SIDE,
    MAX_KEYFRAMES,
    MAX_SCENE_S,
    MAX_SPEAKER,
    AudioTrack,
    Caption,
    Keyframe,
    Limits,
    MediaInfo,
    Piece,
    Pixels,
    SceneDraft,
    SubtitleTrack,
    Transition,
    TransitionKind,
    VideoTrack,
    Waveform,
)

MAX_SCENES = 1_000_000
MAX_PICTURE_BYTES = 32 * 1024**3  #: of all keyframes of a file; two days of them have about five
MAX_CLOSED_CAPTIONS = 100_000  #: in the pictures of a file
MAX_PIECE_BYTES = 64 * 1024**2  #: of a film that is played: a fragment
MAX_TEXT_BYTES = 256 * 1024**2  #: of all captions of a file

Seconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=0, lt=2**31)]
Side = Annotated[int, Field(ge=1, lt=2**31)]
Word = Annotated[str, Field(max_length=256)]
Sentence = Annotated[str, Field(max_length=4096)]
Codecs = Annotated[str, Field(pattern=r"^[A-Za-z0-9.-]{1,64}$")]
Language = Annotated[str, Field(pattern=r"^[a-z]{2,3}$")]
Speaker = Annotated[str, Field(min_length=1, max_length=MAX_SPEAKER)]
Timecode = Annotated[str, Field(pattern=r"^[0-9]{2}:[0-9]{2}:[0-9]{2}[:;.,][0-9]{2,3}$")]
Rate = tuple[Annotated[int, Field(gt=-(2**63), lt=2**63)], Annotated[int, Field(ge=1, lt=2**63)]]


class _Said(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class _Video(_Said):
    index: Count
    codec: Word
    width: Side
    height: Side
    coded_width: Side
    coded_height: Side
    frame_rate: Rate | None
    rotation: Literal[0, 90, 180, 270]
    hdr: bool
    mirrored: bool
    pixel_format: Word
    codecs: Codecs | None
    base_rate: Rate | None
    first_s: Annotated[float, Field(allow_inf_nan=False)]

    def track(self) -> VideoTrack:
        rates = {"frame_rate": self.frame_rate, "base_rate": self.base_rate}
        exact = {name: Fraction(*rate) if rate else None for name, rate in rates.items()}
        return VideoTrack(**(self.model_dump() | exact))


class _Audio(_Said):
    index: Count
    codec: Word
    sample_rate: Count
    channels: Count
    language: Language | None
    codecs: Codecs | None


class _Subtitles(_Said):
    index: Count
    codec: Word
    language: Language | None
    kind: Literal["text", "bitmap", "unknown"]


class _Info(_Said):
    container: Word
    size_bytes: Annotated[int, Field(ge=0, lt=2**63)]
    start_s: Annotated[float, Field(allow_inf_nan=False)]
    duration_s: Seconds | None
    video: _Video | None
    audio: Annotated[list[_Audio], Field(max_length=4096)]
    subtitles: Annotated[list[_Subtitles], Field(max_length=4096)]
    warnings: Annotated[list[Sentence], Field(max_length=4096)]
    default_audio: Count | None
    recorded_at: AwareDatetime | None
    timecode: Timecode | None


class _Keyframe(_Said):
    t_s: Seconds
    quality: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
    width: Side
    height: Side
    size: Count


class _Transition(_Said):
    kind: TransitionKind
    at_s: Seconds
    start_s: Seconds
    end_s: Seconds


class _Scene(_Said):
    index: Count
    start_s: Seconds
    end_s: Seconds
    transition: _Transition | None
    thumbnail: Annotated[int, Field(ge=0, lt=MAX_KEYFRAMES)] | None
    keyframes: Annotated[list[_Keyframe], Field(max_length=MAX_KEYFRAMES)]


class Failure(_Said):
    """Why a child gave up."""

    kind: Literal[
        "MediaError",
        "NotAVideoError",
        "LimitError",
        "DecodeError",
        "DetectorError",
        "NotFoundError",
        "DiskFullError",
        "MemoryError",
        "OSError",
        "Failure",
    ]
    text: Sentence
    trace: Sentence


_INFO, _SCENE, _FAILURE = TypeAdapter(_Info), TypeAdapter(_Scene), TypeAdapter(Failure)
_CAPTIONS = TypeAdapter(list[tuple[Seconds, Seconds, str, Language | None, Count, Speaker | None]])
_SECONDS = TypeAdapter(Seconds)
_SIZE = TypeAdapter(tuple[Side, Side])
_WARNINGS = TypeAdapter(Annotated[list[Sentence], Field(max_length=4096)])


def _read(adapter: TypeAdapter[Any], message: Message) -> Any:
    try:
        return adapter.validate_json(message.header, strict=True)
    except ValidationError as exc:
        raise WireError(f"A message of kind {message.kind!r} makes no sense.") from exc


def failure(message: Message) -> Failure:
    """Why it gave up. Raises WireError, as all these functions do."""
    found: Failure = _read(_FAILURE, message)
    return found


def warnings(message: Message) -> tuple[str, ...]:
    """What was wrong, as far as the end of an answer says it."""
    return tuple(_read(_WARNINGS, message))


def seconds(message: Message) -> float:
    """How far it is."""
    return float(_read(_SECONDS, message))


def info(message: Message, limits: Limits) -> MediaInfo:
    """The headers of the file, within the limits."""
    said: _Info = _read(_INFO, message)
    if said.duration_s is not None and said.duration_s > limits.max_duration_s:
        raise WireError("It lasts longer than the limit.")
    if len(said.audio) + len(said.subtitles) > limits.max_streams:
        raise WireError("It has more streams than the limit.")
    if said.video and said.video.coded_width * said.video.coded_height > limits.max_pixels:
        raise WireError("It has more pixels than the limit.")
    return MediaInfo(
        container=said.container,
        size_bytes=said.size_bytes,
        start_s=said.start_s,
        duration_s=said.duration_s,
        video=said.video.track() if said.video else None,
        audio=tuple(AudioTrack(**one.model_dump()) for one in said.audio),
        subtitles=tuple(SubtitleTrack(**one.model_dump()) for one in said.subtitles),
        warnings=tuple(said.warnings),
        default_audio=said.default_audio,
        recorded_at=said.recorded_at.astimezone(UTC) if said.recorded_at else None,
        timecode=said.timecode,
    )


@dataclass
class Scenes:
    """The scenes of one file, each held against the one before."""

    limits: Limits
    _count: int = 0
    _end_s: float = 0.0
    _bytes: int = 0

    def take(self, message: Message) -> SceneDraft:
        """The next scene."""
        said: _Scene = _read(_SCENE, message)
        follows = (said.index, said.start_s) == (self._count, self._end_s)
        if not follows or not 0 < said.end_s - said.start_s <= MAX_SCENE_S or said.index >= MAX_SCENES:
            raise WireError("Its scenes do not follow one another.")
        if said.start_s > self.limits.max_duration_s:
            raise WireError("It lasts longer than the limit.")
        begins = said.transition
        if begins is not None and not (
            begins.at_s == said.start_s and begins.start_s <= begins.end_s <= self.limits.max_duration_s
        ):
            raise WireError("A transition lies beside the beginning of its scene.")
        times = [said.start_s, *(one.t_s for one in said.keyframes)]
        if times != sorted(times) or times[-1] > said.end_s:
            raise WireError("A keyframe lies outside its scene.")
        self._count, self._end_s = self._count + 1, said.end_s
        self._bytes += len(message.body)
        if self._bytes > MAX_PICTURE_BYTES:
            raise WireError("Its pictures are too large.")
        keyframes = _keyframes(said.keyframes, message.body)
        if said.thumbnail is not None and said.thumbnail >= len(keyframes):
            raise WireError("Its thumbnail is none of its keyframes.")
        return SceneDraft(
            index=said.index,
            start_s=said.start_s,
            end_s=said.end_s,
            keyframes=keyframes,
            thumbnail=None if said.thumbnail is None else keyframes[said.thumbnail].jpeg,
            transition=None if begins is None else Transition(**begins.model_dump()),
        )


def _keyframes(said: list[_Keyframe], body: bytes) -> tuple[Keyframe, ...]:
    if sum(one.size for one in said) != len(body):
        raise WireError("The pictures of a scene are not as long as is said.")
    made, at = [], 0
    for one in said:
        jpeg = body[at : at + one.size]
        at += one.size
        if jpeg_size(jpeg) != (one.width, one.height) or min(one.width, one.height) > KEYFRAME_SHORT_SIDE:
            raise WireError("A keyframe is no picture of the size that is said.")
        made.append(Keyframe(t_s=one.t_s, quality=one.quality, width=one.width, height=one.height, jpeg=jpeg))
    return tuple(made)


def jpeg_size(data: bytes) -> tuple[int, int] | None:
    """Width and height of a baseline JPEG of 8 bits, as ours are; None for anything else (ITU-T T.81, B.1.1)."""
    if not data.startswith(b"\xff\xd8"):
        return None
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        if marker == 0xC0:
            height, width = (int.from_bytes(data[at + k : at + k + 2], "big") for k in (5, 7))
            return (width, height) if data[at + 4] == 8 and width and height else None
        if not (0xE0 <= marker <= 0xEF or marker in (0xDB, 0xC4, 0xFE)) or length < 2:
            return None
        at += 2 + length
    return None


@dataclass
class Captions:
    """The captions of one file, `limits.max_captions` in each of its tracks and in its pictures at most."""

    limits: Limits
    found: list[Caption] = field(default_factory=list)
    _bytes: int = 0

    def take(self, message: Message) -> None:
        """Some more."""
        self._bytes += len(message.header)
        for start_s, end_s, text, language, index, speaker in _read(_CAPTIONS, message):
            if not text or end_s < start_s:
                raise WireError("A caption says nothing, or ends before it begins.")
            if speaker is not None and speaker_name(speaker) != speaker:
                raise WireError("A speaker has a name that none has.")
            said = Caption(start_s=start_s, end_s=end_s, text=text, origin="embedded", language=language)
            self.found.append(replace(said, index=index, speaker=speaker))
        if len(self.found) > self.limits.max_captions + MAX_CLOSED_CAPTIONS or self._bytes > MAX_TEXT_BYTES:
            raise WireError("It has more text than the limit.")


@dataclass
class Sound:
    """The sound of one file."""

    rate: int
    limits: Limits
    block_s: int = 4
    _samples: int = 0

    def take(self, message: Message) -> Waveform:
        """The next block: -1 to 1."""
        size = len(message.body)
        if size % 4 or not 0 < size <= 4 * self.block_s * self.rate:
            raise WireError("A block of sound has a length that none has.")
        block: Waveform = np.frombuffer(message.body, dtype="<f4").astype(np.float32)
        self._samples += len(block)
        if self._samples > self.rate * (self.limits.max_duration_s + self.block_s):
            raise WireError("It has more sound than the limit.")
        if not bool(np.all(np.abs(block) <= 1.0)):  # not true of what is no number, either
            raise WireError("Sound is louder than sound can be.")
        return block


def piece(message: Message) -> Piece:
    """Some more of a film that is made while it is played."""
    if not 0 < len(message.body) <= MAX_PIECE_BYTES:
        raise WireError("A piece of a film has a length that none has.")
    return Piece(_read(_SECONDS, message), message.body)


def pixels(message: Message, short_side: int) -> Pixels:
    """A picture."""
    height, width = _read(_SIZE, message)
    if min(height, width) > short_side or math.prod((height, width, 3)) != len(message.body):
        raise WireError("A picture has another size than is said.")
    return np.frombuffer(message.body, dtype=np.uint8).reshape(height, width, 3).copy()
