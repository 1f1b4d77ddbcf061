from collections.abc import Iterator
from pathlib import Path

import pytest

from scenedex.config import Settings
from scenedex.library import Library, open_library


@pytest.fixture
def settings(database_url: str, home: Path) -> Settings:
    """Of a library in a database of this test's own, which other processes can open, too."""
    return Settings(database_url=database_url, scenedex_home=home, scenedex_profile="mini")


@pytest.fixture
def library(settings: Settings, home: Path) -> Iterator[Library]:
    home.mkdir(parents=True)
    with open_library(settings=settings) as opened:
        yield opened
