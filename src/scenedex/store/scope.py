"""What may be found → conditions in SQL. Nothing of a filter's value becomes part of a statement."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from numbers import Real
from typing import Any, LiteralString
from uuid import UUID

from psycopg.sql import SQL, Composed

from scenedex.errors import UsageError
from scenedex.store.encoding import plain
from scenedex.store.tags import folded
from scenedex.types import Filters

MAX_TAGS = 100
"""Tags that one search may ask for."""


@dataclass(frozen=True, slots=True)
class Scope:
    """The scenes that may be found, in the three forms that a search needs."""

    of_video: SQL  #: conditions on `videos v`
    of_scene: SQL  #: conditions on `scenes s` of `videos v`
    known: SQL  #: what follows from these for the videos, and is quick to tell
    excluded: SQL  #: condition on `scene_id`
    params: dict[str, Any]

    def __bool__(self) -> bool:
        """Whether there are conditions on videos or scenes."""
        return bool(self.of_video.as_string() or self.of_scene.as_string())

    def listed(self) -> list[Composed]:
        """Common table expressions, the last `scope`: the ids of all scenes that may be found. None without filters."""
        if not self:
            return []
        return [SQL(LISTED).format(video=self.of_video, known=self.known, scene=self.of_scene)]

    def inside(self) -> Composed:
        """Condition on `scene_id`, where few may be found: it is looked for in `scope`."""
        return SQL(INSIDE if self else "") + self.excluded

    def passes(self) -> Composed:
        """The same, where many may be found: scenes are tested as they come."""
        if not self:
            return SQL("") + self.excluded
        return SQL(PASSES).format(video=self.of_video, scene=self.of_scene) + self.excluded


def scope_of(filters: Filters, exclude: Sequence[UUID] = ()) -> Scope:
    """The scope of a search: the filters without the scenes in `exclude`. Raises UsageError as `check_filters`."""
    check_filters(filters)
    params: dict[str, Any] = {
        "f_videos": list(filters.video_ids),
        "f_after": filters.after,
        "f_before": filters.before,
        "f_min": _number(filters.min_duration_s),
        "f_max": _number(filters.max_duration_s),
        "f_tags": [plain(tag) for tag in filters.tags],
        "f_scene_tags": [plain(tag) for tag in dict.fromkeys(filters.scene_tags)],
        "f_from": _number(filters.from_s),
        "f_to": _number(filters.to_s),
        "f_language": plain(filters.language).strip().lower() if filters.language is not None else None,
        "f_speaker": folded(filters.speaker) if filters.speaker is not None else None,
        "f_exclude": list(exclude),
    }
    params = {name: value for name, value in params.items() if value is not None and value != []}
    return Scope(
        of_video=_conditions(VIDEO, params),
        of_scene=_conditions(SCENE, params),
        known=_conditions(KNOWN, params),
        excluded=SQL(EXCLUDED if "f_exclude" in params else ""),
        params=params,
    )


def check_filters(filters: Filters) -> None:
    """Raises UsageError for filters that make no sense: each with the sentence that says why."""
    for problem in _problems(filters):
        raise UsageError(problem)


def _number(value: float | None) -> float | None:
    return None if value is None else float(value)


def _conditions(known: dict[str, LiteralString], params: dict[str, Any]) -> SQL:
    text: LiteralString = ""
    for name, condition in known.items():
        text += condition if name in params else ""
    return SQL(text)


def _problems(filters: Filters) -> Iterator[str]:
    yield from _lists(filters)
    yield from _dates(filters)
    yield from _seconds(filters)
    yield from _words(filters)


def _words(filters: Filters) -> Iterator[str]:
    if filters.language is not None and not (isinstance(filters.language, str) and filters.language.strip()):
        yield f"This is no language: {filters.language!r}. Write it as `en` or `ko`, or leave the filter out."
    if filters.speaker is not None and not (isinstance(filters.speaker, str) and filters.speaker.strip()):
        yield f"This is no name of a speaker: {filters.speaker!r}. Write it as subtitles do, or leave the filter out."


def _lists(filters: Filters) -> Iterator[str]:
    if not isinstance(filters.video_ids, tuple | list) or any(
        not isinstance(video, UUID) for video in filters.video_ids
    ):
        yield "The filter for videos takes a list of their ids."
    for what, tags in (("video", filters.tags), ("scene", filters.scene_tags)):
        if not isinstance(tags, tuple | list) or any(not isinstance(tag, str) for tag in tags):
            yield f"The filter for tags takes a list of words, not {tags!r}."
        elif len(tags) > MAX_TAGS:
            yield f"A {what} with {len(tags):,} tags is asked for, {MAX_TAGS} at most can be: leave some out."
        elif not all(tag.strip() for tag in tags):
            yield "One of the tags is empty: leave it out."


def _dates(filters: Filters) -> Iterator[str]:
    for name, value in (("after", filters.after), ("before", filters.before)):
        if value is not None and (not isinstance(value, datetime) or value.utcoffset() is None):
            yield f"The time `{name}` needs a time zone, as in 2026-01-31T00:00:00+00:00: got {value}."
            return
    if filters.after is not None and filters.before is not None and filters.after >= filters.before:
        yield f"Nothing is recorded or added both after {filters.after} and before {filters.before}: swap the two."


def _seconds(filters: Filters) -> Iterator[str]:
    named = ("min_duration_s", "max_duration_s", "from_s", "to_s")
    for name in named:
        value = getattr(filters, name)
        if value is not None and not _is_time(value):
            yield f"The filter `{name}` takes seconds, 0 or more, not {value}."
            return
    shortest, longest, start, end = (getattr(filters, name) for name in named)
    if shortest is not None and longest is not None and shortest > longest:
        yield f"No video is both {shortest} s long or longer and {longest} s or shorter: swap the two."
    if end is not None and (start or 0) >= end:
        yield f"From {start or 0} s to {end} s there is nothing: the end has to come after the start."


def _is_time(value: object) -> bool:
    return isinstance(value, Real) and math.isfinite(value) and float(value) >= 0


VIDEO: dict[str, LiteralString] = {
    "f_videos": "\n    and v.id = any(%(f_videos)s)",
    "f_after": "\n    and coalesce(v.recorded_at, v.added_at) >= %(f_after)s",
    "f_before": "\n    and coalesce(v.recorded_at, v.added_at) < %(f_before)s",
    "f_min": "\n    and v.duration_s >= %(f_min)s",
    "f_max": "\n    and v.duration_s <= %(f_max)s",
    "f_tags": "\n    and v.tags ?& %(f_tags)s::text[]",
}

# Which captions are a scene's is the same here as in `scenes`: the first and the last take what lies outside of all.
# `offset 0` keeps the planner from joining all captions of a video with all its scenes
SCENE: dict[str, LiteralString] = {
    "f_from": "\n    and s.end_s > %(f_from)s",
    "f_to": "\n    and s.start_s < %(f_to)s",
    "f_scene_tags": """
    and (select count(distinct t.tag) from scene_tags t
      where t.owner_id = %(owner)s and t.video_id = s.video_id and t.tag = any(%(f_scene_tags)s::text[])
        and t.t_s >= s.start_s and t.t_s < s.end_s) = cardinality(%(f_scene_tags)s::text[])""",
    "f_language": """
    and exists (select from captions c
      where c.owner_id = %(owner)s and c.video_id = s.video_id and c.language = %(f_language)s
        and c.start_s < case when s.index = v.scene_count - 1 then 'infinity' else s.end_s end
        and c.start_s >= case when s.index = 0 then '-infinity' else s.start_s - v.longest_caption_s end
        and (c.end_s > s.start_s or c.start_s >= s.start_s or s.index = 0)
      offset 0)""",
    "f_speaker": """
    and exists (select from captions c
      where c.owner_id = %(owner)s and c.video_id = s.video_id and c.speaker_folded = %(f_speaker)s
        and c.start_s < case when s.index = v.scene_count - 1 then 'infinity' else s.end_s end
        and c.start_s >= case when s.index = 0 then '-infinity' else s.start_s - v.longest_caption_s end
        and (c.end_s > s.start_s or c.start_s >= s.start_s or s.index = 0)
      offset 0)""",
}

KNOWN: dict[str, LiteralString] = {
    "f_language": """
    and exists (select from captions k
      where k.owner_id = %(owner)s and k.video_id = v.id and k.language = %(f_language)s)""",
    "f_speaker": """
    and exists (select from captions k
      where k.owner_id = %(owner)s and k.video_id = v.id and k.speaker_folded = %(f_speaker)s)""",
    "f_scene_tags": """
    and exists (select from scene_tags k
      where k.owner_id = %(owner)s and k.video_id = v.id and k.tag = any(%(f_scene_tags)s::text[]))""",
}

EXCLUDED: LiteralString = "\n    and scene_id <> all(%(f_exclude)s)"

# the videos first: what is asked of each scene can take long
LISTED: LiteralString = """inside as materialized (
  select v.id, v.scene_count, v.longest_caption_s from videos v where v.owner_id = %(owner)s{video}{known}),
scope as materialized (
  select s.id from inside v join scenes s on s.video_id = v.id where s.owner_id = %(owner)s{scene})"""

INSIDE: LiteralString = "\n    and scene_id in (select id from scope)"

# `offset 0` again: a join would have to be sorted, a condition is asked of one row after the other
PASSES: LiteralString = """
    and exists (select from scenes s join videos v on v.owner_id = s.owner_id and v.id = s.video_id
      where s.owner_id = %(owner)s and v.owner_id = %(owner)s and s.id = scene_id{video}{scene} offset 0)"""
