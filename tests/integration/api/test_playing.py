"""Playing over HTTP what browsers cannot, and single pictures."""

import asyncio
import io
from collections.abc import Generator
from threading import BoundedSemaphore
from uuid import uuid4

import av
import numpy as np
import pytest
from fastapi.testclient import TestClient
from PIL import Image
from starlette.types import Message
from tests.integration.api.shelf import As, Shelf

from scenedex.api.app import create_app
from scenedex.api.filming import FilmAnswer
from scenedex.api.routes import playing
from scenedex.api.service import Caller, Service
from scenedex.testing import COLOURS
from scenedex.types import LOCAL_OWNER, Piece


def test_a_video_says_how_it_is_played(client: TestClient, shared: Shelf) -> None:
    film = client.get(f"/api/v1/videos/{shared.film}/playback").json()
    assert (film["way"], film["container"]) == ("as_is", "mp4")
    assert film["type"].startswith('video/mp4; codecs="avc1.')
    assert film["url"] == film["stream_url"] == f"/api/v1/videos/{shared.film}/stream"
    assert (film["video"]["codec"], film["audio"]["codecs"]) == ("h264", "mp4a.40.2")
    silent = client.get(f"/api/v1/videos/{shared.silent}/playback").json()
    assert (silent["way"], silent["container"], silent["audio"]) == ("copy", "matroska", None)
    assert silent["url"] == f"/api/v1/videos/{shared.silent}/play.mp4"
    assert "matroska" in silent["reason"]


@pytest.mark.parametrize(("copy", "begins", "pictures"), [("true", 0.0, 65), ("false", 1.4, 30)])
def test_a_video_is_played_from_a_second_on(
    client: TestClient, shared: Shelf, copy: str, begins: float, pictures: int
) -> None:
    answer = client.get(f"/api/v1/videos/{shared.silent}/play.mp4", params={"from": 1.4, "copy": copy})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "video/mp4"
    assert answer.headers["accept-ranges"] == "none"
    assert float(answer.headers["x-begins-at"]) == begins
    with av.open(io.BytesIO(answer.content)) as container:
        assert sum(1 for _ in container.decode(video=0)) == pictures
        assert container.streams.video[0].codec_context.name == "h264"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("play.mp4?from=-1", 422), ("play.mp4?from=nan", 422), ("play.mp4?from=x", 422), ("play.mp4?from=3", 422),
        ("play.mp4?from=1e9", 422), ("play.mp4?copy=maybe", 422), ("frame.jpg", 422), ("frame.jpg?t=-1", 422),
        ("frame.jpg?t=inf", 422), ("frame.jpg?t=0&short_side=5000", 422), ("frame.jpg?t=0&short_side=1", 422),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(client: TestClient, shared: Shelf, path: str, status: int) -> None:
    answer = client.get(f"/api/v1/videos/{shared.film}/{path}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, "invalid_request")


def test_what_is_not_there_or_another_owners_is_the_same(
    client: TestClient, stranger: TestClient, shared: Shelf
) -> None:
    for path in ("playback", "play.mp4", "frame.jpg?t=0", "contact-sheet.jpg"):
        nobodys = client.get(f"/api/v1/videos/{uuid4()}/{path}")
        theirs = stranger.get(f"/api/v1/videos/{shared.film}/{path}")
        assert nobodys.status_code == theirs.status_code == 404


@pytest.mark.parametrize(("t", "colour"), [(0.0, 0), (0.98, 0), (1.0, 1), (2.5, 2), (99.0, 2)])
def test_a_frame_is_the_one_that_is_shown_then(
    client: TestClient, shared: Shelf, t: float, colour: int
) -> None:
    answer = client.get(f"/api/v1/videos/{shared.film}/frame.jpg", params={"t": t})
    assert answer.headers["content-type"] == "image/jpeg"
    picture = np.asarray(Image.open(io.BytesIO(answer.content)), float)
    assert picture.shape == (96, 160, 3)
    apart = [np.abs(picture[48, 80] - np.array(one, float)).sum() for one in COLOURS]
    assert int(np.argmin(apart)) == colour
    known = client.get(answer.request.url, headers={"If-None-Match": answer.headers["etag"]})
    assert (known.status_code, known.content) == (304, b"")
    small = client.get(answer.request.url.copy_merge_params({"short_side": 48}))
    assert Image.open(io.BytesIO(small.content)).size == (80, 48)
    assert small.headers["etag"] != answer.headers["etag"]


def test_films_and_frames_are_made_a_few_at_a_time(shared: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(playing, "PLAY_WAIT_S", 0.01)
    films, frames = BoundedSemaphore(1), BoundedSemaphore(1)
    app = create_app(Service(library=shared.library, films=films, frames=frames))
    app.add_middleware(As, caller=Caller(owner=LOCAL_OWNER, access="read"))
    with TestClient(app) as client:
        for places, path in ((films, "play.mp4"), (frames, "frame.jpg?t=0")):
            where = f"/api/v1/videos/{shared.film}/{path}"
            with places:
                busy = client.get(where)
            assert busy.status_code == 429
            assert int(busy.headers["retry-after"]) > 0
            assert client.get(where).status_code == 200
            assert client.get(f"/api/v1/videos/{uuid4()}/{path}").status_code == 404
            assert client.get(where).status_code == 200  # a failure has given its place back, too


def test_a_contact_sheet_shows_the_scenes(client: TestClient, shared: Shelf) -> None:
    where = f"/api/v1/videos/{shared.film}/contact-sheet.jpg"
    whole = client.get(where)
    assert whole.headers["x-pages"] == "1"
    picture = np.asarray(Image.open(io.BytesIO(whole.content)), float)
    assert picture.shape[:2] == (2 * 8 + 20 + 154 + 20 + 8, 8 + 3 * 264)
    for number in range(3):
        middle = picture[36 + 77, 8 + number * 264 + 128]
        assert np.abs(middle - np.array(COLOURS[number], float)).sum() < 60
    second = client.get(where, params={"columns": 1, "rows": 2, "page": 2})
    assert second.headers["x-pages"] == "2"
    assert Image.open(io.BytesIO(second.content)).size == (8 + 264, 2 * 8 + 20 + 154 + 20 + 8)
    assert client.get(where, params={"columns": 1, "rows": 2, "page": 3}).status_code == 404
    for wrong in ({"columns": 0}, {"columns": 13}, {"rows": 31}, {"page": 0}, {"page": "x"}):
        assert client.get(where, params=wrong).status_code == 422


class Endless:
    """A film without an end, and whether anybody still makes it."""

    def __init__(self) -> None:
        self.made, self.left = 0, 0
        self.closed = False

    def pieces(self) -> Generator[Piece, None, None]:
        try:
            while True:
                self.made += 1
                yield Piece(0.0, bytes(1000))
        finally:
            self.closed = True

    def leave(self) -> None:
        self.left += 1


async def sent(answer: FilmAnswer, *, taken: int, hangs: bool) -> None:
    """Answer a client who takes so many pieces, then goes away, or takes no more."""
    left = taken
    gone = asyncio.Event()

    async def receive() -> Message:
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        nonlocal left
        left -= message["type"] == "http.response.body"
        if left < 0:
            gone.set() if not hangs else None
            await asyncio.sleep(3600)

    await answer({"type": "http", "method": "GET", "path": "/"}, receive, send)


def test_a_film_ends_when_the_client_goes_away() -> None:
    film = Endless()
    asyncio.run(sent(FilmAnswer(film.pieces(), film.leave), taken=3, hangs=False))
    assert film.closed
    assert film.left == 1
    assert film.made < 10


def test_a_film_of_which_nothing_is_taken_any_more_is_ended() -> None:
    film = Endless()
    with pytest.raises((TimeoutError, ExceptionGroup)):
        asyncio.run(sent(FilmAnswer(film.pieces(), film.leave, stalled_s=0.05), taken=3, hangs=True))
    assert film.closed
    assert film.left == 1
    assert film.made < 10
