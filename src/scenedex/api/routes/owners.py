"""`/owner`: the caller's own owner, and what is set for it otherwise than for the rest."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from scenedex.api.service import Administering, Reading
from scenedex.http.failures import failures
from scenedex.library.rollout import RolledOut
from scenedex.types import Mode

router = APIRouter(tags=["owners"])

Weight = Annotated[float, Field(ge=0, allow_inf_nan=False)]
SET: dict[str, Any] = {"visual_mode": "skip", "weight.visual": 0.4, "space.visual": "siglip2-b16-224@1"}


class OwnerModel(BaseModel):
    """An owner."""

    id: UUID
    name: str | None = Field(description="Null where nobody has given a name.", examples=["acme"])


class SettingsModel(BaseModel):
    """What is set for one owner. What is not named goes as it does for the rest."""

    model_config = ConfigDict(
        extra="forbid", serialize_by_alias=True, json_schema_extra={"example": SET}, populate_by_name=True
    )

    visual_mode: Mode | None = None
    weight_visual: Weight | None = Field(default=None, alias="weight.visual")
    weight_transcript: Weight | None = Field(default=None, alias="weight.transcript")
    weight_description: Weight | None = Field(default=None, alias="weight.description")
    weight_lexical: Weight | None = Field(default=None, alias="weight.lexical")
    weight_audio: Weight | None = Field(default=None, alias="weight.audio")
    space_visual: str | None = Field(
        default=None, alias="space.visual", max_length=300, description="Name or model."
    )


class RolledOutModel(BaseModel):
    """What is set, and what that leaves out."""

    settings: SettingsModel
    missing: int = Field(description="Scenes of the owner with pictures that the space searched now lacks.")


@router.get("/owner")
def show_owner(library: Reading) -> OwnerModel:
    """Say whose rows the caller sees."""
    entry = library.own_entry()
    return OwnerModel(id=library.owner, name=entry.name if entry else None)


@router.get("/owner/settings", response_model_exclude_none=True)
def show_settings(library: Administering) -> SettingsModel:
    """Show what is set for the owner."""
    return SettingsModel(**library.own_settings())


@router.put("/owner/settings", response_model_exclude_none=True, responses=failures(404))
def put_settings(
    settings: SettingsModel,
    library: Administering,
    incomplete: Annotated[bool, Query(description="Take a space though it lacks scenes.")] = False,
) -> RolledOutModel:
    """Set this and nothing else for the owner: what is not named goes back to what the rest has."""
    wanted = settings.model_dump(exclude_none=True, by_alias=True)
    return _answer(library.roll_out(wanted, incomplete=incomplete, alone=True))


@router.delete("/owner/settings", response_model_exclude_none=True)
def delete_settings(library: Administering) -> RolledOutModel:
    """Take back all that is set for the owner."""
    return _answer(library.roll_back())


def _answer(done: RolledOut) -> RolledOutModel:
    return RolledOutModel(settings=SettingsModel(**done.settings), missing=done.missing)
