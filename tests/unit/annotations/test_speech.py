"""The model of speech: where it is looked for, and what is said when it is not there."""

import sys
from pathlib import Path

import pytest

from scenedex.annotations.speech import Transcriber
from scenedex.errors import NotInstalledError, SpeechModelError


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("faster_whisper", reason="the extra `asr` is not installed")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(
    ("model", "said"),
    [
        (
            "small",
            r"'small' is not on this machine: `scenedex annotate speech --download` fetches it.*ASR_MODEL",
        ),
        ("someone/whisper", r"'someone/whisper' is not on this machine"),
        ("gigantic", r"no model of speech 'gigantic': it is one of tiny\.en, tiny, .*or a folder"),
        ("../../etc", r"'\.\./\.\./etc' is not on this machine"),
    ],
)
def test_a_model_that_is_not_here(model: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(SpeechModelError, match=said):
        Transcriber(model, folder=tmp_path)


@pytest.mark.usefixtures("installed")
def test_a_folder_without_a_model(tmp_path: Path) -> None:
    with pytest.raises(SpeechModelError, match=r"there is no model\.bin"):
        Transcriber(str(tmp_path))


@pytest.mark.usefixtures("installed")
def test_a_folder_with_something_else_in_it(tmp_path: Path) -> None:
    import numpy as np

    (tmp_path / "model.bin").write_bytes(b"no model")
    transcriber = Transcriber(str(tmp_path), device="cpu")
    with pytest.raises(SpeechModelError, match="cannot be loaded"):
        transcriber.transcribe(np.zeros(16_000, dtype=np.float32))


def test_without_faster_whisper_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [])
    monkeypatch.setattr(sys, "meta_path", [])
    with pytest.raises(NotInstalledError, match=r"pip install 'scenedex\[asr\]'"):
        Transcriber("small")
