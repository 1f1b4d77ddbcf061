"""Scenes with their keyframes and captions."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import LiteralString
from uuid import UUID

from scenedex.errors import NotFoundError
from scenedex.store.captions import caption_of, read_captions
from scenedex.store.database import Row, Statements, Transaction
from scenedex.store.encoding import text_to_path
from scenedex.types import Caption, Scene, SceneCard, StoredKeyframe, Transition

TRANSITION = ("transition", "transition_start_s", "transition_end_s")
SELECT: LiteralString = """select id, video_id, index, start_s, end_s, thumbnail_key, transition, transition_start_s,
  transition_end_s from scenes where owner_id = %(owner)s """


def scenes_of(tx: Transaction, video_id: UUID) -> list[Scene]:
    """The scenes of a video in order, with keyframes and captions.

    A caption belongs to each scene that it overlaps; one outside of all scenes to the nearest.
    """
    scenes = bare_scenes_of(tx, video_id)
    keyframes = _keyframes_of(tx, video_id)
    captions = placed(captions_of(tx, video_id), [scene.start_s for scene in scenes])
    return [
        replace(scene, keyframes=tuple(keyframes[scene.id]), captions=tuple(captions[position]))
        for position, scene in enumerate(scenes)
    ]


def bare_scenes_of(tx: Transaction, video_id: UUID) -> list[Scene]:
    """The same without keyframes and captions; none of a video that is not there."""
    rows = tx.execute(
        SELECT + "and video_id = %(video)s order by index",
        {"video": video_id},
    )
    return [_scene(row) for row in rows]


def find_scene(tx: Transaction, named: UUID | tuple[UUID, int]) -> Scene:
    """A scene by its id, or by video and number, with keyframes and without captions. Raises NotFoundError."""
    # two statements, for each of which there is an index
    if isinstance(named, UUID):
        rows = tx.execute(
            SELECT + "and id = %(id)s",
            {"id": named},
        )
    else:
        rows = tx.execute(
            SELECT + "and video_id = %(video)s and index = %(index)s",
            {"video": named[0], "index": named[1]},
        )
    if not rows:
        raise NotFoundError(
            "There is no such scene in this library: `scenedex videos show VIDEO` lists a video's scenes."
        )
    scene = _scene(rows[0])
    return replace(scene, keyframes=tuple(_keyframes_of(tx, scene.video_id, scene.id)[scene.id]))


def placed(captions: Sequence[Caption], starts_s: Sequence[float]) -> defaultdict[int, list[Caption]]:
    """Position of a scene → its captions, for scenes that follow one another without a gap."""
    found: defaultdict[int, list[Caption]] = defaultdict(list)
    for caption in captions:
        first = max(bisect_right(starts_s, caption.start_s) - 1, 0)
        last = max(bisect_left(starts_s, caption.end_s) - 1, first)
        for position in range(first, last + 1):
            found[position].append(caption)
    return found


def captions_of(tx: Transaction, video_id: UUID) -> list[Caption]:
    """The captions of a video by time, as people have corrected them."""
    return read_captions(tx, video_id)


def scene_cards(tx: Transaction, scene_ids: Sequence[UUID]) -> dict[UUID, SceneCard]:
    """What a hit says about each of these scenes, but for captions. Unknown scenes are left out."""
    if not scene_ids:
        return {}
    cards = {}
    for row in tx.execute(CARDS, {"scenes": list(scene_ids)}):
        path, offline, title = row.pop("path"), row.pop("missing"), row.pop("title")
        name = row.pop("name")
        known = text_to_path(path) if path is not None else None
        cards[row["id"]] = SceneCard(
            scene=_scene(row),
            video=name or (known.rpartition("/")[2] if known else title),
            path=None if offline else known,
        )
    return cards


def captions_by_scene(tx: Transaction, scene_ids: Sequence[UUID]) -> dict[UUID, tuple[Caption, ...]]:
    """The captions of each of these scenes by time, by the rule of `scenes_of`; those without any are left out."""
    if not scene_ids:
        return {}
    captions: dict[UUID, list[Caption]] = {}
    for row in tx.execute(CAPTIONS, {"scenes": list(scene_ids)}):
        captions.setdefault(row.pop("scene_id"), []).append(caption_of(row))
    return {scene: tuple(found) for scene, found in captions.items()}


def keyframes_by_scene(tx: Transaction, scene_ids: Sequence[UUID]) -> dict[UUID, tuple[StoredKeyframe, ...]]:
    """The keyframes of each of these scenes in order; those without any are left out."""
    found: dict[UUID, list[StoredKeyframe]] = {}
    if scene_ids:
        rows = tx.execute(
            """select scene_id, t_s, quality, width, height, object_key from keyframes
            where owner_id = %(owner)s and scene_id = any(%(scenes)s) order by scene_id, ordinal""",
            {"scenes": list(scene_ids)},
        )
        for row in rows:
            found.setdefault(row.pop("scene_id"), []).append(StoredKeyframe(**row))
    return {scene: tuple(keyframes) for scene, keyframes in found.items()}


CARDS = """
select s.id, s.video_id, s.index, s.start_s, s.end_s, s.thumbnail_key,
  s.transition, s.transition_start_s, s.transition_end_s, v.title, f.path, f.missing, f.name
from scenes s join videos v on v.owner_id = s.owner_id and v.id = s.video_id
left join lateral (
  select path, missing, name from files
  where owner_id = s.owner_id and video_id = s.video_id order by missing, seen_at desc, path limit 1) f on true
where s.owner_id = %(owner)s and s.id = any(%(scenes)s)
"""

# the same rule as `placed`: the first and the last scene take what lies outside of all. `offset 0` keeps the planner
# from joining all captions of a video with all its scenes: each scene reads its part of the index
CAPTIONS = """
select s.id as scene_id, c.start_s, c.end_s, c.text, c.origin, c.language, c.index, c.measures, c.speaker
from scenes s join videos v on v.owner_id = s.owner_id and v.id = s.video_id,
lateral (
  select * from captions
  where owner_id = %(owner)s and video_id = s.video_id
    and start_s < case when s.index = v.scene_count - 1 then 'infinity' else s.end_s end
    and start_s >= case when s.index = 0 then '-infinity' else s.start_s - v.longest_caption_s end
    and (end_s > s.start_s or start_s >= s.start_s or s.index = 0)
  offset 0) c
where s.owner_id = %(owner)s and s.id = any(%(scenes)s)
order by c.start_s, c.end_s, c.origin, c.language, c.index
"""


def object_keys(tx: Statements, digits: str = "") -> set[str]:
    """Every object that a row names and whose name begins so: of all owners, in an operator's transaction."""
    rows = tx.execute(
        """select object_key as key from keyframes where starts_with(object_key, %(digits)s)
        union select thumbnail_key from scenes where starts_with(thumbnail_key, %(digits)s)""",
        {"digits": digits},
    )
    return {row["key"] for row in rows}


def keyframe_count(tx: Statements) -> int:
    """How many keyframes there are, of all owners, in an operator's transaction."""
    return int(tx.execute("select count(*) as keyframes from keyframes")[0]["keyframes"])


def _keyframes_of(
    tx: Transaction, video_id: UUID, scene_id: UUID | None = None
) -> defaultdict[UUID, list[StoredKeyframe]]:
    found: defaultdict[UUID, list[StoredKeyframe]] = defaultdict(list)
    for row in tx.execute(
        """select k.scene_id, k.t_s, k.quality, k.width, k.height, k.object_key
        from keyframes k join scenes s on s.owner_id = k.owner_id and s.id = k.scene_id
        where k.owner_id = %(owner)s and s.video_id = %(video)s
          and (%(scene)s::uuid is null or k.scene_id = %(scene)s) order by k.scene_id, k.ordinal""",
        {"video": video_id, "scene": scene_id},
    ):
        found[row.pop("scene_id")].append(StoredKeyframe(**row))
    return found


def _scene(row: Row) -> Scene:
    kind, start_s, end_s = (row.pop(name) for name in TRANSITION)
    known = Transition(kind=kind, at_s=row["start_s"], start_s=start_s, end_s=end_s) if kind else None
    return Scene(**row, transition=known)
