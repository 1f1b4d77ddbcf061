"""Databases as earlier systems have them, made of random vectors: as fast as they can be filled."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from uuid import UUID, uuid5

import numpy as np
import psycopg
from psycopg.types.json import Jsonb

VIDEOS, SCENES = 40, 250
TOTAL = VIDEOS * SCENES
OWNER = UUID(int=9)
SPACE = UUID(int=5)
LENGTH_S = 4.0

CLIP = {
    "model_name": "ViT-B-32",
    "pretrained": "openai",
    "embed_dim": 512,
    "created_at": "2025-11-01T10:00:00",
}


def video(number: int) -> UUID:
    return uuid5(SPACE, f"video {number}")


def scene(number: int) -> UUID:
    return uuid5(SPACE, f"scene {number}")


def random_vectors(seed: int, dim: int, scenes: int = TOTAL) -> np.ndarray:
    """Not of unit length, some alike."""
    random = np.random.default_rng(seed)
    centres = random.standard_normal((200, dim))
    near = centres[random.integers(0, 200, scenes)] + random.standard_normal((scenes, dim))
    return np.asarray(near * random.uniform(0.5, 20, (scenes, 1)), dtype=np.float32)


def first_shape(connection: psycopg.Connection[tuple[object, ...]]) -> np.ndarray:
    """`video_scenes.embedding_visual_clip vector(512)`. Every 100th scene failed, every 101st is yet to be done."""
    connection.execute("create extension if not exists vector")
    connection.execute(
        """create table video_scenes (id uuid primary key, video_id uuid not null, user_id uuid not null, index int,
          start_s float8, end_s float8, thumbnail_url text, embedding_visual_clip vector(512),
          visual_clip_metadata jsonb)"""
    )
    vectors = random_vectors(1, 512)
    for number in range(len(vectors)):
        if number % 100 == 99 or number % 101 == 100:
            vectors[number] = np.nan
    _copy(
        connection,
        "copy video_scenes from stdin (format binary)",
        ["uuid", "uuid", "uuid", "int4", "float8", "float8", "text", None, "jsonb"],
        _rows_of_first(vectors),
    )
    return vectors


def _rows_of_first(vectors: np.ndarray) -> Iterator[tuple[object, ...]]:
    for number, vector in enumerate(vectors):
        place = number % SCENES
        known = {**CLIP, "error": "Timeout after 2 s"} if number % 100 == 99 else CLIP
        yield (
            scene(number),
            video(number // SCENES),
            OWNER,
            place,
            place * LENGTH_S,
            (place + 1) * LENGTH_S,
            f"/thumbnails/{number}.jpg",
            None if np.isnan(vector[0]) else sent(vector),
            Jsonb(known) if number % 101 != 100 or number % 100 == 99 else None,
        )


def second_shape(connection: psycopg.Connection[tuple[object, ...]], film: Path) -> dict[str, np.ndarray]:
    """`scenes.visual_clip_embedding / audio_embedding / text_embedding / visual_embedding`, and `videos` beside it.

    The first video lies at `film`; the others at paths where nothing is.
    """
    connection.execute("create extension if not exists vector")
    connection.execute(
        "create table videos (id bigint primary key, filename text, file_path text, created_at timestamptz)"
    )
    connection.execute(
        """create table scenes (id bigint primary key, video_id bigint references videos, scene_index int,
          start_time numeric, end_time numeric, visual_clip_embedding vector(32), audio_embedding vector(40),
          text_embedding vector(24), visual_embedding vector(48))"""
    )
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into videos values (%s, %s, %s, now())",
            [(n, f"old{n}.mp4", str(film) if n == 1 else f"/gone/old{n}.mp4") for n in range(1, VIDEOS + 1)],
        )
    dims = {"visual_clip_embedding": 32, "audio_embedding": 40, "text_embedding": 24, "visual_embedding": 48}
    vectors = {name: random_vectors(seed, dim) for seed, (name, dim) in enumerate(dims.items(), 10)}
    for name, kept in (("audio_embedding", 4), ("text_embedding", 4), ("visual_embedding", 4)):
        vectors[name][np.arange(TOTAL) % kept != 0] = np.nan  # silence, and what was not done yet
    vectors["text_embedding"][4::8] = 0.0  # nothing is said: no vector at all, though one stands there
    _copy(
        connection,
        "copy scenes (id, video_id, scene_index, start_time, end_time, visual_clip_embedding, audio_embedding, "
        "text_embedding, visual_embedding) from stdin (format binary)",
        ["int8", "int8", "int4", "numeric", "numeric", None, None, None, None],
        (
            (
                number + 1,
                number // SCENES + 1,
                number % SCENES + 1,
                round(number % SCENES * LENGTH_S, 2),
                round((number % SCENES + 1) * LENGTH_S, 2),
                *(None if np.isnan(each[number][0]) else sent(each[number]) for each in vectors.values()),
            )
            for number in range(TOTAL)
        ),
    )
    return vectors


def sent(vector: np.ndarray) -> bytes:
    """As pgvector's `vector` is sent."""
    return np.array([len(vector), 0], dtype=">u2").tobytes() + vector.astype(">f4").tobytes()


def _copy(
    connection: psycopg.Connection[tuple[object, ...]],
    statement: str,
    kinds: list[str | None],
    rows: Iterator[tuple[object, ...]],
) -> None:
    """Types of None are bytes as they stand."""
    with connection.cursor().copy(statement) as copy:  # type: ignore[call-overload]
        copy.set_types([kind or "bytea" for kind in kinds])
        for row in rows:
            copy.write_row(
                [Decimal(str(v)) if k == "numeric" else v for v, k in zip(row, kinds, strict=True)]
            )
