"""`/session`: signing in on the page with a key, for pictures, videos and event streams, which cannot send headers."""

from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from scenedex.api.authentication import COOKIE
from scenedex.api.service import Caller, caller_of, service_of
from scenedex.http.attempts import client_of
from scenedex.http.doorkeeper import Doorkeeper
from scenedex.library.keys import Grant
from scenedex.types import Access

router = APIRouter(tags=["session"])

LIFETIME_S = 12 * 3600


class SignInModel(BaseModel):
    """A key to sign in with."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"key": "sdx_7b0f…_9f…"}})

    key: str = Field(max_length=200)


class SessionModel(BaseModel):
    """Who is signed in."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "owner_id": "00000000-0000-0000-0000-000000000001",
                "owner": "local",
                "access": "admin",
                "key_id": None,
            }
        }
    )

    owner_id: UUID
    owner: str | None = Field(description="Its name; null where nobody has given one.")
    access: Access
    key_id: UUID | None = Field(description="The key; null on loopback, where none is needed.")


@router.get("/session")
def show_session(request: Request) -> SessionModel:
    """Say who asks."""
    return _session(request, caller_of(request))


@router.post("/session")
def sign_in(wanted: SignInModel, request: Request, response: Response) -> SessionModel:
    """Sign in with a key, for twelve hours or as long as the key lasts, if that is less."""
    grant = _doorkeeper(request).check(wanted.key.strip(), client_of(request.client))
    response.set_cookie(
        COOKIE,
        service_of(request).library.sign_in(grant, LIFETIME_S),
        max_age=LIFETIME_S,
        httponly=True,
        secure=request.url.scheme == "https",
        samesite="strict",
    )
    response.headers["Cache-Control"] = "no-store"
    caller = Caller(owner=grant.owner, access=grant.access, key=str(grant.key))
    return _session(request, caller)


@router.delete("/session", status_code=204)
def sign_out(request: Request, response: Response) -> None:
    """Sign out: the session ends, and the cookie goes. Without one nothing happens."""
    caller = getattr(request.state, "caller", None)
    if isinstance(caller, Caller) and caller.session and caller.key:
        _doorkeeper(request).forget(request.cookies.get(COOKIE, ""))
        grant = Grant(
            owner=caller.owner, access=caller.access, key=UUID(caller.key), session=UUID(caller.session)
        )
        service_of(request).library.sign_out(grant)
    response.delete_cookie(COOKIE, httponly=True, secure=request.url.scheme == "https", samesite="strict")


def _session(request: Request, caller: Caller) -> SessionModel:
    entry = service_of(request).library.of(caller.owner).own_entry()
    return SessionModel(
        owner_id=caller.owner,
        owner=entry.name if entry else None,
        access=caller.access,
        key_id=UUID(caller.key) if caller.key else None,
    )


def _doorkeeper(request: Request) -> Doorkeeper:
    found = request.app.state.doorkeeper
    assert isinstance(found, Doorkeeper)
    return found
