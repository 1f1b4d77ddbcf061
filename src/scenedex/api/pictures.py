"""Pictures that callers send."""

import base64
import binascii

from scenedex.api.models.search import MAX_PICTURE_BYTES
from scenedex.api.service import Service
from scenedex.embeddings.images import decode
from scenedex.http.errors import ApiError
from scenedex.types import Pixels

MAX_PIXELS = 24_000_000
"""Width times height of a picture that is sent: what a camera takes."""

MAX_SIDE = 2_048
"""Longest side in pixels that is kept of it: more than any model sees."""

PICTURE_WAIT_S = 10.0


def sent_picture(service: Service, image: str, field: str) -> Pixels:
    """The pixels of a picture in base64; a few at a time are decoded, since it is a stranger's.

    `field`: where it stood, for the message. Raises ApiError, PictureError.
    """
    text = image.partition(",")[2] if image[:5].lower() == "data:" else image
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as exc:
        raise ApiError(422, "invalid_request", f"{field} is no base64 (RFC 4648).") from exc
    if len(data) > MAX_PICTURE_BYTES:
        raise ApiError(413, "too_large", f"A picture may have {MAX_PICTURE_BYTES:,} bytes at most.")
    with service.a_place(service.pictures, PICTURE_WAIT_S):
        return decode(data, max_pixels=MAX_PIXELS, max_side=MAX_SIDE)
