"""One library for all tests of the server for agents."""

from collections.abc import Iterator

import pytest
from tests.demo_run import demo_run
from tests.integration.mcp_server.world import FILM, World
from tests.media import make_clip

from scenedex import open_library
from scenedex.config import read_settings


@pytest.fixture(scope="package")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("agents")
    home = demo_run(tmp_path_factory).library(folder / "home")
    settings = read_settings().model_copy(update={"scenedex_profile": "mini"})
    with open_library(home, settings=settings) as library:
        other = library.of(library.create_owner("somebody-else").id)
        report = other.add(make_clip(folder / "theirs.mp4", 0.6, 0.8), complete=False)
        yield World(
            library=library,
            other=other,
            theirs=other.show(str(report.files[0].video_id))[1][0].id,
            mine=library.show(FILM)[1][2].id,
            home=home,
        )
