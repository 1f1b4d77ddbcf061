"""What the headers say, and what is refused before anything is decoded."""

import os
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from tests.media import shared_media

from scenedex.errors import DecodeError, LimitError, MediaError, NotAVideoError, NotFoundError
from scenedex.media.languages import language_code
from scenedex.media.probe import probe
from scenedex.testing import Clip, shots_clip, sound_clip
from scenedex.types import Limits

LIMITS = Limits()


def test_streams_duration_and_exact_frame_rate(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    shots_clip(
        path,
        [1.0, 2.0],
        Clip(rate=Fraction(30_000, 1001), sound=True, captions=((0, 1, "x"),), language="ger"),
    )
    info = probe(path, LIMITS)
    assert info.video is not None
    assert info.video.codec == "h264"
    assert info.video.frame_rate == Fraction(30_000, 1001)
    assert info.duration_s == pytest.approx(3.0, abs=0.05)
    assert info.size_bytes == path.stat().st_size
    assert [(a.codec, a.channels, a.language) for a in info.audio] == [("aac", 1, "de")]
    assert [(s.codec, s.kind, s.language) for s in info.subtitles] == [("mov_text", "text", "de")]


@pytest.mark.parametrize(
    ("rotation", "shown"), [(0, (96, 64)), (90, (64, 96)), (180, (96, 64)), (270, (64, 96))]
)
@pytest.mark.parametrize("mirrored", [False, True])
def test_orientation(tmp_path: Path, rotation: int, shown: tuple[int, int], mirrored: bool) -> None:
    path = tmp_path / "a.mp4"
    shots_clip(path, [0.2], Clip(rotation=rotation, mirrored=mirrored))
    video = probe(path, LIMITS).video
    assert video is not None
    assert (video.width, video.height) == shown
    assert (video.coded_width, video.coded_height) == (96, 64)
    assert (video.rotation, video.mirrored) == (rotation, mirrored)


def test_the_sample_aspect_ratio_is_folded_into_the_width(tmp_path: Path) -> None:
    shots_clip(tmp_path / "a.mp4", [0.2], Clip(pixel_aspect=Fraction(4, 3)))
    shots_clip(tmp_path / "b.mp4", [0.2], Clip(pixel_aspect=Fraction(4, 3), rotation=90))
    shots_clip(tmp_path / "c.mp4", [0.2], Clip(pixel_aspect=Fraction(100, 1)))  # absurd: counts as square
    sizes = [(v.width, v.height) for name in "abc" if (v := probe(tmp_path / f"{name}.mp4", LIMITS).video)]
    assert sizes == [(128, 64), (64, 128), (96, 64)]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("phpff_portrait.MOV", (320, 568, 90)),
        ("syn_rot90_displaymatrix.mp4", (360, 640, 270)),
        ("streamio_sideways_movie.mov", (480, 640, 90)),
        ("ae_SAR-2by3.mp4", (427, 360, 0)),
        ("ae_embedded-image_h264-png.mp4", (640, 360, 0)),
    ],
)
def test_shapes_of_real_files(name: str, expected: tuple[int, int, int]) -> None:
    video = probe(shared_media("odd") / name, LIMITS).video
    assert video is not None
    assert (video.width, video.height, video.rotation) == expected


def test_start_and_duration_of_real_files() -> None:
    late = probe(shared_media("odd") / "syn_start_100s.mkv", LIMITS)
    assert (late.start_s, late.duration_s) == (100.0, pytest.approx(3.158))
    assert probe(shared_media("odd") / "moviepy_no_duration.webm", LIMITS).duration_s is None
    one = probe(shared_media("odd") / "syn_one_frame.mp4", LIMITS)
    assert one.duration_s == pytest.approx(1001 / 30_000)


def test_the_largest_of_two_default_streams_is_taken() -> None:
    video = probe(shared_media("subs") / "torchcodec_nasa_13013.mp4", LIMITS).video
    assert video is not None
    assert (video.index, video.width) == (3, 480)


def test_sound_alone_is_a_video_too(tmp_path: Path) -> None:
    sound_clip(tmp_path / "a.m4a", 1.0)
    info = probe(tmp_path / "a.m4a", LIMITS)
    assert info.video is None
    assert len(info.audio) == 1


@pytest.mark.parametrize(
    ("limits", "word"),
    [
        (replace(LIMITS, max_pixels=96 * 64 - 1), "max_pixels"),
        (replace(LIMITS, max_duration_s=2.0), "max_duration_s"),
        (replace(LIMITS, max_streams=1), "max_streams"),
    ],
)
def test_each_limit_names_itself(tmp_path: Path, limits: Limits, word: str) -> None:
    path = tmp_path / "a.mp4"
    shots_clip(path, [3.0], Clip(sound=True))
    with pytest.raises(LimitError, match=word):
        probe(path, limits)


REFUSED = {
    "streamio_broken.mp4": (DecodeError, "moov"),
    "syn_huge_dims.gif": (LimitError, "65535 x 65535"),
    "syn_huge_dims.png": (LimitError, "60000 x 60000"),
    "syn_jpeg_named.mp4": (NotAVideoError, r"picture \(JPEG\), not a video"),
    "syn_random.mkv": (NotAVideoError, "no known format"),
    "syn_trunc_moov_missing.mp4": (DecodeError, "moov"),
    "syn_zero_byte.mp4": (NotAVideoError, "empty"),
    "syn_bad.srt": (NotAVideoError, "no known format"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_with_a_reason(name: str) -> None:
    error, words = REFUSED[name]
    with pytest.raises(error, match=words) as caught:
        probe(shared_media("odd") / name, LIMITS)
    assert str(caught.value).endswith(".")


def test_everything_else_in_odd_opens() -> None:
    for path in sorted(shared_media("odd").iterdir()):
        if path.name not in REFUSED:
            info = probe(path, LIMITS)
            assert info.video or info.audio, path.name


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".m3u8"])
@pytest.mark.parametrize("kind", ["hls", "concat", "hls-passwd", "dash", "sdp"])
def test_playlists_are_refused_whatever_they_are_called(tmp_path: Path, suffix: str, kind: str) -> None:
    other = tmp_path / "other.ts"
    shots_clip(other, [0.5])
    texts = {
        "hls": f"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{other}\n#EXT-X-ENDLIST\n",
        "hls-passwd": "\ufeff#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n/etc/passwd\n#EXT-X-ENDLIST\n",
        "concat": f"ffconcat version 1.0\nfile '{other}'\n",
        "dash": f"<?xml version='1.0'?><MPD><BaseURL>{other}</BaseURL></MPD>",
        "sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\nm=video 5004 RTP/AVP 96\n",
    }
    path = tmp_path / f"a{suffix}"
    path.write_text(texts[kind])
    with pytest.raises(NotAVideoError, match="playlist"):
        probe(path, LIMITS)


def test_a_playlist_behind_a_prefix_is_not_opened_either(tmp_path: Path) -> None:
    path = tmp_path / "%03d.m3u8"
    path.write_bytes(b"\0" * 3 + b"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n/etc/passwd\n")
    with pytest.raises(MediaError):
        probe(path, LIMITS)


NAMES = [
    b"-x.mp4",
    b"http:a.mp4",
    b"file:b.mp4",
    b"concat:c|d.mp4",
    b"%03d.mp4",
    b"a\nb.mp4",
    b'it\'s "$(x)" & `y`; *?.mp4',
    "näme – 水.mp4".encode(),
    b"caf\xe9.mp4",
    b" .mp4",
]


@pytest.mark.parametrize("raw", NAMES)
def test_a_file_name_is_only_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, raw: bytes) -> None:
    monkeypatch.chdir(tmp_path)
    shots_clip(Path("plain.mp4"), [0.2])
    path = Path(os.fsdecode(raw))
    Path("plain.mp4").rename(path)
    assert probe(path, LIMITS).video is not None


def test_paths_that_are_no_files(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.mp4")
    with pytest.raises(NotAVideoError, match="regular"):
        probe(tmp_path / "pipe.mp4", LIMITS)
    with pytest.raises(NotAVideoError, match="regular"):
        probe(tmp_path, LIMITS)
    with pytest.raises(NotFoundError):
        probe(tmp_path / "none.mp4", LIMITS)


@pytest.mark.parametrize(
    ("tag", "code"),
    [
        *(("eng", "en"), ("ger", "de"), ("deu", "de"), ("pt-BR", "pt"), ("KOR", "ko"), ("yue", "yue")),
        *(("und", None), ("", None), (None, None), ("x\n", None)),
    ],
)
def test_languages(tag: str | None, code: str | None) -> None:
    assert language_code(tag) == code
