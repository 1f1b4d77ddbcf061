"""What a file is, and its content hash."""

import hashlib
import os
from pathlib import Path

import pytest
from tests.media import shared_media

from scenedex.errors import MediaError, NotFoundError
from scenedex.media.files import claimed_size, content_hash, is_media, picture_format, sniff
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
