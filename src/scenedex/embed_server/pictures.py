"""A picture as it stands in JSON → the bytes of its file. No URL is fetched."""

import binascii
import re

from scenedex.errors import PictureError, PictureTooLargeError

MAX_BYTES = 10_000_000
"""Of a picture's file."""

_DATA = re.compile(r"data:[a-z0-9.+/;=-]*?;base64,", re.IGNORECASE | re.ASCII)
_URL = re.compile(r"\s*(https?|ftp|file|s3)://", re.IGNORECASE | re.ASCII)


def is_data_url(text: str) -> bool:
    """Whether it is meant as a picture where words may stand, too."""
    return text[:5].lower() == "data:"


def is_url(text: str) -> bool:
    """Whether it is meant as the address of a picture."""
    return _URL.match(text) is not None


def file_of(text: str) -> bytes:
    """The bytes of base64, or of a data URL. Raises PictureError, which says what it is instead."""
    if is_url(text):
        raise PictureError(
            "This is an address, and no address is fetched: send the picture itself, as base64."
        )
    if is_data_url(text):
        head = _DATA.match(text)
        if head is None:
            raise PictureError("This data URL is none of a picture: data:image/jpeg;base64,… is expected.")
        text = text[head.end() :]
    if len(text) * 3 // 4 > MAX_BYTES + 3:  # before it is decoded; blanks in it count as well
        raise PictureTooLargeError(
            f"This picture has about {len(text) * 3 / 4e6:.1f} MB; {MAX_BYTES / 1e6:.0f} MB are the most that is read."
        )
    try:
        data = binascii.a2b_base64(text.encode("ascii"), strict_mode=True)
    except (binascii.Error, UnicodeEncodeError):
        data = _wrapped(text)
    if not data:
        raise PictureError("This picture is empty.")
    if len(data) > MAX_BYTES:
        raise PictureTooLargeError(
            f"This picture has {len(data):,} bytes; {MAX_BYTES:,} are the most that is read."
        )
    return data


def _wrapped(text: str) -> bytes:
    """The same with line breaks in it, as `base64` writes them."""
    try:
        return binascii.a2b_base64("".join(text.split()).encode("ascii"), strict_mode=True)
    except (binascii.Error, UnicodeEncodeError) as exc:
        raise PictureError("This picture is no base64.") from exc
