"""Which table of somebody else's PostgreSQL has scenes with vectors, and which of its columns is what.

Earlier systems name their columns in many ways. Each part of a scene is looked for under the names that are known.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, LiteralString

from psycopg import Connection

from scenedex.errors import NotFoundError, UsageError
from scenedex.types import Modality, VectorColumn

ROLES: dict[str, tuple[str, ...]] = {
    "video_id": ("video_id", "media_id", "asset_id", "video_uuid", "video"),
    "owner_id": ("owner_id", "user_id", "tenant_id", "account_id"),
    "start_s": ("start_s", "start_time_s", "start_seconds", "start_sec", "start_time", "start", "start_ms"),
    "end_s": ("end_s", "end_time_s", "end_seconds", "end_sec", "end_time", "end", "end_ms"),
    "thumbnail_url": ("thumbnail_url", "thumbnail_path", "keyframe_url", "frame_path", "thumbnail"),
}
"""Part of a scene → names of its column, the likeliest first. `…_ms` are milliseconds."""

OF_VIDEOS: dict[str, tuple[str, ...]] = {
    "id": ("id", "video_id", "uuid"),
    "title": ("title", "filename", "file_name", "original_filename", "name"),
    "path": ("path", "file_path", "filepath", "local_path", "source_path", "storage_path"),
}

MODALITIES: dict[str, Modality] = {"audio": "audio", "sound": "audio", "text": "text", "transcript": "text"}

VECTOR_TYPES = ("vector", "halfvec", "_float4", "_float8")
ARRAYS = ("_float4", "_float8")


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignTable:
    """A table of scenes, and where in it what stands."""

    schema: str
    name: str
    roles: Mapping[str, str]  #: part of a scene → column
    kinds: Mapping[str, str]  #: column → type
    vectors: tuple[VectorColumn, ...]
    videos: Mapping[str, str]  #: part of a video → column of the table `videos`; empty where there is none

    @property
    def said(self) -> str:
        """As people write it."""
        return f"{self.schema}.{self.name}"


def find_table(connection: Connection[Any], named: str | None, given: Mapping[str, str]) -> ForeignTable:
    """The table of scenes: the one that is named, else the only one with a video, times and vectors.

    `given`: column → the part of a scene that it is (a key of ROLES). Raises NotFoundError, UsageError.
    """
    found = _columns(connection)
    asked = [place for place in found if named is None or named in (place[1], ".".join(place))]
    if named is not None and not asked:
        raise NotFoundError(f"There is no table {named!r} in the database to import from.")
    fitting = [table for place in asked if (table := _table(place, found, given)) is not None]
    if len(fitting) > 1:
        names = ", ".join(table.said for table in fitting)
        raise UsageError(f"Several tables have scenes with vectors ({names}): say which with --table.")
    if not fitting:
        raise NotFoundError(
            "No table in the database to import from has scenes with vectors: one needs columns for the video "
            "(video_id), the times (start_s, end_s) and vectors. `--table` names it, `--map COLUMN=start_s` and the "
            "like say which column is what."
        )
    return fitting[0]


Place = tuple[str, str]


def _columns(connection: Connection[Any]) -> dict[Place, dict[str, tuple[str, int]]]:
    """Table → column → its type and, of vectors, the dimensions (-1 where they are not fixed)."""
    found: dict[Place, dict[str, tuple[str, int]]] = {}
    for row in connection.execute(CATALOGUE).fetchall():
        columns = found.setdefault((row["table_schema"], row["table_name"]), {})
        columns[row["column_name"]] = (row["udt_name"], row["typmod"])
    return found


# information_schema does not say how many dimensions a vector has
CATALOGUE: LiteralString = """
select c.table_schema, c.table_name, c.column_name, c.udt_name, a.atttypmod as typmod
from information_schema.columns c
join pg_attribute a on a.attname = c.column_name
  and a.attrelid = to_regclass(format('%I.%I', c.table_schema, c.table_name))
where c.table_schema not in ('pg_catalog', 'information_schema')
order by c.table_schema, c.table_name, c.ordinal_position"""


def _table(
    place: Place, found: Mapping[Place, Mapping[str, tuple[str, int]]], given: Mapping[str, str]
) -> ForeignTable | None:
    columns = found[place]
    roles = _roles(columns, ROLES, given)
    vectors = tuple(
        VectorColumn(
            name=name,
            modality=_modality(name, columns),
            dim=max(typmod, 0),
            metadata=_metadata(name, columns),
        )
        for name, (kind, typmod) in columns.items()
        if kind in VECTOR_TYPES and (kind not in ARRAYS or "embed" in name or name in given)
    )
    if not vectors or not {"video_id", "start_s", "end_s"} <= roles.keys():
        return None
    of_videos = found.get((place[0], "videos"), {}) if place[1] != "videos" else {}
    videos = _roles(of_videos, OF_VIDEOS, {})
    return ForeignTable(
        schema=place[0],
        name=place[1],
        roles=roles,
        kinds={name: kind for name, (kind, _) in columns.items()},
        vectors=vectors,
        videos=videos if "id" in videos else {},
    )


def _roles(
    columns: Mapping[str, Any], known: Mapping[str, Sequence[str]], given: Mapping[str, str]
) -> dict[str, str]:
    said = {role: column for column, role in given.items() if column in columns}
    guessed = {role: next((name for name in names if name in columns), None) for role, names in known.items()}
    return {role: column for role in known if (column := said.get(role) or guessed[role]) is not None}


def _modality(name: str, columns: Mapping[str, Any]) -> Modality:
    words = re.split(r"[^a-z0-9]+", name.lower())
    heard = next((modality for word, modality in MODALITIES.items() if word in words), None)
    if heard is not None:
        return heard
    # beside CLIP's, what is called visual is a network that looks at a scene as a whole
    clip = any("clip" in other.lower() for other in columns if other != name)
    return "scene" if clip and "clip" not in words else "visual"


def _metadata(name: str, columns: Mapping[str, tuple[str, int]]) -> str | None:
    """The jsonb column that goes with a column of vectors: it has the same words but for `embedding`."""
    own = set(re.split(r"_+", name.lower())) - {"embedding"}
    for other, (kind, _) in columns.items():
        words = set(re.split(r"_+", other.lower())) - {"embedding"}
        if kind in ("json", "jsonb") and words in (own | {"metadata"}, own | {"meta"}):
            return other
    return None
