"""The card of the mini models is about the files beside it, and they keep to their lines."""

import hashlib
import json

import pytest
from benchmarks.mini import LINES

from scenedex.embeddings.mini import folder

CARD = json.loads((folder() / "mini.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("part", ["pictures", "sounds"])
def test_the_figures_were_measured_on_these_files(part: str) -> None:
    content = (folder() / CARD[part]["file"]).read_bytes()
    assert hashlib.sha256(content).hexdigest() == CARD[part]["sha256"]


@pytest.mark.parametrize(("name", "line"), LINES.items())
def test_the_figures_keep_to_their_lines(name: str, line: float) -> None:
    assert CARD["figures"][name] >= line


def test_together_they_are_small() -> None:
    assert sum(path.stat().st_size for path in folder().iterdir()) <= 8_000_000
