"""Scenes that look like a crop → appearances."""

from uuid import UUID, uuid4

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenedex.errors import UsageError
from scenedex.search.entities import FEWEST, Measured, appearances, chance_of, check_threshold, measured
from scenedex.store.appearances import SeenIn
from scenedex.store.entities import Chance, CropExample
from scenedex.types import Space

SPACE = Space(name="eyes@1", model="eyes", revision="1", modality="visual", dim=2, id=3)
FILM, OTHER = UUID(int=1), UUID(int=2)


def example() -> CropExample:
    vector = np.array([1.0, 0.0], np.float32)
    return CropExample(
        id=uuid4(), space=1, vector=vector, video_id=None, t_s=None, box=None, made_at="", chance=None
    )


def known(mean: float = 0.1, spread: float = 0.1, *, seen: int = 1000) -> Measured:
    return measured(example(), Chance(space=1, vectors=seen, seen=seen, mean=mean, spread=spread))


def scene(video: UUID, index: int, cosine: float = 0.9, crop: int = 0) -> SeenIn:
    return SeenIn(
        video_id=video,
        video="film.mp4",
        path=None,
        scene_id=UUID(int=1000 * video.int + index),
        index=index,
        start_s=float(index),
        end_s=index + 1.0,
        thumbnail_key=None,
        t_s=index + 0.5,
        region=1,
        box=(0.0, 0.0, 0.5, 0.5),
        crop=crop,
        cosine=cosine,
        odds=0.0,
    )


def test_scenes_that_follow_one_another_are_joined_and_the_best_stands_for_them() -> None:
    found = [scene(FILM, 3), scene(FILM, 4, 0.95), scene(FILM, 5), scene(FILM, 7), scene(OTHER, 8)]
    made = appearances(found, [known()])
    assert [(one.video_id, one.scenes, one.start_s, one.end_s) for one in made] == [
        (FILM, (3, 4, 5), 3.0, 6.0),
        (FILM, (7,), 7.0, 8.0),
        (OTHER, (8,), 8.0, 9.0),
    ]
    assert (made[0].best_s, made[0].cosine) == (4.5, 0.95)
    assert made[0].band == "strong"


def test_the_best_of_a_run_is_the_likest_by_its_own_crop() -> None:
    """One crop has 0.6 where chance gives 0.1, the other 0.7 where chance gives 0.6."""
    crops = [known(0.1, 0.05), known(0.6, 0.05)]
    (one,) = appearances([scene(FILM, 1, 0.6, 0), scene(FILM, 2, 0.7, 1)], crops)
    assert one.best_s == 1.5
    assert one.example_id == crops[0].example.id


def test_what_counts_for_the_store_is_what_counts_here() -> None:
    one = known()
    for threshold in (0.01, 0.5, 0.85, 0.99):
        crop = one.crop(threshold)
        cosine = crop.even + crop.scale * crop.least
        assert one.similarity(cosine) == pytest.approx(threshold)
    assert one.crop(0.0).least < -1e8
    assert one.crop(1.0).least > 1e8


def test_a_larger_library_asks_for_more() -> None:
    small, large = known(seen=100), known(seen=1_000_000)
    assert small.similarity(0.5) > large.similarity(0.5)


@given(st.integers(0, 10_000), st.sampled_from([0, 50, 150]))
def test_what_shows_the_example_itself_is_no_chance(seed: int, showing: int) -> None:
    """However often something is to be seen, chance stays what it is."""
    rng = np.random.default_rng(seed)
    others, shown = rng.normal(0.5, 0.06, 1000), rng.normal(0.9, 0.02, showing)
    chance = chance_of(np.concatenate([others, shown]), SPACE, 1000)
    assert chance.seen == 1000 + showing
    assert chance.mean == pytest.approx(0.5, abs=0.03)
    assert chance.spread == pytest.approx(0.06, abs=0.03)


@pytest.mark.parametrize("cosines", [[], [0.3], [0.2] * 50, [-1.0, 1.0]])
def test_chance_of_next_to_nothing_is_a_number(cosines: list[float]) -> None:
    chance = chance_of(np.array(cosines, np.float64), SPACE, 7)
    assert (chance.space, chance.vectors, chance.seen) == (3, 7, len(cosines))
    assert np.isfinite([chance.mean, chance.spread]).all()
    assert 0 <= measured(example(), chance).similarity(0.5) <= 1


def test_with_too_few_to_tell_from_chance_the_cosine_is_the_similarity() -> None:
    one = known(seen=FEWEST - 1)
    assert one.background is None
    assert one.similarity(0.42) == 0.42
    assert one.similarity(-0.3) == 0.0
    crop = one.crop(0.85)
    assert (crop.even + crop.scale * crop.least) == pytest.approx(0.85)
    assert known(seen=FEWEST).background is not None


@given(
    st.lists(st.tuples(st.sampled_from([FILM, OTHER]), st.integers(0, 20)), unique=True),
    st.floats(-1, 1),
)
def test_no_scene_is_lost_or_told_twice(places: list[tuple[UUID, int]], cosine: float) -> None:
    made = appearances([scene(video, index, cosine) for video, index in sorted(places)], [known()])
    assert sorted((one.video_id, index) for one in made for index in one.scenes) == sorted(places)
    for one in made:
        assert list(one.scenes) == list(range(one.scenes[0], one.scenes[-1] + 1))
        assert 0 <= one.score <= 1


@pytest.mark.parametrize("threshold", [-0.1, 1.1, float("nan"), float("inf"), True, "0.5", None])
def test_a_threshold_is_a_number_from_0_to_1(threshold: object) -> None:
    with pytest.raises(UsageError, match="a number from 0 to 1"):
        check_threshold(threshold, "similarity")  # type: ignore[arg-type]
