"""One part of indexing done again for a video that is there."""

from pathlib import Path
from uuid import UUID

from scenedex.indexing.annotate import replace_captions
from scenedex.indexing.at_hand import paths_at_hand
from scenedex.indexing.pipeline import Content, Parts, refresh_words
from scenedex.indexing.progress import Progress
from scenedex.store.videos import get_video


def readable_paths(parts: Parts, video_id: UUID) -> tuple[Path, ...]:
    """Where the video lies now, the newest path first.

    Raises NotFoundError for an unknown video, FileNotFoundError where none of its files is there.
    """
    with parts.transaction() as tx:
        video = get_video(tx, video_id)
        found = paths_at_hand(tx, video_id)
    if not found:
        raise FileNotFoundError(f"The file of {video.name!r} is not there: index it where it lies now.")
    return found


def reread_captions(parts: Parts, video_id: UUID, progress: Progress) -> None:
    """Read the text tracks of the file, the subtitles beside it and its names anew, and search by those from now on.

    Closed captions, which lie inside of the pictures, stay as they were where the file has no text track. Raises
    MediaError, OSError, NotFoundError.
    """
    paths = readable_paths(parts, video_id)
    with parts.transaction() as tx:
        digest = get_video(tx, video_id).content_hash
    content = Content(path=paths[0], digest=digest, sources=tuple(sorted(paths)))
    progress.step("words", 0.0)
    with parts.database.lock(f"index:{parts.owner}:{digest}"):
        with parts.decoder.reading(paths[0], parts.limits) as reading:
            has_tracks = any(track.kind == "text" for track in reading.info.subtitles)
            captions = reading.captions() if has_tracks else ()
        if has_tracks:
            replace_captions(parts, video_id, "embedded", captions)
        progress.step("words", 0.5)
        refresh_words(parts, video_id, content)
