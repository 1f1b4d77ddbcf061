"""What a file is, and its content hash."""

import hashlib
import os
from pathlib import Path

import pytest
from tests.media import shared_media

from scenedex.errors import MediaError, NotFoundError
from scenedex.media.files import (
    claimed_size,
    content_hash,
    disk_suffix,
    head,
    is_media,
    picture_format,
    refusal,
    sniff,
)
from scenedex.testing import Clip, shots_clip, sound_clip


def test_the_hash_is_sha256_of_the_bytes_and_progress_ends_at_the_size(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    data = os.urandom(2_500_000)
    path.write_bytes(data)
    told: list[int] = []
    assert content_hash(path, told.append) == hashlib.sha256(data).hexdigest()
    assert told == sorted(told)
    assert told[-1] == len(data)


def test_a_missing_file_and_a_folder_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        content_hash(tmp_path / "none.mp4")
    with pytest.raises(MediaError, match="cannot be read"):
        content_hash(tmp_path)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.mp4", "media"),
        ("A.MKV", "media"),
        ("a.gif", "media"),
        ("a.m4a", "media"),
        ("a.JPG", "picture"),
        ("a.heic", "picture"),
        ("a.srt", "subtitles"),
        ("a.ASS", "subtitles"),
        ("a.txt", "other"),
        ("a.ts", "other"),
        ("a", "other"),
    ],
)
def test_a_known_extension_decides_whatever_is_inside(tmp_path: Path, name: str, kind: str) -> None:
    path = tmp_path / name
    path.write_bytes(b"nothing in particular")
    assert sniff(path) == kind


def test_empty_files_folders_and_pipes(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").touch()
    os.mkfifo(tmp_path / "pipe.mp4")
    assert sniff(tmp_path / "a.mp4") == "empty"
    assert sniff(tmp_path) == "other"
    assert sniff(tmp_path / "pipe.mp4") == "other"  # and does not wait for a writer
    assert sniff(tmp_path / "missing.mp4") == "other"


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv", ".ts"])
def test_without_an_extension_the_first_bytes_decide(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"clip{suffix}"
    shots_clip(path, [0.2], Clip(sound=True))
    bare = path.rename(tmp_path / "clip")
    assert sniff(bare) == "media"


def test_sound_without_an_extension(tmp_path: Path) -> None:
    sound_clip(tmp_path / "a.m4a", 0.3)
    assert sniff((tmp_path / "a.m4a").rename(tmp_path / "a.dat")) == "media"


def test_every_shared_file_is_known_by_its_bytes_alone(tmp_path: Path) -> None:
    unknown = {"syn_random.mkv", "syn_zero_byte.mp4"}
    wrong = []
    for part in ("video", "odd", "audio", "subs"):
        for path in shared_media(part).iterdir():
            if path.suffix in (".srt", ".ass", ".vtt", ".json") or path.name in unknown:
                continue
            start = path.read_bytes()[:4096]
            if not (is_media(start) or picture_format(start)):
                wrong.append(path.name)
    assert wrong == []


@pytest.mark.parametrize(
    "start",
    [b"", b"\0" * 4096, b"RIFF1234ABCD", b"GGGG", b"\xff\xf0\x00\x00", b"#!/bin/sh\n", "Grüße".encode()],
)
def test_other_bytes_are_no_media(start: bytes) -> None:
    assert not is_media(start)
    assert picture_format(start) is None


def test_the_claimed_size_of_a_picture_is_read_from_its_header() -> None:
    assert claimed_size(b"GIF89a\xff\xff\x10\x00") == (65535, 16)
    assert claimed_size(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\xea\x60\0\0\xea\x60") == (60000, 60000)
    assert claimed_size(b"\x89PNG\r\n\x1a\n") is None


def test_what_is_sent_is_judged_by_its_bytes_alone(tmp_path: Path) -> None:
    for name in ("a.mp4", "a.mkv", "a.mov", "a.ts"):
        shots_clip(tmp_path / name, [0.3])
        assert refusal(head(tmp_path / name)) is None, name
    sound_clip(tmp_path / "a.m4a", 0.3)
    assert refusal(head(tmp_path / "a.m4a")) is None


@pytest.mark.parametrize(
    ("start", "said"),
    [
        (b"", "empty"),
        (b"#EXTM3U\n/etc/passwd", "playlist"),
        (b"  \n\xef\xbb\xbf#EXTM3U\n", "playlist"),
        (b"ffconcat version 1.0\nfile x", "playlist"),
        (b"v=0\r\no=- 0 0 IN IP4 127.0.0.1", "playlist"),
        (b"\xff\xd8\xff\xe0", "picture"),
        (b"file 'other.mp4'\n", "no video"),
        (b"rtsp://127.0.0.1/a", "no video"),
        (b"PK\x03\x04", "no video"),
        (bytes(4096), "no video"),
    ],
)
def test_what_is_taken_from_nobody(start: bytes, said: str) -> None:
    reason = refusal(start)
    assert reason is not None
    assert said in reason


def test_real_films_may_be_sent() -> None:
    judged = {
        path.name: refusal(head(path))
        for path in sorted(shared_media().rglob("*"))
        if path.suffix in (".mp4", ".mkv", ".webm", ".avi", ".mov", ".ogv", ".flv", ".mp3", ".wav", ".mpg")
        and path.parent.name != "odd"
    }
    assert judged
    assert {name: reason for name, reason in judged.items() if reason} == {}


@pytest.mark.parametrize(
    ("name", "suffix"),
    [
        ("film.MP4", ".mp4"),
        ("a.b.mkv", ".mkv"),
        ("mkv", ".mkv"),
        ("film", ".media"),
        ("film.mp4/../../x.sh", ".media"),
        ("film.m3u8", ".media"),
        ("film.", ".media"),
        ("film.mp4\n", ".media"),
        ("", ".media"),
    ],
)
def test_a_name_chooses_one_of_the_known_suffixes(name: str, suffix: str) -> None:
    assert disk_suffix(name) == suffix
