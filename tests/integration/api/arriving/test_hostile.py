"""Files that name other files or hosts: on no way in does anything open what they name."""

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av
import pytest
from tests.integration.api.arriving.serving import Sender, app_of, served
from tests.media import make_clip
from tests.unit.api.arriving.elsewhere import gives, world

from scenedex import Library
from scenedex.api.routes.uploads import fetcher_of
from scenedex.jobs.queue import Queue


@contextmanager
def inner_host() -> Iterator[tuple[int, list[object]]]:
    """A port of this machine, and who connected to it."""
    callers: list[object] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def listen() -> None:
            while True:
                try:
                    connection, caller = listening.accept()
                except OSError:
                    return
                callers.append(caller)
                connection.close()

        thread = threading.Thread(target=listen)
        thread.start()
        try:
            yield listening.getsockname()[1], callers
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            thread.join()


def boxes(data: bytes, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Kind, begin and end of each box of an ISO media file."""
    while start < end:
        size, kind = struct.unpack_from(">I4s", data, start)
        yield kind, start, start + size
        start += size


def elsewhere(data: bytes, dref: bytes) -> bytes:
    """The film with this data reference in place of its own, and none of its pictures."""
    out = bytearray(data)
    path, start, end = [b"moov", b"trak", b"mdia", b"minf", b"dinf", b"dref"], 0, len(data)
    chain = []
    for kind, begin, stop in boxes(data, 0, len(data)):
        if kind == b"mdat":
            out[begin + 8 : stop] = bytes(stop - begin - 8)
    for wanted in path:
        begin, stop = next((b, e) for kind, b, e in boxes(data, start, end) if kind == wanted)
        chain.append(begin)
        start, end = begin + 8, stop
    entry = struct.pack(">I4sI", 8 + 8, b"dref", 0) + struct.pack(">I", 1) + dref
    entry = struct.pack(">I", len(entry)) + entry[4:]
    grown = len(entry) - (end - chain[-1])
    out[chain[-1] : end] = entry
    for begin in chain[:-1]:
        (size,) = struct.unpack_from(">I", out, begin)
        struct.pack_into(">I", out, begin, size + grown)
    return bytes(out)


def alias(path: str) -> bytes:
    """A data reference to another file, as QuickTime writes it: a Macintosh alias with an absolute path."""
    name = path.rpartition("/")[2].encode()
    record = (
        bytes(10) + b"\x00" + bytes(27) + bytes(12) + bytes([len(name)]) + name.ljust(63, b"\0") + bytes(16)
    )
    record += bytes(4) + bytes(16)
    text = path.encode()
    record += struct.pack(">HH", 2, len(text)) + text + b"\0" * (len(text) % 2) + struct.pack(">hH", -1, 0)
    record = record.ljust(200, b"\0")
    return struct.pack(">I4sI", 12 + len(record), b"alis", 0) + record


def address(url: str) -> bytes:
    """A data reference to a URL."""
    text = url.encode() + b"\0"
    return struct.pack(">I4sI", 12 + len(text), b"url ", 0) + text


def reference_movie(url: str) -> bytes:
    """A QuickTime reference movie: nothing but the URL of another one."""

    def box(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I4s", 8 + len(body), kind) + body

    text = url.encode() + b"\0"
    rdrf = box(b"rdrf", bytes(4) + b"url " + struct.pack(">I", len(text)) + text)
    return box(b"ftyp", b"qt  " + bytes(4) + b"qt  ") + box(b"moov", box(b"rmra", box(b"rmda", rdrf)))


def hostile(port: int, film: Path) -> dict[str, bytes]:
    inner, data = f"http://127.0.0.1:{port}", film.read_bytes()
    playlist = "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{}\n#EXT-X-ENDLIST\n"
    return {
        "hls of a file": playlist.format("file:///etc/passwd").encode(),
        "hls of a film": playlist.format(film).encode(),
        "hls of a host": playlist.format(f"{inner}/a.ts").encode(),
        "hls behind a mark": b"\xef\xbb\xbf" + playlist.format(f"{inner}/a.ts").encode(),
        "hls behind zeros": bytes(3) + playlist.format(f"{inner}/a.ts").encode(),
        "hls key": b'#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI="%s/k"\n' % inner.encode()
        + b"#EXTINF:9,\na.ts\n",
        "concat": f"ffconcat version 1.0\nfile '{film}'\nfile '{inner}/a.mp4'\n".encode(),
        "concat without its mark": f"file '{film}'\n".encode(),
        "sdp": f"v=0\no=- 0 0 IN IP4 127.0.0.1\nc=IN IP4 127.0.0.1\nm=video {port} RTP/AVP 96\n".encode(),
        "dash": f"<?xml version='1.0'?><MPD><BaseURL>{inner}/</BaseURL></MPD>".encode(),
        "asx": f'<asx version="3.0"><entry><ref href="{inner}/a.wmv"/></entry></asx>'.encode(),
        "pls": f"[playlist]\nFile1={inner}/a.mp3\n".encode(),
        "rtsp": f"rtsp://127.0.0.1:{port}/a.rm\n".encode(),
        "quicktime to a film": elsewhere(data, alias(str(film))),
        "quicktime to a file": elsewhere(data, alias("/etc/passwd")),
        "quicktime to a host": elsewhere(data, address(f"{inner}/a.mp4")),
        "reference movie to a file": reference_movie("file:///etc/passwd"),
        "reference movie to a host": reference_movie(f"{inner}/a.mov"),
    }


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Without sound: one track, so that the reference is that of the pictures."""
    return make_clip(tmp_path_factory.mktemp("film") / "film.mp4", 1.0, 1.0)


def test_the_reference_is_one_that_ffmpeg_would_follow(film: Path, tmp_path: Path) -> None:
    """Else the tests below would show nothing."""
    path = tmp_path / "a.mov"
    path.write_bytes(elsewhere(film.read_bytes(), alias(str(film))))
    follow = {"enable_drefs": "1", "use_absolute_path": "1"}
    with av.open(str(path), options=follow) as container:
        assert len(list(container.decode(video=0))) == 50


def test_by_path_nothing_is_followed(library: Library, film: Path, tmp_path: Path) -> None:
    with inner_host() as (port, callers):
        for name, content in hostile(port, film).items():
            for suffix in (".mp4", ".mkv", ".m3u8", ".mov", ""):
                path = tmp_path / f"x{suffix}"
                path.write_bytes(content)
                [outcome] = library.add(path, complete=False).files
                assert outcome.outcome == "refused", (name, suffix, outcome)
        assert callers == []
    assert library.videos() == []


def test_uploaded_nothing_is_followed(library: Library, sender: Sender, film: Path) -> None:
    with inner_host() as (port, callers):
        for name, content in hostile(port, film).items():
            whole = sender.post("/videos/upload", files={"file": ("x.mov", content)})
            place = sender.begun(len(content), "x.mov")
            part = sender.part(place, 0, content)
            _same_end(library, name, {whole.status_code: 202, part.status_code: 204})
            sender.delete(place, headers={"Tus-Resumable": "1.0.0"})
        assert callers == []


def test_fetched_nothing_is_followed(library: Library, film: Path) -> None:
    app = app_of(library)
    with inner_host() as (port, callers):
        files = hostile(port, film)
        answers = {f"/{number}.mov": gives(content) for number, content in enumerate(files.values())}
        with world(answers) as there, served(app) as base, Sender(base) as sender:
            app.dependency_overrides[fetcher_of] = there.usual_fetcher
            for number, name in enumerate(files):
                answer = sender.post("/videos/fetch", json={"url": f"http://media.example/{number}.mov"})
                _same_end(library, name, {answer.status_code: 202})
        assert callers == []


def _same_end(library: Library, name: str, statuses: dict[int, int]) -> None:
    """Refused at once, or, where only a decoder can tell, by the job."""
    if "movie" in name or "quicktime" in name:
        assert all(given == good for given, good in statuses.items()), name
    else:
        assert set(statuses) == {422}, name
    for job in Queue(library).list(state="waiting"):
        [outcome] = library.add(str(job.path), complete=False).files
        assert outcome.outcome == "refused", (name, outcome)
        Queue(library).cancel(job.id)
