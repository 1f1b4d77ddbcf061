"""The relevance collections, the store filled with one, and how a ranking of it is measured."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from scenedex.embeddings.terms import query_terms, scene_terms, terms
from scenedex.search.metrics import mean, ndcg, tied_gains
from scenedex.store.channels import search_channels
from scenedex.store.database import Database, Transaction
from scenedex.store.scenes import scenes_of
from scenedex.store.videos import write_video
from scenedex.types import Filters, MediaInfo, SceneRecord, VideoRecord

FOLDER = Path(__file__).parent
LANGUAGES = ("english", "korean")
DEPTH = 10

TIE = 1e-4
"""Scores that differ by less are tied, and share their gain: what one system computes in 32 bits and the other in 64
differs in the sixth digit. Both systems are measured so, and neither gains by how it happens to break ties."""

Scored = Mapping[str, float]
"""Passage → score; above 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """Passages, queries, and how well which passage answers which query: 2 says it, 1 is about it."""

    passages: dict[str, str]
    queries: dict[str, str]
    grades: dict[str, dict[str, int]]  #: query → passage → grade

    @property
    def tokens(self) -> list[list[str]]:
        """The terms of each passage."""
        return [terms(text) for text in self.passages.values()]


def load(language: str) -> Collection:
    """`english` or `korean`."""
    passages = dict(_rows(f"{language}.tsv"))
    queries = {number: text for number, text in _rows("queries.tsv") if number[0] == language[0]}
    grades: dict[str, dict[str, int]] = {number: {} for number in queries}
    for number, passage, grade in _rows("judgements.tsv"):
        if number in grades:
            grades[number][passage] = int(grade)
    return Collection(passages=passages, queries=queries, grades=grades)


def fill(database: Database, owner: UUID, collection: Collection) -> dict[UUID, str]:
    """Write the passages as the scenes of one video; scene id → passage."""
    count = len(collection.passages)
    record = VideoRecord(
        content_hash="aa",
        title="",
        info=MediaInfo(container="mp4", size_bytes=1, start_s=0.0, duration_s=float(count), video=None),
        duration_s=float(count),
        scenes=tuple(
            SceneRecord(index=n, start_s=float(n), end_s=n + 1.0, keyframes=(), thumbnail_key=None)
            for n in range(count)
        ),
        captions=(),
        terms=tuple(scene_terms([text], []) for text in collection.passages.values()),
        embeddings={},
        recipe="relevance",
        sidecars="",
    )
    with database.transaction(owner) as tx:
        scenes = scenes_of(tx, write_video(tx, record))
    names = list(collection.passages)
    return {scene.id: names[scene.index] for scene in scenes}


def found(tx: Transaction, query: str, names: Mapping[UUID, str], k: int | None = None) -> dict[str, float]:
    """What the lexical channel finds: all of it, or its best `k`."""
    rows = search_channels(tx, terms=query_terms(query), vectors=(), filters=Filters(), k=k or len(names))
    return {names[row.scene_id]: row.raw for row in rows}


def ndcg_10(scored: Scored, grades: Mapping[str, int]) -> float:
    """nDCG@10 of one query, ties shared."""
    pairs = [(score, float(grades.get(passage, 0))) for passage, score in scored.items() if score > 0]
    return ndcg(tied_gains(pairs, TIE), [float(grade) for grade in grades.values()], DEPTH)


def mean_ndcg_10(every: Sequence[Scored], collection: Collection) -> float:
    """The mean over the queries, in their order."""
    return mean(
        [ndcg_10(scored, grades) for scored, grades in zip(every, collection.grades.values(), strict=True)]
    )


def _rows(name: str) -> list[list[str]]:
    lines = (FOLDER / name).read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines]
