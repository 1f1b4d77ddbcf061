"""Tags: words of the owner's own that a video is filed under."""

import unicodedata
from collections.abc import Sequence
from uuid import UUID

from scenedex.errors import NotFoundError, UsageError
from scenedex.store.database import Transaction
from scenedex.store.encoding import plain, plain_json

MAX_TAG = 64  #: characters of one tag
MAX_TAGS = 100  #: of one video


def tag_video(
    tx: Transaction, video_id: UUID, add: Sequence[str] = (), remove: Sequence[str] = ()
) -> tuple[str, ...]:
    """Add and remove tags of a video; all that it has then, normalised, in alphabetical order.

    Removing one that it does not have changes nothing. Raises NotFoundError for the video; UsageError for a tag that
    is blank or longer than 64 characters, one both added and removed, and more than 100 tags.
    """
    wanted, unwanted = normalized_tags(add), normalized_tags(remove)
    if both := sorted(wanted & unwanted):
        raise UsageError(f"The tag {both[0]!r} cannot be both added and removed.")
    rows = tx.execute(
        "select tags from videos where owner_id = %(owner)s and id = %(video)s for update",
        {"video": video_id},
    )
    if not rows:
        raise NotFoundError(f"There is no video {video_id}.")
    tags = tuple(sorted({*rows[0]["tags"], *wanted} - unwanted))
    if len(tags) > MAX_TAGS:
        raise UsageError(f"A video has {MAX_TAGS} tags at most, these would make {len(tags)}: remove some.")
    tx.execute(
        "update videos set tags = %(tags)s where owner_id = %(owner)s and id = %(video)s",
        {"tags": plain_json(tags), "video": video_id},
    )
    return tags


def normalized_tags(texts: Sequence[str]) -> set[str]:
    """Each tag as it is stored and looked for. Raises UsageError for a text that is none."""
    if isinstance(texts, str):
        raise UsageError(f"Tags are given as a list of texts: [{texts!r}].")
    return {normalized_tag(text) for text in texts}


def normalized_tag(text: str) -> str:
    """A tag without blanks around it, case folded, composed (Unicode NFC). Raises UsageError for what cannot be one."""
    tag = folded(text)
    if not tag:
        raise UsageError("A tag may not be blank.")
    if len(tag) > MAX_TAG:
        raise UsageError(f"A tag has {MAX_TAG} characters at most, this one has {len(tag)}: {tag[:20]!r} …")
    return tag


def folded(text: str) -> str:
    """A text without blanks around it, case folded, composed (Unicode NFC): what differs in no more is the same."""
    # folding what is composed can miss an accent
    decomposed = unicodedata.normalize("NFD", plain(text).strip())
    return unicodedata.normalize("NFC", decomposed.casefold())
