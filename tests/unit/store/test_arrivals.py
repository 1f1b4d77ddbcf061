"""Files on their way in: what is known of them survives, one at a time works on each, and nobody sees another's."""

import os
import threading
from dataclasses import replace
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenedex.errors import BusyError, NotFoundError
from scenedex.store.arrivals import STALE_S, Arrival, Arrivals, new_arrival

OWNER, OTHER = UUID(int=1), UUID(int=2)


def made(arrivals: Arrivals, owner: UUID = OWNER, name: str = "film.mp4", content: bytes = b"") -> Arrival:
    new = new_arrival(owner, name, ".mp4", length=100, lasts_s=60.0, metadata="filename YQ==")
    with arrivals.created(new) as arrival:
        arrivals.path(arrival).write_bytes(content)
        return arrival


@pytest.fixture
def arrivals(tmp_path: Path) -> Arrivals:
    return Arrivals(tmp_path / "uploads")


def test_nothing_is_made_before_the_first_one(arrivals: Arrivals) -> None:
    assert (arrivals.owners(), arrivals.listed(OWNER, "unfinished"), arrivals.kept_bytes(OWNER)) == (
        [],
        [],
        0,
    )
    with pytest.raises(NotFoundError):
        arrivals.find(OWNER, uuid4())
    assert not arrivals.root.exists()


@given(st.text(max_size=300))
def test_what_is_known_comes_back(tmp_path_factory: pytest.TempPathFactory, name: str) -> None:
    arrivals = Arrivals(tmp_path_factory.mktemp("uploads"))
    arrival = made(arrivals, name=name)
    assert Arrivals(arrivals.root).find(OWNER, arrival.id) == arrival


def test_one_at_a_time(arrivals: Arrivals) -> None:
    arrival = made(arrivals)
    with arrivals.held(OWNER, arrival.id) as held:
        assert held == arrival
        with pytest.raises(BusyError), Arrivals(arrivals.root).held(OWNER, arrival.id):
            pass
        arrivals.keep(held)
        with pytest.raises(BusyError), arrivals.held(OWNER, arrival.id):
            pass
        arrivals.forget(held)
        with pytest.raises(NotFoundError), arrivals.held(OWNER, arrival.id):
            pass


def test_of_many_that_come_at_once_one_holds_it(arrivals: Arrivals) -> None:
    arrival, start, held, busy = made(arrivals), threading.Barrier(8), [], []
    done = threading.Event()

    def hold() -> None:
        start.wait()
        try:
            with arrivals.held(OWNER, arrival.id):
                held.append(1)
                done.wait(60)
        except BusyError:
            busy.append(1)
        if len(busy) == 7:
            done.set()

    threads = [threading.Thread(target=hold) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(held), len(busy)) == (1, 7)


def test_moving_keeps_everything(arrivals: Arrivals) -> None:
    arrival = made(arrivals, content=b"abc")
    assert (arrivals.kept(arrival), arrivals.kept_bytes(OWNER)) == (False, 0)
    path = arrivals.keep(arrival)
    assert arrivals.keep(arrival) == path
    assert (path.read_bytes(), arrivals.offset(arrival), arrivals.kept_bytes(OWNER)) == (b"abc", 3, 3)
    assert arrivals.find(OWNER, arrival.id) == arrival
    assert arrivals.listed(OWNER, "unfinished") == []
    assert arrivals.listed(OWNER, "kept") == [arrival]


def test_a_path_is_of_its_owner_alone(arrivals: Arrivals) -> None:
    arrival = made(arrivals)
    assert arrivals.of_path(OWNER, arrivals.path(arrival)) is None  # it is not all there
    path = arrivals.keep(arrival)
    assert arrivals.of_path(OWNER, path) == arrival
    for other in (path.with_suffix(".mkv"), path.parent / "state.json", path.parent, path / "x", Path("/")):
        assert arrivals.of_path(OWNER, other) is None
    assert arrivals.of_path(OTHER, path) is None
    with pytest.raises(NotFoundError):
        arrivals.find(OTHER, arrival.id)


def test_a_state_that_was_moved_to_another_owner_is_none_of_theirs(arrivals: Arrivals) -> None:
    arrival = made(arrivals)
    made(arrivals, OTHER)
    (arrivals.root / str(OWNER) / "unfinished" / str(arrival.id)).rename(
        arrivals.root / str(OTHER) / "unfinished" / str(arrival.id)
    )
    with pytest.raises(NotFoundError):
        arrivals.find(OTHER, arrival.id)


@pytest.mark.parametrize("state", [b"", b"{", b"[]", b"{}", b"null", b'{"id": 1, "owner": 2}', b"\xff" * 10])
def test_a_damaged_state_is_left_out_and_cleared_later(arrivals: Arrivals, state: bytes) -> None:
    arrival = made(arrivals)
    folder = arrivals.path(arrival).parent
    (folder / "state.json").write_bytes(state)
    with pytest.raises(NotFoundError):
        arrivals.find(OWNER, arrival.id)
    assert arrivals.listed(OWNER, "unfinished") == []
    now = folder.stat().st_mtime
    arrivals.clear_rubble(OWNER, now + STALE_S / 2)
    assert folder.exists()
    arrivals.clear_rubble(OWNER, now + STALE_S * 2)
    assert not folder.exists()


def test_what_was_being_made_or_removed_is_cleared(arrivals: Arrivals) -> None:
    arrival = made(arrivals)
    folder = arrivals.path(arrival).parent
    aside = folder.with_name(f".{folder.name}")
    folder.rename(aside)
    kept = made(arrivals)
    os.utime(aside, (0, 0))
    arrivals.clear_rubble(OWNER, STALE_S * 2)
    assert not aside.exists()
    assert arrivals.listed(OWNER, "unfinished") == [kept]


def test_a_refused_one_keeps_its_reason_and_not_its_bytes(arrivals: Arrivals) -> None:
    arrival = made(arrivals, content=b"abc")
    with arrivals.held(OWNER, arrival.id) as held:
        arrivals.refuse(held, "This is no video.")
    found = arrivals.find(OWNER, arrival.id)
    assert found == replace(arrival, refused="This is no video.")
    assert not arrivals.path(found).exists()
