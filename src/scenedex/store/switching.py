"""Which spaces of a modality are searched: one statement makes another one live, and one takes that back."""

from collections.abc import Sequence
from dataclasses import replace

from psycopg.sql import SQL

from scenedex.errors import NotFoundError, UsageError
from scenedex.store.database import Database, Statements
from scenedex.store.spaces import COLUMNS, SPACES_LOCK
from scenedex.types import Modality, Space


def spaces_of(tx: Statements, modality: Modality) -> list[Space]:
    """All spaces of a modality, whatever their state, the oldest first."""
    query = SQL("select {} from spaces where modality = %(modality)s order by id").format(COLUMNS)
    return [Space(**row) for row in tx.execute(query, {"modality": modality})]


def find_space(spaces: Sequence[Space], named: str) -> Space | None:
    """The space of this name, or the one of this model if there is only one; None where there is none.

    Raises UsageError where several are of that model.
    """
    by_name = [space for space in spaces if space.name == named]
    found = by_name or [space for space in spaces if space.model == named]
    if len(found) > 1:
        raise UsageError(
            f"Several spaces are of the model {named}: say which of {', '.join(space.name for space in found)}."
        )
    return found[0] if found else None


def model_in_use(spaces: Sequence[Space], wanted: str) -> str:
    """The model by which new pictures are embedded: `wanted`, unless its space is not searched and another one is."""
    own = [space for space in spaces if space.model == wanted]
    live = [space for space in spaces if space.state == "live"]
    if not own or not live or any(space.state == "live" for space in own):
        return wanted
    return live[-1].model


def switch(database: Database, space: Space) -> list[Space]:
    """Make a space the live one of its modality; those that were live before are retired, and given back.

    All searches that begin from then on see the new one alone, those that began before see the old ones alone.
    """
    with database.migrator() as connection:
        tx = Statements(connection, {"id": space.id, "modality": space.modality})
        tx.execute(SPACES_LOCK)
        tx.execute("update spaces set replaced_by = null where replaced_by = %(id)s")
        retired = tx.execute(
            SQL(
                """update spaces set state = 'retired', replaced_by = %(id)s
                where modality = %(modality)s and state = 'live' and id <> %(id)s returning {}"""
            ).format(COLUMNS)
        )
        made = tx.execute(
            "update spaces set state = 'live', replaced_by = null where id = %(id)s returning id"
        )
        if not made:
            raise NotFoundError(f"There is no space {space.name!r}.")
    return [Space(**row) for row in retired]


def switch_back(database: Database, modality: Modality) -> tuple[Space, list[Space]]:
    """Undo the latest `switch`: the space that is `building` again, and those that are live again.

    Raises UsageError where there is nothing to undo.
    """
    with database.migrator() as connection:
        tx = Statements(connection, {"modality": modality})
        tx.execute(SPACES_LOCK)
        latest = tx.execute(
            SQL(
                """update spaces set state = 'building' where modality = %(modality)s and state = 'live'
                  and id in (select replaced_by from spaces where state = 'retired') returning {}"""
            ).format(COLUMNS)
        )
        if len(latest) != 1:
            raise UsageError(
                "There is no switch to take back: `scenedex models switch` lists the spaces, and "
                "`scenedex models switch SPACE` makes one live."
            )
        former = tx.execute(
            SQL(
                """update spaces set state = 'live', replaced_by = null where replaced_by = %(latest)s
                returning {}"""
            ).format(COLUMNS),
            {"latest": latest[0]["id"]},
        )
    return replace(Space(**latest[0]), state="building"), [Space(**row) for row in former]
