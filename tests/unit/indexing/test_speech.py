"""Sound in pieces, and what is heard in them, on the clock of the video."""

from collections.abc import Callable, Iterator

import numpy as np
import pytest

from scenedex.annotations.speech import SAMPLE_RATE, Segment
from scenedex.indexing.speech import PIECE_S, SEAM_S, pieces, transcript
from scenedex.types import Waveform

BLOCK = 4 * SAMPLE_RATE


def sound(seconds: int, hush_s: tuple[float, ...] = ()) -> Iterator[Waveform]:
    """Noise with a second of silence at each of these times, in blocks of four seconds."""
    for start in range(0, seconds, 4):
        block = np.full(min(4, seconds - start) * SAMPLE_RATE, 0.5, dtype=np.float32)
        for t_s in hush_s:
            first, last = (round((t - start) * SAMPLE_RATE) for t in (t_s, t_s + 1))
            block[max(first, 0) : max(last, 0)] = 0.0
        yield block


def test_short_sound_is_one_piece() -> None:
    ((start_s, samples),) = pieces(sound(10))
    assert (start_s, len(samples)) == (0.0, 10 * SAMPLE_RATE)
    assert list(pieces(())) == []


def test_long_sound_is_cut_where_it_is_quiet_and_nothing_is_lost() -> None:
    length = PIECE_S + 100
    made = list(pieces(sound(length, hush_s=(500.0, PIECE_S - 10.0))))
    assert made[0][0] == 0.0
    assert PIECE_S - 10 <= made[1][0] <= PIECE_S - 9
    assert sum(len(samples) for _, samples in made) == length * SAMPLE_RATE
    assert all(len(samples) <= PIECE_S * SAMPLE_RATE + BLOCK for _, samples in made)


def test_without_a_quiet_place_it_is_cut_near_the_end() -> None:
    made = list(pieces(sound(3 * PIECE_S)))
    assert all(PIECE_S - SEAM_S <= len(samples) / SAMPLE_RATE <= PIECE_S + 4 for _, samples in made[:-1])
    ends = [start + len(samples) / SAMPLE_RATE for start, samples in made]
    assert [start for start, _ in made[1:]] == pytest.approx(ends[:-1])


class Hears:
    recipe = "recorded"

    def transcribe(self, sound: Waveform, tell: Callable[[float], None] | None = None) -> list[Segment]:
        assert tell is not None
        tell(1.0)
        times = [(-0.5, 1.0), (2.0, 99.0)]
        return [
            Segment(
                start_s=start_s,
                end_s=end_s,
                text="words",
                avg_logprob=-0.1,
                no_speech_prob=0.1,
                compression_ratio=1.0,
            )
            for start_s, end_s in times
        ]


def test_segments_are_on_the_clock_of_the_video_and_stay_in_their_piece() -> None:
    silence = np.zeros(3 * SAMPLE_RATE, dtype=np.float32)
    told: list[float] = []
    made = list(transcript(Hears(), [(0.0, silence), (100.0, silence)], told.append))
    assert [(each.start_s, each.end_s) for each in made] == [(0, 1), (2, 3), (100, 101), (102, 103)]
    assert told == [1.0, 3.0, 101.0, 103.0]
