"""The application: routes, errors and what lies around every request."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

import anyio.to_thread
from fastapi import FastAPI

from scenedex.api.arriving.version import TusVersion
from scenedex.api.authentication import authenticate
from scenedex.api.routes import (
    baselines,
    bins,
    captions,
    config,
    entities,
    exports,
    job_events,
    jobs,
    keys,
    marks,
    operations,
    owners,
    page,
    playing,
    registration,
    resumable,
    retention,
    saved,
    scenes,
    search,
    session,
    stats,
    status,
    stream,
    subtitles,
    timeline,
    uploads,
    videos,
)
from scenedex.api.scripts import Scripts
from scenedex.api.service import Service
from scenedex.http.doors import Doors
from scenedex.http.errors import answer_errors
from scenedex.http.failures import ALWAYS, failures
from scenedex.http.middleware.body_limit import BodyLimit
from scenedex.http.middleware.headers import SecurityHeaders
from scenedex.http.middleware.load import Load
from scenedex.http.middleware.metering import Metering
from scenedex.http.middleware.request_id import RequestId
from scenedex.http.middleware.time_limit import TimeLimit
from scenedex.http.middleware.tracing import Tracing
from scenedex.http.middleware.unforeseen import Unforeseen

PREFIX = "/api/v1"

PARTS = (
    search, exports, videos, registration, uploads, resumable, stream, captions, subtitles, playing, timeline, scenes,
    marks, bins, entities, baselines, saved, retention, job_events, jobs, config, stats, status, keys, owners, session,
)  # fmt: skip

UPLOADS = (f"{PREFIX}/uploads", f"{PREFIX}/videos/upload")
"""Paths with limits of their own on size, time and number."""

SLOW = (*UPLOADS, f"{PREFIX}/videos/fetch")
"""Paths with limits of their own on time."""

WATCHED = ("/health", "/ready", "/metrics")
"""Answered however much there is to do."""

SENDING_THREADS = 64
"""For parts of files that are being sent, beside those of the requests that are worked on."""

TAGS = [
    {"name": "search", "description": "Find scenes."},
    {"name": "videos", "description": "What there is, and what is known of it."},
    {"name": "captions", "description": "What is said and written in a video, and what is wrong about it."},
    {"name": "uploads", "description": "Videos that are sent, whole or in parts, or fetched from elsewhere."},
    {"name": "scenes", "description": "One scene, its pictures, and a clip of it."},
    {"name": "marks", "description": "Tags and notes on scenes."},
    {"name": "bins", "description": "Scenes put together under a name."},
    {"name": "entities", "description": "Someone and something with a name, and where they are to be seen."},
    {"name": "baselines", "description": "What is normal, so that what is not can be told."},
    {
        "name": "saved searches",
        "description": "Searches that are asked of each new video, and told of what they find.",
    },
    {"name": "retention", "description": "How long videos are kept."},
    {"name": "jobs", "description": "What workers do, and how far they are."},
    {"name": "stats", "description": "Counts."},
    {"name": "operations", "description": "How the server is."},
]


def create_app(service: Service, *, host: str = "127.0.0.1") -> FastAPI:
    """The app over an open library, for a server that listens on `host`: that decides whether keys are demanded.

    Nothing is opened or closed here: whoever calls this does.
    """
    settings = service.library.settings

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        threads = anyio.to_thread.current_default_thread_limiter()
        threads.total_tokens = settings.scenedex_max_requests + SENDING_THREADS
        yield

    app = FastAPI(
        title="scenedex",
        summary="Search inside your videos: what is seen, said, heard and written on the screen.",
        version=version("scenedex"),
        openapi_url=f"{PREFIX}/openapi.json",
        openapi_tags=TAGS,
        docs_url=None,  # its page loads scripts from elsewhere
        redoc_url=None,
        redirect_slashes=False,
        generate_unique_id_function=lambda route: route.name,
        responses=failures(*ALWAYS),
        lifespan=lifespan,
    )
    app.state.service = service
    app.state.scripts = Scripts(page.FOLDER, as_written=settings.scenedex_page_source)
    app.state.keys_demanded = not Doors(host, settings.scenedex_demand_keys).open
    answer_errors(app)
    app.include_router(search.short)  # first: routes are tried in this order, and a search is what counts
    for part in PARTS:
        app.include_router(part.router, prefix=PREFIX)
    app.include_router(operations.router)
    app.include_router(page.router)
    _surround(app, service, host)
    return app


def _surround(app: FastAPI, service: Service, host: str) -> None:
    """From the innermost to the outermost."""
    settings = service.library.settings
    app.add_middleware(BodyLimit, most=settings.scenedex_max_body_bytes, except_below=UPLOADS)
    authenticate(app, service.library, host)
    app.add_middleware(Load, working=settings.scenedex_max_requests, always=WATCHED, except_below=SLOW)
    # outside of Load: work that goes on after its time is still work
    app.add_middleware(TimeLimit, seconds=settings.scenedex_request_timeout_s, except_below=SLOW)
    app.add_middleware(TusVersion, below=UPLOADS[0])
    app.add_middleware(Unforeseen)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(Tracing, prefix=PREFIX, quiet=WATCHED)
    app.add_middleware(Metering, meters=service.meters, prefix=PREFIX, quiet=WATCHED)
    app.add_middleware(RequestId)
