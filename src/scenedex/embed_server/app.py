"""The application: routes, and what lies around every request."""

from importlib.metadata import version

from fastapi import FastAPI

from scenedex.embed_server.doors import Doorkeeper, Doors
from scenedex.embed_server.failures import answer_pictures
from scenedex.embed_server.routes import openai, operations, pictures, signed
from scenedex.embed_server.service import Service
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

PARTS = (pictures, signed, openai, operations)

WATCHED = ("/health", "/ready", "/metrics")
"""Answered however much there is to do."""

MOST_REQUESTS = 1024
"""That are worked on at once, most of them refused: what is worked on has limits of its own."""

RECEIVING_S = 20.0
"""That a client may take to send its request, beyond the time that the answer may take."""


def create_app(service: Service, doors: Doors) -> FastAPI:
    """The app over an engine, behind these doors. Nothing is started or ended here: whoever calls this does."""
    app = FastAPI(
        title="scenedex embed-server",
        summary="Pictures and words in, vectors and judgements out.",
        version=version("scenedex"),
        docs_url=None,  # its page loads scripts from elsewhere
        redoc_url=None,
        redirect_slashes=False,
        generate_unique_id_function=lambda route: route.name,
        responses=failures(*ALWAYS),
    )
    app.state.service = service
    answer_errors(app)
    answer_pictures(app)
    for part in PARTS:
        app.include_router(part.router)
    timeout_s = service.engine.limits.timeout_s + RECEIVING_S
    # From the innermost to the outermost.
    app.add_middleware(BodyLimit, most=service.largest_body)
    app.add_middleware(Doorkeeper, doors=doors)
    app.add_middleware(Load, working=MOST_REQUESTS, always=WATCHED)
    app.add_middleware(TimeLimit, seconds=timeout_s)
    app.add_middleware(Unforeseen)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(Tracing, prefix="", quiet=WATCHED)
    app.add_middleware(Metering, meters=service.engine.meters, prefix="", quiet=WATCHED)
    app.add_middleware(RequestId)
    return app
