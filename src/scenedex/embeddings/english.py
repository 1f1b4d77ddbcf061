"""An English word → its stem: Porter's second stemmer (snowballstem.org), and the forms that it cannot know.

Applied to every word of the letters a to z, whatever its language: text and query change alike.
"""

from functools import lru_cache

from snowballstemmer.english_stemmer import EnglishStemmer

_FUNCTION_WORDS = """
a about after all also am an and any are as at be because been before being but by can cannot cant
could did didnt do does doesnt doing dont for from had has have having he her here hers him his how
i if in into is isnt it its just me more most my no nor not of off on or our out over own same she
should so some such than that the their them then there these they this those through to too under
until up very was wasnt we were what when where which while who whom why will with would you your
yours
"""
STOP_WORDS = frozenset(_FUNCTION_WORDS.split())
"""What carries no topic of its own. A query leaves them out when anything else remains; texts keep them."""

_FORMS = """
begin: began begun; break: broke broken; bring: brought; build: built; bus: buses; buy: bought;
catch: caught; child: children; choose: chose chosen; come: came; drink: drank drunk; drive: drove
driven; eat: ate eaten; fall: fell fallen; feed: fed; fight: fought; fly: flew flown; foot: feet;
forget: forgot forgotten; freeze: froze frozen; gas: gases; give: gave given; go: goes going went
gone; goose: geese; grow: grew grown; hide: hid hidden; hold: held; keep: kept; knife: knives; know:
knew known; lose: lost; make: made; man: men; meet: met; mouse: mice; ox: oxen; pay: paid; person:
people; ride: rode ridden; ring: rang rung; run: ran; say: said; sell: sold; send: sent; shake:
shook shaken; shelf: shelves; sing: sang sung; sink: sank sunk; sit: sat; sleep: slept; speak: spoke
spoken; stand: stood; steal: stole stolen; swim: swam swum; take: took taken; teach: taught; tell:
told; think: thought; throw: threw thrown; tooth: teeth; wake: woke woken; wear: wore worn; wife:
wives; win: won; wolf: wolves; woman: women; write: wrote written
"""
_IRREGULAR = {
    form: entry.split(":")[0].strip() for entry in _FORMS.split(";") for form in entry.split(":")[1].split()
}

_TOO_SHORT = {
    "animal": "animal",
    "animals": "animal",
    "important": "important",
    "organization": "organization",
}
"""Words that the stemmer makes the same as others that mean something else: animated, import, organ."""


@lru_cache(maxsize=65_536)
def english_stem(word: str) -> str:
    """The stem of a folded word: "drives", "drove" → "drive". Other scripts and numbers stay as they are."""
    if len(word) < 3 or not (word.isascii() and word.isalpha()):
        return word
    if word in _TOO_SHORT:
        return _TOO_SHORT[word]
    # A stemmer keeps its state in itself, so threads cannot share one; a new one costs a microsecond.
    return str(EnglishStemmer().stemWord(_IRREGULAR.get(word, word)))
