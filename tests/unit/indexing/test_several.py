"""Several files side by side: outcomes in order, one story for who watches, and an end for all."""

import threading
import time

import pytest

from scenedex.indexing.several import Turns, side_by_side
from scenedex.types import FileOutcome


def outcome(name: str) -> FileOutcome:
    return FileOutcome(path=name, outcome="indexed")


class Story:
    """What a watcher is told."""

    def __init__(self) -> None:
        self.events: list[tuple[str, str]] = []

    def found(self, files: int) -> None:
        self.events.append(("found", str(files)))

    def start(self, path: str) -> None:
        self.events.append(("start", path))

    def step(self, step: str, done: float) -> None:
        self.events.append(("step", step))

    def finish(self, done: FileOutcome) -> None:
        self.events.append(("finish", done.path))


def test_outcomes_come_in_the_order_of_the_files_whoever_is_first() -> None:
    turns, later = Turns(Story()), threading.Event()

    def work(name: str) -> FileOutcome:
        if name == "a":
            assert later.wait(10)
        if name == "c":
            later.set()
        return outcome(name)

    assert [done.path for done in side_by_side(work, list("abc"), 2, turns)] == list("abc")


def test_whoever_watches_is_told_of_one_file_at_a_time() -> None:
    story = Story()
    turns, begun, told = Turns(story), threading.Barrier(2), threading.Event()

    def work(name: str) -> FileOutcome:
        if name == "b":
            begun.wait(10)
        turns.start(name)
        if name == "a":
            begun.wait(10)
            assert told.wait(10)
            turns.step("scenes", 0.5)
        else:
            turns.step("words", 0.5)
            told.set()
            while ("finish", "a") not in story.events:
                time.sleep(0.001)
            turns.step("store", 1.0)
        turns.finish(outcome(name))
        return outcome(name)

    side_by_side(work, ["a", "b"], 2, turns)
    assert story.events == [
        ("start", "a"), ("step", "scenes"), ("finish", "a"), ("start", "b"), ("step", "store"), ("finish", "b"),
    ]  # fmt: skip


@pytest.mark.parametrize("kind", [KeyboardInterrupt, RuntimeError])
def test_what_ends_one_file_ends_all_and_is_raised_when_they_have_ended(kind: type[BaseException]) -> None:
    turns, ended, begun = Turns(Story()), [], threading.Event()

    def work(name: str) -> FileOutcome:
        turns.start(name)
        if name == "breaks":
            assert begun.wait(10)
            raise kind(name)
        begun.set()
        try:
            while True:
                turns.step("scenes", 0.5)
                time.sleep(0.001)
        finally:
            ended.append(name)

    with pytest.raises(kind, match="breaks"):
        side_by_side(work, ["long", "breaks", "never"], 2, turns)
    assert ended == ["long"]


def test_a_single_file_tells_its_steps_without_having_been_announced() -> None:
    story = Story()
    Turns(story).step("hash", 0.1)
    assert story.events == [("step", "hash")]
