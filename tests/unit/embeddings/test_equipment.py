"""What an equipment knows of plug-ins."""

from pathlib import Path

import pytest

from scenedex import plugins
from scenedex.embeddings.equipment import Equipment
from scenedex.inference.registry import load_registry
from scenedex.inference.weights import WeightStore


def test_packages_are_read_once_for_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    found = plugins.find

    def counted(kind: plugins.PluginKind, name: str) -> plugins.Plugin | None:
        asked.append(name)
        return found(kind, name)

    monkeypatch.setattr(plugins, "find", counted)
    equipment = Equipment(load_registry(), WeightStore(tmp_path))
    assert not any(equipment.is_plugin(name) for name in ("mine", "mine", "other", "clip-b32"))
    assert equipment.permits("mine")
    assert asked == ["mine", "other"]
