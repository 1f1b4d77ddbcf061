"""Values of a library as the command line and the API show them: one shape for both."""

import dataclasses
from collections.abc import Collection
from datetime import datetime
from fractions import Fraction
from typing import TYPE_CHECKING, Any
from uuid import UUID

from scenedex.types import Answer, Hit

if TYPE_CHECKING:  # a plan is shown without the database's driver
    from _typeshed import DataclassInstance

    from scenedex.search.entities import Appearance
    from scenedex.store.baselines import Baseline
    from scenedex.store.entities import CropExample

PICTURES = "/api/v1/scenes"
"""Where the API serves the pictures of scenes."""

ENTITIES = "/api/v1/entities"
"""Where it serves entities."""

VERSION_DIGITS = 16


def plain(value: Any) -> Any:
    """Values of scenedex.types as dicts, lists, strings and numbers."""
    if value is None or isinstance(value, str | float | int):
        return value
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return _plainly(value, but=())
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, Fraction):
        return f"{value.numerator}/{value.denominator}"
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value


def answer_as_json(answer: Answer) -> dict[str, object]:
    """The answer as every interface gives it; evidence without a time or a text leaves the field out."""
    return {
        **_plainly(answer, but=("hits", "groups")),
        "hits": [_hit_as_json(hit) for hit in answer.hits],
        "groups": [
            {**_plainly(group, but=("hits",)), "hits": [_hit_as_json(hit) for hit in group.hits]}
            for group in answer.groups
        ],
    }


def picture_version(object_key: str) -> str:
    """A name of this picture's content: the beginning of its SHA-256, as object keys hold it."""
    return object_key.rpartition("/")[2].partition(".")[0][:VERSION_DIGITS]


def thumbnail_url(scene_id: UUID, object_key: str | None) -> str | None:
    """Where the API serves a scene's thumbnail. It names the content, so a browser may keep it for ever."""
    return f"{PICTURES}/{scene_id}/thumbnail?v={picture_version(object_key)}" if object_key else None


def keyframe_url(scene_id: UUID, number: int, object_key: str) -> str:
    """The same for a keyframe, by its number within the scene, from 0."""
    return f"{PICTURES}/{scene_id}/keyframes/{number}?v={picture_version(object_key)}"


def appearance_as_json(appearance: "Appearance") -> dict[str, Any]:
    """Where an entity is to be seen, as every interface gives it."""
    made: dict[str, Any] = plain(appearance)
    made["thumbnail"] = thumbnail_url(appearance.scene_id, made.pop("thumbnail_key"))
    return made


def example_as_json(entity_id: UUID, example: "CropExample") -> dict[str, Any]:
    """An example of an entity, as every interface gives it."""
    return {
        **{name: plain(getattr(example, name)) for name in ("id", "video_id", "t_s", "box", "made_at")},
        "picture": example_url(entity_id, example.id),
    }


def example_url(entity_id: UUID, example_id: UUID) -> str:
    """Where the API serves the crop of an example."""
    return f"{ENTITIES}/{entity_id}/examples/{example_id}/picture"


def baseline_as_json(baseline: "Baseline") -> dict[str, Any]:
    """A baseline without its vector, as every interface gives it."""
    made = {name: plain(getattr(baseline, name)) for name in ("id", "name", "pictures", "made_of", "made_at")}
    return {**made, "space": baseline.space_name}


def _hit_as_json(hit: Hit) -> dict[str, object]:
    made = _plainly(hit, but=("channels", "then"))
    made["thumbnail"] = thumbnail_url(hit.scene_id, hit.thumbnail)
    made["channels"] = channels = {}
    for channel, evidence in hit.channels.items():
        said = {name: value for name, value in plain(evidence).items() if value is not None}
        if channel in ("visual", "anchor") and "t_s" in said:
            said["keyframe_s"] = said["t_s"]
        channels[channel] = said
    made["then"] = [_hit_as_json(link) for link in hit.then]
    return made


def _plainly(value: "DataclassInstance", but: Collection[str]) -> dict[str, Any]:
    """The fields of a value without some that are made in another way: a page of hits has hundreds of fields."""
    names = (field.name for field in dataclasses.fields(value) if field.metadata.get("plain", True))
    return {name: plain(getattr(value, name)) for name in names if name not in but}
