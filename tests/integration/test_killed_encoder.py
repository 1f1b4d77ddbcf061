"""An embedding server is killed under load and started again: nobody hangs, search stays up, all recovers by itself."""

import signal
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.integration.embedding_stand_in import start

from scenedex import open_library
from scenedex.embeddings.remote_clip import RemoteClipEncoder
from scenedex.errors import EncoderPausedError, EncoderTimeoutError, RemoteEncoderError
from scenedex.testing import Clip, shots_clip
from scenedex.types import Space

DIM = 512
THREADS = 4
WAIT_S = 120.0
NAMED = (RemoteEncoderError, EncoderTimeoutError, EncoderPausedError)


class Killable:
    """A server at a port that stays the same."""

    def __init__(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port: int = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.process = start(self.port, DIM)

    def kill(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Killable]:
    monkeypatch.setattr(
        "scenedex.embeddings.breaker.PAUSE_S", 0.2
    )  # the pauses of the trials, not the timeouts
    monkeypatch.setattr("scenedex.embeddings.breaker.LONGEST_S", 0.5)
    made = Killable()
    made.start()
    yield made
    made.kill()


class Load:
    """Threads that ask all the time; `asked` gets what each question came to."""

    def __init__(self, ask: Callable[[str], str]) -> None:
        self._ask = ask
        self._over = threading.Event()
        self._changed = threading.Condition()
        self.asked: list[str] = []
        self._threads = [threading.Thread(target=self._run, args=(n,)) for n in range(THREADS)]
        for thread in self._threads:
            thread.start()

    def _run(self, number: int) -> None:
        count = 0
        while not self._over.is_set():
            count += 1
            try:
                said = self._ask(f"question {count} of {number}")
            except Exception as exc:  # noqa: BLE001  it is what the question came to
                said = f"{type(exc).__name__}: {exc}"
            with self._changed:
                self.asked.append(said)
                self._changed.notify_all()

    def wait_for(self, said: str, times: int = 2 * THREADS) -> None:
        """Until so many questions from now on came to that."""
        with self._changed:
            begun = len(self.asked)
            assert self._changed.wait_for(lambda: self.asked[begun:].count(said) >= times, WAIT_S), (
                f"{said} is not what came: {set(self.asked[begun:])}"
            )

    def end(self) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join(WAIT_S)
            assert not thread.is_alive(), "a question hangs"


def test_the_client_has_an_error_in_time_and_recovers_without_being_made_anew(server: Killable) -> None:
    space = Space(name="clip-b32@1", model="ViT-B-32", revision="1", modality="visual", dim=DIM)
    encoder = RemoteClipEncoder(url=server.url, secret="secret", space=space, text_timeout_s=5.0)

    def ask(text: str) -> str:
        try:
            return "found" if encoder.embed([text])[0] is not None else "nothing"
        except NAMED as exc:
            return "missed" if isinstance(exc, NAMED) else type(exc).__name__

    load = Load(ask)
    try:
        load.wait_for("found")
        for _ in range(2):
            server.kill()
            load.wait_for("missed")
            server.start()
            load.wait_for("found")
    finally:
        load.end()
        encoder.close()
    assert set(load.asked) == {"found", "missed"}


def test_search_stays_up_without_seeing_and_sees_again(
    server: Killable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip = tmp_path / "clip.mp4"
    shots_clip(clip, [2.0, 2.0], Clip())
    clip.with_suffix(".srt").write_text("1\n00:00:00,500 --> 00:00:01,500\nGoodbye, my friend.\n")
    settings = {
        "SCENEDEX_PROFILE": "clip",
        "CLIP_CACHE_DIR": str(tmp_path / "no models"),
        "CLIP_RUNPOD_URL": server.url,
        "CLIP_RUNPOD_SECRET": "a secret key",
        "CLIP_TEXT_EMBEDDING_TIMEOUT_S": "5",
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    with open_library(tmp_path / "home") as library:
        library.add(clip)

        def ask(text: str) -> str:
            answer = library.search(f"goodbye, my friend in the red car: {text}")
            assert 0 in [hit.scene for hit in answer.hits], "the words are found whatever the encoder does"
            channels = {said.partition(":")[0] for said in answer.degraded}
            return "+".join(sorted(channels)) or "whole"

        load = Load(ask)
        try:
            load.wait_for("whole")
            server.kill()
            load.wait_for("visual")
            server.start()
            load.wait_for("whole")
        finally:
            load.end()
        assert set(load.asked) == {"whole", "visual"}
        assert library.search("goodbye, my friend in a blue car").degraded == ()
