"""What the indexer tells whoever watches it."""

from typing import Literal, Protocol

from scenedex.types import FileOutcome

Step = Literal["hash", "scenes", "words", "store", "screen_text", "speech", "description"]


class Progress(Protocol):
    """Called from the indexing thread; must return at once. What it raises from `step` ends the run, in the middle."""

    def found(self, files: int) -> None:
        """So many files will be looked at."""

    def start(self, path: str) -> None:
        """This file is next."""

    def step(self, step: Step, done: float) -> None:
        """How far a step of the file in hand has come, 0 to 1."""

    def finish(self, outcome: FileOutcome) -> None:
        """The file in hand is done."""


class Silent:
    """Tells nobody."""

    def found(self, files: int) -> None:
        """Nothing."""

    def start(self, path: str) -> None:
        """Nothing."""

    def step(self, step: Step, done: float) -> None:
        """Nothing."""

    def finish(self, outcome: FileOutcome) -> None:
        """Nothing."""
