"""What a scene costs: bytes by table and index and of pictures, processor seconds; and what 10⁹ of them would.

    python -m benchmarks sizing [--films FILM ...] [--scenes 20000] [--dim 512 ...]

The films (without any: the demo film) are indexed with the mini profile, stage by stage, on one thread's worth of
work at a time; what each stage takes of the processors is printed for an hour of video. Then what was found in them is
written again and again, as other videos with vectors moved a little, until the library has that many scenes, and the
tables and indexes are measured. `--dim`: further spaces, with a vector of so many dimensions for each picture.
Only the last table is extrapolated: it multiplies.
"""

import argparse
import hashlib
import resource
import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import psycopg

from benchmarks.crowd import cpu_ms
from scenedex import Library, open_library
from scenedex.config import Settings
from scenedex.demo.film import draw_film
from scenedex.indexing.pipeline import Content, Parts, index_content
from scenedex.indexing.progress import Silent
from scenedex.store.embedded import EmbeddedServer
from scenedex.store.spaces import ensure_space, partition
from scenedex.store.videos import write_video
from scenedex.types import EmbeddingDraft, Space, VideoRecord

NOISE = 0.3  #: length of what is added to a vector of length 1
SIZES = (10**6, 10**7, 10**8, 10**9)
GB = 1e9

SIZE_OF = """
select c.relname, i.relname, pg_table_size(c.oid), pg_relation_size(i.oid)
from pg_class c left join pg_index x on x.indrelid = c.oid left join pg_class i on i.oid = x.indexrelid
where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and c.relname not like 'procrastinate%'
order by 1, 2
"""


@dataclass(frozen=True, kw_only=True)
class Film:
    """What was found in a film, and the seconds of processor that each stage took."""

    record: VideoRecord
    picture_bytes: int
    stages: dict[str, float]


def processor_s() -> float:
    """Seconds that this process and its children, those that have ended, have had of all processors."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def timed(stages: dict[str, float], name: str, work: Callable[[], VideoRecord]) -> VideoRecord:
    before = processor_s()
    found = work()
    stages[name] = processor_s() - before
    return found


def measured(library: Library, path: Path) -> Film:
    """Index a film, one sense after the other."""
    parts = library._parts()
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    content = Content(path=path, digest=digest, sources=(path,))
    stages: dict[str, float] = {}
    blind = replace(parts, sight=None, hearing=None)

    def look(with_senses: Parts) -> VideoRecord:
        return index_content(with_senses, content, Silent())

    look(parts)  # networks are loaded, files are in memory
    record = timed(stages, "decode, cuts, keyframes, words", lambda: look(blind))
    timed(stages, "+ what is seen", lambda: look(replace(blind, sight=parts.sight)))
    timed(stages, "+ what is heard", lambda: look(replace(blind, hearing=parts.hearing)))
    for name in ("+ what is seen", "+ what is heard"):
        stages[name] -= stages["decode, cuts, keyframes, words"]
    whole = look(parts)
    keys = {keyframe.object_key for scene in record.scenes for keyframe in scene.keyframes}
    keys |= {scene.thumbnail_key for scene in record.scenes if scene.thumbnail_key}
    return Film(record=whole, picture_bytes=sum(len(library.picture(key)) for key in keys), stages=stages)


def moved(draft: EmbeddingDraft, random: np.random.Generator) -> EmbeddingDraft:
    """Another vector near by: equal ones would share their places in the index."""
    if draft.vector is None:
        return draft
    vector = draft.vector + NOISE / np.sqrt(len(draft.vector)) * random.standard_normal(len(draft.vector))
    return replace(draft, vector=(vector / np.linalg.norm(vector)).astype(np.float32))


def another(film: Film, number: int, random: np.random.Generator, spaces: Sequence[Space]) -> VideoRecord:
    """The film once more, as another video; with vectors in these further spaces."""
    embeddings = {
        space: tuple(moved(draft, random) for draft in drafts)
        for space, drafts in film.record.embeddings.items()
    }
    pictures = [(scene.index, place) for scene in film.record.scenes for place in range(len(scene.keyframes))]
    for space in spaces:
        vectors = random.standard_normal((len(pictures), space.dim)).astype(np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        metadata = next(iter(film.record.embeddings.values()))[0].metadata if film.record.embeddings else {}
        embeddings[space.id] = tuple(
            EmbeddingDraft(scene_index=index, ordinal=place, t_s=0.0, vector=vector, metadata=metadata)
            for (index, place), vector in zip(pictures, vectors, strict=True)
        )
    content_hash = hashlib.sha256(f"{film.record.content_hash} {number}".encode()).hexdigest()
    return replace(film.record, content_hash=content_hash, embeddings=embeddings)


def fill(library: Library, films: Sequence[Film], scenes: int, spaces: Sequence[Space]) -> tuple[int, float]:
    """Write copies until there are so many scenes; how many there are, and what one cost the database, in ms."""
    random = np.random.default_rng(1)
    written, spent, number = 0, 0.0, 0
    while written < scenes:
        record = another(films[number % len(films)], number, random, spaces)
        with library._database.transaction(library.owner) as tx:
            before = cpu_ms(tx)
            write_video(tx, record)
            spent += cpu_ms(tx) - before
        written += len(record.scenes)
        number += 1
    return written, spent / written


def sizes(server: EmbeddedServer, spaces: Sequence[Space]) -> dict[str, int]:
    """Bytes of each table and of each index, without those that are small."""
    named = {partition(space.id): f"embeddings, {space.name} ({space.dim})" for space in spaces}
    found: dict[str, int] = {}
    with psycopg.connect(server.conninfo("postgres"), autocommit=True) as admin:
        admin.execute("vacuum analyze")
        for table, index, table_bytes, index_bytes in admin.execute(SIZE_OF).fetchall():
            name = named.get(table, table)
            found[f"{name}: rows"] = table_bytes
            if index:
                kind = "HNSW" if index.endswith("vector_idx") else "keys"
                found[f"{name}: {kind}"] = found.get(f"{name}: {kind}", 0) + index_bytes
    return found


def costs(films: Sequence[Film]) -> float:
    """Print what an hour of video is and takes; scenes in it."""
    hours = sum(film.record.duration_s for film in films) / 3600
    scenes = sum(len(film.record.scenes) for film in films)
    keyframes = sum(len(scene.keyframes) for film in films for scene in film.record.scenes)
    captions = sum(len(film.record.captions) for film in films)
    postings = sum(len(each.terms) for film in films for each in film.record.terms)
    pictures = sum(film.picture_bytes for film in films)
    print(f"{len(films)} films, {hours * 3600:.0f} s, {scenes} scenes: {scenes / hours:.0f} scenes an hour;")
    print(f"a scene has {keyframes / scenes:.2f} keyframes, {captions / scenes:.2f} captions,")
    print(f"{postings / scenes:.1f} terms, and {pictures / scenes / 1000:.1f} kB of pictures\n")
    print("| stage | processor seconds for an hour of video |\n|---|---|")
    for stage in films[0].stages:
        print(f"| {stage} | {sum(film.stages[stage] for film in films) / hours:.0f} |")
    return scenes / hours


def report(bytes_of: dict[str, int], scenes: int) -> float:
    """Print the bytes of a scene; their sum."""
    print(f"\n| of {scenes:,} scenes | bytes a scene |\n|---|---|")
    for name, size in sorted(bytes_of.items(), key=lambda item: -item[1]):
        if size / scenes >= 1:
            print(f"| {name} | {size / scenes:.0f} |")
    total = sum(bytes_of.values()) / scenes
    print(f"| together | {total:.0f} |")
    return total


def extrapolated(films: Sequence[Film], per_hour: float, total: float, hnsw: float, write_ms: float) -> None:
    """Print what that makes for larger libraries: it is multiplied, not measured."""
    hours = sum(film.record.duration_s for film in films) / 3600
    hour_s = sum(sum(film.stages.values()) for film in films) / hours
    pictures = sum(film.picture_bytes for film in films) / sum(len(film.record.scenes) for film in films)
    scene_s = hour_s / per_hour + write_ms / 1000
    print(
        f"\nDatabase: {total:.0f} B a scene, of that HNSW {hnsw:.0f} B. Pictures: {pictures:.0f} B a scene."
    )
    print(f"Processors: {hour_s:.0f} s an hour / {per_hour:.0f} scenes + {write_ms:.1f} ms of the database")
    print(f"= {scene_s * 1000:.0f} ms a scene\n")
    print(
        "| scenes | hours of video | database | of that HNSW | pictures | processor days |\n|---|---|---|---|---|---|"
    )
    for size in SIZES:
        print(
            f"| {size:,} | {size / per_hour:,.0f} | {size * total / GB:,.0f} GB | {size * hnsw / GB:,.0f} GB "
            f"| {size * pictures / GB:,.0f} GB | {size * scene_s / 86_400:,.1f} |"
        )


def main(arguments: Sequence[str] = ()) -> None:
    parser = argparse.ArgumentParser(prog="sizing")
    parser.add_argument("--films", nargs="*", type=Path, default=[])
    parser.add_argument("--scenes", type=int, default=20_000)
    parser.add_argument("--dim", type=int, nargs="*", default=[])
    asked = parser.parse_args(arguments)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        paths = asked.films or [folder / "demo.mp4"]
        if not asked.films:
            draw_film(paths[0])
        settings = Settings(scenedex_home=folder / "library", scenedex_profile="mini")
        library = stack.enter_context(open_library(settings=settings))
        server = stack.enter_context(EmbeddedServer(folder / "library"))
        films = [measured(library, path.absolute()) for path in paths]
        per_hour = costs(films)
        further = [
            ensure_space(
                library._database,
                Space(name=f"random-{dim}", model="random", revision="1", modality="scene", dim=dim),
            )
            for dim in asked.dim
        ]
        scenes, write_ms = fill(library, films, asked.scenes, further)
        with library._database.ownerless() as tx:
            spaces = [
                Space(**row)
                for row in tx.execute("select id, name, model, revision, modality, dim from spaces")
            ]
        bytes_of = sizes(server, spaces)
        total = report(bytes_of, scenes)
        hnsw = sum(size for name, size in bytes_of.items() if name.endswith("HNSW")) / scenes
        extrapolated(films, per_hour, total, hnsw, write_ms)
