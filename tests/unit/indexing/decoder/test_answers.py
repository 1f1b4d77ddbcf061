"""What a child says is believed only as far as it can be true."""

import io
import json
from contextlib import suppress
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, strategies
from PIL import Image

from scenedex.indexing.decoder import answers
from scenedex.indexing.decoder.wire import Message, WireError
from scenedex.types import MAX_SPEAKER, Limits, Transition

LIMITS = Limits()
VIDEO = {
    "index": 0, "codec": "h264", "width": 640, "height": 360, "coded_width": 640, "coded_height": 360,
    "frame_rate": [30000, 1001], "rotation": 90, "hdr": False, "mirrored": False,
    "pixel_format": "yuv420p", "codecs": "avc1.64001F",
    "base_rate": [60000, 1001], "first_s": 0.02,
}  # fmt: skip
INFO = {
    "container": "mp4", "size_bytes": 10, "start_s": -1.5, "duration_s": 9.5, "video": VIDEO,
    "audio": [{"index": 1, "codec": "aac", "sample_rate": 44100, "channels": 2, "language": "en", "codecs": None}],
    "subtitles": [{"index": 2, "codec": "subrip", "language": None, "kind": "text"}], "warnings": ["odd"],
    "default_audio": 1, "recorded_at": "2025-07-14T16:31:02+02:00", "timecode": "10:00:00;00",
}  # fmt: skip
JSON = strategies.recursive(
    strategies.none()
    | strategies.booleans()
    | strategies.integers()
    | strategies.floats()
    | strategies.text(),
    lambda inner: (
        strategies.lists(inner, max_size=5)
        | strategies.dictionaries(strategies.sampled_from([*INFO, *VIDEO, "keyframes"]), inner)
    ),
    max_leaves=10,
)


def message(kind: str, header: Any, body: bytes = b"") -> Message:
    return Message(kind.encode(), json.dumps(header).encode(), body)


def jpeg(width: int, height: int, **options: Any) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (width, height)).save(buffer, "JPEG", **options)
    return buffer.getvalue()


def scene(index: int, start_s: float, end_s: float, *jpegs: bytes, **changed: Any) -> Message:
    keyframes = [
        {"t_s": start_s, "quality": 0.5, "width": 64, "height": 36, "size": len(one), **changed}
        for one in jpegs
    ]
    header = {
        "index": index,
        "start_s": start_s,
        "end_s": end_s,
        "thumbnail": 0 if jpegs else None,
        "transition": None,
    }
    return message("S", {**header, "keyframes": keyframes}, b"".join(jpegs))


def test_headers_become_values() -> None:
    info = answers.info(message("I", INFO), LIMITS)
    assert info.video is not None
    assert (info.video.frame_rate, info.video.rotation, info.start_s) == (
        Fraction(30000, 1001),
        90,
        -1.5,
    )
    assert (info.video.base_rate, info.video.first_s) == (Fraction(60000, 1001), 0.02)
    assert info.timecode == "10:00:00;00"
    assert (info.audio[0].language, info.subtitles[0].kind, info.warnings) == ("en", "text", ("odd",))


@pytest.mark.parametrize(
    "changed",
    [
        {"duration_s": 1e9},
        {"duration_s": -1.0},
        {"duration_s": float("nan")},
        {"start_s": float("inf")},
        {"size_bytes": "10"},
        {"container": "x" * 1000},
        {"container": b"\xff".decode("latin-1") * 300},
        {"video": {**VIDEO, "coded_width": 100_000, "coded_height": 100_000}},
        {"video": {**VIDEO, "width": 0}},
        {"video": {**VIDEO, "rotation": 45}},
        {"video": {**VIDEO, "frame_rate": [1, 0]}},
        {"video": {**VIDEO, "__class__": "os.system"}},
        {"audio": INFO["audio"] * 100},
        {"audio": [{**INFO["audio"][0], "language": "; drop"}]},
        {"video": {**VIDEO, "codecs": 'a"; x'}},
        {"default_audio": -1},
        {"recorded_at": "2025-07-14T16:31:02"},
        {"recorded_at": 1752503462},
        {"recorded_at": "soon"},
        {"video": {**VIDEO, "base_rate": [1, 0]}},
        {"video": {**VIDEO, "first_s": float("nan")}},
        {"timecode": "10:00:00:00\n* FROM CLIP NAME: x"},
        {"timecode": "\u0661\u0660:00:00:00"},
        {"warnings": [1]},
        {"more": 1},
    ],
)
def test_headers_that_cannot_be_are_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(WireError):
        answers.info(message("I", {**INFO, **changed}), LIMITS)


@given(header=JSON, body=strategies.binary(max_size=64))
def test_no_message_breaks_a_reader(header: Any, body: bytes) -> None:
    said = message("I", header, body)
    readers = [
        lambda: answers.info(said, LIMITS),
        lambda: answers.Scenes(LIMITS).take(said),
        lambda: answers.Captions(LIMITS).take(said),
        lambda: answers.Sound(16_000, LIMITS).take(said),
        lambda: answers.pixels(said, 512),
        lambda: answers.piece(said),
        lambda: answers.failure(said),
        lambda: answers.warnings(said),
        lambda: answers.seconds(said),
    ]
    for reader in readers:
        with suppress(WireError):
            reader()


@pytest.mark.parametrize(
    "header", [b"", b"\xff", b'["\\ud800"]', b"[" * 1_000_000, b'{"a":' * 100_000, b"1e999"]
)
def test_no_json_breaks_a_reader(header: bytes) -> None:
    for reader in (answers.failure, answers.warnings, answers.seconds, answers.Captions(LIMITS).take):
        with pytest.raises(WireError):
            reader(Message(b"E", header))


@given(number=strategies.floats(min_value=0, allow_infinity=False))
def test_times_lose_nothing_on_the_way(number: float) -> None:
    assert answers.seconds(message("P", number)) == number


def test_pieces_of_a_film_have_bytes_and_a_time() -> None:
    assert answers.piece(message("M", 1.5, b"moof")) == (1.5, b"moof")
    for header, body in ((1.5, b""), (-1.0, b"moof"), (None, b"moof"), ("1", b"moof")):
        with pytest.raises(WireError):
            answers.piece(message("M", header, body))


def begins(kind: str, at_s: float, start_s: float, end_s: float) -> Message:
    transition = {"kind": kind, "at_s": at_s, "start_s": start_s, "end_s": end_s}
    return message("S", {**json.loads(scene(0, 0.0, 2.0).header), "transition": transition})


def test_how_a_scene_begins_comes_along() -> None:
    taken = answers.Scenes(LIMITS).take(begins("fade", 0.0, 0.0, 1.5))
    assert taken.transition == Transition(kind="fade", at_s=0.0, start_s=0.0, end_s=1.5)


def test_scenes_follow_one_another() -> None:
    taken = answers.Scenes(LIMITS)
    picture = jpeg(64, 36)
    first = taken.take(scene(0, 0.0, 2.0, picture, picture))
    assert [keyframe.jpeg for keyframe in first.keyframes] == [picture, picture]
    assert first.thumbnail == picture
    assert taken.take(scene(1, 2.0, 3.0)).thumbnail is None


@pytest.mark.parametrize(
    "wrong",
    [
        scene(1, 0.0, 2.0),
        scene(0, 1.0, 2.0),
        scene(0, 0.0, 0.0),
        scene(0, 0.0, 65.0),
        scene(0, 0.0, 1.0, jpeg(64, 36), t_s=1.5),
        scene(0, 0.0, 1.0, jpeg(64, 36), quality=7),
        scene(0, 0.0, 1.0, jpeg(64, 36), size=10),
        scene(0, 0.0, 1.0, jpeg(64, 36), width=65),
        scene(0, 0.0, 1.0, jpeg(64, 36, progressive=True)),
        scene(0, 0.0, 1.0, jpeg(400, 400), width=400, height=400),
        scene(0, 0.0, 1.0, b"GIF89a"),
        scene(0, 0.0, 1.0, *[jpeg(64, 36)] * 9),
        message("S", {**json.loads(scene(0, 0.0, 1.0).header), "thumbnail": 0}),
        begins("wipe", 0.0, 0.0, 1.0),
        begins("cut", 0.5, 0.0, 1.0),
        begins("fade", 0.0, 1.0, 0.5),
        begins("fade", 0.0, -1.0, 0.5),
        begins("fade", 0.0, 0.0, 1e300),
    ],
)
def test_scenes_that_cannot_be_are_refused(wrong: Message) -> None:
    with pytest.raises(WireError):
        answers.Scenes(LIMITS).take(wrong)


@pytest.mark.parametrize(("width", "height"), [(1, 1), (384, 700), (65_000, 2)])
def test_the_size_of_a_jpeg_is_read_from_its_header(width: int, height: int) -> None:
    data = jpeg(width, height, quality=88)
    assert answers.jpeg_size(data) == (width, height)
    assert answers.jpeg_size(data[:20]) is None


@given(data=strategies.binary(max_size=60))
def test_any_bytes_are_a_jpeg_or_not(data: bytes) -> None:
    answers.jpeg_size(b"\xff\xd8" + data)


def test_captions_within_the_limits() -> None:
    taken = answers.Captions(LIMITS)
    taken.take(message("C", [[0.5, 1.0, "hello\0", "en", 3, "Zoe"]]))
    (caption,) = taken.found
    assert (caption.text, caption.language, caption.index, caption.origin) == ("hello\0", "en", 3, "embedded")
    assert caption.speaker == "Zoe"
    for wrong in (
        [0.5, 0.1, "x", None, 0, None],
        [0.5, 1.0, "", None, 0, None],
        [0.5, 1.0, "x", "EN", 0, None],
        [0.5, 1.0, "x"],
        [0.5, 1.0, "x", None, 0],
        [0.5, 1.0, "x", None, 0, ""],
        [0.5, 1.0, "x", None, 0, 7],
        [0.5, 1.0, "x", None, 0, "x" * (MAX_SPEAKER + 1)],
        [0.5, 1.0, "x", None, 0, "Zoe\n\n00:01 --> 00:02"],
    ):
        with pytest.raises(WireError):
            taken.take(message("C", [wrong]))
    few = answers.Captions(Limits(max_captions=1))
    with pytest.raises(WireError, match="more text"):
        few.take(message("C", [[0.0, 1.0, "x", None, 0, None]] * (answers.MAX_CLOSED_CAPTIONS + 2)))


def test_sound_within_the_limits() -> None:
    taken = answers.Sound(8, Limits(max_duration_s=4.0))
    block = np.linspace(-1, 1, 32, dtype=np.float32)
    assert taken.take(message("W", None, block.tobytes())).tolist() == block.tolist()
    for wrong in (b"", b"abc", b"\0" * 132, np.float32([np.nan]).tobytes(), np.float32([1.5]).tobytes()):
        with pytest.raises(WireError):
            answers.Sound(8, LIMITS).take(message("W", None, wrong))
    taken.take(message("W", None, block.tobytes()))
    with pytest.raises(WireError, match="more sound"):
        taken.take(message("W", None, block.tobytes()))


def test_pictures_have_the_size_that_is_said() -> None:
    assert answers.pixels(message("X", [2, 3], bytes(range(18))), 4).shape == (2, 3, 3)
    for size, body in (([2, 3], bytes(17)), ([5, 5], bytes(75)), ([0, 3], b""), ([2], bytes(6))):
        with pytest.raises(WireError):
            answers.pixels(message("X", size, body), 4)
