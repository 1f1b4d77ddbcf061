"""Plug-ins for tests: the example as its wheel installs it, and packages of a few lines."""

import importlib
import os
import shutil
import zipfile
from pathlib import Path

import pytest
from hatchling.build import build_wheel

from scenedex import plugins

EXAMPLE = Path(__file__).parents[1] / "examples" / "plugin"


def install_example(patch: pytest.MonkeyPatch, folder: Path) -> Path:
    """Build the example's wheel and unpack it, as an installer would, where this process looks for packages."""
    source, site = folder / "source", folder / "site"
    shutil.copytree(EXAMPLE, source)
    here = Path.cwd()
    os.chdir(source)
    try:
        wheel = build_wheel(str(folder))
    finally:
        os.chdir(here)
    with zipfile.ZipFile(folder / wheel) as archive:
        archive.extractall(site)
    patch.syspath_prepend(str(site))
    return site


def install(patch: pytest.MonkeyPatch, folder: Path, group: str, name: str, code: str) -> str:
    """A package that offers `Plug` of this code by this name; the name of its module."""
    module = f"plug_{folder.name.replace('-', '_')}_{len(list(folder.glob('*.py')))}"
    (folder / f"{module}.py").write_text(code, encoding="utf-8")
    about = folder / f"{module}-2.5.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}\nVersion: 2.5\n")
    (about / "entry_points.txt").write_text(f"[{group}]\n{name} = {module}:Plug\n")
    patch.syspath_prepend(str(folder))
    importlib.invalidate_caches()
    plugins.load.cache_clear()
    return module
