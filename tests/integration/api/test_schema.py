"""The API against its own schema: what fits it, what nearly does, and what does not, is answered as it says."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import APIOperation, Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    allow_header_conformance,
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)
from tests.integration.api.shelf import Shelf, app_for, shelf

from scenedex.library.crops import Cutout
from scenedex.library.retaining import RetentionRule
from scenedex.types import SavedRequest

CHECKS: list[Any] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
    unsupported_method,
    allow_header_conformance,
]

EXAMPLES = 12
"""Of each kind, for each operation; three times as many for searches."""

OCTETS = "application/offset+octet-stream"
TUS = "/api/v1/uploads"
"""Answers 412 to whoever does not speak the protocol, whatever else is wrong."""


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shelf]:
    """What is asked may remove and change things."""
    with shelf(tmp_path_factory.mktemp("schema")) as made:
        yield made


def operations(own: Shelf) -> list[APIOperation[Any, Any, Any, Any]]:
    """Those that remove something come last."""
    schemathesis.serializer.alias(OCTETS, "application/octet-stream")
    schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", app_for(own.library))
    found = [result.ok() for result in schema.get_all_operations()]
    found = [
        each for each in found if not each.path.endswith("/events")
    ]  # goes on until a worker does the job
    return sorted(found, key=lambda operation: operation.method == "delete")


def test_whatever_is_asked_is_answered_as_the_schema_says(own: Shelf) -> None:
    entity = own.library.entities.add("somebody", Cutout(scene=own.scenes[0]))
    there = {
        "video_id": str(own.film),
        "scene_id": str(own.scenes[0]),
        "number": 0,
        "entity_id": str(entity.id),
        "example_id": str(own.library.entities.examples(entity.id)[0].id),
        "search_id": str(
            own.library.saved.add("door", SavedRequest(query="door"), webhook="http://a.test").id
        ),
        "name": own.library.keep_retention_rule(
            RetentionRule(name="cameras", older_than_s=90 * 86_400.0)
        ).name,
        "baseline_id": str(own.library.baselines.add("usual", videos=[str(own.film)]).id),
    }
    for operation in operations(own):
        names = {parameter.name for parameter in operation.path_parameters}
        known = {name: there[name] for name in names & set(there)}
        if operation.body or any(operation.iter_parameters()):
            ask(operation, GenerationMode.NEGATIVE)
        ask(operation, GenerationMode.POSITIVE)
        if known:
            ask(operation, GenerationMode.POSITIVE, path_parameters=known)


def ask(operation: APIOperation[Any, Any, Any, Any], mode: GenerationMode, **given_: Any) -> None:
    tus = operation.path.startswith(TUS)
    checks = [check for check in CHECKS if not (tus and check is negative_data_rejection)]

    @settings(
        max_examples=EXAMPLES * (3 if "/search" in operation.path else 1),
        deadline=None,
        derandomize=True,
        database=None,
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode, **given_))
    def each(case: Case) -> None:
        case.call_and_validate(checks=checks)

    try:
        each()
    except Unsatisfiable:
        if not tus:  # where parameters are texts that may be left out, nothing is against the schema
            raise
    except Exception as exc:
        exc.add_note(f"{mode.value} {operation.label}")
        raise
