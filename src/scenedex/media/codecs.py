"""What a stream holds → the `codecs` parameter by which players are asked whether they can play it (RFC 6381)."""

_AAC_TYPES = {"Main": 1, "LC": 2, "SSR": 3, "LTP": 4, "HE-AAC": 5, "HE-AACv2": 29}
"""FFmpeg's names of MPEG-4 audio object types (ISO/IEC 14496-3, table 1.17)."""

_PLAIN = {
    "vp8": "vp8", "theora": "theora", "mp3": "mp3", "opus": "opus", "vorbis": "vorbis", "flac": "flac", "ac3": "ac-3",
    "eac3": "ec-3", "alac": "alac",
}  # fmt: skip
"""Codecs whose name says all."""

_START_CODE = b"\x00\x00\x01"


def codecs_of(codec: str, extradata: bytes, profile: str | None) -> str | None:
    """The name of a stream as RFC 6381 and its codec's own document have it; None where the headers do not tell.

    `codec`: FFmpeg's name; `extradata`: what the container keeps for the decoder, of any stranger's making.
    """
    if codec == "h264":
        return _avc(extradata)
    if codec == "hevc":
        return _hevc(extradata)
    if codec == "av1":
        return _av1(extradata)
    if codec == "vp9":
        return "vp9" if profile == "Profile 0" else None
    if codec == "aac":
        return _aac(extradata, profile)
    return _PLAIN.get(codec)


def _avc(extradata: bytes) -> str | None:
    """Profile, constraints and level: of the decoder's configuration (ISO/IEC 14496-15, 5.3.3), or of the first SPS."""
    if extradata[:1] == b"\x01" and len(extradata) >= 4:
        return f"avc1.{extradata[1:4].hex().upper()}"
    at = 0
    while (at := extradata.find(_START_CODE, at)) >= 0:
        at += len(_START_CODE)
        unit = extradata[at : at + 4]
        if len(unit) == 4 and unit[0] & 0x1F == 7:
            return f"avc1.{unit[1:].hex().upper()}"
    return None


def _hevc(extradata: bytes) -> str | None:
    """ISO/IEC 14496-15, annex E.3, from the decoder's configuration (8.3.3)."""
    if len(extradata) < 13 or extradata[0] != 1:
        return None
    space, tier, profile = extradata[1] >> 6, extradata[1] >> 5 & 1, extradata[1] & 0x1F
    compatible = int(f"{int.from_bytes(extradata[2:6], 'big'):032b}"[::-1], 2)
    constraints = extradata[6:12].rstrip(b"\x00")
    parts = [
        f"{('', 'A', 'B', 'C')[space]}{profile}",
        f"{compatible:X}",
        f"{'LH'[tier]}{extradata[12]}",
        *(f"{byte:X}" for byte in constraints),
    ]
    return "hvc1." + ".".join(parts)


def _av1(extradata: bytes) -> str | None:
    """AV1 Codec ISO Media File Format Binding, section 5, from the decoder's configuration (2.3.3)."""
    if len(extradata) < 3 or extradata[0] != 0x81:
        return None
    profile, level = extradata[1] >> 5, extradata[1] & 0x1F
    tier, deep, deepest = extradata[2] >> 7, extradata[2] >> 6 & 1, extradata[2] >> 5 & 1
    return f"av01.{profile}.{level:02}{'MH'[tier]}.{8 + 2 * (deep + deepest):02}"


def _aac(extradata: bytes, profile: str | None) -> str | None:
    kind = extradata[0] >> 3 if len(extradata) >= 2 else _AAC_TYPES.get(profile or "", 0)
    return f"mp4a.40.{kind}" if 0 < kind < 31 else None
