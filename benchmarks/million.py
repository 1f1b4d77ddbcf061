"""Searches over HTTP in 1,000,000 scenes of two keyframes, three channels: p50, p95, recall, and the plan.

    python -m benchmarks million [--scenes 1000000] [--keep FOLDER] [--searches 240] [--only times|recall]

The library (`drawn_library`, `million_library`) has embeddings of pictures (512 dimensions, two a scene), sounds and
words (256 each), terms, and four small owners beside the one that searches. `scenedex serve` answers, with its database
and this client on the same two cores, one search after the other. Pictures are searched by CLIP ViT-B/32's text tower
in its full size, in int8, with random weights; sounds and words by the models in the package. No query comes twice. A
third of those in words is about what is seen, a third about what is said, a sixth about sounds, a sixth about nothing
in the library; then searches by a scene, and, in this process, by vectors: perturbed members and random ones.

Recall compares the ten hits of whole searches with those of the same searches where every vector is compared, and,
more strictly, the ten nearest scenes of each channel, as the engine asks for them, with all vectors of the owner, read
from the tables. Fails where the first is below 0.97 or p95 above 60 ms. With --keep the library stays for next time.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from unittest import mock

import numpy as np
import psycopg
from psycopg.sql import SQL

from benchmarks.all_vectors import recall
from benchmarks.background import UNRELATED
from benchmarks.drawn_library import SOUNDS, TOPICS, Senses, unit, vocabulary
from benchmarks.http_search import Client, serving
from benchmarks.million_library import fill
from benchmarks.random_clip import random_clip
from scenedex import Library, open_library
from scenedex.search import retrieval
from scenedex.store.bm25 import Terms
from scenedex.store.channels import search_channels, settings_for, statement
from scenedex.store.reach import reach_of
from scenedex.store.scope import scope_of
from scenedex.store.scoring import some_vectors
from scenedex.store.sizes import LARGE
from scenedex.store.spaces import partition
from scenedex.types import ChannelRow, Filters, Space, VectorQuery

LINE_MS, LINE_RECALL = 60.0, 0.97
WARM = 60  #: searches that are not timed
EXACT = 3  #: searches without HNSW, whose time stands beside
WHOLE = 60  #: searches that are also made by comparing every vector, which takes seconds each
BY_VECTOR = 60
PARTS = ("encode", "retrieve", "rerank", "total")


def questions(words: Sequence[str], count: int, seed: int) -> list[tuple[str, dict[str, object]]]:
    """(kind, body) of each search, mixed; those of another seed share no text."""
    random = np.random.default_rng(seed)
    things, words = random.permutation(TOPICS), words[seed % 2 :: 2]
    unrelated = " ".join(UNRELATED.split()).split("; ")
    made: list[tuple[str, dict[str, object]]] = []
    for n in range(count):
        one, other = words[random.integers(30, 400)], words[random.integers(100, len(words))]
        asked = {
            0: ("seen", str(things[n])),
            1: ("said", f"who says {one} {other}"),
            2: ("seen", f"{things[n]} near a {things[-n - 1]}"),
            3: ("said", f"they talk about {one} and the {other}"),
            4: ("heard", f"sound of {SOUNDS[n % len(SOUNDS)]} near a {things[n]}"),
            5: ("unrelated", f"{unrelated[n % len(unrelated)]} {other}"),
        }
        kind, text = asked[n % 6]
        made.append((kind, {"query": text}))
    return made


def like(library: Library, count: int, offset: int) -> list[tuple[str, dict[str, object]]]:
    """More like this, of scenes here and there."""
    with library.transaction() as tx:
        rows = tx.execute(
            "select id from scenes where owner_id = %(owner)s order by id limit %(count)s offset %(offset)s",
            {"count": count, "offset": offset},
        )
    return [("like a scene", {"anchor": {"scene_id": str(row["id"])}}) for row in rows]


@contextmanager
def watched() -> Iterator[list[tuple[VectorQuery, list[ChannelRow]]]]:
    """What searches of this process ask the store for, by vectors, and what they get, each list best first."""
    seen: list[tuple[VectorQuery, list[ChannelRow]]] = []

    def asked(*arguments, **named):
        rows = search_channels(*arguments, **named)
        for query in named["vectors"]:
            own = [row for row in rows if (row.channel, row.space_id) == (query.channel, query.space.id)]
            seen.append((query, own))
        return rows

    with mock.patch.object(retrieval, "search_channels", asked):
        yield seen


def whole_recall(library: Library, asked: Sequence[tuple[str, dict[str, object]]]) -> float:
    """Print which part of the ten hits of an exact search the search finds, for each kind; the mean over all."""
    shares = defaultdict(list)
    exactly = partial(search_channels, exact_up_to=1 << 60)
    for kind, body in asked:
        found = {hit.scene_id for hit in library.search(str(body["query"])).hits}
        with mock.patch.object(retrieval, "search_channels", exactly):
            best = [hit.scene_id for hit in library.search(str(body["query"])).hits]
        shares[kind].append(sum(scene in found for scene in best) / max(1, len(best)))
    for kind, own in sorted(shares.items()):
        print(f"  hits of the exact search {kind:12s} {np.mean(own):.4f} ({len(own)}, worst {min(own):.1f})")
    return float(np.mean([share for own in shares.values() for share in own]))


def by_vectors(library: Library, space: Space) -> Iterator[tuple[str, VectorQuery, list[ChannelRow]]]:
    """Perturbed members of the visual space, and vectors of no direction in particular."""
    random = np.random.default_rng(9)
    with library.transaction() as tx:
        members = some_vectors(tx, space, BY_VECTOR)
    noise = random.standard_normal((2, *members.shape)).astype(np.float32) / np.sqrt(space.dim)
    for channel, vectors in (("member", unit(members + 0.4 * noise[0])), ("random", unit(noise[1]))):
        for vector in vectors:
            query = VectorQuery(channel="visual", space=space, vector=vector)
            with library.transaction() as tx:
                yield channel, query, search_channels(tx, terms=(), vectors=[query], filters=Filters(), k=100)


def told(took: Mapping[str, Sequence[float]], parts: Mapping[str, Mapping[str, Sequence[float]]]) -> float:
    """Print the times, and p50 of their parts as answers tell them; p95 of all."""
    for kind, own in took.items():
        p50, p95 = np.percentile(own, [50, 95])
        inside = ", ".join(f"{part} {np.median(each):.1f}" for part, each in parts[kind].items())
        print(f"  {kind:14s} p50 {p50:6.1f} ms, p95 {p95:6.1f} ms ({len(own)}): {inside}")
    everything = [ms for own in took.values() for ms in own]
    p50, p95, worst = np.percentile(everything, [50, 95, 100])
    print(f"  all            p50 {p50:6.1f} ms, p95 {p95:6.1f} ms, worst {worst:.1f} ({len(everything)})")
    return float(p95)


def over_http(port: int, asked: Sequence[tuple[str, dict[str, object]]]) -> float:
    """Ask one after the other; p95 in milliseconds."""
    took: dict[str, list[float]] = defaultdict(list)
    parts: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    client = Client(port)
    for n, (kind, body) in enumerate(asked):
        began = time.perf_counter()
        answer = json.loads(client.answer(body))
        if n >= WARM:
            took[kind].append(1000 * (time.perf_counter() - began))
            for part in PARTS:
                parts[kind][part].append(answer["took_ms"].get(part, 0.0))
        assert not answer["degraded"], answer["degraded"]
    client.close()
    return told(took, parts)


def plans(library: Library, query: VectorQuery) -> bool:
    """Print which tables and indexes a search by vectors reads; whether they are those of its space alone."""
    with library.transaction() as tx:
        scope = scope_of(Filters())
        reach = reach_of(tx, [query], scope, 100)
        composed, params = statement(Terms(["car"]), [query], scope, reach)
        with tx.reading(settings_for(reach, keep_plan=True)):
            rows = tx.execute(SQL("explain (costs off) ") + composed, params)
    lines = [row["QUERY PLAN"].strip() for row in rows if "Scan" in row["QUERY PLAN"]]
    read = [line for line in lines if "embeddings_" in line]
    for line in read:
        print(f"  {line}")
    own = partition(query.space.id)
    return all(f"{own}_vector_idx" in line or line.split(" on ")[1].startswith(own) for line in read) and any(
        f"{own}_vector_idx" in line for line in read
    )


def times(library: Library, senses: Senses, searches: int) -> bool:
    """Searches over HTTP; whether p95 holds."""
    with library.transaction() as tx:
        tx.execute("delete from query_embeddings")  # of the last time
    with serving(library.home, warm=True) as (port, _):
        asked = questions(vocabulary(senses.words), WARM + searches, 1) + like(library, searches // 4, 1_000)
        p95 = over_http(port, asked)
    print(f"p95 {p95:.1f} ms (line: {LINE_MS:g})")
    return p95 <= LINE_MS


def compared(library: Library, senses: Senses, searches: int) -> bool:
    """Searches in this process, the plan of one, and the exact scan; whether recall and plan hold."""
    seen: dict[str, list[tuple[VectorQuery, list[ChannelRow]]]] = defaultdict(list)
    with watched() as lists:
        for kind, body in questions(vocabulary(senses.words), searches, 2):
            library.search(str(body["query"]))
            seen[kind] += lists
            lists.clear()
    (visual,) = {query.space for own in seen.values() for query, _ in own if query.channel == "visual"}
    for kind, query, rows in by_vectors(library, visual):
        seen[kind].append((query, rows))
    held = plans(library, query)
    _exact(library, query)
    with _admin(library) as admin:
        print(f"  recall@10 of the channels {recall(admin, library.owner, seen):.4f}")
    found = whole_recall(library, questions(vocabulary(senses.words), WHOLE, 5))
    print(f"recall@10 of searches {found:.4f} (line: {LINE_RECALL})")
    return held and found >= LINE_RECALL


def _exact(library: Library, query: VectorQuery) -> None:
    """Print what a search by one vector takes with and without HNSW."""
    for name, most in (("HNSW", {}), ("exact scan", {"exact_up_to": 1 << 60})):
        took = []
        for _ in range(EXACT):
            with library.transaction() as tx:
                began = time.perf_counter()
                search_channels(tx, terms=(), vectors=[query], filters=Filters(), k=100, **most)
                took.append(1000 * (time.perf_counter() - began))
        print(f"  one vector among all pictures, {name}: {min(took):.1f} ms")


def _admin(library: Library) -> psycopg.Connection:
    return psycopg.connect(library.database._server.conninfo("postgres"), autocommit=True)


def _senses(library: Library) -> Senses:
    profile, equipment = library.profile(), library.equipment
    return Senses(
        sight=equipment.visual(profile.visual), hearing=equipment.audio(profile.audio), words=equipment.words
    )


def main(arguments: Sequence[str] = ()) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks million")
    parser.add_argument("--scenes", type=int, default=1_000_000, help="of the largest owner")
    parser.add_argument("--keep", type=Path, help="a folder: the library is made there once")
    parser.add_argument("--searches", type=int, default=240, help="in words, over HTTP")
    parser.add_argument("--only", choices=("times", "recall"), help="of what is measured")
    options = parser.parse_args(arguments)
    if options.scenes < LARGE:
        parser.error(
            f"--scenes must be {LARGE:,} at least: smaller libraries are not read ahead, and nothing says so"
        )
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:2])  # what is started from here keeps to them
    with tempfile.TemporaryDirectory() as made:
        folder = options.keep or Path(made)
        os.environ |= {
            "SCENEDEX_HOME": str(folder / "home"),
            "SCENEDEX_PROFILE": "mini",
            "CLIP_MODEL_NAME": str(random_clip(folder / "weights", TOPICS)),
        }
        there = folder / f"filled-{options.scenes}"
        if not there.exists():
            with open_library() as library, _admin(library) as admin:
                fill(library.database, admin, _senses(library), options.scenes)
            there.touch()
        # opened anew: the server takes its memory for the library that it finds at its start
        with open_library() as library:
            senses = _senses(library)
            with _admin(library) as admin:
                (huge,) = admin.execute("select current_setting('huge_pages_status')").fetchone() or (
                    "unknown",
                )
            print(f"  huge pages: {huge}")
            library.search("red car")  # measures the spaces
            parts = {"times": times, "recall": compared}
            wanted = [options.only] if options.only else list(parts)
            held = [parts[part](library, senses, options.searches) for part in wanted]
            return 0 if all(held) else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
