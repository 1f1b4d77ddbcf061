"""How much may be held at once."""

import pytest

from scenedex.embed_server.places import Places
from scenedex.http.errors import ApiError


def test_what_is_held_is_given_back_whatever_happens() -> None:
    places = Places(3, "pictures")
    with pytest.raises(ZeroDivisionError), places.taken(3):
        print(1 / (places.held - 3))
    assert places.held == 0


def test_more_than_is_free_may_come_again_and_more_than_there_is_may_not() -> None:
    places = Places(3, "pictures")
    with places.taken(2):
        with pytest.raises(ApiError, match="too much to do") as full, places.taken(2):
            pass
        with pytest.raises(ApiError, match="3 at once are the most") as never, places.taken(4):
            pass
        assert places.held == 2
    assert (full.value.status, never.value.status) == (429, 413)
    assert full.value.headers == {"Retry-After": "1"}
