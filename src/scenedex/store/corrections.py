"""Captions that people have corrected, deleted and added: kept apart from what a video itself says, and laid over it.

A correction names the text that it is about, and its place in time. A video that is read again has the same texts in
the same places, so its corrections hold; one whose text is gone is kept, and changes nothing.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from uuid import UUID, uuid5

from psycopg.sql import SQL

from scenedex.errors import NotFoundError, UsageError
from scenedex.store.captions import (
    COLUMNS,
    ORIGINALS,
    SHOWN,
    Place,
    hide_captions,
    place_of,
    put_captions,
    read_captions,
)
from scenedex.store.database import Row, Transaction
from scenedex.store.encoding import plain
from scenedex.types import Caption, CaptionEntry, CaptionOrigin

SAME_PLACE_S = 0.1
"""So far two times may lie apart and be the same: what is transcribed again is rounded otherwise."""

MAX_CORRECTIONS = 20_000
"""Of one video."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What somebody says about one caption."""

    id: UUID  #: that of the caption
    origin: CaptionOrigin
    language: str | None
    start_s: float
    end_s: float
    original: str | None  #: what stood there; None: nothing, it is added
    text: str | None  #: what stands there now; None: nothing
    made_by: str = ""
    made_at: str = ""  #: ISO 8601, UTC


def entries_of(tx: Transaction, video_id: UUID) -> list[CaptionEntry]:
    """The captions of a video by time, also those that are not shown: `laid_over`. None of one that is not there."""
    return laid_over(video_id, originals_of(tx, video_id), corrections_of(tx, video_id))


def corrections_of(tx: Transaction, video_id: UUID) -> list[Correction]:
    """In the order in which they were made."""
    rows = tx.execute(
        """select id, origin, language, start_s, end_s, original, text, made_by, made_at from corrections
        where owner_id = %(owner)s and video_id = %(video)s order by made_at, id""",
        {"video": video_id},
    )
    return [_correction(row) for row in rows]


def originals_of(tx: Transaction, video_id: UUID) -> list[Caption]:
    """What the video itself says, by time: without anything that people have corrected."""
    return read_captions(tx, video_id, ORIGINALS if is_corrected(tx, video_id) else SHOWN)


def laid_over(
    video_id: UUID, originals: Sequence[Caption], corrections: Sequence[Correction]
) -> list[CaptionEntry]:
    """Originals with what people say about them, by time.

    A correction belongs to the one original with its origin, language and text that begins where it began; several
    of the same text are told apart by their order.
    """
    ids = _ids(video_id, originals)
    made = {correction.id: correction for correction in corrections}
    about: dict[int, Correction] = {n: made.pop(one) for n, one in enumerate(ids) if one in made}
    for correction in list(made.values()):
        if (near := _nearest(correction, originals, about)) is not None:
            about[near] = made.pop(correction.id)
    found = [_entry(one, ids[n], about.get(n)) for n, one in enumerate(originals)]
    added = [one for one in made.values() if one.original is None]
    # an import may have brought some that others have added
    first = 1 + max((one.index for one in originals if one.origin == "added"), default=-1)
    found += [_added(one, number) for number, one in enumerate(added, first)]
    found += [_orphan(one) for one in made.values() if one.original is not None]
    return sorted(found, key=lambda one: (one.caption.start_s, one.caption.end_s))


def change_corrections(
    tx: Transaction, video_id: UUID, put: Sequence[Correction], undo: Collection[UUID] = ()
) -> tuple[list[Caption], list[CaptionEntry]]:
    """Keep corrections and forget others, and show the captions as they are then.

    Gives the captions that came, changed or went (the words of their scenes have changed), and all as they are then.
    Raises NotFoundError for the
    video, UsageError where it would have too many corrections.
    """
    rows = tx.execute(
        """update videos set corrected = corrected + 1 where owner_id = %(owner)s and id = %(video)s
        returning id""",
        {"video": video_id},
    )
    if not rows:
        raise NotFoundError(f"There is no video {video_id}.")
    before = shown(entries_of(tx, video_id))
    if not is_corrected(tx, video_id):
        _keep_originals(tx, video_id)
    _put(tx, video_id, put)
    tx.execute(
        "delete from corrections where owner_id = %(owner)s and video_id = %(video)s and id = any(%(ids)s)",
        {"video": video_id, "ids": list(undo)},
    )
    made = corrections_of(tx, video_id)
    if len(made) > MAX_CORRECTIONS:
        raise UsageError(
            f"A video has {MAX_CORRECTIONS:,} corrections at most: correct its subtitle file instead."
        )
    originals = read_captions(tx, video_id, ORIGINALS)
    if not made:  # then they are what is shown
        tx.execute(
            "delete from caption_originals where owner_id = %(owner)s and video_id = %(video)s",
            {"video": video_id},
        )
    after = laid_over(video_id, originals, made)
    return _show(tx, video_id, before, shown(after)), after


def lay_over(tx: Transaction, video_id: UUID) -> None:
    """After the captions of a video were written anew: keep them as its originals, and show the corrected ones."""
    if is_corrected(tx, video_id):
        _keep_originals(tx, video_id)
        originals = {place_of(caption): caption for caption in read_captions(tx, video_id, ORIGINALS)}
        _show(tx, video_id, originals, shown(entries_of(tx, video_id)))


def shown(entries: Iterable[CaptionEntry]) -> dict[Place, Caption]:
    """Those that are shown, by their places."""
    return {place_of(one.caption): one.caption for one in entries if one.state not in ("deleted", "orphaned")}


def times_changed(entries: Iterable[CaptionEntry]) -> list[Caption]:
    """The captions where people have changed something."""
    return [one.caption for one in entries if one.state in ("corrected", "deleted", "added")]


def is_corrected(tx: Transaction, video_id: UUID) -> bool:
    """Whether anybody has corrected something there."""
    return bool(
        tx.execute(
            "select from corrections where owner_id = %(owner)s and video_id = %(video)s limit 1",
            {"video": video_id},
        )
    )


def changes_of(tx: Transaction, video_id: UUID) -> int:
    """How often corrections of this video have changed; -1 where it is not there."""
    rows = tx.execute(
        "select corrected from videos where owner_id = %(owner)s and id = %(video)s", {"video": video_id}
    )
    return int(rows[0]["corrected"]) if rows else -1


def _keep_originals(tx: Transaction, video_id: UUID) -> None:
    tx.execute(
        "delete from caption_originals where owner_id = %(owner)s and video_id = %(video)s",
        {"video": video_id},
    )
    tx.execute(
        SQL(
            """insert into caption_originals (owner_id, video_id, {0})
            select owner_id, video_id, {0} from captions where owner_id = %(owner)s and video_id = %(video)s"""
        ).format(SQL(COLUMNS)),
        {"video": video_id},
    )


def _put(tx: Transaction, video_id: UUID, corrections: Sequence[Correction]) -> None:
    tx.execute_many(
        """insert into corrections (owner_id, video_id, id, origin, language, start_s, end_s, original, text, made_by,
          made_at)
        values (%(owner)s, %(video)s, %(id)s, %(origin)s, %(language)s, %(start)s, %(end)s, %(original)s, %(text)s,
          %(by)s, clock_timestamp())
        on conflict (owner_id, video_id, id) do update set text = excluded.text, made_by = excluded.made_by,
          made_at = excluded.made_at""",
        [
            {
                "video": video_id,
                "id": one.id,
                "origin": one.origin,
                "language": plain(one.language or ""),
                "start": one.start_s,
                "end": one.end_s,
                "original": None if one.original is None else plain(one.original),
                "text": None if one.text is None else plain(one.text),
                "by": plain(one.made_by),
            }
            for one in corrections
        ],
    )


def _show(
    tx: Transaction, video_id: UUID, before: dict[Place, Caption], after: dict[Place, Caption]
) -> list[Caption]:
    """Bring the table from one state to the other; what differs, as it was and as it is."""
    gone = [place for place in before if place not in after]
    new = {place: caption for place, caption in after.items() if before.get(place) != caption}
    hide_captions(tx, video_id, gone)
    put_captions(tx, video_id, list(new.values()))
    changed = chain(gone, (place for place in new if place in before))
    return [*(before[place] for place in changed), *new.values()]


def _ids(video_id: UUID, originals: Sequence[Caption]) -> list[UUID]:
    """Made of what a caption says and where, so that it is the same whenever the video is read."""
    counts: dict[str, int] = {}
    ids = []
    for one in originals:
        named = "\0".join((one.origin, plain(one.language or ""), repr(one.start_s), plain(one.text)))
        counts[named] = counts.get(named, 0) + 1
        ids.append(uuid5(video_id, f"{named}\0{counts[named]}"))
    return ids


def _nearest(correction: Correction, originals: Sequence[Caption], taken: Collection[int]) -> int | None:
    """The original that a correction is about where times have moved a little; None where none is."""
    near = [
        (abs(one.start_s - correction.start_s), number)
        for number, one in enumerate(originals)
        if number not in taken
        and (one.origin, one.language or "") == (correction.origin, correction.language or "")
        and one.text == correction.original
        and abs(one.start_s - correction.start_s) <= SAME_PLACE_S
    ]
    return min(near)[1] if near else None


def _entry(original: Caption, caption_id: UUID, correction: Correction | None) -> CaptionEntry:
    if correction is None:
        return CaptionEntry(id=caption_id, state="original", caption=original)
    deleted = correction.text is None
    return CaptionEntry(
        id=correction.id,
        state="deleted" if deleted else "corrected",
        caption=original if correction.text is None else replace(original, text=correction.text),
        original=original.text,
        made_by=correction.made_by,
        made_at=correction.made_at,
    )


def _added(correction: Correction, number: int) -> CaptionEntry:
    return replace(_orphan(correction, number), state="added", original=None)


def _orphan(correction: Correction, number: int = 0) -> CaptionEntry:
    caption = Caption(
        start_s=correction.start_s,
        end_s=correction.end_s,
        text=correction.text or "",
        origin=correction.origin,
        language=correction.language,
        index=number,
    )
    return CaptionEntry(
        id=correction.id,
        state="orphaned",
        caption=caption,
        original=correction.original,
        made_by=correction.made_by,
        made_at=correction.made_at,
    )


def _correction(row: Row) -> Correction:
    made_at = row["made_at"].isoformat(timespec="seconds")
    return Correction(**{**row, "language": row["language"] or None, "made_at": made_at})
