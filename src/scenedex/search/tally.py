"""What the words of a query add up to: how much of it can be seen, and how much is said."""

from collections import defaultdict
from collections.abc import Mapping

from scenedex.search.lexicons import english, korean

WEIGHT: Mapping[str, int] = {
    "shot": 2,
    "seen": 1,
    "object": 1,
    "attribute": 1,
    "action": 1,
    "saying": 2,
    "phrase": 2,
    "content": 2,
    "quotation": 2,
    "about": 1,
    "speech": 1,
    "topic": 1,
    "talking": 1,
}
"""What a word counts, by what it is evidence of. A question counts 2 where nothing visible is asked about, else 1."""

VISUAL = ("shot", "seen", "object", "attribute", "action")
SPEECH = ("quotation", "saying", "phrase", "content", "about", "talking", "speech", "topic")
_SHOWN = {"seen": "shot"} | dict.fromkeys(("saying", "phrase", "content", "about", "talking"), "speech")


class Tally:
    """The counts of one query."""

    def __init__(self) -> None:
        self.found: dict[str, dict[str, str]] = defaultdict(dict)  # kind → base form → as typed
        self.persons: set[str] = set()
        self.visual = 0
        self.speech = 0

    def count(self, kind: str, base: str, text: str) -> None:
        """Count a word, unless the same one has counted."""
        shown = _SHOWN.get(kind, kind)
        if base in self.found[shown]:
            return
        self.found[shown][base] = text
        self.visual += WEIGHT[kind] if kind in VISUAL else 0
        self.speech += WEIGHT[kind] if kind in SPEECH else 0

    def dismiss_persons(self) -> None:
        """People of whom nothing but their words is asked for are no picture."""
        if self.persons and self.visual == len(self.persons):
            self.found["object"] = {}
            self.persons, self.visual = set(), 0

    def hear(self, base: str, text: str) -> None:
        """A sound counts for neither."""
        self.found["sound"].setdefault(base, text)

    def for_a_sound(self) -> bool:
        """Whether it is the sound of a thing that is looked for, not its picture."""
        sounding = tuple(english().grammar["sounding"] | korean().grammar["sounding"])
        return any(base.endswith(sounding) for base in self.found.get("sound", ()))

    def ask(self, text: str) -> None:
        """A question about what can be seen or heard is half a question about what is said."""
        self.found["question"].setdefault(text, text)
        self.speech += 1 if self.visual or self.found.get("sound") else 2
