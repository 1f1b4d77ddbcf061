"""Pictures as an agent gets them: JPEG, no larger than it asks for."""

import io

MAX_BYTES = 400_000
"""Of a picture: what is larger is encoded anew, and poorer."""

QUALITIES = (80, 60, 40)


def bounded(jpeg: bytes, max_side: int) -> bytes:
    """The same picture, its longest side `max_side` pixels and its size MAX_BYTES at most, where that can be had."""
    from PIL import Image

    with Image.open(io.BytesIO(jpeg)) as picture:
        if max(picture.size) <= max_side and len(jpeg) <= MAX_BYTES:
            return jpeg
        picture.draft("RGB", (max_side, max_side))
        small = picture.convert("RGB")
    small.thumbnail((max_side, max_side))
    for quality in QUALITIES:
        made = io.BytesIO()
        small.save(made, "JPEG", quality=quality)
        if made.tell() <= MAX_BYTES:
            break
    return made.getvalue()
