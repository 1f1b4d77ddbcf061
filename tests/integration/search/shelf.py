"""A library whose cosines are known, and how it is searched."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import count
from typing import Any
from uuid import UUID, uuid4

import numpy as np
import psycopg

from scenedex.embeddings.terms import scene_terms
from scenedex.search.anchor import Anchor
from scenedex.search.calibration import Background
from scenedex.search.dense import Dense
from scenedex.search.encoding import QueryEncoding
from scenedex.search.engine import Engine
from scenedex.search.request import SearchDefaults, SearchOptions, SearchRequest
from scenedex.store.database import Database
from scenedex.store.embedded import EmbeddedServer
from scenedex.store.files import put_file
from scenedex.store.spaces import ensure_space
from scenedex.store.videos import write_video
from scenedex.types import (
    Answer,
    Caption,
    Channel,
    EmbeddingDraft,
    KnownFile,
    MediaInfo,
    Modality,
    SceneRecord,
    Space,
    Vector,
    VideoRecord,
)

DIM = 8
SCENE_S = 10.0
BACKGROUND = Background(even=0.5, scale=0.1)
NUMBERS = count(1)


def at(cosine: float, number: int = 0) -> Vector:
    """A unit vector with this cosine to the axis of that number."""
    vector = np.zeros(DIM, np.float32)
    vector[number], vector[DIM - 1] = cosine, math.sqrt(1 - cosine**2)
    return vector


class Axes:
    """Gives each text it knows its axis, and others none."""

    def __init__(self, space: Space, axes: dict[str, int]) -> None:
        self.space = space
        self.axes = axes

    def embed(self, texts: Sequence[str]) -> list[Vector | None]:
        return [at(1.0, self.axes[text]) if text in self.axes else None for text in texts]


@dataclass(frozen=True)
class Shot:
    """A scene: what is said, and the cosine of each of its keyframes to the axis of a query."""

    said: str = ""
    looks: tuple[float | tuple[float, int], ...] = ()
    sounds: float | None = None


@dataclass
class Shelf:
    """A library of one owner, and how it is searched."""

    database: Database
    server: EmbeddedServer
    name: str
    owner: UUID = field(default_factory=uuid4)
    axes: dict[str, int] = field(default_factory=dict)
    spaces: dict[Channel, Space] = field(default_factory=dict)

    def add(self, name: str, *shots: Shot) -> UUID:
        """A video of these shots of ten seconds."""
        drafts: dict[int, list[EmbeddingDraft]] = {}
        for index, shot in enumerate(shots):
            for n, look in enumerate(shot.looks):
                cosine, number = look if isinstance(look, tuple) else (look, 0)
                draft = EmbeddingDraft(
                    scene_index=index, ordinal=n, t_s=index * SCENE_S + n, vector=at(cosine, number)
                )
                drafts.setdefault(self.space("visual").id, []).append(draft)
            if shot.sounds is not None:
                draft = EmbeddingDraft(
                    scene_index=index, ordinal=0, t_s=index * SCENE_S, vector=at(shot.sounds)
                )
                drafts.setdefault(self.space("audio").id, []).append(draft)
        record = VideoRecord(
            content_hash=sha256(f"{name} {next(NUMBERS)}".encode()).hexdigest(),
            title=name,
            info=MediaInfo(
                container="mp4", size_bytes=1, start_s=0, duration_s=SCENE_S * len(shots), video=None
            ),
            duration_s=SCENE_S * len(shots),
            scenes=tuple(
                SceneRecord(
                    index=i, start_s=i * SCENE_S, end_s=(i + 1) * SCENE_S, keyframes=(), thumbnail_key=None
                )
                for i in range(len(shots))
            ),
            captions=tuple(
                Caption(
                    start_s=i * SCENE_S + 1, end_s=i * SCENE_S + 4, text=shot.said, origin="sidecar", index=i
                )
                for i, shot in enumerate(shots)
                if shot.said
            ),
            terms=tuple(scene_terms([shot.said], [name]) for shot in shots),
            embeddings={space: tuple(made) for space, made in drafts.items()},
            recipe="test",
            sidecars="",
        )
        with self.database.transaction(self.owner) as tx:
            video = write_video(tx, record)
            put_file(tx, KnownFile(path=f"/videos/{name}", video_id=video, size_bytes=1, mtime_ns=1))
        return video

    def space(self, channel: Channel, name: str = "") -> Space:
        kinds: dict[Channel, Modality] = {"visual": "visual", "audio": "audio"}
        if channel not in self.spaces:
            made = Space(
                name=name or f"axes-{channel}", model="axes", revision="1", modality=kinds[channel], dim=DIM
            )
            self.spaces[channel] = ensure_space(self.database, made)
        return self.spaces[channel]

    def dense(self) -> list[Dense]:
        return [
            Dense(channel=channel, space=space, encoder=Axes(space, self.axes), background=BACKGROUND)
            for channel, space in self.spaces.items()
        ]

    def ask(
        self,
        query: str,
        *,
        defaults: SearchDefaults | None = None,
        anchor: Anchor | None = None,
        **options: Any,
    ) -> Answer:
        """Every query that is asked is on the first axis, unless the shelf says otherwise."""
        self.axes.setdefault(query, 0)
        encoding = QueryEncoding(timeout_s=30)
        engine = Engine(dense=self.dense(), defaults=defaults, encoding=encoding)
        with self.database.transaction(self.owner) as tx:
            answer = engine.search(tx, SearchRequest(query=query, **SearchOptions(**options)), anchor)
        encoding.close()
        return answer

    def migrator(self) -> "psycopg.Connection[Any]":
        return psycopg.connect(self.server.conninfo("postgres", self.name), autocommit=True)


def places(answer: Answer) -> list[tuple[str, int]]:
    return [(hit.video, hit.scene) for hit in answer.hits]
