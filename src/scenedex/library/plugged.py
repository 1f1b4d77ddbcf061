"""The plug-ins that a library could use."""

from collections.abc import Callable
from dataclasses import replace

from scenedex.embeddings.equipment import Equipment
from scenedex.library.annotating import BUILT_IN as ANNOTATIONS
from scenedex.plugins import GROUPS, Plugin, PluginKind, installed
from scenedex.scenes.plugged import BUILT_IN as DETECTORS


def all_plugins(equipment: Equipment) -> list[Plugin]:
    """All that are installed, by kind and name. What scenedex has itself goes before a plug-in of the same name."""
    known: dict[PluginKind, Callable[[str], bool]] = {
        "encoder": lambda name: not equipment.is_plugin(name),
        "annotation": lambda name: name.replace("-", "_") in ANNOTATIONS,
        "detector": lambda name: name in DETECTORS,
    }
    taken = "cannot be chosen: scenedex has one of that name."
    return [
        replace(plugin, trouble=taken) if known[kind](plugin.name) else plugin
        for kind in GROUPS
        for plugin in installed(kind)
    ]
