"""A hundred searches a second over HTTP, for a minute, in 10,000 scenes with the mini models.

    python -m benchmarks http_search [--rate 100] [--seconds 60] [--scenes 10000] [--cores 2]

A library is filled with scenes that have two pictures' embeddings and a line that is said; `scenedex serve` answers as
a process of its own, with its database and this client on the same few cores. Requests are due at fixed times, whether
those before them are answered or not, and each is timed from when it was due: so what waits in line counts. No two
searches ask the same words. Then, one after another, the same searches over HTTP and through the library in this
process: the ratio is what HTTP costs. `processor` is the server's own, without its database: on a machine that others
use as well it tells the cost. Fails where a search does not end in an answer, or fewer are answered than are asked.
"""

import argparse
import contextlib
import json
import math
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

import numpy as np

from scenedex import Library, open_library
from scenedex.config import read_settings
from scenedex.demo.draw.colours import COLOURS
from scenedex.demo.draw.things import THINGS
from scenedex.embeddings.terms import scene_terms
from scenedex.indexing.words import transcript_embeddings
from scenedex.store.videos import write_video
from scenedex.types import Caption, EmbeddingDraft, MediaInfo, SceneRecord, VideoRecord

SCENES_PER_VIDEO = 50
SCENE_S = 5.0
WORDS_SAID = 12
NOISE = 0.8  #: length, against 1 of the embedding of a scene's words
CLIENTS = 32
SERIAL = 200  #: searches for the ratio
HEAD = b"POST /search HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"


@dataclass
class Figures:
    """What the searches took, in milliseconds, and what went wrong."""

    took_ms: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


def fill(library: Library, scenes: int) -> None:
    """Scenes that show one thing and say a dozen words."""
    random = np.random.default_rng(1)
    names, colours = sorted(THINGS), sorted(COLOURS)
    parts = library._parts()
    assert parts.sight is not None
    eyes = library._queries(parts.sight.space)
    for video in range(scenes // SCENES_PER_VIDEO):
        shown = [f"{random.choice(colours)} {random.choice(names)}" for _ in range(SCENES_PER_VIDEO)]
        said = [" ".join(random.choice([*names, *colours], WORDS_SAID)) for _ in shown]
        spans = [(n * SCENE_S, (n + 1) * SCENE_S) for n in range(len(shown))]
        captions = [
            Caption(start_s=start, end_s=end - 1, text=text, origin="sidecar", language="en", index=n)
            for n, ((start, end), text) in enumerate(zip(spans, said, strict=True))
        ]
        record = VideoRecord(
            content_hash=sha256(str(video).encode()).hexdigest(),
            title=f"{video}.mp4",
            info=MediaInfo(container="mov", size_bytes=1, start_s=0.0, duration_s=spans[-1][1], video=None),
            duration_s=spans[-1][1],
            scenes=tuple(
                SceneRecord(index=n, start_s=start, end_s=end, keyframes=(), thumbnail_key=None)
                for n, (start, end) in enumerate(spans)
            ),
            captions=tuple(captions),
            terms=tuple(scene_terms([text], [f"{video}.mp4"]) for text in said),
            embeddings={
                parts.space.id: transcript_embeddings(spans, captions, parts.encoder),
                parts.sight.space.id: tuple(seen(eyes.embed(shown), random)),
            },
            recipe="bench",
            sidecars="",
        )
        with library.transaction() as tx:
            write_video(tx, record)


def seen(vectors: Sequence[np.ndarray | None], random: np.random.Generator) -> Iterator[EmbeddingDraft]:
    """Two embeddings near each of these."""
    for scene, vector in enumerate(vectors):
        assert vector is not None
        for ordinal in range(2):
            noise = random.standard_normal(len(vector)).astype(np.float32)
            moved = vector + NOISE / np.sqrt(len(vector)) * noise
            yield EmbeddingDraft(
                scene_index=scene,
                ordinal=ordinal,
                t_s=scene * SCENE_S + 2 * ordinal,
                vector=moved / np.linalg.norm(moved),
            )


def queries(count: int) -> list[str]:
    """Different ones: two colours and two things in each, of a few million."""
    random = np.random.default_rng(2)
    names, colours = sorted(THINGS), sorted(COLOURS)
    made: dict[str, None] = {}
    while len(made) < count:
        one, other = (f"{random.choice(colours)} {random.choice(names)}" for _ in range(2))
        made[f"{one} near a {other}"] = None
    return list(made)


@contextlib.contextmanager
def serving(home: Path, *, warm: bool = False) -> Iterator[tuple[int, int]]:
    """`scenedex serve` on this library; its port and its process. `warm`: once it has read a large library."""
    environment = {**os.environ, "SCENEDEX_HOME": str(home), "SCENEDEX_PROFILE": "mini"}
    command = [sys.executable, "-m", "scenedex", "serve", "--port", "0", "--no-worker"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            if warm:
                print(f"  {process.stdout.readline().strip()}")
            yield int(line.partition("127.0.0.1:")[2].split(maxsplit=1)[0].rstrip(":/.")), process.pid
        finally:
            process.terminate()


def processor_ms(pid: int) -> float:
    """Milliseconds for which all threads of a process have had a processor; NaN where there is no /proc."""
    try:
        user, system = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    except OSError:
        return math.nan
    return 1000 * (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


class Client:
    """Asks over one connection, for a twentieth of what `http.client` costs: it has the same cores as the server."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._open: socket.socket | None = None

    def ask(self, query: str) -> str | None:
        """What went wrong, if anything did."""
        try:
            self.answer({"query": query})
        except (OSError, ValueError) as exc:
            self.close()
            return f"{type(exc).__name__}: {exc}"
        return None

    def answer(self, question: Mapping[str, object]) -> bytes:
        """The body of the answer. Raises OSError where none comes, ValueError for another status than 200."""
        body = json.dumps(question).encode()
        connection = self._open or self._connect()
        connection.sendall(HEAD % (self._port, len(body)) + body)
        status, text = _read(connection)
        if status != b"200":
            raise ValueError(f"{status.decode()}: {text[:200]!r}")
        return text

    def close(self) -> None:
        """Close the connection; the next question opens another."""
        if self._open is not None:
            self._open.close()
        self._open = None

    def _connect(self) -> socket.socket:
        self._open = socket.create_connection(("127.0.0.1", self._port), timeout=60)
        self._open.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return self._open


def _read(connection: socket.socket) -> tuple[bytes, bytes]:
    """Status and body of an answer. Raises ValueError for one without a length, OSError for one that breaks off."""
    got = b""
    while b"\r\n\r\n" not in got:
        got += _more(connection)
    head, _, text = got.partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
    while len(text) < length:
        text += _more(connection)
    return head.split(maxsplit=2)[1], text


def _more(connection: socket.socket) -> bytes:
    part = connection.recv(1 << 16)
    if not part:
        raise ConnectionResetError("the server closed the connection")
    return part


def load(port: int, asked: Sequence[str], rate: float) -> tuple[Figures, float]:
    """Ask them at this rate; the figures, and how many a second were answered."""
    figures, lock, following = Figures(), threading.Lock(), iter(enumerate(asked))
    began = time.perf_counter() + 0.5

    def client() -> None:
        connection = Client(port)
        while True:
            with lock:
                number, query = next(following, (-1, ""))
            if number < 0:
                connection.close()
                return
            due = began + number / rate
            time.sleep(max(0.0, due - time.perf_counter()))
            wrong = connection.ask(query)
            took_ms = 1000 * (time.perf_counter() - due)
            with lock:
                figures.took_ms.append(took_ms)
                figures.errors += [wrong] if wrong else []

    threads = [threading.Thread(target=client) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return figures, len(asked) / (time.perf_counter() - began)


def one_by_one(library: Library, port: int, asked: Sequence[str]) -> tuple[float, float]:
    """Median milliseconds of a search over HTTP, and through the library, taken in turn."""
    connection = Client(port)
    over_http, direct = [], []
    for query in asked:
        began = time.perf_counter()
        connection.ask(query)
        between = time.perf_counter()
        library.search(query + " too")
        over_http.append(1000 * (between - began))
        direct.append(1000 * (time.perf_counter() - between))
    connection.close()
    return float(np.median(over_http)), float(np.median(direct))


def main(arguments: Sequence[str] = ()) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks http_search")
    parser.add_argument("--rate", type=float, default=100.0, help="searches a second")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--scenes", type=int, default=10_000)
    parser.add_argument("--cores", type=int, default=2, help="of this machine that all of it may use")
    options = parser.parse_args(arguments)
    there = sorted(os.sched_getaffinity(0))[: options.cores]
    os.sched_setaffinity(0, there)  # what is started from here keeps to them
    settings = read_settings().model_copy(update={"scenedex_profile": "mini", "database_url": None})
    with (
        tempfile.TemporaryDirectory() as folder,
        open_library(Path(folder) / "home", settings=settings) as library,
    ):
        began = time.perf_counter()
        fill(library, options.scenes)
        library.search("red car")  # measures the spaces
        print(
            f"  {options.scenes:,} scenes filled in {time.perf_counter() - began:.0f} s; {len(there)} cores"
        )
        count = int(options.rate * options.seconds)
        asked = queries(count + SERIAL)
        with serving(library.home) as (port, server):
            one_by_one(library, port, asked[:20])
            spent_ms = -processor_ms(server)
            figures, achieved = load(port, asked[:count], options.rate)
            spent_ms += processor_ms(server)
            slow, direct = one_by_one(library, port, asked[count:])
    p50, p95, p99 = np.percentile(figures.took_ms, [50, 95, 99])
    print(
        f"  asked {options.rate:g} a second for {options.seconds:g} s: {len(figures.errors)} errors of {count:,},"
        f" {achieved:.1f} a second answered; p50 {p50:.1f} ms, p95 {p95:.1f} ms, p99 {p99:.1f} ms; processor"
        f" {spent_ms / count:.1f} ms a search"
    )
    print(
        f"  one by one: {slow:.1f} ms over HTTP, {direct:.1f} ms in the library: {slow / direct:.2f} times as long"
    )
    for wrong in sorted(set(figures.errors))[:5]:
        print(f"  {figures.errors.count(wrong)} times {wrong}")
    held = not figures.errors and achieved >= 0.95 * options.rate
    print(f"aim: no error, and {options.rate:g} a second: {'held' if held else 'missed'}")
    return 0 if held else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
