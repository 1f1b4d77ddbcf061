"""The pace of a network: found out by whole batches, remembered, and never another one on a doubt."""

import json
import os
from pathlib import Path

import numpy as np
import pytest
from tests.golden.loading import golden_model

from scenedex.embeddings.clip import ClipEncoder
from scenedex.embeddings.pace import TURNS, USUAL, Pace, Paces, Pacing, candidates, fastest
from scenedex.inference.machine import machine
from scenedex.inference.session import RunOptions


def run(pacing: Pacing, seconds: dict[Pace, float], batches: int, items: int = 32) -> list[Pace]:
    """The paces of so many batches, each of which takes as long an item as is said."""
    used = []
    for _ in range(batches):
        used.append(pacing.next())
        pacing.took(used[-1], items, items * seconds[used[-1]])
    return used


def test_candidates_take_turns_and_the_fastest_is_remembered(tmp_path: Path) -> None:
    paces, tried = Paces(tmp_path / "paces.json"), candidates(2)
    assert tried[0] == USUAL
    costs = dict.fromkeys(tried, 1.0) | {Pace(16): 0.8}
    used = run(Pacing(paces, "clip here", 2), costs, len(tried) * (TURNS + 1))
    assert {pace: used.count(pace) for pace in tried} == dict.fromkeys(tried, TURNS + 1)
    assert paces.all() == {"clip here": Pace(16)}
    assert run(Pacing(paces, "clip here", 2), costs, 3) == [Pace(16)] * 3
    assert Pacing(paces, "clip elsewhere", 2).next() == USUAL
    assert paces.forget() == 1
    assert paces.forget() == 0


@pytest.mark.parametrize(
    ("other", "chosen"),
    [
        ([0.8, 0.8, 0.8], Pace(16)),
        ([0.96, 0.97, 0.96], USUAL),
        ([0.5, 0.5, 1.2], USUAL),
        ([2.0, 2.0, 2.0], USUAL),
    ],
)
def test_the_usual_pace_stays_unless_another_is_clearly_faster(other: list[float], chosen: Pace) -> None:
    assert fastest({USUAL: [1.0, 1.01, 0.99], Pace(16): other}) == chosen


def test_small_batches_decide_nothing(tmp_path: Path) -> None:
    pacing = Pacing(Paces(tmp_path / "paces.json"), "clip", 2)
    assert run(pacing, dict.fromkeys(candidates(2), 1.0), 40, items=8) == [USUAL] * 40
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "said",
    [
        b"", b"\xff\x00", b"[]", b"[" * 200_000, b'{"paces": 3}', b'{"paces": {"clip": 4}}', b" " * 300_000,
        b'{"paces": {"clip": {"batch": 0, "threads": 1}}}', b'{"paces": {"clip": {"batch": 1e9, "threads": 0}}}',
        b'{"paces": {"clip": {"batch": 1000000, "threads": 0}}}', b'{"paces": {"clip": {"batch": true, "threads": 0}}}',
        b'{"paces": {"clip": {"batch": 8, "threads": -1}}}', b'{"paces": {"clip": {"batch": 8, "threads": 99999}}}',
    ],
)  # fmt: skip
def test_a_file_that_says_what_cannot_be_is_as_none_and_written_anew(tmp_path: Path, said: bytes) -> None:
    path = tmp_path / "paces.json"
    path.write_bytes(said)
    paces = Paces(path)
    assert Pacing(paces, "clip", 2).next() == USUAL
    paces.keep("clip", Pace(4))
    assert json.loads(path.read_bytes()) == {"paces": {"clip": {"batch": 4, "threads": 0}}}


def test_what_is_no_file_blocks_nobody(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert Paces(tmp_path / "pipe").all() == {}
    nowhere = Paces(tmp_path / "nowhere" / "paces.json")
    nowhere.keep("clip", Pace(4))  # cannot be written: found out again next time
    assert nowhere.all() == {}


def test_pictures_are_the_same_at_any_pace(tmp_path: Path) -> None:
    model = golden_model("clip-hf", tmp_path)
    rng = np.random.default_rng(0)
    pictures = [rng.integers(0, 256, (48, 64, 3), np.uint8) for _ in range(24)]
    usual = ClipEncoder(model, RunOptions(device="cpu", threads=1)).embed_pictures(pictures)
    paces, encoder = Paces(tmp_path / "paces.json"), ClipEncoder(model, RunOptions(device="cpu", threads=1))
    encoder.stages.pace_by(paces)
    (key,) = [encoder.stages._pacing._key]
    assert machine() in key
    paces.keep(key, Pace(5, 2))
    encoder.stages.pace_by(paces)
    paced = encoder.embed_pictures(pictures)
    assert encoder.stages.tower.session.options.threads == 2
    for one, other in zip(usual, paced, strict=True):
        np.testing.assert_allclose(one.vector, other.vector, atol=1e-5)
