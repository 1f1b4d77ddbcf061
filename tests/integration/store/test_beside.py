import threading
from uuid import uuid4

import pytest

from scenedex.errors import StoreError
from scenedex.store.beside import AT_ONCE, Beside
from scenedex.store.database import Database, Transaction


def owner_of(tx: Transaction) -> str:
    return str(tx.execute("select current_setting('scenedex.owner_id') as owner")[0]["owner"])


def test_a_part_runs_in_the_owners_name_and_what_it_raises_is_raised(database: Database) -> None:
    beside, owner = Beside(database), uuid4()
    for _ in range(AT_ONCE + 1):
        begun = beside.begin(owner, owner_of)
        assert begun is not None
        assert begun.result(timeout=30) == str(owner)
        failed = beside.begin(owner, lambda tx: tx.execute("select 1 / 0"))
        assert failed is not None
        with pytest.raises(StoreError, match="division by zero"):
            failed.result(timeout=30)
    beside.close()
    again = beside.begin(owner, owner_of)
    assert again is not None
    assert again.result(timeout=30) == str(owner)
    beside.close()


def test_where_enough_run_already_the_next_is_the_callers(database: Database) -> None:
    beside, going_on = Beside(database), threading.Event()
    begun = [beside.begin(uuid4(), lambda tx: going_on.wait(30)) for _ in range(AT_ONCE)]
    assert None not in begun
    assert beside.begin(uuid4(), owner_of) is None
    going_on.set()
    beside.close()
    assert [one.result(timeout=30) for one in begun if one] == [True] * AT_ONCE
    assert beside.begin(uuid4(), owner_of) is not None
    beside.close()
