"""Pictures of H.264 that are coded by themselves without being key frames.

Where a shot begins too soon after a key frame, encoders put I slices, and no key frame (x264's `min-keyint`).
"""

from collections.abc import Iterator

_SLICES = (1, 5)
_I = (2, 4, 7, 9)
"""Values of slice_type that stand for I and SI (ITU-T H.264, table 7-6)."""

_HEADER_BYTES = 10


def length_size(extradata: bytes | None) -> int:
    """How many bytes tell the length of each NAL unit (ISO/IEC 14496-15, 5.3.3); 0: start codes part them."""
    return (extradata[4] & 3) + 1 if extradata and len(extradata) > 6 and extradata[0] == 1 else 0


def all_intra(data: bytes, size_bytes: int) -> bool:
    """Whether each slice of an H.264 packet is an I slice; False for what cannot be read."""
    slices = [unit for unit in _units(data, size_bytes) if unit and unit[0] & 31 in _SLICES]
    return bool(slices) and all(_slice_type(unit[1:]) in _I for unit in slices)


def _units(data: bytes, size_bytes: int) -> Iterator[bytes]:
    """The first bytes of each NAL unit."""
    at = 0
    if size_bytes:
        while at + size_bytes < len(data):
            length = int.from_bytes(data[at : at + size_bytes], "big")
            at += size_bytes
            yield data[at : at + min(length, _HEADER_BYTES)]
            at += length
        return
    while (at := data.find(b"\0\0\1", at)) >= 0:
        at += 3
        yield data[at : at + _HEADER_BYTES]


def _slice_type(header: bytes) -> int | None:
    """The second number of a slice's header, both in Exp-Golomb code; None where it ends sooner."""
    bits, at, value = "".join(f"{byte:08b}" for byte in header), 0, None
    for _ in range(2):
        one = bits.find("1", at)
        end = 2 * one - at + 1
        if one < 0 or end > len(bits):
            return None
        value, at = int(bits[one:end], 2) - 1, end
    return value
