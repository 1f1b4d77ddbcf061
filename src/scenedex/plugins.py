"""Plug-ins: encoders, annotations and cut detectors that other packages offer by entry point.

What is installed is read from the metadata of packages; nothing of a plug-in is imported before somebody asks for it by
name. From then on it runs with the rights of scenedex.
"""

import re
from collections import Counter
from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

from scenedex.errors import EncoderPluginError, NotFoundError, PluginError

PluginKind = Literal["encoder", "annotation", "detector"]

API = 1
"""Version of what scenedex asks of a plug-in and gives to it; a plug-in states it as `scenedex_api`."""

GROUPS: dict[PluginKind, str] = {
    "encoder": "scenedex.encoders",
    "annotation": "scenedex.annotations",
    "detector": "scenedex.detectors",
}
"""Kind to the group of its entry points."""

NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_SAID = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Plugin:
    """A plug-in that is installed, by the metadata of its package alone."""

    kind: PluginKind
    name: str
    package: str
    version: str  #: of the package
    target: str  #: where its code is: `module:attribute`
    trouble: str | None = None  #: why it cannot be chosen, a sentence

    def says(self, what: str) -> PluginError:
        """What is wrong with it, in a sentence that names it."""
        error = EncoderPluginError if self.kind == "encoder" else PluginError
        return error(f"The {self.kind} {self.name!r} of the package {self.package} {self.version} {what}")


def installed(kind: PluginKind) -> list[Plugin]:
    """The plug-ins of a kind, by name. Imports nothing."""
    return [plugin for plugin, _ in _found(kind)]


def find(kind: PluginKind, name: str) -> Plugin | None:
    """The plug-in of this name; None where none is installed. Imports nothing."""
    return next((plugin for plugin in installed(kind) if plugin.name == name), None)


@cache
def load(kind: PluginKind, name: str) -> tuple[Plugin, Any]:
    """A plug-in and what its entry point names, imported.

    Raises NotFoundError where it is not installed; PluginError where it cannot be imported, or is for another scenedex.
    """
    for plugin, entry in _found(kind):
        if plugin.name == name:
            return plugin, _imported(plugin, entry)
    names = ", ".join(plugin.name for plugin in installed(kind)) or "none"
    raise NotFoundError(f"There is no {kind} {name!r}: it is not built in, and the plug-ins are: {names}.")


def make(kind: PluginKind, name: str) -> tuple[Plugin, Any]:
    """A plug-in and a new instance of it. Raises NotFoundError and PluginError."""
    plugin, factory = load(kind, name)
    try:
        return plugin, factory()
    except Exception as exc:
        raise plugin.says(f"cannot be made: {said(exc)}") from exc


def folders(kind: PluginKind, name: str) -> list[Path]:
    """Where a plug-in's package lies, and what is installed beside it. Raises as `load`."""
    plugin, _ = load(kind, name)
    entry = next(entry for one, entry in _found(kind) if one == plugin)
    found = [Path(str(entry.dist.locate_file("")))] if entry.dist is not None else []
    spec = find_spec(entry.module.partition(".")[0])
    return found + [Path(place) for place in (spec and spec.submodule_search_locations) or ()]


def said(exc: BaseException) -> str:
    """An exception of a plug-in, in part of a sentence."""
    text = " ".join(f"{type(exc).__name__}: {exc}".split())
    return "".join(one if one.isprintable() else " " for one in text[:_SAID]).rstrip(" .") + "."


def _found(kind: PluginKind) -> list[tuple[Plugin, EntryPoint]]:
    entries = sorted(entry_points(group=GROUPS[kind]), key=lambda entry: entry.name)
    counts = Counter(entry.name for entry in entries)
    return [
        (
            Plugin(
                kind=kind,
                name=entry.name,
                package=entry.dist.name if entry.dist is not None else "unknown",
                version=entry.dist.version if entry.dist is not None else "unknown",
                target=entry.value,
                trouble=_trouble(entry.name, counts[entry.name]),
            ),
            entry,
        )
        for entry in entries
    ]


def _trouble(name: str, count: int) -> str | None:
    if not NAME.fullmatch(name):
        return "cannot be chosen: a name has lower case letters, digits, - and _, 64 at most."
    if count > 1:
        return f"cannot be chosen: {count} packages offer that name; uninstall all but one."
    return None


def _imported(plugin: Plugin, entry: EntryPoint) -> Any:
    if plugin.trouble:
        raise plugin.says(plugin.trouble)
    try:
        factory = entry.load()
    except (Exception, SystemExit) as exc:
        raise plugin.says(f"cannot be imported: {said(exc)}") from exc
    stated = getattr(factory, "scenedex_api", None)
    if stated != API or not callable(factory):
        raise plugin.says(
            f"is written for version {stated!r} of plug-ins, and this scenedex knows version {API}: "
            "install a version of the package that fits (docs/plugins.md)."
        )
    return factory
