"""How a video can be played."""

from typing import Literal, Self
from uuid import UUID

from pydantic import Field

from scenedex.api.models.videos import EXAMPLE_ID
from scenedex.http.values import Given, Rate, Text
from scenedex.media.playback import Playback as PlaybackValue


class PictureStream(Given):
    """What is shown."""

    codec: str = Field(description="FFmpeg's name.", examples=["h264"])
    codecs: str | None = Field(
        description="As in RFC 6381; null where the headers do not tell.", examples=["avc1.64001F"]
    )
    width: int = Field(description="As shown, in pixels.", examples=[1920])
    height: int = Field(examples=[1080])
    frame_rate: Rate | None = Field(description="Pictures a second, exact.", examples=["30000/1001"])
    pixel_format: str = Field(description="FFmpeg's name.", examples=["yuv420p"])
    hdr: bool


class SoundStream(Given):
    """What is heard."""

    codec: str = Field(examples=["aac"])
    codecs: str | None = Field(examples=["mp4a.40.2"])
    channels: int = Field(examples=[2])
    sample_rate: int = Field(examples=[48_000])
    language: str | None = Field(examples=["en"])


class Playback(Given):
    """How a browser can play a video."""

    video_id: UUID = Field(examples=[EXAMPLE_ID])
    container: str = Field(description="In a word.", examples=["mp4"])
    type: str | None = Field(
        description="Media type of the file, to be tried with `canPlayType`; null where it is not known.",
        examples=['video/mp4; codecs="avc1.64001F, mp4a.40.2"'],
    )
    way: Literal["as_is", "copy", "encode"] = Field(
        description="as_is: browsers usually play the file; copy: another container is enough; encode: all of it is "
        "encoded anew while it plays."
    )
    reason: Text = Field(examples=["Browsers usually play this file as it is."])
    url: str = Field(
        description="What to play: `/stream`, or `/play.mp4`.",
        examples=[f"/api/v1/videos/{EXAMPLE_ID}/stream"],
    )
    stream_url: str = Field(description="The file itself.", examples=[f"/api/v1/videos/{EXAMPLE_ID}/stream"])
    play_url: str = Field(
        description="What any browser plays, from any second on.",
        examples=[f"/api/v1/videos/{EXAMPLE_ID}/play.mp4"],
    )
    video: PictureStream | None = Field(description="Null without pictures.")
    audio: SoundStream | None = Field(description="Null without sound.")

    @classmethod
    def of(cls, video_id: UUID, found: PlaybackValue) -> Self:
        """With the addresses of the video."""
        stream, play = (f"/api/v1/videos/{video_id}/{name}" for name in ("stream", "play.mp4"))
        return cls(
            video_id=video_id,
            container=found.container,
            type=found.type,
            way=found.way,
            reason=found.reason,
            url=stream if found.way == "as_is" else play,
            stream_url=stream,
            play_url=play,
            video=PictureStream.model_validate(found.video) if found.video else None,
            audio=SoundStream.model_validate(found.audio) if found.audio else None,
        )
