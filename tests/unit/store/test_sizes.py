from uuid import uuid4

from scenedex.store.sizes import KEPT_S, LARGE, KnownSizes, Size


def sizes(scenes: float) -> dict[int, Size]:
    return {0: Size(0.0, scenes, -1.0), 3: Size(2 * scenes, scenes, 2 * scenes)}


def test_sizes_of_a_large_library_are_remembered_for_a_while_and_for_its_owner() -> None:
    now = [100.0]
    known, one, other = KnownSizes(lambda: now[0]), uuid4(), uuid4()
    assert known.find(one) is None
    known.keep(one, sizes(LARGE))
    assert known.find(one) == sizes(LARGE)
    assert known.find(other) is None
    now[0] += KEPT_S
    assert known.find(one) is None


def test_those_of_a_small_one_are_asked_for_each_time() -> None:
    known, one = KnownSizes(), uuid4()
    known.keep(one, sizes(LARGE - 1))
    assert known.find(one) is None


def test_a_library_that_became_small_is_forgotten_when_its_time_is_over() -> None:
    now = [0.0]
    known, one = KnownSizes(lambda: now[0]), uuid4()
    known.keep(one, sizes(LARGE))
    now[0] += KEPT_S
    known.keep(one, sizes(1))
    assert known.find(one) is None
    assert not known._known
