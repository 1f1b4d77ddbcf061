"""An embedding server is killed under load and started again: nobody hangs, search stays up, all recovers by itself."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.golden.loading import HERE
from tests.integration.test_models import GOLDEN
from tests.unit.inference.test_engines import exported

from scenedex import Library, open_library
from scenedex.embeddings.equipment import Equipment
from scenedex.embeddings.remote_clip import RemoteClipEncoder
from scenedex.errors import EncoderPausedError, EncoderTimeoutError, RemoteEncoderError
from scenedex.inference.registry import Registry, load_registry
from scenedex.inference.session import RunOptions
from scenedex.inference.weights import WeightStore
from scenedex.testing import Clip, shots_clip

SECRET = "a secret key"
THREADS = 3
WAIT_S = 120.0
NAMED = (RemoteEncoderError, EncoderTimeoutError, EncoderPausedError)


class Killable:
    """`scenedex embed-server` at a port that stays the same, with a small model of the goldens."""

    def __init__(self, model: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port: int = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.model = model
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [sys.executable, "-m", "scenedex", "embed-server", "--port", str(self.port)]
        settings = {"CLIP_RUNPOD_SECRET": SECRET, "CLIP_MODEL_PATH": str(self.model), "CLIP_DEVICE": "cpu"}
        self.process = subprocess.Popen(command, env=os.environ | settings, stderr=subprocess.DEVNULL)
        for _ in range(1200):
            try:
                with urllib.request.urlopen(f"{self.url}/ready", timeout=WAIT_S):
                    return
            except OSError:
                assert self.process.poll() is None, "the server did not start"
                threading.Event().wait(0.1)
        raise AssertionError("the server does not become ready")

    def kill(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Killable]:
    # the pauses before trials, not the timeouts
    monkeypatch.setattr("scenedex.embeddings.breaker.PAUSE_S", 0.2)
    monkeypatch.setattr("scenedex.embeddings.breaker.LONGEST_S", 0.5)
    made = Killable(exported(tmp_path, "clip-hf"))
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
        while not self._over.wait(0.02):  # the server needs the processor, too
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


def given_goldens(library: Library, weights: Path) -> None:
    """Let a library work with the small models of the goldens, and see elsewhere."""
    shutil.copytree(HERE / "models", weights)
    library._equipment = Equipment(
        Registry(tuple(load_registry(HERE / "registry.toml")), (GOLDEN,)),
        WeightStore(weights),
        RunOptions(device="cpu", timeout_s=60),
        elsewhere=library.equipment._elsewhere,
    )


def test_a_server_is_killed_and_comes_back(
    server: Killable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip = tmp_path / "clip.mp4"
    shots_clip(clip, [2.0, 2.0], Clip())
    clip.with_suffix(".srt").write_text("1\n00:00:00,500 --> 00:00:01,500\nGoodbye, my friend.\n")
    settings = {
        "SCENEDEX_PROFILE": "golden",
        "CLIP_RUNPOD_URL": server.url,
        "CLIP_RUNPOD_SECRET": SECRET,
        "CLIP_TEXT_EMBEDDING_TIMEOUT_S": "20",  # where many use the machine, no answer is late
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    with open_library(tmp_path / "home") as library:
        given_goldens(library, tmp_path / "weights")
        library.add(clip)
        encoder = library.equipment.visual("clip-hf")
        assert isinstance(encoder, RemoteClipEncoder)

        def embed(text: str) -> str:
            try:
                return "found" if encoder.embed([text])[0] is not None else "nothing"
            except NAMED:
                return "missed"

        def search(text: str) -> str:
            answer = library.search(f"goodbye, my friend in the red car: {text}")
            assert 0 in [hit.scene for hit in answer.hits], "the words are found whatever the encoder does"
            return "+".join(sorted({said.partition(":")[0] for said in answer.degraded})) or "whole"

        embedding, searching = Load(embed), Load(search)
        try:
            embedding.wait_for("found")
            searching.wait_for("whole")
            server.kill()
            embedding.wait_for("missed")
            searching.wait_for("visual")
            server.start()
            embedding.wait_for("found")
            searching.wait_for("whole")
        finally:
            embedding.end()
            searching.end()
        assert set(embedding.asked) == {"found", "missed"}
        assert set(searching.asked) == {"whole", "visual"}
        assert library.search("goodbye, my friend in a blue car").degraded == ()
