"""What every route stands on, and in whose name a request is answered."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import BoundedSemaphore
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request

from scenedex.api.places import Streams
from scenedex.api.vitals import Vitals
from scenedex.http.errors import ApiError
from scenedex.library import Library
from scenedex.metrics.collected import measure
from scenedex.metrics.meters import Meters
from scenedex.metrics.recent import Recent
from scenedex.types import Access

MAX_CLIPS = 2
"""Clips that are cut at the same time."""

MAX_FILMS = 4
"""Films that are made while somebody watches them: each takes a core, and holds its place as long as it is watched."""

MAX_FRAMES = 2
"""Single pictures that are fetched from videos at the same time."""

MAX_PICTURES = 2
"""Pictures of callers that are decoded at the same time: a few bytes can become 70 MB."""

MAX_FETCHES = 4
"""Files that are fetched from elsewhere at the same time."""

MAX_RECEIVING = 200
"""Requests with a file, or a part of one, that are received at the same time: each holds a few MB."""

RANKS: tuple[Access, ...] = ("read", "write", "admin")
"""Each may do what those before it may."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who asks, as authentication found out."""

    owner: UUID
    access: Access
    key: str | None = None  #: id of the key; None on loopback, where none is needed
    session: str | None = None  #: id of the session that was got with it, where somebody signed in


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """What the server holds for as long as it runs."""

    library: Library
    meters: Meters = field(default_factory=Meters, repr=False)
    recent: Recent = field(default_factory=Recent, repr=False)
    vitals: Vitals = field(init=False, repr=False)
    clips: BoundedSemaphore = field(default_factory=lambda: BoundedSemaphore(MAX_CLIPS), repr=False)
    films: BoundedSemaphore = field(default_factory=lambda: BoundedSemaphore(MAX_FILMS), repr=False)
    frames: BoundedSemaphore = field(default_factory=lambda: BoundedSemaphore(MAX_FRAMES), repr=False)
    pictures: BoundedSemaphore = field(default_factory=lambda: BoundedSemaphore(MAX_PICTURES), repr=False)
    fetches: BoundedSemaphore = field(default_factory=lambda: BoundedSemaphore(MAX_FETCHES), repr=False)
    streams: Streams = field(default_factory=Streams, repr=False)
    receiving: BoundedSemaphore = field(default_factory=lambda: BoundedSemaphore(MAX_RECEIVING), repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "vitals", Vitals(self.library))
        measure(self.meters, self.library)
        self.library.watch(self.recent.encoder)

    @classmethod
    @contextmanager
    def a_place(cls, places: BoundedSemaphore, wait_s: float) -> Iterator[None]:
        """One of a few places for heavy work. Raises ApiError (429) where none becomes free in time."""
        leave = cls.take_place(places, wait_s)
        try:
            yield
        finally:
            leave()

    @staticmethod
    def take_place(places: BoundedSemaphore, wait_s: float) -> Callable[[], None]:
        """The same for work that outlives the route; call what comes back, once, at the end of it."""
        if not places.acquire(timeout=wait_s):
            raise ApiError(
                429,
                "too_many_requests",
                "Too many ask for this at once: ask again in a few seconds.",
                headers={"Retry-After": "5"},
            )
        return places.release


def service_of(request: Request) -> Service:
    """The service that `create_app` was given."""
    found = request.app.state.service
    assert isinstance(found, Service)
    return found


def caller_of(request: Request) -> Caller:
    """Who asks; authentication has put it there. Raises ApiError (401) where nobody is known."""
    found = getattr(request.state, "caller", None)
    if not isinstance(found, Caller):
        raise ApiError(
            401,
            "unauthorized",
            "This needs a key. Send a key as `Authorization: Bearer sdx_…`, or sign in.",
            headers={"WWW-Authenticate": "Bearer"},
        )
    return found


def _library_for(access: Access) -> Callable[[Request], Awaitable[Library]]:
    async def library(request: Request) -> Library:  # async: it waits for nothing, and needs no thread
        caller = caller_of(request)
        if RANKS.index(caller.access) < RANKS.index(access):
            raise ApiError(
                403, "forbidden", f"This key may {caller.access}; this needs one that may {access}."
            )
        return service_of(request).library.of(caller.owner)

    return library


async def _may_write(request: Request) -> bool:
    return RANKS.index(caller_of(request).access) >= RANKS.index("write")


MayWrite = Annotated[bool, Depends(_may_write)]
"""Whether the caller may change something: for what is a secret for others."""

Reading = Annotated[Library, Depends(_library_for("read"))]
"""The caller's own library, for a route that only looks."""

Writing = Annotated[Library, Depends(_library_for("write"))]
"""The same for a route that changes something."""

Administering = Annotated[Library, Depends(_library_for("admin"))]
"""The same for a route about keys and settings."""
