from collections.abc import Iterator
from pathlib import Path

import pytest

from scenedex.config import Settings
from scenedex.library import Library, open_library
from scenedex.store.embedded import EmbeddedServer


@pytest.fixture
def settings(server: EmbeddedServer, database_name: str, home: Path) -> Settings:
    """Of a library in a database of this test's own, which other processes can open, too."""
    # psycopg takes a conninfo as well as a URL; roles are taken on by whoever owns the tables
    url = f"postgresql://scenedex_owner@/{database_name}?host={server.data}&port=5432"
    return Settings(database_url=url, scenedex_home=home, scenedex_profile="mini")


@pytest.fixture
def library(settings: Settings, home: Path) -> Iterator[Library]:
    home.mkdir(parents=True)
    with open_library(settings=settings) as opened:
        yield opened
