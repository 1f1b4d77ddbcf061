"""What is to be sent to webhooks, and how that went."""

from typing import LiteralString
from uuid import UUID, uuid4

from scenedex.store.database import Statements, Transaction
from scenedex.store.encoding import plain
from scenedex.types import Delivery

KEPT_DAYS = 30
"""Days for which it is known what was sent."""

LEASE_S = 120
"""For so long nobody else sends what is being sent: if its sender dies, it is tried again then."""

COLUMNS: LiteralString = "id, search_id, body, state, attempts, due_at, reason, made_at"


def put_delivery(tx: Transaction, search_id: UUID, body: str) -> UUID:
    """Have this sent; nothing where the search's webhook has been stopped is the caller's to see to."""
    delivery_id = uuid4()
    tx.execute(
        """insert into deliveries (owner_id, id, search_id, body)
        values (%(owner)s, %(id)s, %(search)s, %(body)s)""",
        {"id": delivery_id, "search": search_id, "body": plain(body)},
    )
    return delivery_id


def take_delivery(tx: Transaction, delivery_id: UUID | None = None) -> Delivery | None:
    """One that is due, or this one, counted as tried; nobody else takes it for a while. None: there is none."""
    which: LiteralString = "due_at <= now()" if delivery_id is None else "id = %(id)s"
    rows = tx.execute(
        f"""update deliveries set attempts = attempts + 1, due_at = now() + make_interval(secs => %(lease)s)
        where owner_id = %(owner)s and id = (
          select id from deliveries where owner_id = %(owner)s and state = 'waiting' and {which}
          order by due_at, id limit 1 for update skip locked)
        returning {COLUMNS}""",  # noqa: S608
        {"lease": LEASE_S, "id": delivery_id},
    )
    return Delivery(**rows[0]) if rows else None


def was_sent(tx: Transaction, delivery: Delivery) -> None:
    """It arrived: its webhook works."""
    tx.execute(
        "update deliveries set state = 'sent', reason = null where owner_id = %(owner)s and id = %(id)s",
        {"id": delivery.id},
    )
    tx.execute(
        "update saved_searches set failures = 0, stopped = null where owner_id = %(owner)s and id = %(search)s",
        {"search": delivery.search_id},
    )


def was_not_sent(tx: Transaction, delivery: Delivery, reason: str, again_s: float | None) -> int:
    """It did not arrive: it is tried again after so many seconds, or (None) given up.

    Gives how often in a row sending for this search has failed.
    """
    tx.execute(
        """update deliveries set state = %(state)s, reason = %(reason)s,
          due_at = now() + make_interval(secs => %(again)s)
        where owner_id = %(owner)s and id = %(id)s""",
        {
            "id": delivery.id,
            "reason": plain(reason),
            "state": "failed" if again_s is None else "waiting",
            "again": again_s or 0.0,
        },
    )
    rows = tx.execute(
        """update saved_searches set failures = failures + 1
        where owner_id = %(owner)s and id = %(search)s returning failures""",
        {"search": delivery.search_id},
    )
    return int(rows[0]["failures"]) if rows else 0


def stop_webhook(tx: Transaction, search_id: UUID, why: str) -> None:
    """Send nothing more for this search, also not what waits."""
    tx.execute(
        "update saved_searches set stopped = %(why)s where owner_id = %(owner)s and id = %(search)s",
        {"search": search_id, "why": plain(why)},
    )
    tx.execute(
        """update deliveries set state = 'failed', reason = %(why)s
        where owner_id = %(owner)s and search_id = %(search)s and state = 'waiting'""",
        {"search": search_id, "why": plain(why)},
    )


def waiting_deliveries(tx: Transaction, search_id: UUID) -> int:
    """How much waits to be sent for a search."""
    rows = tx.execute(
        """select count(*) as n from deliveries
        where owner_id = %(owner)s and search_id = %(search)s and state = 'waiting'""",
        {"search": search_id},
    )
    return int(rows[0]["n"])


def forget_deliveries(statements: Statements) -> None:
    """For the operator: nothing is known any more of what was sent, or given up, long ago."""
    statements.execute(
        """delete from deliveries
        where state <> 'waiting' and made_at < now() - make_interval(days => %(days)s)""",
        {"days": KEPT_DAYS},
    )


def deliveries_of(tx: Transaction, search_id: UUID, limit: int = 50) -> list[Delivery]:
    """What was and is to be sent for a search, the latest first."""
    rows = tx.execute(
        f"""select {COLUMNS} from deliveries where owner_id = %(owner)s and search_id = %(search)s
        order by made_at desc, id limit %(limit)s""",  # noqa: S608
        {"search": search_id, "limit": limit},
    )
    return [Delivery(**row) for row in rows]
