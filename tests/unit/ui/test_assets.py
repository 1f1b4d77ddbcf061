"""The page's static files: how large they are, what they may not do, and that none is missing."""

import json
import re
import subprocess
from collections.abc import Iterable
from importlib.resources import as_file, files
from pathlib import Path

import pytest

from scenedex.api.routes.page import FOLDER, NAME
from scenedex.api.scripts import Scripts

MOST_SCRIPT = 60_000
"""Bytes of all scripts together as they are delivered, before any compression."""
MOST_SOURCE = 95_910
"""Bytes as they are written: what there is, so that they grow no further."""
FIRST_SCRIPT = 24_000
"""Delivered for the search, which is what somebody waits for first: the rest comes with its view."""
SCRIPTS = sorted(FOLDER.rglob("*.js"))
STYLES = sorted(FOLDER.rglob("*.css"))
INDEX = (FOLDER / "index.html").read_text(encoding="utf-8")

FORBIDDEN = (
    r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|createContextualFragment|DOMParser|setHTML",
    r"\beval\b|new Function|setTimeout\(\s*['\"`]",
    r"https?://(?!www\.w3\.org/)",
)


def sizes(paths: Iterable[Path]) -> dict[str, int]:
    """Bytes of each script as it is delivered."""
    scripts = Scripts(FOLDER)
    return {str(path.relative_to(FOLDER)): len(scripts.delivered(path)) for path in paths}


def test_all_script_is_small() -> None:
    delivered = sizes(SCRIPTS)
    assert sum(delivered.values()) <= MOST_SCRIPT, delivered


def test_the_sources_do_not_grow() -> None:
    assert sum(path.stat().st_size for path in SCRIPTS) <= MOST_SOURCE


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
    assert sum(sizes(loaded).values()) <= FIRST_SCRIPT


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
        key for key in korean if not key.endswith("_one") and not key.startswith("server.")
    }
    for key, text in korean.items():
        wanted = set(re.findall(r"\{\w+\}", english.get(key, text)))
        assert set(re.findall(r"\{\w+\}", text)) == wanted, key
        assert text, key


def test_what_the_server_says_is_still_what_it_says() -> None:
    """It speaks English: other languages have words for its codes and parts of its sentences."""
    source = "".join(path.read_text(encoding="utf-8") for path in FOLDER.parent.rglob("*.py"))
    said = [key.removeprefix("server.") for key in strings("ko") if key.startswith("server.")]
    assert said
    assert [
        one for one in said if one not in source and one.removesuffix(" was asked for") not in source
    ] == []


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


VIEWS = {
    "search": (
        "js/search",
        ("search-page", "search-filters", "search-landing", "search-first", "search-why"),
    ),
    "player": ("js/player", ("player",)),
    "library": ("js/library", ("library", "card", "about", "tag", "arrivals", "arrival")),
    "entities": ("js/entities", ("entities", "entities-none", "entity", "entity-pictures")),
    "anomalies": ("js/anomalies", ("anomalies",)),
    "status": ("js/health", ("status",)),
    "session": ("js/session", ("sign-in",)),
}
"""Of each file of styles that is one view's: where that view's script stands, and its templates."""


def classes_in(markup: str, *scripts: Path) -> set[str]:
    """Every class that markup or script gives to an element."""
    found = {name for names in re.findall(r'class="([^"]*)"', markup) for name in names.split()}
    for path in scripts:
        text = path.read_text(encoding="utf-8")
        for given in re.findall(r"(?:\bclass: |className = |classList\.\w+\(|\bchart\()([^,;}\n]*)", text):
            found |= {name for names in re.findall(r'"([\w -]*)"', given) for name in names.split()}
    return found


def classes_of_views() -> dict[str, set[str]]:
    """Of each view, and of "" all that belongs to none."""
    templates = dict(re.findall(r'<template id="([^"]+)">(.*?)</template>', INDEX, re.DOTALL))
    found = {
        view: classes_in("".join(templates.pop(one) for one in its), *(FOLDER / folder).glob("*.js"))
        for view, (folder, its) in VIEWS.items()
    }
    shell = re.sub(r"<template.*?</template>", "", INDEX, flags=re.DOTALL) + "".join(templates.values())
    return found | {"": classes_in(shell, *(FOLDER / "js").glob("*.js"))}


def selectors(path: Path) -> list[str]:
    """Every selector of a file of styles; what stands in brackets stays together."""
    plain = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    plain = re.sub(r"@keyframes[^{]*\{(?:[^{}]*\{[^}]*\})*\s*\}|@[^{;]*\{", "", plain)
    rules = re.findall(r"([^{}]+)\{[^{}]*\}", plain)
    return [one.strip() for rule in rules for one in re.split(r",(?![^()]*\))", rule)]


def test_every_file_of_styles_is_of_a_view_or_of_all() -> None:
    assert {path.stem for path in STYLES} == {*VIEWS, "base", "tokens"}


@pytest.mark.parametrize("view", VIEWS)
def test_no_view_styles_a_class_of_another(view: str) -> None:
    """All styles are loaded on every view: a rule names an id, or a class that is on its own view alone."""
    used = classes_of_views()
    elsewhere = set[str]().union(*(names for other, names in used.items() if other != view))
    found = selectors(FOLDER / "css" / f"{view}.css")
    assert found
    loose = [one for one in found if "#" not in one and not set(re.findall(r"\.([\w-]+)", one)) - elsewhere]
    assert loose == []


def test_every_class_that_is_styled_is_used() -> None:
    used = set[str]().union(*classes_of_views().values())
    styled = {
        name for path in STYLES for one in selectors(path) for name in re.findall(r"\.([a-z][\w-]*)", one)
    }
    assert styled - used == set()
