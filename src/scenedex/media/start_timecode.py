"""The SMPTE timecode at which a file says that it begins."""

import re
from collections.abc import Iterator, Mapping

from av.container import InputContainer

_TIMECODE = re.compile(r"\d{2}:\d{2}:\d{2}[:;.,]\d{2,3}", re.ASCII)


def start_timecode(container: InputContainer) -> str | None:
    """What the timecode track (`tmcd` of MP4 and MOV), the pictures, or a tag of the container (MXF, Matroska) say.

    The pictures come first: FFmpeg hands them what the track says that belongs to them. None where there is nothing, or
    nothing that is a timecode.
    """
    for tags in _tags(container):
        for name, value in tags.items():
            if name.lower() == "timecode" and _TIMECODE.fullmatch(value.strip()):
                return value.strip()
    return None


def _tags(container: InputContainer) -> Iterator[Mapping[str, str]]:
    for stream in (*container.streams.video, *container.streams.data):
        yield stream.metadata
    yield container.metadata
