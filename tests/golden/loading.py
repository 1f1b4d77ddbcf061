"""The goldens, loaded as any model is. What is missing fails: nothing here is written by a test."""

import json
import lzma
import shutil
from functools import cache
from pathlib import Path

import numpy as np

from scenedex.inference.registry import load_registry
from scenedex.inference.weights import LocalModel, WeightStore

HERE = Path(__file__).parent


@cache
def golden_arrays(name: str) -> dict[str, np.ndarray]:
    """The arrays of a golden file: `vectors`, `preprocessing` or `clap_features`."""
    with np.load(HERE / f"{name}.npz") as found:
        return dict(found)


@cache
def golden_tokens() -> dict[str, list[list[int]]]:
    return json.loads(lzma.decompress((HERE / "tokens.json.xz").read_bytes()))


def golden_model(name: str, folder: Path) -> LocalModel:
    """A golden network through registry and store, from a copy in `folder`."""
    card = load_registry(HERE / "registry.toml").find(name)
    if not folder.joinpath(f"golden--{name}").exists():
        shutil.copytree(HERE / "models" / f"golden--{name}", folder / f"golden--{name}")
    return WeightStore(folder).find(card)
