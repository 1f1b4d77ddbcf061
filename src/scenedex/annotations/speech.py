"""Sound → what is said in it, by Whisper as faster-whisper runs it, after Silero's voice activity detection."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from scenedex.errors import AnnotationError, NotInstalledError, SpeechModelError
from scenedex.types import Waveform

if TYPE_CHECKING:
    from faster_whisper import WhisperModel

SAMPLE_RATE = 16_000
"""Samples a second that the model hears."""

LEAST_LANGUAGE = 0.5
"""Probability from which a language that was recognised is noted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A piece of a transcript, with the measures that tell whether it was really said."""

    start_s: float
    end_s: float
    text: str
    avg_logprob: float  #: mean natural logarithm of the tokens' probabilities: 0 is certain
    no_speech_prob: float  #: how likely it is that nobody speaks, 0 to 1
    compression_ratio: float  #: length of the text over its length compressed by zlib
    language: str | None = None


class Transcriber:
    """Whisper. Finds its weights when it is made, and loads them at the first sound."""

    def __init__(
        self,
        model: str,
        *,
        folder: Path | None = None,
        device: str = "auto",
        download: bool = False,
        token: str | None = None,
    ) -> None:
        """A model by its name, or in a folder of CTranslate2's format.

        Args:
            model: `small`, `large-v3`, ... as faster-whisper names them, a repository, or a folder.
            folder: where fetched models are kept; None: in Hugging Face's own cache.
            device: `cuda` and `tensorrt` use a GPU, `auto` where there is one, all else the CPU.
            download: fetch the model where it is not here.
            token: for models that ask for one.

        Raises:
            NotInstalledError: without faster-whisper.
            SpeechModelError: there is no such model, or it is not on this machine and is not fetched.
        """
        try:
            found = version("faster-whisper")
        except ModuleNotFoundError as exc:
            raise NotInstalledError(
                "Transcribing speech needs faster-whisper: `pip install 'scenedex[asr]'` installs it."
            ) from exc
        self.recipe = f"faster-whisper-{found}:{Path(model).name}"
        """How speech is heard, in one word."""
        self._device = {"auto": "auto", "cuda": "cuda", "tensorrt": "cuda"}.get(device, "cpu")
        self._weights = _weights(model, folder, download, token)
        self._lock = threading.Lock()
        self._model: WhisperModel | None = None

    def transcribe(self, sound: Waveform, tell: Callable[[float], None] | None = None) -> list[Segment]:
        """What is said in a piece of sound (16 kHz), by time from its start; `tell` hears the seconds that are done.

        Raises AnnotationError where the model fails on it.
        """
        with self._lock:
            model = self._loaded()
            segments = []
            try:
                # each piece for itself: with the text before it as a prompt, one invented line breeds the next
                heard, info = model.transcribe(sound, vad_filter=True, condition_on_previous_text=False)
                sure = info.language_probability >= LEAST_LANGUAGE
                for each in heard:
                    segments.append(
                        Segment(
                            start_s=each.start,
                            end_s=each.end,
                            text=" ".join(each.text.split()),
                            avg_logprob=each.avg_logprob,
                            no_speech_prob=each.no_speech_prob,
                            compression_ratio=each.compression_ratio,
                            language=info.language if sure else None,
                        )
                    )
                    if tell:
                        tell(each.end)
            except Exception as exc:
                raise AnnotationError(f"The sound cannot be transcribed: {_said(exc)}") from exc
        return segments

    def _loaded(self) -> "WhisperModel":
        if self._model is None:
            from faster_whisper import WhisperModel

            try:
                self._model = WhisperModel(self._weights, device=self._device, compute_type="auto")
            except Exception as exc:
                raise SpeechModelError(
                    f"The model of speech in {self._weights!r} cannot be loaded ({_said(exc)}): SCENEDEX_ASR_MODEL "
                    "must name a model of faster-whisper, or a folder that holds one in CTranslate2's format."
                ) from exc
        return self._model


def _weights(model: str, folder: Path | None, download: bool, token: str | None) -> str:
    """The folder of a model's weights."""
    path = Path(model).expanduser()
    if path.is_dir():
        if not (path / "model.bin").is_file():
            raise SpeechModelError(
                f"The folder {str(path)!r} holds no model of speech (there is no model.bin): convert one with "
                "`ct2-transformers-converter`, or name another with SCENEDEX_ASR_MODEL."
            )
        return str(path)
    from faster_whisper import available_models, download_model

    known = available_models()
    if model not in known and "/" not in model:
        raise SpeechModelError(
            f"There is no model of speech {model!r}: it is one of {', '.join(known)}, or a folder."
        )
    cache = str(folder) if folder else None
    try:
        return str(
            download_model(model, local_files_only=not download, cache_dir=cache, use_auth_token=token)
        )
    except Exception as exc:
        if download:
            raise SpeechModelError(
                f"The model of speech {model!r} cannot be fetched: {_said(exc)}. Try again later, or copy it to this "
                "machine and name its folder with SCENEDEX_ASR_MODEL."
            ) from exc
        raise SpeechModelError(
            f"The model of speech {model!r} is not on this machine: `scenedex annotate speech --download` fetches "
            "it; or name a folder that holds one with SCENEDEX_ASR_MODEL."
        ) from exc


def _said(exc: Exception) -> str:
    lines = str(exc).strip().splitlines()
    return lines[0].rstrip(".") if lines else type(exc).__name__
