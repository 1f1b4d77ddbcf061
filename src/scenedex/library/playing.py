"""Playing videos that a browser cannot, and looking at one picture of them."""

import io
import math
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from scenedex.errors import MediaError, UsageError
from scenedex.library.showing import Showing
from scenedex.types import Piece, Video

if TYPE_CHECKING:
    from scenedex.indexing.reading import Reading
    from scenedex.media.playback import Playback

LARGEST_SIDE = 1_080
"""Short side of a single picture in pixels at most."""

QUALITY = 88


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A video whose file is open."""

    video: Video
    reading: "Reading"
    suffix: str


class Playing(Showing):
    """A library whose videos can be played by any browser. What another owner has is as what is not there."""

    def playback(self, video_id: UUID) -> "Playback":
        """How a browser can play a video. Raises NotFoundError where its file is not there, and MediaError."""
        from scenedex.media.playback import playback

        with self._reading(video_id) as opened:
            return playback(opened.reading.info, opened.suffix)

    def play(
        self, video_id: UUID, from_s: float = 0.0, *, copy: bool = True
    ) -> "Generator[Piece, None, None]":
        """A video from a second on: the pieces of an MP4 file that browsers play (H.264, AAC), made as they are taken.

        Where browsers know what is in the file, and not its container, it is copied, from the key frame before;
        `copy` false: encode even that anew. Close the generator to stop. Raises NotFoundError, UsageError for a second
        that the video has not, MediaError.
        """
        from scenedex.media.playback import playback

        with self._reading(video_id) as opened:
            to_s = opened.video.duration_s
            if not 0 <= from_s < to_s:
                raise UsageError(f"This video is {to_s:.1f} s long: there is nothing at {from_s:g} s.")
            way = playback(opened.reading.info, opened.suffix).way
            pieces = opened.reading.film(from_s, to_s, copied=copy and way == "copy")
            try:
                yield from pieces
            finally:
                pieces.close()

    def frame(self, video_id: UUID, at_s: float, *, short_side: int = 720) -> bytes:
        """The picture that is shown at a second, as JPEG: exactly that one, and after the end the last.

        `short_side` in pixels, from 16 to 1080; never enlarged. Raises NotFoundError, UsageError, MediaError.
        """
        if not (math.isfinite(at_s) and at_s >= 0):
            raise UsageError("A time in a video is a number of seconds from 0 up.")
        if not 16 <= short_side <= LARGEST_SIDE:
            raise UsageError(f"A picture has a short side of 16 to {LARGEST_SIDE} pixels.")
        with self._reading(video_id) as opened:
            if opened.reading.info.video is None:
                raise MediaError("This video has no pictures.")
            at_s = min(at_s, opened.video.duration_s)
            (pixels,) = opened.reading.pictures([at_s], short_side)
        from PIL import Image

        made = io.BytesIO()
        Image.fromarray(pixels).save(made, "JPEG", quality=QUALITY)
        return made.getvalue()

    @contextmanager
    def _reading(self, video_id: UUID) -> Generator[Opened, None, None]:
        video = self.video(video_id)
        with (
            self.original(video_id) as original,
            self.decoder.reading(original.path, self.settings.limits()) as reading,
        ):
            yield Opened(video=video, reading=reading, suffix=original.path.suffix)
