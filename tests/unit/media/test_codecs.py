"""What players call a stream."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenedex.media.codecs import codecs_of


@pytest.mark.parametrize(
    ("codec", "extradata", "profile", "name"),
    [
        ("h264", "0164001fffe1", "High", "avc1.64001F"),
        ("h264", "0000000167" + "42c01e" + "da", None, "avc1.42C01E"),
        ("h264", "00000109f0" + "00000167" + "4d401f", None, "avc1.4D401F"),
        ("h264", "", "High", None),
        ("h264", "01", None, None),
        ("h264", "0000016742", None, None),
        ("hevc", "010160000000900000000000" + "3f" + "f000", "Main", "hvc1.1.6.L63.90"),
        ("hevc", "01214000000000000000000099f000", None, "hvc1.1.2.H153"),
        ("hevc", "0001", None, None),
        ("av1", "81010c00", "Main", "av01.0.01M.08"),
        ("av1", "812ac0", None, "av01.1.10H.10"),
        ("av1", "00", None, None),
        ("vp9", "", "Profile 0", "vp9"),
        ("vp9", "", "Profile 2", None),
        ("aac", "1210", None, "mp4a.40.2"),
        ("aac", "2b92", "LC", "mp4a.40.5"),
        ("aac", "", "LC", "mp4a.40.2"),
        ("aac", "", None, None),
        ("aac", "ffff", None, None),
        ("opus", "", None, "opus"),
        ("eac3", "", None, "ec-3"),
        ("pcm_s16le", "", None, None),
    ],
)
def test_streams_have_the_names_of_rfc_6381(
    codec: str, extradata: str, profile: str | None, name: str | None
) -> None:
    assert codecs_of(codec, bytes.fromhex(extradata), profile) == name


@given(st.sampled_from(["h264", "hevc", "av1", "vp9", "aac"]), st.binary(max_size=40), st.text(max_size=8))
def test_whatever_a_stranger_writes_is_a_plain_name_or_none(
    codec: str, extradata: bytes, profile: str
) -> None:
    name = codecs_of(codec, extradata, profile)
    assert name is None or (name.isascii() and name.replace(".", "").isalnum() and len(name) < 64)
