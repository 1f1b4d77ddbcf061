"""Writing films: what goes in comes out, the same bytes each time, and nothing half-written."""

import hashlib
from fractions import Fraction

import av
import numpy as np
import pytest

from scenedex.errors import MediaError
from scenedex.media.encode import Sound, encode_film
from scenedex.types import Caption

RATE = Fraction(24)
SIZE = (854, 480)


def pictures(count=36):
    """A red square that wanders over a grey ground."""
    for k in range(count):
        picture = np.full((SIZE[1], SIZE[0], 3), 60, np.uint8)
        picture[100:260, 10 * k : 10 * k + 160] = (220, 30, 30)
        yield picture


def tone(seconds=1.5, rate=24_000):
    return Sound(
        samples=0.5 * np.sin(np.arange(round(seconds * rate)) / 9).astype(np.float32), sample_rate=rate
    )


def caption(start_s, end_s, text, language="en"):
    return Caption(start_s=start_s, end_s=end_s, text=text, origin="embedded", language=language)


def texts(path):
    with av.open(str(path)) as container:
        found = {}
        for packet in container.demux(*container.streams.subtitles):
            if len(bytes(packet)) > 2:
                start, length = (float(value * packet.time_base) for value in (packet.pts, packet.duration))
                language = packet.stream.metadata["language"]
                line = (start, round(start + length, 6), bytes(packet)[2:].decode())
                found.setdefault(language, []).append(line)
        return found


def test_what_goes_in_comes_out(tmp_path):
    path = tmp_path / "-a 'film' 물.mp4"
    captions = [
        caption(0.7, 1.25, "two\nlines"),
        caption(0.1, 0.5, r"a {brace}, a \backslash, a \n, 100 %"),
        caption(0.2, 0.9, "안녕하세요", "ko"),
        caption(0.2, 0.9, "?", "xx"),
    ]
    encode_film(path, pictures(), frame_rate=RATE, sound=tone(), captions=captions, title="A & B")
    with av.open(str(path)) as container:
        assert container.metadata["title"] == "A & B"
        video, audio = container.streams.video[0], container.streams.audio[0]
        assert (video.codec_context.name, video.average_rate, video.frames) == ("h264", RATE, 36)
        assert (video.width, video.height, video.pix_fmt) == (*SIZE, "yuv420p")
        assert video.codec_context.colorspace == 1  # BT.709
        assert (audio.codec_context.name, audio.rate, audio.layout.name) == ("aac", 24_000, "mono")
        shown = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    assert len(shown) == 36
    assert np.abs(shown[20][180, 280].astype(int) - (220, 30, 30)).max() < 24
    assert np.abs(shown[20][400, 700].astype(int) - 60).max() < 12
    assert texts(path) == {
        "eng": [(0.1, 0.5, r"a {brace}, a \backslash, a \n, 100 %"), (0.7, 1.25, "two\nlines")],
        "kor": [(0.2, 0.9, "안녕하세요")],
        "und": [(0.2, 0.9, "?")],
    }


def test_sound_is_in_step(tmp_path):
    samples = np.zeros(48_000, np.float32)
    samples[24_000:25_000] = 0.8 * np.sin(np.arange(1000) / 4)
    encode_film(
        tmp_path / "a.mp4", pictures(24), frame_rate=RATE, sound=Sound(samples=samples, sample_rate=48_000)
    )
    with av.open(str(tmp_path / "a.mp4")) as container:
        decoded = [
            (frame.pts * frame.time_base, frame.to_ndarray()[0]) for frame in container.decode(audio=0)
        ]
    sound = np.concatenate([part for _, part in decoded])
    loud = np.flatnonzero(np.abs(sound) > 0.3)
    assert float(decoded[0][0]) + loud[0] / 48_000 == pytest.approx(0.5, abs=0.01)


def test_same_bytes_each_time(tmp_path):
    sums = set()
    for k in range(4):
        path = tmp_path / f"{k}.mp4"
        encode_film(path, pictures(), frame_rate=RATE, sound=tone(), captions=[caption(0, 1, "hello")])
        sums.add(hashlib.sha256(path.read_bytes()).hexdigest())
    assert len(sums) == 1


def test_silent_film(tmp_path):
    encode_film(tmp_path / "a.mp4", pictures(5), frame_rate=Fraction(30000, 1001))
    with av.open(str(tmp_path / "a.mp4")) as container:
        assert [stream.type for stream in container.streams] == ["video"]
        assert container.streams.video[0].average_rate == Fraction(30000, 1001)


def broken():
    yield from pictures(3)
    raise ValueError("the pen is dry")


@pytest.mark.parametrize(
    ("frames", "said"),
    [
        (lambda: iter(()), "no pictures"),
        (broken, "the pen is dry"),
        (lambda: iter([np.zeros((481, 855, 3), np.uint8)]), "could not be written"),
    ],
)
def test_what_fails_leaves_the_old_file(tmp_path, frames, said):
    path = tmp_path / "a.mp4"
    path.write_bytes(b"old")
    with pytest.raises(MediaError, match=said):
        encode_film(path, frames(), frame_rate=RATE)
    assert path.read_bytes() == b"old"
    assert [other.name for other in tmp_path.iterdir()] == ["a.mp4"]


def test_text_that_is_no_unicode(tmp_path):
    with pytest.raises(MediaError, match="could not be written"):
        encode_film(tmp_path / "a.mp4", pictures(3), frame_rate=RATE, captions=[caption(0, 1, "\udc80")])


def test_folder_that_is_not_there(tmp_path):
    with pytest.raises(MediaError, match="No such file"):
        encode_film(tmp_path / "none" / "a.mp4", pictures(3), frame_rate=RATE)
