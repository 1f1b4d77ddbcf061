import threading
from dataclasses import replace

import pytest
from tests.integration.store.records import TEXT

from scenedex.errors import NotFoundError, UsageError
from scenedex.store.database import Database
from scenedex.store.embedded import EmbeddedServer
from scenedex.store.spaces import ensure_space, live_spaces
from scenedex.store.switching import find_space, model_in_use, spaces_of, switch, switch_back
from scenedex.types import LOCAL_OWNER, Space, SpaceState

OLD = Space(name="old@1", model="old", revision="1", modality="visual", dim=8)
NEW = replace(OLD, name="new@1", model="new", state="building")


def states(database: Database) -> dict[str, str]:
    with database.ownerless() as tx:
        return {space.name: space.state for space in spaces_of(tx, "visual")}


def live(database: Database) -> list[str]:
    with database.transaction(LOCAL_OWNER) as tx:
        return [space.name for space in live_spaces(tx)]


def test_a_switch_and_the_way_back(database: Database) -> None:
    ensure_space(database, TEXT)
    old, new = ensure_space(database, OLD), ensure_space(database, NEW)
    assert (new.state, live(database)) == ("building", ["tiny-text", "old@1"])
    assert switch(database, new) == [replace(old, state="retired")]
    assert live(database) == ["tiny-text", "new@1"]
    assert ensure_space(database, OLD).state == "retired"
    assert switch_back(database, "visual") == (new, [old])
    assert states(database) == {"old@1": "live", "new@1": "building"}
    with pytest.raises(UsageError, match="no switch to take back"):
        switch_back(database, "visual")


def test_switches_are_taken_back_one_by_one(database: Database) -> None:
    one, two, three = (
        ensure_space(database, replace(NEW, name=name, model=name)) for name in ("one", "two", "three")
    )
    for space in (one, two, three):
        switch(database, space)
    assert states(database) == {"one": "retired", "two": "retired", "three": "live"}
    switch_back(database, "visual")
    assert states(database) == {"one": "retired", "two": "live", "three": "building"}
    switch_back(database, "visual")
    assert states(database) == {"one": "live", "two": "building", "three": "building"}
    with pytest.raises(UsageError):
        switch_back(database, "visual")
    assert live(database) == ["one"]


def test_a_switch_to_what_was_live_before_is_a_switch(database: Database) -> None:
    one, two = (ensure_space(database, replace(NEW, name=name, model=name)) for name in ("one", "two"))
    for space in (one, two, one):
        switch(database, space)
    assert states(database) == {"one": "live", "two": "retired"}
    switch_back(database, "visual")
    assert states(database) == {"one": "building", "two": "live"}


def test_of_several_live_ones_one_is_left_and_all_come_back(database: Database) -> None:
    one = ensure_space(database, OLD)
    ensure_space(database, replace(OLD, name="older@1", model="older"))
    switch(database, one)
    assert states(database) == {"old@1": "live", "older@1": "retired"}
    switch(database, ensure_space(database, NEW))
    assert states(database) == {"old@1": "retired", "older@1": "retired", "new@1": "live"}
    switch_back(database, "visual")
    assert states(database) == {"old@1": "live", "older@1": "retired", "new@1": "building"}


def test_a_space_that_is_not_there_changes_nothing(database: Database) -> None:
    ensure_space(database, OLD)
    with pytest.raises(NotFoundError, match="no space 'new@1'"):
        switch(database, replace(NEW, id=99))
    assert states(database) == {"old@1": "live"}


def test_one_visual_space_is_live_at_any_moment(
    server: EmbeddedServer, database_name: str, database: Database
) -> None:
    old, new = ensure_space(database, OLD), ensure_space(database, NEW)
    over = threading.Event()
    seen: set[tuple[str, ...]] = set()

    def watch() -> None:
        with Database.at(server, database_name) as own:
            while not over.is_set():
                seen.add(tuple(live(own)))

    watcher = threading.Thread(target=watch)
    watcher.start()
    for _ in range(20):
        switch(database, new)
        switch(database, old)
    over.set()
    watcher.join()
    assert seen <= {("old@1",), ("new@1",)}
    assert seen


def test_a_space_is_found_by_its_name_or_its_model() -> None:
    spaces = [OLD, NEW, replace(NEW, name="new@2", revision="2")]
    assert find_space(spaces, "old") == OLD
    assert find_space(spaces, "new@2") == spaces[2]
    assert find_space(spaces, "newer") is None
    with pytest.raises(UsageError, match=r"new@1, new@2"):
        find_space(spaces, "new")


@pytest.mark.parametrize(
    ("old", "new", "uses"),
    [
        (None, None, "new"),
        ("live", None, "new"),
        ("live", "live", "new"),
        ("live", "building", "old"),
        ("live", "retired", "old"),
        ("retired", "building", "new"),
    ],
)
def test_which_model_new_pictures_are_embedded_by(
    old: SpaceState | None, new: SpaceState | None, uses: str
) -> None:
    spaces = [replace(space, state=state) for space, state in ((OLD, old), (NEW, new)) if state]
    assert model_in_use(spaces, "new") == uses
