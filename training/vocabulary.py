"""What the mini models are taught: things, places, light, weather and colours, and the words for each."""

import re
from dataclasses import dataclass, field
from pathlib import Path

from scenedex.demo.draw.thing import Thing
from scenedex.demo.draw.things import THINGS
from scenedex.demo.sounds import SOUNDS

WORDS = Path(__file__).parent / "words"
SEEDS = 24
"""Renderings of every sound that are trained; the seeds above are for the evaluation."""
ARTICLES = ("a ", "an ", "the ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Concept:
    """A thing, and where its pictures come from."""

    name: str
    words: tuple[str, ...]  #: used in training captions, its name first
    emoji: tuple[str, ...]  #: characters of the emoji typeface
    clipart: tuple[str, ...]  #: words in the file names of the clip art
    drawn: Thing | None  #: None: the demo cannot draw it


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """A place, a light, a weather or a colour."""

    name: str
    words: tuple[str, ...]  #: phrases; adjectives for colours


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Everything a training caption can say."""

    concepts: tuple[Concept, ...]
    settings: dict[str, dict[str, Setting]] = field(default_factory=dict)  #: kind, name

    @property
    def places(self) -> dict[str, Setting]:
        """By name."""
        return self.settings["place"]

    @property
    def colours(self) -> dict[str, Setting]:
        """By name."""
        return self.settings["colour"]

    def training_words(self) -> set[str]:
        """Every single word that training captions are made of, in small letters."""
        phrases = [word for concept in self.concepts for word in concept.words]
        phrases += [word for kind in self.settings.values() for each in kind.values() for word in each.words]
        return {word for phrase in phrases for word in re.findall(r"[a-z]+", phrase.lower())}


def rows(name: str) -> list[tuple[str, ...]]:
    """The lines of a word list: cells between bars, stripped; lines that begin with # are left out."""
    text = (WORDS / name).read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [tuple(cell.strip() for cell in line.split("|")) for line in lines]


def held_out_words() -> list[tuple[str, str]]:
    """Words that no training caption holds, and the things they mean."""
    return [(row[0], row[1]) for row in rows("held_out_words.txt")]


def held_out_things() -> list[tuple[str, str]]:
    """Things of which no picture is trained: name and emoji character."""
    return [(row[0], chr(int(row[1], 16))) for row in rows("held_out_things.txt")]


def sound_words() -> dict[str, tuple[str, ...]]:
    """The words for every sound that the demo can make.

    Raises ValueError when the word list and the demo differ.
    """
    found = {name: tuple(each.strip() for each in words.split(";")) for name, words in rows("sounds.txt")}
    if set(found) != set(SOUNDS):
        raise ValueError(f"The list of sounds needs mending: {set(found) ^ set(SOUNDS)}.")
    return found


def vocabulary() -> Vocabulary:
    """Read the word lists. Held-out words and pictures are taken out.

    Raises ValueError when a thing of the demo is missing, or a held-out word is among the training words.
    """
    forbidden = {word for word, _ in held_out_words()}
    hidden = {character for _, character in held_out_things()}
    concepts = []
    for name, synonyms, emoji, *clipart in rows("things.txt"):
        words = (name, *(each.strip() for each in synonyms.split(",")))
        files = (clipart[0] if clipart else "").split()
        concepts.append(
            Concept(
                name=name,
                words=tuple(dict.fromkeys(w for w in words if w and not _words(w) & forbidden)),
                emoji=tuple(c for c in (chr(int(code, 16)) for code in emoji.split()) if c not in hidden),
                clipart=tuple(files),
                drawn=THINGS.get(name),
            )
        )
    found = Vocabulary(tuple(concepts), _settings())
    missing = set(THINGS) - {concept.name for concept in concepts}
    leaked = forbidden & found.training_words()
    if missing or leaked:
        raise ValueError(f"The word lists need mending: missing {sorted(missing)}, leaked {sorted(leaked)}.")
    return found


def _words(phrase: str) -> set[str]:
    return set(re.findall(r"[a-z]+", phrase.lower()))


def _settings() -> dict[str, dict[str, Setting]]:
    found: dict[str, dict[str, Setting]] = {}
    for kind, name, words in rows("settings.txt"):
        phrases = tuple(each.strip() for each in words.split(";"))
        found.setdefault(kind, {})[name] = Setting(name=name, words=phrases)
    return found
