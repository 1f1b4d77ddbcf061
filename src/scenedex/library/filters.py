"""Filters as people say them → filters as the store keeps what they are about."""

from collections.abc import Sequence
from dataclasses import replace

from scenedex.errors import UsageError
from scenedex.media.languages import language_code
from scenedex.store.database import Transaction
from scenedex.store.tags import normalized_tag
from scenedex.store.videos import resolve_video
from scenedex.types import Filters


def understood(tx: Transaction, filters: Filters, videos: Sequence[str]) -> Filters:
    """With `videos` (ids, paths, file names) as ids, tags as they are kept, and the language by its short code.

    Raises NotFoundError or AmbiguousError for a video, UsageError for what is no list of videos.
    """
    if isinstance(videos, str):
        raise UsageError("`videos` is a list of videos: give one as [video].")
    ids = tuple(resolve_video(tx, video).id for video in videos)
    language = filters.language
    if isinstance(language, str) and language.strip():
        language = language_code(language.strip()) or language
    return replace(
        filters,
        video_ids=ids or filters.video_ids,
        language=language,
        tags=_tags(filters.tags),
        scene_tags=_tags(filters.scene_tags),
    )


def _tags(tags: tuple[str, ...]) -> tuple[str, ...]:
    if isinstance(tags, tuple | list) and all(isinstance(tag, str) for tag in tags):
        return tuple(normalized_tag(tag) if tag.strip() else tag for tag in tags)
    return tags
