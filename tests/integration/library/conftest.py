"""One film for all tests about what people say about scenes: each leaves it as it was."""

from collections.abc import Callable, Iterator

import pytest
from click.testing import Result
from fastapi.testclient import TestClient
from tests.integration.api.shelf import client_for
from tests.integration.library.captioned import SAID, Film, captioned
from typer.testing import CliRunner

from scenedex.cli.main import app
from scenedex.store.embedded import EmbeddedServer


@pytest.fixture(scope="session")
def made(server: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Film]:
    with captioned(server, tmp_path_factory.mktemp("captioned")) as film:
        yield film


@pytest.fixture
def film(made: Film) -> Iterator[Film]:
    """Nothing is corrected, before and after."""
    yield made
    made.library.corrections.undo_all(made.id)
    assert [one.text for one in made.library.captions(made.id)] == list(SAID)


@pytest.fixture
def run(made: Film, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    monkeypatch.setenv("SCENEDEX_HOME", str(made.library.home))
    monkeypatch.setenv("DATABASE_URL", str(made.library.settings.database_url))
    monkeypatch.setenv("SCENEDEX_PROFILE", "mini")
    monkeypatch.setenv("COLUMNS", "200")

    def command(*arguments: str, status: int = 0) -> Result:
        done = CliRunner().invoke(app, arguments)
        assert done.exit_code == status, (done.output, done.exception)
        return done

    return command


@pytest.fixture
def client(made: Film) -> Iterator[TestClient]:
    with client_for(made.library) as opened:
        yield opened
