"""A library whose numbers are known: scenes that were seen, seen in part, and not seen."""

import math
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import numpy as np
from psycopg import Connection
from psycopg.rows import dict_row
from psycopg.sql import SQL, Literal
from tests.integration.store.records import TEXT, record, scene

from scenedex.store.database import Database
from scenedex.store.embedded import EmbeddedServer
from scenedex.store.spaces import ensure_space
from scenedex.store.videos import write_video
from scenedex.store.writing import scene_id
from scenedex.types import LOCAL_OWNER, EmbeddingDraft, Space, Vector

VISUAL = replace(TEXT, name="tiny-visual", modality="visual")
NOW = datetime.now(UTC)
TIMEOUT = "EncoderTimeoutError: Timeout: the encoder took longer than 2 s."
BROKEN = "PictureError: This picture cannot be read."


def at(cosine: float, dim: int = 8) -> Vector:
    """A unit vector with this cosine to the first axis."""
    vector = np.zeros(dim, dtype=np.float32)
    vector[:2] = cosine, math.sqrt(1 - cosine**2)
    return vector


def look(
    scene_index: int, ordinal: int, result: float | str, ms: float = 1.0, hours_ago: float = 1.0
) -> EmbeddingDraft:
    """What became of a keyframe: its cosine to the first axis, or its error."""
    error = result if isinstance(result, str) else None
    return EmbeddingDraft(
        scene_index=scene_index,
        ordinal=ordinal,
        t_s=10.0 * scene_index + 5 * ordinal,
        vector=None if isinstance(result, str) else at(result),
        metadata={
            "model_name": "tiny",
            "inference_time_ms": ms,
            "created_at": (NOW - timedelta(hours=hours_ago)).isoformat(),
            "error": error,
        },
    )


# the second keyframe of a scene is its best
FIRST = (
    look(0, 0, 0.2, ms=99), look(0, 1, 1.0, ms=10),
    look(1, 0, 0.9, ms=20), look(1, 1, TIMEOUT, ms=2000),
    look(2, 0, BROKEN), look(2, 1, TIMEOUT, ms=2000),
    look(3, 0, BROKEN), look(3, 1, BROKEN),
)  # fmt: skip
SECOND = (
    look(0, 0, 0.6, ms=30, hours_ago=30),
    look(1, 0, 0.8, ms=40, hours_ago=3),
    look(2, 0, TIMEOUT, ms=2000, hours_ago=3),
)


@dataclass(frozen=True)
class Seen:
    """Two videos of one owner: `first` with five scenes, of which the last has no picture, and `second` with three."""

    space: Space
    first: UUID
    second: UUID
    owner: UUID = LOCAL_OWNER

    def scene(self, video: str, index: int) -> UUID:
        return scene_id(self.first if video == "first" else self.second, index)


def fill(database: Database, owner: UUID = LOCAL_OWNER) -> Seen:
    """Write it for this owner."""
    space = ensure_space(database, VISUAL)
    dark = replace(scene(4), keyframes=(), thumbnail_key=None)
    with database.transaction(owner) as tx:
        first = record("aa", ["x"] * 5, embeddings={space.id: FIRST})
        first = replace(first, scenes=(*first.scenes[:4], dark))
        second = record("bb", ["x"] * 3, embeddings={space.id: SECOND})
        return Seen(space, write_video(tx, first), write_video(tx, second), owner)


def session(
    server: EmbeddedServer, name: str, role: str, owner: UUID | None = None
) -> Connection[dict[str, Any]]:
    """A connection as somebody has who comes with psql: without the settings of our own."""
    connection = Connection.connect(server.conninfo(role, name), autocommit=True, row_factory=dict_row)
    if owner is not None:
        connection.execute(SQL("set scenedex.owner_id = {}").format(Literal(str(owner))))
    return connection


def statements(text: str, **values: object) -> list[str]:
    """The statements of a script for psql, with its variables (`:'name'`) filled in."""
    text = re.sub(r"(?m)--.*$", "", text)
    text = re.sub(r":'(\w+)'", lambda m: f"'{values[m[1]]}'", text)
    return [part.strip() for part in text.split(";") if part.strip()]
