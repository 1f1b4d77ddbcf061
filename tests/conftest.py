"""A real database for whoever asks: one embedded server a run, one clone of a template database a test."""

import itertools
import logging
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from hypothesis import settings
from tests.memory import memory_disk
from tests.spans import spans

from scenedex.logs import CHATTY, JsonLines, TextLines
from scenedex.store.database import Database
from scenedex.store.embedded import EmbeddedServer

settings.register_profile("repeatable", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("repeatable")

SETTINGS = (
    "SCENEDEX_",
    "PG",
    "HOST",
    "PORT",
    "CLIP_",
    "WEIGHT_",
    "THRESHOLD_",
    "ENTITY_",
    "ANOMALY_",
    "RERANK_",
    "DATABASE_URL",
    "VISUAL_MODE",
    "FUSION",
    "OPENAI_",
    "EMBEDDING_BACKEND",
    "IV2_",
    "AWS_",
    "OTEL_",
    "PYROSCOPE_",
    "ENVIRONMENT",
)
__all__ = ["spans"]  # a fixture from its own file

NUMBERS = itertools.count(1)


def pytest_configure(config: pytest.Config) -> None:
    """Put the folders of all tests into memory, unless somebody has said where they shall lie."""
    place = memory_disk()
    if place and not (config.option.basetemp or os.environ.get("TMPDIR")):
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(place))


@pytest.fixture(scope="session", autouse=True)
def clean_environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test sees the settings of whoever runs it, or their library."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [n for n in os.environ if n.startswith(SETTINGS) and n != "SCENEDEX_TEST_MEDIA"]:
            patch.delenv(name)
        patch.setenv("SCENEDEX_DECODER", "here")  # a process for each library would take most of the time
        patch.setenv("SCENEDEX_HOME", str(tmp_path_factory.mktemp("home") / "library"))
        yield


LEVEL = logging.getLogger().level
LEVELS = {name: logging.getLogger(name).level for name in CHATTY}


@pytest.fixture(autouse=True)
def logging_as_it_was() -> Iterator[None]:
    """What a command sets up for its process does not outlive the test that ran it within this one, nor the fixture."""
    root = logging.getLogger()
    handlers = [one for one in root.handlers if not isinstance(one.formatter, TextLines | JsonLines)]
    root.handlers[:] = handlers
    root.setLevel(LEVEL)
    yield
    root.handlers[:] = handlers
    root.setLevel(LEVEL)
    for name, before in LEVELS.items():
        logging.getLogger(name).setLevel(before)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, clean_environment: None) -> Iterator[EmbeddedServer]:
    """A server whose database `scenedex` is up to date, empty, and the template of the others."""
    with EmbeddedServer(tmp_path_factory.mktemp("server")) as running:
        with psycopg.connect(running.conninfo("postgres", "postgres"), autocommit=True) as connection:
            for setting in ("fsync", "synchronous_commit", "full_page_writes"):  # nobody here pulls the plug
                connection.execute(f"alter system set {setting} = off")  # type: ignore[arg-type]
            connection.execute("select pg_reload_conf()")
        Database.at(running).close()
        yield running


@pytest.fixture
def new_database(server: EmbeddedServer) -> Iterator[Callable[[str], str]]:
    """Make a database from a template (`scenedex`, or `template1` for an empty one); its name."""
    made: list[str] = []
    with psycopg.connect(server.conninfo("postgres", "postgres"), autocommit=True) as admin:

        def create(template: str) -> str:
            made.append(f"test_{os.getpid()}_{next(NUMBERS)}")
            # of files that are never synced, a copy costs a fifth of one that goes through the log
            clone = f"create database {made[-1]} template {template} owner scenedex_owner strategy file_copy"
            admin.execute(clone)  # type: ignore[arg-type]
            return made[-1]

        yield create
        for name in made:
            admin.execute(f"drop database {name} with (force)")  # type: ignore[arg-type]


@pytest.fixture
def database_name(new_database: Callable[[str], str]) -> str:
    """A clone of the template, for this test alone."""
    return new_database("scenedex")


@pytest.fixture
def database_url(server: EmbeddedServer, database_name: str) -> str:
    """The same for a library, in any process: roles are taken on by whoever owns the tables."""
    return f"postgresql://scenedex_owner@/{database_name}?host={server.data}&port=5432"


@pytest.fixture
def shared_server(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The library of this test lies in the server of all: one of its own would take a second to make."""
    monkeypatch.setenv("DATABASE_URL", database_url)


@pytest.fixture
def database(server: EmbeddedServer, database_name: str) -> Iterator[Database]:
    """An open database, for this test alone."""
    with Database.at(server, database_name) as opened:
        yield opened


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Where a library of this test's own can lie."""
    return tmp_path / "library"
