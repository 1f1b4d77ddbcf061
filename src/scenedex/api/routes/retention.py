"""How long videos are kept: what is old, what is forgotten, and the rules by which that happens unasked."""

from typing import Annotated

from fastapi import APIRouter, Path

from scenedex.api.models.retention import (
    Retained,
    Retention,
    RetentionRule,
    RetentionRules,
    RuleAsked,
    RuleSwitch,
)
from scenedex.api.routes.videos import Limit, Offset
from scenedex.api.service import Reading, Writing
from scenedex.http.failures import failures
from scenedex.library.retaining import MAX_NAME

router = APIRouter(prefix="/retention", tags=["retention"])

Name = Annotated[
    str,
    Path(
        min_length=1,
        max_length=MAX_NAME,
        description="Of a rule: letters, digits, blanks and . _ - + @, the first a letter or digit.",
        examples=["cameras"],
    ),
]


@router.post("")
def retain(library: Writing, asked: Retention, limit: Limit = 50, offset: Offset = 0) -> Retained:
    """Which videos are old; with `apply` they are forgotten. Files stay where they are, but for those that came over
    HTTP."""
    return Retained.of(library.retain(asked.rule(), apply=asked.apply), limit, offset)


@router.get("/rules")
def list_retention_rules(library: Reading) -> RetentionRules:
    """The rules that are kept."""
    return RetentionRules(rules=tuple(map(RetentionRule.model_validate, library.retention_rules())))


@router.get("/rules/{name}", responses=failures(404))
def get_retention_rule(library: Reading, name: Name) -> RetentionRule:
    """One rule."""
    return RetentionRule.model_validate(library.retention_rule(name))


@router.put("/rules/{name}", responses=failures(404))
def keep_retention_rule(library: Writing, name: Name, asked: RuleAsked) -> RetentionRule:
    """Keep a rule, in place of one of that name. It is off: nothing is forgotten by it until it is turned on."""
    return RetentionRule.model_validate(library.keep_retention_rule(asked.rule(name)))


@router.patch("/rules/{name}", responses=failures(404))
def turn_retention_rule(library: Writing, name: Name, switch: RuleSwitch) -> RetentionRule:
    """Let workers and watches apply a rule by themselves, or no longer."""
    return RetentionRule.model_validate(library.turn_retention_rule(name, on=switch.on))


@router.delete("/rules/{name}", status_code=204, responses=failures(404))
def remove_retention_rule(library: Writing, name: Name) -> None:
    """Keep a rule no longer; no video is forgotten by that."""
    library.remove_retention_rule(name)


@router.get("/rules/{name}/videos", responses=failures(404))
def try_retention_rule(library: Reading, name: Name, limit: Limit = 50, offset: Offset = 0) -> Retained:
    """Which videos a rule would forget now if it were on, or will within the hour where it is."""
    found = library.retain(library.retention_rule(name), unasked=True)
    return Retained.of(found, limit, offset)
