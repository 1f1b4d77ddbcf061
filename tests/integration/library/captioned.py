"""A film with three scenes, something said in each."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import psycopg

from scenedex import Library
from scenedex.config import Settings
from scenedex.store.embedded import EmbeddedServer
from scenedex.testing import Clip, shots_clip
from scenedex.types import CaptionEntry, Channel

SAID = ("The penguins march to the sea.", "We should have turned left.", "Nobody knows the recipe.")

TIMES = ((0.2, 0.9), (1.2, 1.8), (2.2, 2.6))

WORDS: dict[Channel, float] = {"lexical": 1.0, "transcript": 0.0}
MEANING: dict[Channel, float] = {"lexical": 0.0, "transcript": 1.0}


@dataclass(frozen=True)
class Film:
    library: Library
    path: Path
    id: UUID

    def entry(self, number: int) -> CaptionEntry:
        """By its place in time."""
        return self.library.corrections.list(self.id)[number]

    def found(self, query: str, weights: dict[Channel, float] = WORDS) -> list[int]:
        """Scenes, best first."""
        return [hit.scene for hit in self.library.search(query, weights=weights, mode="skip").hits]

    def best(self, query: str) -> str | None:
        """The words that the best hit shows, and by their meaning alone."""
        hits = self.library.search(query, weights=MEANING, mode="skip", weaker=True).hits
        return hits[0].channels["transcript"].text if hits else None


@contextmanager
def captioned(server: EmbeddedServer, folder: Path) -> Iterator[Film]:
    """The film in a library of its own, in a database of its own."""
    name = f"captioned_{os.getpid()}"
    with psycopg.connect(server.conninfo("postgres", "postgres"), autocommit=True) as admin:
        admin.execute(f"create database {name} template scenedex owner scenedex_owner")  # type: ignore[arg-type]
        url = f"postgresql://scenedex_owner@/{name}?host={server.data}&port=5432"
        settings = Settings(database_url=url, scenedex_home=folder / "home", scenedex_profile="mini")
        captions = tuple((*times, text) for times, text in zip(TIMES, SAID, strict=True))
        shots_clip(folder / "film.mkv", (1.0, 1.0, 1.0), Clip(captions=captions))
        with Library(settings) as library:
            (outcome,) = library.add(folder / "film.mkv").files
            assert outcome.video_id is not None
            yield Film(library, folder / "film.mkv", outcome.video_id)
        admin.execute(f"drop database {name} with (force)")  # type: ignore[arg-type]
