"""Models whose spaces an export brought: a plug-in of that name runs when somebody here has chosen it, not before."""

from collections.abc import Iterable
from uuid import UUID

from scenedex.plugins import NAME
from scenedex.store.database import Database
from scenedex.store.preferences import forget, prefer, preference
from scenedex.types import LOCAL_OWNER

RECORDED = ("visual", "text")
"""Under these an owner's choice is kept, of what plug-ins are for."""

BROUGHT = "brought."
"""Before the name of a model, among what is kept for the whole library."""


def brought(database: Database, owner: UUID, models: Iterable[str]) -> None:
    """An export that this owner takes in has named these models, and nobody here has but for what is recorded."""
    chosen = set()
    for each in (owner, LOCAL_OWNER):
        with database.transaction(each) as tx:
            chosen |= {preference(tx, kind) for kind in RECORDED}
    with database.transaction(LOCAL_OWNER) as tx:
        for model in sorted(set(models) - chosen):
            if NAME.fullmatch(model):  # no plug-in of another name can be chosen
                prefer(tx, BROUGHT + model, True)


def is_brought(database: Database, model: str) -> bool:
    """Whether nobody but an export has named this model."""
    with database.transaction(LOCAL_OWNER) as tx:
        return preference(tx, BROUGHT + model) is not None


def choose(database: Database, model: str) -> None:
    """Somebody here has named this model."""
    with database.transaction(LOCAL_OWNER) as tx:
        forget(tx, [BROUGHT + model])
