"""Tags and notes that people give to scenes, kept by their time in the video: the scene that covers it has them."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from scenedex.errors import NotFoundError, UsageError
from scenedex.store.database import Row, Transaction
from scenedex.store.encoding import plain
from scenedex.store.tags import MAX_TAGS, normalized_tags
from scenedex.types import Scene

MAX_NOTES = 100
"""Of one scene."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What somebody has written about a scene."""

    id: UUID
    text: str
    made_by: str = ""
    made_at: str = ""  #: ISO 8601, UTC


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """What people say about one scene."""

    scene_id: UUID
    video_id: UUID
    scene: int
    start_s: float
    end_s: float
    tags: tuple[str, ...] = ()  #: in alphabetical order
    notes: tuple[Note, ...] = ()  #: as they were written


def anchor_s(scene: Scene) -> float:
    """The time in its video that stands for a scene: its middle, which a cut that moves a little does not pass."""
    return (scene.start_s + scene.end_s) / 2


def marks_of(tx: Transaction, video_id: UUID, scene_id: UUID | None = None) -> list[Marks]:
    """The scenes of a video about which something is said, in order; or one scene, whatever is said about it."""
    rows = tx.execute(MARKED, {"video": video_id, "scene": scene_id})
    notes: dict[UUID, list[Note]] = {}
    for row in tx.execute(NOTES, {"video": video_id, "scene": scene_id}):
        made_at = row["made_at"].isoformat(timespec="seconds")
        note = Note(id=row["id"], text=row["text"], made_by=row["made_by"], made_at=made_at)
        notes.setdefault(row["scene_id"], []).append(note)
    found = [_marks(row, notes.get(row["scene_id"], [])) for row in rows]
    return [one for one in found if one.tags or one.notes or scene_id is not None]


def tag_scene(tx: Transaction, scene: Scene, add: Sequence[str] = (), remove: Sequence[str] = ()) -> None:
    """Add and remove tags of a scene; removing one that it does not have changes nothing.

    Raises UsageError for a text that is no tag, one both added and removed, and more than 100 tags.
    """
    wanted, unwanted = normalized_tags(add), normalized_tags(remove)
    if both := sorted(wanted & unwanted):
        raise UsageError(f"The tag {both[0]!r} cannot be both added and removed.")
    params = {"video": scene.video_id, "start": scene.start_s, "end": scene.end_s, "t": anchor_s(scene)}
    tx.execute(
        """delete from scene_tags where owner_id = %(owner)s and video_id = %(video)s and t_s >= %(start)s
          and t_s < %(end)s and tag = any(%(tags)s)""",
        {**params, "tags": sorted(wanted | unwanted)},
    )
    tx.execute(
        """insert into scene_tags (owner_id, video_id, tag, t_s)
        select %(owner)s, %(video)s, tag, %(t)s from unnest(%(tags)s::text[]) as tag""",
        {**params, "tags": sorted(wanted)},
    )
    rows = tx.execute(
        """select count(distinct tag) as n from scene_tags where owner_id = %(owner)s and video_id = %(video)s
          and t_s >= %(start)s and t_s < %(end)s""",
        params,
    )
    if rows[0]["n"] > MAX_TAGS:
        raise UsageError(
            f"A scene has {MAX_TAGS} tags at most, these would make {rows[0]['n']}: remove some."
        )


def add_note(tx: Transaction, scene: Scene, text: str, by: str = "") -> UUID:
    """Write something about a scene. Raises UsageError where it has 100 notes."""
    rows = tx.execute(
        """select count(*) as n from scene_notes where owner_id = %(owner)s and video_id = %(video)s
          and t_s >= %(start)s and t_s < %(end)s""",
        {"video": scene.video_id, "start": scene.start_s, "end": scene.end_s},
    )
    if rows[0]["n"] >= MAX_NOTES:
        raise UsageError(f"A scene has {MAX_NOTES} notes at most: remove one, or change it.")
    note_id = uuid4()
    tx.execute(
        """insert into scene_notes (owner_id, video_id, id, t_s, text, made_by)
        values (%(owner)s, %(video)s, %(id)s, %(t)s, %(text)s, %(by)s)""",
        {
            "video": scene.video_id,
            "id": note_id,
            "t": anchor_s(scene),
            "text": plain(text),
            "by": plain(by),
        },
    )
    return note_id


def change_note(tx: Transaction, scene: Scene, note_id: UUID, text: str | None, by: str = "") -> None:
    """Let a note of a scene say something else; None: remove it. Raises NotFoundError."""
    params = {
        "video": scene.video_id,
        "id": note_id,
        "start": scene.start_s,
        "end": scene.end_s,
        "text": plain(text or ""),
        "by": plain(by),
    }
    rows = tx.execute(REMOVE_NOTE if text is None else CHANGE_NOTE, params)
    if not rows:
        raise NotFoundError("This scene has no such note: `scenedex scenes show VIDEO` lists them.")


def notes_by_scene(tx: Transaction, video_id: UUID) -> dict[int, list[str]]:
    """Index of the scene → what is written about it."""
    found: dict[int, list[str]] = {}
    for row in tx.execute(NOTES, {"video": video_id, "scene": None}):
        found.setdefault(row["index"], []).append(row["text"])
    return found


def _marks(row: Row, notes: Sequence[Note]) -> Marks:
    return Marks(**{**row, "tags": tuple(row["tags"])}, notes=tuple(notes))


MARKED = """
select s.id as scene_id, s.video_id, s.index as scene, s.start_s, s.end_s,
  array(select distinct t.tag from scene_tags t where t.owner_id = %(owner)s and t.video_id = %(video)s
    and t.t_s >= s.start_s and t.t_s < s.end_s order by 1) as tags
from scenes s where s.owner_id = %(owner)s and s.video_id = %(video)s and (%(scene)s::uuid is null or s.id = %(scene)s)
order by s.index
"""

NOTES = """
select s.id as scene_id, s.index, n.id, n.text, n.made_by, n.made_at
from scene_notes n join scenes s on s.owner_id = n.owner_id and s.video_id = n.video_id
  and n.t_s >= s.start_s and n.t_s < s.end_s
where n.owner_id = %(owner)s and n.video_id = %(video)s and (%(scene)s::uuid is null or s.id = %(scene)s)
order by s.index, n.made_at, n.id
"""

CHANGE_NOTE = """
update scene_notes set text = %(text)s, made_by = %(by)s, made_at = now()
where owner_id = %(owner)s and video_id = %(video)s and id = %(id)s and t_s >= %(start)s and t_s < %(end)s returning id
"""

REMOVE_NOTE = """
delete from scene_notes
where owner_id = %(owner)s and video_id = %(video)s and id = %(id)s and t_s >= %(start)s and t_s < %(end)s returning id
"""
