"""Timed text inside media files."""

import gc
from dataclasses import replace
from pathlib import Path

import av
import pytest
from av.packet import Packet
from av.video.frame import VideoFrame
from tests.media import shared_media

from scenedex.errors import LimitError
from scenedex.media.closed_captions import SWEPT_EVERY
from scenedex.media.decode import frames
from scenedex.media.lines import Line, merge, to_captions
from scenedex.media.probe import probe
from scenedex.media.sidecars import read_sidecar
from scenedex.media.subtitles import embedded_captions
from scenedex.testing import Clip, shots_clip
from scenedex.types import Caption, Limits

LIMITS = Limits()

FRIDAY = [
    (0.0, 0.999, "Hildy!"),
    (1.0, 1.499, "How are you?"),
    (1.5, 2.999, "Tell me, is the lord of the universe in?"),
    (3.0, 4.299, "Yes, he's in - in a bad humor"),
    (4.3, 6.0, "Somebody must've stolen the crown jewels"),
]
NASA = [
    (0.21, 4.26, "NAR: This is the optical and science segment of the Webb"),
    (4.26, 8.35, "space telescope in one of the largest cleanrooms in the world"),
    (8.35, 12.47, "at NASA’s Goddard Space Flight Center in Greenbelt, Maryland."),
    (12.47, 16.57, "This half of the observatory element successfully"),
]


def captions_of(path: Path) -> list[Caption]:
    return embedded_captions(path, probe(path, LIMITS), LIMITS)


def rows(captions: list[Caption]) -> list[tuple[float, float, str]]:
    return [(round(c.start_s, 3), round(c.end_s, 3), c.text) for c in captions]


@pytest.mark.parametrize(
    ("name", "language", "expected"),
    [
        ("video/friday_movtext.mp4", "en", FRIDAY),
        ("video/friday_srt.mkv", "en", FRIDAY),
        ("subs/ae_webvtt.mkv", None, [(0.546, 1.039, "oop"), (1.546, 1.939, "boop")]),
        ("subs/ae_mov_text.mp4", None, [(0.523, 1.016, "oop"), (1.523, 1.916, "boop")]),
        ("subs/torchcodec_nasa_13013.mp4", "en", NASA),
    ],
)
def test_real_tracks(name: str, language: str | None, expected: list[tuple[float, float, str]]) -> None:
    captions = captions_of(shared_media(name))
    assert rows(captions) == expected
    assert {(c.origin, c.language) for c in captions} == {("embedded", language)}
    assert [c.index for c in captions] == list(range(len(expected)))


def test_three_tracks_say_what_their_files_say() -> None:
    found = captions_of(shared_media("video/openreel_20shots_subs_srt2_ass.mkv"))
    for language, name in (("en", "openreel_20shots.en.srt"), ("de", "openreel_20shots.de.srt")):
        expected = read_sidecar(shared_media("video") / name, LIMITS)
        track = [c for c in found if c.language == language]
        assert [c.text for c in track] == [c.text for c in expected]  # the ASS track repeats the English one
        assert [c.index for c in track] == list(range(len(track)))
        # the container's clock starts 21 ms before the pictures
        assert max(abs(a.start_s - b.start_s - 0.021) for a, b in zip(track, expected, strict=True)) < 0.002


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_times_are_relative_to_the_start(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    said = ((0.5, 1.0, "one"), (1.25, 3.0, "two\nlines"))
    shots_clip(path, [4.0], Clip(start_s=50.0 if suffix == ".mkv" else 0.0, captions=said, language="kor"))
    captions = captions_of(path)
    assert rows(captions) == list(said)
    assert {c.language for c in captions} == {"ko"}


def test_bytes_that_are_no_utf8_are_read_like_a_sidecar(tmp_path: Path) -> None:
    path = tmp_path / "a.mkv"
    words = "Привет, как дела? Я не знаю, что сказать."
    shots_clip(path, [2.0], Clip(captions=((0.5, 1.0, "X" * len(words)),), language="rus"))
    raw = path.read_bytes()
    path.write_bytes(raw.replace(b"X" * len(words), words.encode("cp1251")))
    assert rows(captions_of(path)) == [(0.5, 1.0, words)]


def test_too_many_lines(tmp_path: Path) -> None:
    path = tmp_path / "a.mkv"
    shots_clip(path, [2.0], Clip(captions=tuple((n / 10, n / 10 + 0.1, f"line {n}") for n in range(11))))
    with pytest.raises(LimitError, match="max_captions"):
        embedded_captions(path, probe(path, LIMITS), replace(LIMITS, max_captions=10))


def test_bitmap_tracks_are_named_and_give_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.mkv"
    with av.open(str(path), "w") as container:
        video = container.add_stream("libx264", rate=25)
        video.width = video.height = 64
        bitmaps = container.add_mux_stream("hdmv_pgs_subtitle")
        bitmaps.metadata["language"] = "fre"
        container.mux(video.encode(av.VideoFrame(64, 64, "yuv420p")))
        container.mux(video.encode(None))
    info = probe(path, LIMITS)
    assert [(s.codec, s.kind, s.language) for s in info.subtitles] == [("hdmv_pgs_subtitle", "bitmap", "fr")]
    assert embedded_captions(path, info, LIMITS) == []


def test_intervals_are_made_sensible() -> None:
    lines = [
        Line(5.0, 4.0, "ends before it starts"),
        Line(-2.0, 1.0, "begins before the video"),
        Line(-5.0, -3.0, "over before the video"),
        Line(6.0, None, "no end, something follows"),
        Line(7.5, 99_999.0, "for a day"),
        Line(8.0, 8.0, "no length, nothing follows"),
        Line(1.0, 2.0, ""),
    ]
    assert rows(to_captions(lines, "sidecar", None)) == [
        (0.0, 1.0, "begins before the video"),
        (5.0, 6.0, "ends before it starts"),
        (6.0, 7.5, "no end, something follows"),
        (7.5, 67.5, "for a day"),
        (8.0, 12.0, "no length, nothing follows"),
    ]


def test_a_second_track_adds_only_what_is_new() -> None:
    first = [Line(0.0, 1.0, "a"), Line(2.0, 3.0, "a")]
    second = [Line(0.05, 1.0, "a"), Line(1.0, 2.0, "b"), Line(5.0, 6.0, "a")]
    assert [(line.start_s, line.text) for line in merge([first, second])] == [
        (0.0, "a"),
        (1.0, "b"),
        (2.0, "a"),
        (5.0, "a"),
    ]


def caption_message(pair: int) -> bytes:
    """An H.264 SEI message with one pair of CEA-608 bytes (ATSC A/53 part 4, 6.2.3)."""
    triplet = b"\xfc" + pair.to_bytes(2, "big")
    payload = b"\xb5\x00\x31GA94\x03" + bytes([0x40 | 1]) + b"\xff" + triplet + b"\xff"
    return b"\x00\x00\x00\x01\x06\x04" + bytes([len(payload)]) + payload + b"\x80"


def test_closed_captions_inside_the_pictures(tmp_path: Path) -> None:
    plain, path = tmp_path / "plain.ts", tmp_path / "cc.ts"
    shots_clip(plain, [4.0])
    # Resume caption loading, row 15, "HELLO", show it; later: erase it. Odd parity in each byte (CTA-608-E).
    commands = dict(enumerate([0x9420, 0x9470, 0xC845, 0x4C4C, 0x4F80, 0x942F], start=20)) | {70: 0x942C}
    with av.open(str(plain)) as source, av.open(str(path), "w") as target:
        stream = target.add_stream_from_template(source.streams.video[0])
        for number, old in enumerate(source.demux(video=0)):
            if not old.size:
                continue
            data = bytes(old)
            slice_at = max(data.find(b"\x00\x00\x01" + bytes([kind])) for kind in (0x65, 0x41, 0x61))
            message = caption_message(commands.get(number, 0x8080))
            new = Packet(data[:slice_at] + message[1:] + data[slice_at:])
            new.stream, new.time_base, new.pts, new.dts = stream, old.time_base, old.pts, old.dts
            new.is_keyframe = old.is_keyframe
            target.mux(new)
    gc.collect()
    with frames(path, probe(path, LIMITS), LIMITS) as decoding:
        held = [sum(isinstance(one, VideoFrame) for one in gc.get_objects()) for _ in decoding]
    assert len(held) == 100
    assert (
        max(held) - held[0] <= SWEPT_EVERY + 8
    )  # nobody holds more than those that were asked since the last sweep
    assert [(c.text, c.origin, c.language) for c in decoding.captions] == [("HELLO", "embedded", None)]
    assert decoding.captions[0].start_s == pytest.approx(25 / 25, abs=0.05)
    assert decoding.captions[0].end_s == pytest.approx(70 / 25, abs=0.05)


def test_a_cea608_track(tmp_path: Path) -> None:
    scc = tmp_path / "a.scc"
    scc.write_text(
        "Scenarist_SCC V1.0\n\n00:00:01:00\t9420 9420 9470 9470 c845 4c4c 4f80 942f 942f\n\n00:00:03:00\t942c 942c\n\n"
        "00:00:05:00\t9420 9420 9470 9470 c845 4c4c 4f80 942f 942f\n\n00:00:06:00\t942c 942c\n\n"
        "00:00:06:15\t942c 942c\n\n"
    )
    shots_clip(tmp_path / "v.mp4", [7.0])
    path = tmp_path / "a.mov"
    with (
        av.open(str(scc)) as text,
        av.open(str(tmp_path / "v.mp4")) as film,
        av.open(str(path), "w") as target,
    ):
        pictures = target.add_stream_from_template(film.streams.video[0])
        words = target.add_stream_from_template(text.streams[0])
        pairs = [(p, pictures) for p in film.demux(video=0)] + [(p, words) for p in text.demux()]
        pairs = [(p, s) for p, s in pairs if p.size]
        for packet, stream in sorted(pairs, key=lambda pair: float((pair[0].dts or 0) * pair[0].time_base)):
            packet.stream = stream
            target.mux(packet)
    info = probe(path, LIMITS)
    assert [(s.codec, s.kind) for s in info.subtitles] == [("eia_608", "text")]
    assert rows(embedded_captions(path, info, LIMITS)) == [(1.0, 3.0, "HELLO"), (5.0, 6.0, "HELLO")]
