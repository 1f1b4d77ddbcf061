"""The labelled queries, how far the router agrees with them, and the tables of docs/router.md.

`python -m tests.unit.search.router_labels` writes the tables into the page.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from scenedex.search.router import Route, route

QUERIES = Path(__file__).with_name("router_queries.tsv")
PAGE = Path(__file__).parents[3] / "docs" / "router.md"
HALVES = ("development", "held out")
LANGUAGES = {"en": "English", "ko": "Korean", "mixed": "mixed"}
_TABLES = re.compile(r"(?<=<!-- agreement -->\n).*?(?=<!-- end -->)", re.DOTALL)


class Labelled(NamedTuple):
    query: str
    mode: str
    language: str
    half: str


class Judged(NamedTuple):
    labelled: Labelled
    route: Route

    @property
    def right(self) -> bool:
        return self.route.mode == self.labelled.mode


def labelled() -> list[Labelled]:
    lines = QUERIES.read_text(encoding="utf-8").splitlines()
    return [Labelled(*line.split("\t")) for line in lines if not line.startswith("#")]


def judged() -> list[Judged]:
    return [Judged(one, route(one.query)) for one in labelled()]


def agreement(judgements: Iterable[Judged]) -> float:
    rights = [one.right for one in judgements]
    return sum(rights) / len(rights)


def tables(judgements: Sequence[Judged]) -> str:
    """Agreement by part and language, what was taken for what, and each error."""
    lines = ["", "| | " + " | ".join(LANGUAGES.values()) + " | all |", "|---|" + "---|" * 4]
    for half in HALVES:
        cells = [
            [one for one in judgements if one.labelled[2:] == (language, half)] for language in LANGUAGES
        ]
        cells.append([one for one in judgements if one.labelled.half == half])
        shown = (f"{sum(one.right for one in cell)} of {len(cell)} ({agreement(cell):.3f})" for cell in cells)
        lines.append(f"| {half} | " + " | ".join(shown) + " |")
    modes = ("recall", "rerank", "skip")
    taken = Counter((one.labelled.mode, one.route.mode) for one in judgements)
    lines += [
        "",
        "| expected | " + " | ".join(f"found {mode}" for mode in modes) + " |",
        "|---|" + "---|" * 3,
    ]
    lines += [
        f"| {mode} | " + " | ".join(str(taken[mode, found]) for found in modes) + " |" for mode in modes
    ]
    lines += ["", "| query | part | expected | found | reason |", "|---|---|---|---|---|"]
    for one in judgements:
        if not one.right:
            query, mode, _, half = one.labelled
            lines.append(f"| {query} | {half} | {mode} | {one.route.mode} | {one.route.reason} |")
    return "\n".join([*lines, "", ""])


def in_page(page: str) -> str:
    """The tables as they stand in a text of the page."""
    (found,) = _TABLES.findall(page)
    return found


if __name__ == "__main__":
    made = tables(judged())
    PAGE.write_text(_TABLES.sub(lambda _: made, PAGE.read_text(encoding="utf-8")), encoding="utf-8")
