"""A library of each test's own, and its API behind a port."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.integration.api.arriving.serving import Sender, app_of, library_in, served
from tests.media import make_clip

from scenedex import Library


@pytest.fixture
def library(database_url: str, home: Path) -> Iterator[Library]:
    home.mkdir()
    limits = {"scenedex_max_upload_mb": 3.0, "scenedex_max_resumable_mb": 50.0, "scenedex_max_unfinished": 4}
    with library_in(home, database_url, **limits, scenedex_max_unfinished_mb=120.0) as opened:
        yield opened


@pytest.fixture
def sender(library: Library) -> Iterator[Sender]:
    """Somebody who sends to the service."""
    with served(app_of(library)) as base, Sender(base) as opened:
        yield opened


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A film of a few thousand bytes."""
    return make_clip(tmp_path_factory.mktemp("clip") / "clip.mp4", 1.0, 1.2)
