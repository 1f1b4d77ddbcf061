"""Servers that die by SIGKILL while files come in: nothing is lost that was on the disk, and nothing else stays."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.integration.api.arriving.serving import OWNER, PART, TUS, Sender
from tests.integration.api.arriving.test_tus import film

from scenedex import Library
from scenedex.jobs.arrivals import sweep
from scenedex.jobs.queue import Queue
from scenedex.types import LOCAL_OWNER

SERVER = """
import sys
from pathlib import Path
from tests.integration.api.arriving.serving import app_of, library_in, served
with library_in(Path(sys.argv[1]), sys.argv[2]) as library, served(app_of(library)) as base:
    print(base, flush=True)
    sys.stdin.read()
"""


@contextmanager
def process(library: Library) -> Iterator[tuple[subprocess.Popen[str], Sender]]:
    """A server in a process of its own, which the test kills."""
    assert library.settings.database_url is not None
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", SERVER, str(library.home), library.settings.database_url]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as running:
        assert running.stdout is not None
        base = running.stdout.readline().strip()
        assert base.startswith("http"), base
        with Sender(base) as sender:
            try:
                yield running, sender
            finally:
                running.kill()


def begun_part(sender: Sender, place: str, block: bytes) -> socket.socket:
    """A first part that says that more of it is to come."""
    kind = {**TUS, **PART, "Upload-Offset": "0", "Content-Length": str(len(block) + 1000)}
    return begun(sender, f"PATCH /api/v1{place}", kind, block)


def begun_form(sender: Sender, content: bytes) -> socket.socket:
    """A form that says the same."""
    head = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.mp4"\r\n\r\n'
    kind = {"Content-Type": "multipart/form-data; boundary=b", "Content-Length": "2900000"}
    return begun(sender, "POST /api/v1/videos/upload", kind, head + content)


def begun(sender: Sender, what: str, headers: dict[str, str], body: bytes) -> socket.socket:
    connection = socket.create_connection((sender.host, sender.port))
    said = {"Host": f"{sender.host}:{sender.port}", OWNER: str(LOCAL_OWNER), **headers}
    lines = [f"{what} HTTP/1.1", *(f"{name}: {value}" for name, value in said.items())]
    connection.sendall("\r\n".join([*lines, "", ""]).encode() + body)
    return connection


def test_what_a_killed_server_was_receiving(library: Library, sender: Sender) -> None:
    content = film(6_000_000)
    with process(library) as (running, dying):
        place = dying.begun(len(content))
        with begun_part(dying, place, content[:2_500_000]), begun_form(dying, film(2_000_000)):
            while dying.offset(place) < 2_000_000 or len(dying.get("/uploads").json()["uploads"]) < 2:
                assert running.poll() is None
            assert sender.part(place, 0, b"").status_code in (409, 423)
            assert sweep(library) == 0
            running.send_signal(signal.SIGKILL)
            running.wait()
    # what came in parts is gone on with by another server, half a form is nothing
    assert sweep(library) == 1
    reached = sender.offset(place)
    assert reached >= 2_000_000
    assert sender.part(place, reached, content[reached:]).status_code == 204
    [job] = Queue(library).list()
    assert job.path is not None
    assert Path(job.path).read_bytes() == content
    assert [file.name for file in library.arrivals.root.rglob("*.m*")] == [Path(job.path).name]
