"""What every route stands on."""

from dataclasses import dataclass, field

from fastapi import Request

from scenedex.embed_server.engine import Engine
from scenedex.embed_server.places import Places
from scenedex.embed_server.ready import Readiness
from scenedex.embed_server.signatures import Verifier

MOST_BODIES = 512 << 20
"""Bytes of all requests that are held at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """What the server holds for as long as it runs."""

    engine: Engine
    verifier: Verifier = field(repr=False)
    largest_body: int = 32 << 20  #: bytes
    bodies: Places = field(default_factory=lambda: Places(MOST_BODIES, "bytes of requests"), repr=False)
    readiness: Readiness = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "readiness", Readiness(self.engine))


def service_of(request: Request) -> Service:
    """The service that `create_app` was given."""
    found = request.app.state.service
    assert isinstance(found, Service)
    return found
