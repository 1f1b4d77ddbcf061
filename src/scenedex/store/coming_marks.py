"""Tags, notes and bins out of an export → rows of a video that has just been written."""

from uuid import UUID, uuid4

from scenedex.errors import UsageError
from scenedex.store.bins import MAX_BINS, MAX_SCENES, count_bins
from scenedex.store.database import Transaction
from scenedex.store.encoding import plain
from scenedex.store.names import checked_name, folded
from scenedex.types import BinPlace, ExportedMarks

Behind = dict[UUID, int]
"""By the id of a bin there: the position here from which its scenes stand, behind those that were in the bin before."""


def restore_marks(tx: Transaction, video_id: UUID, marks: ExportedMarks, behind: Behind) -> None:
    """Write what people have said about the scenes of a video that has none of it.

    A bin is the one of the same id, else the one of the same name, behind whose scenes these come, else a new one.
    `behind`: one for all videos of an export. Raises UsageError where a bin would have more than 1,000 scenes, for a
    name that is none, and where there are too many bins.
    """
    tx.execute_many(
        """insert into scene_tags (owner_id, video_id, tag, t_s) values (%(owner)s, %(video)s, %(tag)s, %(t)s)
        on conflict do nothing""",
        [{"video": video_id, "tag": tag, "t": t_s} for t_s, tag in marks.tags],
    )
    tx.execute_many(
        """insert into scene_notes (owner_id, video_id, id, t_s, text, made_by, made_at)
        values (%(owner)s, %(video)s, %(id)s, %(t)s, %(text)s, %(by)s, %(at)s)""",
        [
            {
                "video": video_id,
                "id": uuid4(),
                "t": note.t_s,
                "text": plain(note.text),
                "by": plain(note.made_by),
                "at": note.made_at,
            }
            for note in marks.notes
        ],
    )
    of_bin: dict[UUID, list[BinPlace]] = {}
    for place in marks.places:
        of_bin.setdefault(place.bin_id, []).append(place)
    for bin_id in sorted(of_bin):  # two imports at once lock them in the same order
        _put(tx, video_id, of_bin[bin_id], behind)


def _put(tx: Transaction, video_id: UUID, places: list[BinPlace], behind: Behind) -> None:
    name = checked_name(places[0].name)
    bin_id, first = _bin(tx, places[0].bin_id, name, behind)
    tx.execute_many(
        """insert into bin_scenes (owner_id, bin_id, video_id, t_s, position)
        values (%(owner)s, %(bin)s, %(video)s, %(t)s, %(position)s) on conflict do nothing""",
        [
            {"bin": bin_id, "video": video_id, "t": place.t_s, "position": first + place.position}
            for place in places
        ],
    )
    rows = tx.execute(
        "select count(*) as n from bin_scenes where owner_id = %(owner)s and bin_id = %(bin)s",
        {"bin": bin_id},
    )
    if rows[0]["n"] > MAX_SCENES:
        raise UsageError(
            f"The bin {name!r} would have {rows[0]['n']:,} scenes, and {MAX_SCENES:,} is the most: give the one that "
            "is there another name."
        )


def _bin(tx: Transaction, bin_id: UUID, name: str, behind: Behind) -> tuple[UUID, int]:
    """The bin here, and what is added to positions there."""
    rows = tx.execute(
        """select id, (select coalesce(max(c.position) + 1, 0) from bin_scenes c
          where c.owner_id = %(owner)s and c.bin_id = b.id) as next
        from bins b where b.owner_id = %(owner)s and (b.id = %(id)s or b.folded = %(folded)s)
        order by b.id = %(id)s desc limit 1 for update""",
        {"id": bin_id, "folded": folded(name)},
    )
    if rows:
        there = rows[0]
        return there["id"], 0 if there["id"] == bin_id else behind.setdefault(bin_id, there["next"])
    if count_bins(tx) >= MAX_BINS:
        raise UsageError(f"There are {MAX_BINS:,} bins, as many as there can be: remove one.")
    made = tx.execute(
        """insert into bins (owner_id, id, name, folded) values (%(owner)s, %(id)s, %(name)s, %(folded)s)
        on conflict do nothing returning id""",
        {"id": bin_id, "name": name, "folded": folded(name)},
    )
    return (bin_id, 0) if made else _bin(tx, bin_id, name, behind)  # somebody else was faster
