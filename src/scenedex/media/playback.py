"""How a browser can play a file: as it is, in another container, or encoded anew."""

from dataclasses import dataclass
from typing import Literal

from scenedex.types import AudioTrack, MediaInfo, VideoTrack

Way = Literal["as_is", "copy", "encode"]

PLAIN_PIXELS = ("yuv420p", "yuvj420p")
"""Eight bits, a quarter of the colour: what every browser decodes."""

_MP4_SUFFIXES = (".mp4", ".m4v", ".m4a")
_TYPES = {
    "mp4": "mp4", "webm": "webm", "matroska": "x-matroska", "quicktime": "quicktime", "ogg": "ogg", "mpegts": "mp2t",
    "avi": "x-msvideo", "wav": "wav", "flac": "flac", "mp3": "mpeg",
}  # fmt: skip
"""Media types by container, after video/ or audio/."""

_PICTURES = {"mp4": {"h264", "vp9", "av1"}, "webm": {"vp8", "vp9", "av1"}}
_SOUNDS = {
    "mp4": {"aac", "mp3", "opus", "flac"},
    "webm": {"opus", "vorbis"},
    "ogg": {"opus", "vorbis", "flac"},
    "wav": {"pcm_s16le", "pcm_u8"},
    "mp3": {"mp3"},
    "flac": {"flac"},
}
"""What browsers play of each container; of those that are not among the first, sound alone."""

_COPIED_FROM = ("mp4", "quicktime", "matroska", "webm", "mpegts")


@dataclass(frozen=True, slots=True, kw_only=True)
class Playback:
    """How a file can be played."""

    container: str  #: in a word: mp4, webm, matroska, quicktime, mpegts, avi, ogg ...
    type: str | None  #: media type with `codecs`; None where one of them is not known
    way: Way
    reason: str  #: a sentence for people
    video: VideoTrack | None
    audio: AudioTrack | None


def playback(info: MediaInfo, suffix: str) -> Playback:
    """What browsers usually do with a file: they differ, and `type` lets one say for itself. `suffix`: as `.mp4`."""
    audio = heard(info)
    container = _container(info, audio, suffix.lower())
    way, reason = _way(info, container, audio)
    kind = _type(container, info.video, audio)
    return Playback(container=container, type=kind, way=way, reason=reason, video=info.video, audio=audio)


def heard(info: MediaInfo) -> AudioTrack | None:
    """The sound that is played."""
    return next((one for one in info.audio if one.index == info.default_audio), None)


def copied_sound(info: MediaInfo) -> AudioTrack | None:
    """The sound that is played, where it can go into an MP4 as it is; that of a transport stream has headers within."""
    audio = heard(info)
    fits = audio is not None and audio.codec in _SOUNDS["mp4"] and audio.codecs is not None
    return audio if fits and info.container != "mpegts" else None


def _container(info: MediaInfo, audio: AudioTrack | None, suffix: str) -> str:
    name = info.container.partition(",")[0]
    if name == "mov":
        return "mp4" if suffix in _MP4_SUFFIXES else "quicktime"
    if name != "matroska":
        return name
    fits = (info.video is None or info.video.codec in _PICTURES["webm"]) and (
        audio is None or audio.codec in _SOUNDS["webm"]
    )
    return "webm" if fits and suffix == ".webm" else "matroska"


def _way(info: MediaInfo, container: str, audio: AudioTrack | None) -> tuple[Way, str]:
    video = info.video
    plays = video is None or (video.codec in _PICTURES.get(container, ()) and _plain(video))
    sounds = audio is None or audio.codec in _SOUNDS.get(container, ())
    if plays and sounds:
        return "as_is", "Browsers usually play this file as it is."
    if (
        video is not None
        and container in _COPIED_FROM
        and video.codec in _PICTURES["mp4"]
        and _plain(video)
        and _upright(video)
    ):
        if audio is not None and audio.codec not in _SOUNDS["mp4"]:
            return (
                "copy",
                f"Browsers play its pictures, but not its sound ({audio.codec}): that is encoded anew.",
            )
        return (
            "copy",
            f"Browsers play what is in this file, but no {container} container: it is put into another.",
        )
    if video is not None and not _plain(video):
        return (
            "encode",
            f"Browsers usually play no {video.codec} with pixels like these ({video.pixel_format}).",
        )
    what = ", ".join(track.codec for track in (video, audio) if track is not None)
    return (
        "encode",
        f"Browsers usually do not play this ({what} in {container}): it is encoded anew while it plays.",
    )


def _plain(video: VideoTrack) -> bool:
    return video.pixel_format in PLAIN_PIXELS and not video.hdr


def _upright(video: VideoTrack) -> bool:
    return not video.rotation and not video.mirrored and video.codecs is not None


def _type(container: str, video: VideoTrack | None, audio: AudioTrack | None) -> str | None:
    tracks = [track.codecs for track in (video, audio) if track is not None]
    sub = _TYPES.get(container)
    if sub is None or None in tracks:
        return None
    return f'{"video" if video else "audio"}/{sub}; codecs="{", ".join(one for one in tracks if one)}"'
