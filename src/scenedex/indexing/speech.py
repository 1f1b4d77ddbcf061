"""What is said in a video without subtitles → captions with origin `speech`."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Protocol

import numpy as np

from scenedex.annotations.credible import credible
from scenedex.annotations.speech import SAMPLE_RATE, Segment
from scenedex.indexing.annotate import Finding, Tell, replace_captions
from scenedex.indexing.at_hand import paths_at_hand
from scenedex.indexing.pipeline import Parts
from scenedex.store.corrections import originals_of
from scenedex.types import AnnotationKind, Caption, Video, Waveform

PIECE_S = 1200
"""Seconds of sound that are heard at once: 77 MB. The model itself hears half a minute at a time."""

SEAM_S = 30
"""Last seconds of a piece in which the quietest place is looked for, to cut it there and not in a word."""

HUSH_S = 0.2
"""Seconds over which quiet is measured."""


class Hears(Protocol):
    """What transcribes."""

    @property
    def recipe(self) -> str:
        """How, in one word."""

    def transcribe(self, sound: Waveform, tell: Callable[[float], None] | None = None) -> list[Segment]:
        """What is said in a piece of sound (16 kHz). Raises AnnotationError."""


class Speech:
    """Annotates with what is said."""

    kind: AnnotationKind = "speech"

    def __init__(self, hears: Hears) -> None:
        self.recipe = hears.recipe
        self._hears = hears

    def check(self) -> None:
        """Nothing: what it needs was found when it was made."""

    def close(self) -> None:
        """Nothing is held but memory."""

    def look(self, parts: Parts, video: Video, tell: Tell) -> Finding:
        """Transcribe a video that has no subtitles; where it has got some since, its transcript goes."""
        with parts.transaction() as tx:
            origins = {caption.origin for caption in originals_of(tx, video.id)}
            paths = paths_at_hand(tx, video.id)
        if origins & {"embedded", "sidecar"}:
            if "speech" not in origins:
                return Finding(reason="It has subtitles.")
            gone = partial(replace_captions, parts, video.id, "speech", ())
            return Finding(store=gone, reason="It has subtitles now: its transcript is gone.", complete=False)
        if not paths:
            return Finding(reason="Its file is not there.")

        def heard(t_s: float) -> None:
            tell(t_s / video.duration_s if video.duration_s else 1.0)

        with parts.decoder.reading(paths[0], parts.limits) as reading:
            if not reading.info.audio:
                return Finding(reason="It has no sound.")
            blocks = reading.sound(SAMPLE_RATE)
            segments = credible(list(transcript(self._hears, pieces(blocks), heard)))
        store = partial(replace_captions, parts, video.id, "speech", speech_captions(segments))
        return Finding(store=store)


def pieces(blocks: Iterable[Waveform]) -> Iterator[tuple[float, Waveform]]:
    """(start in seconds, samples) of pieces of at most PIECE_S, cut where it is quiet."""
    held: list[Waveform] = []
    samples, start = 0, 0
    for block in blocks:
        held.append(block)
        samples += len(block)
        if samples >= PIECE_S * SAMPLE_RATE:
            piece = np.concatenate(held)
            cut = _quietest(piece)
            yield start / SAMPLE_RATE, piece[:cut]
            held, samples, start = [piece[cut:]], len(piece) - cut, start + cut
    if samples:
        yield start / SAMPLE_RATE, np.concatenate(held)


def transcript(
    hears: Hears, sounds: Iterable[tuple[float, Waveform]], tell: Callable[[float], None]
) -> Iterator[Segment]:
    """What is said in the pieces, on the clock of the video; nothing goes on beyond its piece."""
    for start_s, sound in sounds:
        length_s = len(sound) / SAMPLE_RATE
        for segment in hears.transcribe(sound, partial(_told, tell, start_s)):
            first, last = max(segment.start_s, 0.0), min(segment.end_s, length_s)
            yield replace(segment, start_s=start_s + first, end_s=start_s + last)
        tell(start_s + length_s)


def _told(tell: Callable[[float], None], start_s: float, t_s: float) -> None:
    tell(start_s + t_s)


def speech_captions(segments: Sequence[Segment]) -> tuple[Caption, ...]:
    """Captions with the measures of the model."""
    return tuple(
        Caption(
            start_s=segment.start_s,
            end_s=segment.end_s,
            text=segment.text,
            origin="speech",
            language=segment.language,
            measures={
                "avg_logprob": round(segment.avg_logprob, 4),
                "no_speech_prob": round(segment.no_speech_prob, 4),
                "compression_ratio": round(segment.compression_ratio, 4),
            },
        )
        for segment in segments
    )


def _quietest(piece: Waveform) -> int:
    """The middle of the quietest stretch in the last SEAM_S, as a number of samples."""
    step = round(HUSH_S * SAMPLE_RATE)
    count = SEAM_S * SAMPLE_RATE // step
    first = len(piece) - count * step
    energy = np.square(piece[first:].reshape(count, step), dtype=np.float64).sum(axis=1)
    return first + int(np.argmin(energy)) * step + step // 2
