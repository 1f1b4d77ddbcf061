"""A copy that is under way is told from one that is complete."""

from pathlib import Path

import pytest
from tests.media import make_clip

from scenedex.media.wholeness import is_whole
from scenedex.testing import sound_clip


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv"])
def test_what_is_cut_off_is_not_whole(tmp_path: Path, suffix: str) -> None:
    clip = make_clip(tmp_path / f"a{suffix}", 0.2)
    whole = clip.read_bytes()
    assert is_whole(clip)
    for share in (0.3, 0.6, 0.99):
        clip.write_bytes(whole[: int(len(whole) * share)])
        assert not is_whole(clip), share
    clip.write_bytes(whole)
    assert is_whole(clip)


def test_room_that_was_taken_beforehand_is_not_whole(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "a.mp4", 0.2)
    whole = clip.read_bytes()
    clip.write_bytes(whole[:100] + bytes(len(whole) - 100))
    assert not is_whole(clip)


def test_riff(tmp_path: Path) -> None:
    wave = tmp_path / "a.wav"
    wave.write_bytes(b"RIFF" + (100).to_bytes(4, "little") + b"WAVE" + bytes(96))
    assert is_whole(wave)
    wave.write_bytes(wave.read_bytes()[:-1])
    assert not is_whole(wave)
    wave.write_bytes(b"RIFF\xff\xff\xff\xffWAVE")  # being recorded, or longer than 4 GB: it does not say
    assert is_whole(wave)


def test_what_does_not_say_its_length_is_whole(tmp_path: Path) -> None:
    other = tmp_path / "a.ts"
    other.write_bytes(b"\x47" * 188)
    assert is_whole(other)
    other.write_bytes(b"")
    assert is_whole(other)
    sound_clip(tmp_path / "a.mka", 0.2)
    assert is_whole(tmp_path / "a.mka")
    live = bytes.fromhex("1a45dfa3 84 00000000 18538067 01ffffffffffffff") + b"x"  # recorded just now
    other.write_bytes(live)
    assert is_whole(other)


def test_hostile_headers_end(tmp_path: Path) -> None:
    bad = tmp_path / "a.mp4"
    for content in (
        b"\0\0\0\x08ftyp" * 20_000,
        b"\0\0\0\x01moov" + b"\xff" * 8,
        b"\0\0\0\x00ftyp",
        b"\0\0\0\x07moov",
        b"\x1a\x45\xdf\xa3\x01" + b"\xff" * 7,
        b"\x1a\x45\xdf\xa3\x01" + b"\x7f" * 7 + b"\x18\x53\x80\x67\x80",
        b"\x1a\x45\xdf\xa3",
    ):
        bad.write_bytes(content)
        assert is_whole(bad) in (True, False)
    assert not is_whole(tmp_path)
    assert not is_whole(tmp_path / "nothing.mp4")
