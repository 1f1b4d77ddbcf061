"""Mono PCM on the video's clock."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from tests.media import shared_media

from scenedex.errors import LimitError
from scenedex.media.audio import BLOCK_S, waveform
from scenedex.media.probe import probe
from scenedex.testing import TONE_HZ, Clip, shots_clip, sound_clip, tone
from scenedex.types import Limits, Waveform

LIMITS = Limits()
RATE = 16_000


def sound_of(path: Path, **more: float) -> Waveform:
    blocks = list(waveform(path, probe(path, LIMITS), LIMITS, **more))  # type: ignore[arg-type]
    return np.concatenate([np.zeros(0, dtype=np.float32), *blocks])


def loud_from(samples: Waveform) -> float:
    return float(np.argmax(np.abs(samples) > 0.2)) / RATE


def test_length_level_pitch_and_blocks(tmp_path: Path) -> None:
    path = tmp_path / "a.m4a"
    sound_clip(path, 9.0)
    blocks = list(waveform(path, probe(path, LIMITS), LIMITS))
    assert [len(b) for b in blocks[:2]] == [BLOCK_S * RATE] * 2
    samples = np.concatenate(blocks)
    assert samples.dtype == np.float32
    assert len(samples) / RATE == pytest.approx(9.0, abs=0.03)
    assert np.sqrt(np.mean(samples**2)) == pytest.approx(0.5 / np.sqrt(2), rel=0.02)
    spectrum = np.abs(np.fft.rfft(samples[:RATE]))
    assert int(np.argmax(spectrum)) == pytest.approx(TONE_HZ, abs=1)


def test_a_late_track_is_padded(tmp_path: Path) -> None:
    path = tmp_path / "a.mkv"
    shots_clip(path, [2.0], Clip(sound=True, sound_delay_s=0.5, start_s=20.0))
    samples = sound_of(path)
    assert loud_from(samples) == pytest.approx(0.5, abs=0.03)
    assert len(samples) / RATE == pytest.approx(2.5, abs=0.05)


def test_a_piece_from_the_middle_is_the_same_as_in_the_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    shots_clip(path, [10.0], Clip(sound=True))
    whole, piece = sound_of(path), sound_of(path, start_s=6.0, end_s=7.5)
    assert len(piece) == 1.5 * RATE
    # Half a sample of phase between the two resamplers is at most 0.5 * 2 pi * 440 / 32000.
    assert np.abs(piece - whole[6 * RATE : 6 * RATE + len(piece)]).max() < 0.045


def test_real_speech_from_the_middle(tmp_path: Path) -> None:
    path = shared_media("audio") / "whisper_jfk.flac"
    whole, piece = sound_of(path), sound_of(path, start_s=5.0, end_s=8.0)
    assert len(whole) == 11 * RATE
    assert np.corrcoef(whole[5 * RATE : 8 * RATE], piece)[0, 1] > 0.999


def written_wav(path: Path, samples: np.ndarray, layout: str, rate: int) -> None:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("pcm_f32le", rate=rate)
        stream.layout = layout
        frame = av.AudioFrame.from_ndarray(samples.astype(np.float32), format="flt", layout=layout)
        frame.sample_rate, frame.pts, frame.time_base = rate, 0, Fraction(1, rate)
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


@pytest.mark.parametrize(("layout", "channels"), [("mono", 1), ("stereo", 2), ("5.1", 6)])
def test_mixing_to_one_channel_keeps_the_level(tmp_path: Path, layout: str, channels: int) -> None:
    path = tmp_path / "a.wav"
    written_wav(path, np.repeat(tone(0.5, 48_000) * 1.8, channels)[None], layout, 48_000)
    samples = sound_of(path)
    assert len(samples) == pytest.approx(0.5 * RATE, abs=2)
    assert np.abs(samples).max() == pytest.approx(0.9, abs=0.01)


def test_broken_floats_become_silence_and_nothing_exceeds_one(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    bad = np.tile(np.array([np.nan, np.inf, -np.inf, 1e30], dtype=np.float32), 4000)
    written_wav(path, bad[None], "mono", RATE)
    samples = sound_of(path)
    assert np.isfinite(samples).all()
    assert np.abs(samples).max() <= 1.0


def test_no_sound_gives_nothing_and_cut_off_sound_gives_what_there_is(tmp_path: Path) -> None:
    shots_clip(tmp_path / "a.mp4", [0.5])
    assert len(sound_of(tmp_path / "a.mp4")) == 0
    assert len(sound_of(shared_media("odd") / "syn_trunc_faststart_half.mp4")) / RATE == pytest.approx(
        3.13, abs=0.05
    )
    assert len(sound_of(shared_media("odd") / "syn_start_100s.mkv")) / RATE == pytest.approx(3.158, abs=0.01)


def test_sound_beyond_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "a.m4a"
    sound_clip(path, 6.0)
    info = probe(path, LIMITS)
    with pytest.raises(LimitError, match="max_duration_s"):
        list(waveform(path, info, replace(LIMITS, max_duration_s=5.0)))
