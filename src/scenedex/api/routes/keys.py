"""`/keys`: the keys of the caller's own owner."""

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from scenedex.api.service import Administering
from scenedex.http.failures import failures
from scenedex.library.keys import MAX_LABEL
from scenedex.types import Access

router = APIRouter(tags=["keys"])


class KeyModel(BaseModel):
    """A key, without its secret."""

    model_config = ConfigDict(
        from_attributes=True,
        json_schema_extra={
            "example": {
                "id": "7b0f7a64-3f1c-4b8e-9c2d-0d6c6b1f2a11",
                "access": "read",
                "label": "the intranet page",
                "created_at": "2026-01-31T09:00:00+00:00",
                "expires_at": "2027-01-31T09:00:00+00:00",
                "last_used_at": None,
                "revoked_at": None,
            }
        },
    )

    id: UUID
    access: Access
    label: str
    created_at: datetime
    expires_at: datetime | None = None
    last_used_at: datetime | None = Field(default=None, description="To five minutes.")
    revoked_at: datetime | None = None


class NewKeyModel(KeyModel):
    """A new key, with its secret: nobody can show that again."""

    key: str = Field(description="`sdx_<id>_<secret>`", examples=["sdx_7b0f7a643f1c4b8e9c2d0d6c6b1f2a11_9f…"])


class KeysModel(BaseModel):
    """The keys of an owner."""

    keys: list[KeyModel]


class WantedKey(BaseModel):
    """A key that is asked for."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"access": "read", "label": "the intranet page"}}
    )

    access: Access = "read"
    label: str = Field(default="", max_length=MAX_LABEL)
    expires_at: AwareDatetime | None = Field(default=None, description="Without it the key does not expire.")


@router.get("/keys")
def list_keys(library: Administering) -> KeysModel:
    """List the keys, the newest first, with those that are expired or revoked."""
    found = library.keys()
    return KeysModel(keys=[KeyModel.model_validate(key) for key in found])


@router.post("/keys", status_code=201)
def create_key(wanted: WantedKey, library: Administering, response: Response) -> NewKeyModel:
    """Make a key. It is in this answer and nowhere else."""
    made, key = library.create_key(wanted.access, label=wanted.label, expires=wanted.expires_at)
    response.headers["Cache-Control"] = "no-store"
    return NewKeyModel(**KeyModel.model_validate(made).model_dump(), key=key)


@router.delete("/keys/{key_id}", responses=failures(404))
def revoke_key(key_id: UUID, library: Administering) -> KeyModel:
    """Revoke a key: within seconds it lets nobody in, nor do the sessions got with it."""
    return KeyModel.model_validate(library.revoke_key(key_id))
