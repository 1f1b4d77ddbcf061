import gc

import pytest

from scenedex.garbage import uncollected


def test_nothing_is_looked_for_within_and_then_as_before() -> None:
    with uncollected():
        with uncollected():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()


def fail() -> None:
    with uncollected():
        raise ValueError("within")


def test_after_a_failure_it_is_as_before() -> None:
    with pytest.raises(ValueError, match="within"):
        fail()
    assert gc.isenabled()
