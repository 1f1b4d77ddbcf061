"""`scenedex embed-server` as a process of its own, asked by OpenAI's client and by our own."""

import base64
import os
import re
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import numpy as np
import openai
import pytest
from tests.integration.embed_server.served import PATIENCE_S, SECRET, photos, plain
from tests.media import shared_media

from scenedex.embeddings.mini import MiniPictures
from scenedex.embeddings.remote_clip import RemoteClipEncoder
from scenedex.errors import EncoderError

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[subprocess.Popen[str]]:
    folder = tmp_path_factory.mktemp("embed-server")
    with (folder / "log").open("w") as log:
        started = subprocess.Popen(
            [sys.executable, "-m", "scenedex", "embed-server", "--model", "mini", "--port", "0"],
            env={**os.environ, "CLIP_RUNPOD_SECRET": SECRET, "SCENEDEX_EMBED_TIMEOUT_S": str(PATIENCE_S)},
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    yield started
    started.kill()
    started.wait(PATIENCE_S)
    assert started.stdout is not None
    started.stdout.close()


@pytest.fixture(scope="module")
def url(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    assert select.select([process.stdout], [], [], PATIENCE_S)[0]
    found = re.search(r"http://127\.0\.0\.1:\d+", process.stdout.readline())
    assert found
    with httpx.Client(transport=httpx.HTTPTransport(retries=3), timeout=PATIENCE_S) as client:
        while client.get(f"{found[0]}/ready").status_code != 200:
            assert process.poll() is None
    return found[0]


@pytest.fixture(scope="module")
def client(url: str) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{url}/v1", api_key="none", timeout=PATIENCE_S, max_retries=0) as made:
        yield made


@pytest.mark.parametrize("shape", ["float", "base64", None])
def test_words_and_pictures(client: openai.OpenAI, shape: str | None) -> None:
    photo = photos()[0]
    sent = ["a red car", f"data:image/jpeg;base64,{plain(photo)}", "rain"]
    how = {} if shape is None else {"encoding_format": shape}
    answer = client.embeddings.create(model="mini", input=sent, **how)  # type: ignore[call-overload]
    own = MiniPictures()
    texts = own.embed(["a red car", "rain"])
    wanted = [texts[0], own.embed_pictures([photo])[0].vector, texts[1]]
    for each, vector in zip(answer.data, wanted, strict=True):
        given = each.embedding
        if isinstance(given, str):
            given = np.frombuffer(base64.b64decode(given), "<f4").tolist()
        assert vector is not None
        assert np.abs(np.asarray(given) - vector).max() <= 1e-5
    assert [each.index for each in answer.data] == [0, 1, 2]
    assert answer.usage.prompt_tokens == answer.usage.total_tokens == 4
    assert answer.model == "mini-pictures"


def test_one_text_alone(client: openai.OpenAI) -> None:
    assert (
        len(client.embeddings.create(model="mini-pictures", input="a dog", dimensions=256).data[0].embedding)
        == 256
    )


def test_failures_are_its_own(client: openai.OpenAI) -> None:
    with pytest.raises(openai.NotFoundError, match="runs mini-pictures") as unknown:
        client.embeddings.create(model="text-embedding-3-small", input="a dog")
    assert (unknown.value.code, unknown.value.type) == ("model_not_found", "invalid_request_error")
    with pytest.raises(openai.UnprocessableEntityError, match="cannot have others"):
        client.embeddings.create(model="mini", input="a dog", dimensions=64)
    with pytest.raises(openai.UnprocessableEntityError, match=r"input\.1: This picture cannot be read"):
        client.embeddings.create(model="mini", input=["a dog", "data:image/png;base64,eHh4"])
    with pytest.raises(openai.UnprocessableEntityError, match="no address is fetched"):
        client.embeddings.create(model="mini", input="https://example.org/cat.jpg")
    with pytest.raises(openai.UnprocessableEntityError, match="tokens are not taken"):
        client.embeddings.create(model="mini", input=[1, 2, 3])
    with pytest.raises(openai.UnprocessableEntityError, match=r"input\.1: it is blank"):
        client.embeddings.create(model="mini", input=["a dog", ""])
    with pytest.raises(openai.UnprocessableEntityError, match="at most 256"):
        client.embeddings.create(model="mini", input=["a dog"] * 257)


def test_a_picture_that_is_too_large_is_told_apart(client: openai.OpenAI) -> None:
    with pytest.raises(openai.APIStatusError, match=r"input\.0: .*10 MB are the most") as large:
        client.embeddings.create(model="mini", input=f"data:image/png;base64,{plain(bytes(11_000_000))}")
    assert (large.value.status_code, large.value.code) == (413, "too_large")


def test_our_own_client(url: str) -> None:
    own = MiniPictures()
    encoder = RemoteClipEncoder(
        url=url, secret=SECRET, space=own.space, timeout_s=PATIENCE_S, text_timeout_s=PATIENCE_S
    )
    pictures = photos()[:3]
    seen = encoder.embed_pictures([*pictures, b"no picture"])
    texts = encoder.embed(["a red car", "", "rain"])
    encoder.close()
    for found, wanted in zip(seen[:3], own.embed_pictures(pictures), strict=True):
        assert found.vector is not None
        assert wanted.vector is not None
        assert float(found.vector @ wanted.vector) > 0.99  # it sends them smaller, as another JPEG
    assert isinstance(seen[3].error, EncoderError)
    assert texts[1] is None
    known = [text for text in own.embed(["a red car", "rain"]) if text is not None]
    assert np.allclose([text for text in texts if text is not None], known, atol=1e-5)
    stranger = RemoteClipEncoder(url=url, secret="guessed", space=own.space, timeout_s=PATIENCE_S)
    assert "does not accept" in str(stranger.embed_pictures(pictures[:1])[0].error)
    stranger.close()


def test_what_the_page_tells_to_type_works(url: str, tmp_path: Path) -> None:
    page = (ROOT / "docs" / "embed-server.md").read_text(encoding="utf-8")
    scripts = [script for script in re.findall(r"```sh\n(.*?)```", page, re.DOTALL) if "curl" in script]
    programs = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    assert len(scripts) >= 2
    assert len(programs) >= 2
    photo = next(iter(sorted(shared_media("photos").glob("*.jpg"))))
    (tmp_path / "cat.jpg").write_bytes(photo.read_bytes())
    for number, typed in enumerate([*scripts, *programs]):
        text = typed.replace("http://127.0.0.1:8093", url)
        is_program = number >= len(scripts)
        done = subprocess.run(
            [sys.executable, "-c", text] if is_program else ["bash", "-euo", "pipefail", "-c", text],
            cwd=tmp_path,
            env={**os.environ, "CLIP_RUNPOD_SECRET": SECRET},
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
        )
        assert done.returncode == 0, done.stderr
        assert '"error"' not in done.stdout, text + done.stdout
        assert done.stdout.count("\n") >= max(1, text.count("; echo")), done.stdout


def test_z_it_ends_when_it_is_told_to(url: str, process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGTERM)
    assert process.wait(PATIENCE_S) == 0


def test_weights_that_are_missing_are_said_at_the_start(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "scenedex", "embed-server", "--port", "0"],
        env={**os.environ, "CLIP_CACHE_DIR": str(tmp_path), "HF_HOME": ""},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    assert done.returncode == 1
    assert "scenedex models pull clip-l14" in done.stderr
