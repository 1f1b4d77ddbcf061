"""A small library and a client of its API: two clips with cuts, words, sound and pictures, and another owner."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from fastapi import FastAPI
from fastapi.testclient import TestClient
from starlette.types import ASGIApp, Receive, Scope, Send

from scenedex import Library, open_library
from scenedex.api.app import create_app
from scenedex.api.service import Access, Caller, Service
from scenedex.config import read_settings
from scenedex.testing import Clip, shots_clip
from scenedex.types import LOCAL_OWNER

STRANGER = UUID("00000000-0000-0000-0000-0000000000ff")
"""An owner with nothing."""

CAPTIONS = (
    (0.2, 0.9, "We should have turned <left> & right."),
    (1.2, 1.8, "The crown jewels"),
    (2.2, 2.6, "are gone --> for ever"),
)


@dataclass(frozen=True, kw_only=True)
class Shelf:
    """The library, and what stands in it."""

    library: Library
    folder: Path
    film: UUID  #: three scenes, captions and sound
    silent: UUID  #: two scenes
    scenes: tuple[UUID, ...]  #: of the film


class As:
    """Stands where authentication stands."""

    def __init__(self, app: ASGIApp, caller: Caller) -> None:
        self.app = app
        self.caller = caller

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope.setdefault("state", {})["caller"] = self.caller
        await self.app(scope, receive, send)


@contextmanager
def shelf(folder: Path, url: str | None = None) -> Iterator[Shelf]:
    """A library in this folder, closed after the block; `url`: of an empty database that is there already."""
    films = folder / "films"
    films.mkdir()
    film, silent = films / "film.mp4", films / "silent.mkv"
    shots_clip(film, (1.0, 1.0, 1.0), Clip(size=(160, 96), sound=True, captions=CAPTIONS))
    shots_clip(silent, (1.2, 1.4), Clip(rotation=0))
    settings = read_settings().model_copy(update={"scenedex_profile": "mini"})
    with open_library(folder / "home", url=url, settings=settings) as library:
        report = library.add(films, complete=False)
        found = {Path(file.path).name: file.video_id for file in report.files}
        video, other = found["film.mp4"], found["silent.mkv"]
        assert video is not None
        assert other is not None
        scenes = tuple(scene.id for scene in library.show(str(video))[1])
        yield Shelf(library=library, folder=films, film=video, silent=other, scenes=scenes)


def app_for(library: Library, owner: UUID = LOCAL_OWNER, access: Access = "admin") -> FastAPI:
    """The API in the name of an owner."""
    app = create_app(Service(library=library))
    app.add_middleware(As, caller=Caller(owner=owner, access=access))
    return app


def client_for(library: Library, owner: UUID = LOCAL_OWNER, access: Access = "admin") -> TestClient:
    """The same, to be asked. What nobody foresaw is an answer, as for any client."""
    return TestClient(app_for(library, owner, access), raise_server_exceptions=False)
