"""The page's static files: how large they are, what they may not do, and that none is missing."""

import json
import re
import subprocess
from importlib.resources import as_file, files
from pathlib import Path

import pytest

from scenedex.api.routes.page import FOLDER, NAME

MOST_SCRIPT = 100_000
"""What there is, so that it grows no further: the line is 60,000, and docs/page.md says how far it is."""
FIRST_SCRIPT = 60_000
"""Of the search, which is what somebody waits for first: the rest comes with its view."""
SCRIPTS = sorted(FOLDER.rglob("*.js"))
STYLES = sorted(FOLDER.rglob("*.css"))
INDEX = (FOLDER / "index.html").read_text(encoding="utf-8")

FORBIDDEN = (
    r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|createContextualFragment|DOMParser|setHTML",
    r"\beval\b|new Function|setTimeout\(\s*['\"`]",
    r"https?://(?!www\.w3\.org/)",
)


def test_all_script_is_small() -> None:
    sizes = {str(path.relative_to(FOLDER)): path.stat().st_size for path in SCRIPTS}
    assert sum(sizes.values()) <= MOST_SCRIPT, sizes


def test_the_first_view_needs_little_script() -> None:
    loaded, rest = set(), [FOLDER / "js/app.js", FOLDER / "js/search/view.js"]
    while rest:
        path = rest.pop()
        if path not in loaded:
            loaded.add(path)
            named = re.findall(
                r'^(?:import|export) .*?from "(\..*?)";', path.read_text(), re.MULTILINE | re.DOTALL
            )
            rest += [(path.parent / name).resolve() for name in named]
    assert len(loaded) > 10
    assert sum(path.stat().st_size for path in loaded) <= FIRST_SCRIPT


@pytest.mark.parametrize("path", [*SCRIPTS, *STYLES, FOLDER / "index.html"], ids=lambda path: path.name)
def test_nothing_makes_markup_of_text_or_comes_from_elsewhere(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for pattern in FORBIDDEN:
        assert not re.search(pattern, text), pattern
    assert "@import" not in text


def test_the_document_has_no_script_or_style_of_its_own() -> None:
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)", INDEX)


def strings(language: str) -> dict[str, str]:
    found: dict[str, str] = json.loads((FOLDER / "strings" / f"{language}.json").read_text(encoding="utf-8"))
    return found


def test_both_languages_say_the_same() -> None:
    english, korean = strings("en"), strings("ko")
    # Korean has one form for all numbers
    assert {key for key in english if not key.endswith("_one")} == {
        key for key in korean if not key.endswith("_one")
    }
    for key, text in korean.items():
        wanted = set(re.findall(r"\{\w+\}", english[key]))
        assert set(re.findall(r"\{\w+\}", text)) == wanted, key
        assert text, key


def test_every_word_that_is_asked_for_is_there() -> None:
    known = strings("en")
    for path in SCRIPTS:
        text = path.read_text(encoding="utf-8")
        for key in re.findall(r"\bt\(\"([a-z_]+\.[a-z_]+)\"", text):
            assert key in known, f"{path.name}: {key}"
        for key in re.findall(r"\btn\(\"([a-z_]+\.[a-z_]+)\"", text):
            assert {f"{key}_one", f"{key}_other"} <= set(known), f"{path.name}: {key}"
    for key in re.findall(r"data-t(?:-\w+)?=\"([^\"]+)\"", INDEX):
        assert key in known, key


def test_all_that_is_named_is_there_and_can_be_asked_for() -> None:
    named = set(re.findall(r"/assets/([^\"#]+)", INDEX))
    for path in SCRIPTS:
        text = path.read_text(encoding="utf-8")
        for name in re.findall(r"(?:from|import\()\s*\"(\.{1,2}/[^\"]+)\"", text):
            named.add(str((path.parent / name).resolve().relative_to(FOLDER.resolve())))
    for name in named:
        assert (FOLDER / name).is_file(), name
    for path in FOLDER.rglob("*"):
        if path.is_file() and path.name != "index.html":
            assert NAME.fullmatch(str(path.relative_to(FOLDER))), path


def test_icons_that_are_used_are_drawn() -> None:
    drawn = set(re.findall(r"<symbol id=\"([^\"]+)\"", (FOLDER / "icons.svg").read_text(encoding="utf-8")))
    used = set(re.findall(r"icons\.svg#(\w+)", INDEX))
    for path in SCRIPTS:
        used |= set(re.findall(r"\bicon\(\"(\w+)\"\)", path.read_text(encoding="utf-8")))
    assert used <= drawn


def test_all_of_it_is_packed() -> None:
    """The wheel holds what stands in the package's folder, but what git ignores."""
    with as_file(files("scenedex") / "ui") as folder:
        assert (folder / "index.html").is_file()
    done = subprocess.run(
        ["git", "check-ignore", *[str(path) for path in FOLDER.rglob("*")]],
        cwd=FOLDER, capture_output=True, text=True,
    )  # fmt: skip
    assert done.stdout == ""


def test_no_view_styles_a_class_of_another() -> None:
    """All styles are loaded on every view. What base.css names is there to be refined."""
    named: dict[str, set[str]] = {}
    for path in STYLES:
        plain = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        for selector in ",".join(re.findall(r"([^{}]+)\{", plain)).split(","):
            if first := re.match(r"\s*\.([\w-]+)", selector):
                named.setdefault(first[1], set()).add(path.name)
    shared = {name for name, where in named.items() if len(where) > 1 and "base.css" not in where}
    assert shared <= {"curve", "anomalies"}  # the chart's, and the tiles that both show
