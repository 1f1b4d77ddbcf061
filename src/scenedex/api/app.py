"""The application: routes, errors and what lies around every request."""

from fastapi import FastAPI

from scenedex.api.authentication import authenticate
from scenedex.api.errors import answer_errors
from scenedex.api.routes import keys, owners, session
from scenedex.api.service import Service

PREFIX = "/api/v1"


def create_app(service: Service, *, host: str = "127.0.0.1") -> FastAPI:
    """The app over an open library, for a server that listens on `host`: that decides whether keys are demanded.

    Nothing is opened or closed here: whoever calls this does.
    """
    app = FastAPI(
        title="scenedex",
        summary="Search inside your videos: what is seen, said, heard and written on the screen.",
        openapi_url=f"{PREFIX}/openapi.json",
        docs_url=None,  # its page loads scripts from elsewhere
        redoc_url=None,
    )
    app.state.service = service
    answer_errors(app)
    authenticate(app, service.library, host)
    for part in (keys, owners, session):
        app.include_router(part.router, prefix=PREFIX)
    return app
