import errno
import io
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from tests.unit.scenes.pictures import Shown, flat, scenery

from scenedex.errors import DiskFullError
from scenedex.scenes import candidates
from scenedex.scenes.candidates import SPACING_S, Candidates

LEVELS = [scenery(seed, 16, 9) for seed in range(4)]


def offer_all(kept, frames, end_s):
    for frame, after in pairwise([*frames, None]):
        kept.offer(frame, after.t_s if after else end_s)
    kept.close_window(before_s=end_s)


@given(st.lists(st.floats(min_value=0.001, max_value=3.0), min_size=1, max_size=60), st.randoms())
def test_candidates_are_never_more_than_a_second_apart(steps, random):
    times = [sum(steps[:n]) for n in range(len(steps))]
    end = sum(steps)
    with Candidates() as kept:
        offer_all(kept, [Shown(t_s, t_s, random.choice(LEVELS)) for t_s in times], end)
        shown = [t_s for one in kept for t_s in one.times(0.0, end)]
        assert all(one.until_s > one.t_s for one in kept)
    assert all(
        0 < after - before <= SPACING_S + 1e-6 for before, after in pairwise([0.0 - 1e-9, *shown, end])
    )


def test_the_best_since_the_last_candidate_is_kept_as_jpeg():
    frames = [Shown(n / 10, (n + 1) / 10, scenery(1) if n == 7 else flat(30)) for n in range(10)]
    with Candidates() as kept:
        offer_all(kept, frames, 1.0)
        best = max(kept, key=lambda one: one.quality)
        keyframe = kept.keyframe(best, best.t_s)
        assert len(list(kept)) == 2  # the shot's first half second has one of its own
    picture = Image.open(io.BytesIO(keyframe.jpeg))
    assert (keyframe.t_s, keyframe.width, keyframe.height) == (0.7, 128, 72)
    assert (picture.format, picture.size) == ("JPEG", (128, 72))


def test_a_new_shot_forgets_the_old_one_and_keeps_what_is_its_own():
    frames = [Shown(n / 2, n / 2, scenery(n)) for n in range(8)]
    with Candidates() as kept:
        offer_all(kept, frames, 4.0)
        of_the_old = list(kept)
        later = {one.t_s: kept.keyframe(one, one.t_s).jpeg for one in of_the_old if one.t_s >= 2.0}
        kept.start_shot(2.0)
        assert {one.t_s: kept.keyframe(one, one.t_s).jpeg for one in kept} == later
        assert 0 < len(later) < len(of_the_old)
        kept.start_shot(9.0)
        assert list(kept) == []


def test_the_space_of_a_shot_is_given_back(monkeypatch):
    monkeypatch.setattr(candidates, "AS_DECODED", 0)
    monkeypatch.setattr(candidates, "IN_MEMORY_BYTES", 1000)
    with Candidates() as kept:
        offer_all(kept, [Shown(float(n), n + 1.0, scenery(n)) for n in range(20)], 20.0)
        assert kept._file.seek(0, io.SEEK_END) > 20 * 1000
        kept.start_shot(20.0)
        assert kept._file.seek(0, io.SEEK_END) == 0


@pytest.mark.parametrize("pixels", [128 * 72, 4_000_000, 33_000_000])
def test_few_wait_as_they_were_decoded_and_all_are_the_same_pictures(pixels: int, monkeypatch) -> None:
    frames = [Shown(n / 2, n / 2, scenery(n), area=pixels) for n in range(24)]
    with Candidates() as kept:
        offer_all(kept, frames, 12.0)
        found = {one.t_s: kept.keyframe(one, one.t_s) for one in kept}
        assert len(kept._decoded) == {128 * 72: 4, 4_000_000: 2, 33_000_000: 0}[pixels]
    monkeypatch.setattr(candidates, "AS_DECODED", 0)
    with Candidates() as kept:
        offer_all(kept, frames, 12.0)
        assert {one.t_s: kept.keyframe(one, one.t_s) for one in kept} == found


def test_a_full_disk_is_told_in_words(monkeypatch):
    monkeypatch.setattr(candidates, "AS_DECODED", 0)
    with Candidates() as kept:

        def full(_):
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(kept._file, "write", full)
        with pytest.raises(DiskFullError, match=r"temporary folder .*No space left.*TMPDIR"):
            offer_all(kept, [Shown(0.0, 1.0, scenery(1))], 1.0)


def test_a_folder_that_is_not_there_is_told_in_words(monkeypatch, tmp_path):
    monkeypatch.setattr(candidates, "AS_DECODED", 0)
    monkeypatch.setattr(candidates, "IN_MEMORY_BYTES", 100)
    with Candidates(tmp_path / "gone") as kept, pytest.raises(DiskFullError, match="gone"):
        offer_all(kept, [Shown(0.0, 1.0, scenery(1))], 1.0)
