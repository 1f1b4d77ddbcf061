"""Every exception stands in the tree that errors.py draws, and says something by default."""

import inspect

import pytest

from scenedex import errors

CLASSES = [c for _, c in inspect.getmembers(errors, inspect.isclass) if issubclass(c, errors.ScenedexError)]


@pytest.mark.parametrize("error", CLASSES, ids=lambda c: c.__name__)
def test_is_drawn_and_speaks(error: type[errors.ScenedexError]) -> None:
    assert error.__name__ in (errors.__doc__ or "")
    assert str(error()) == error.__doc__
    assert str(error("No such thing.")) == "No such thing."
