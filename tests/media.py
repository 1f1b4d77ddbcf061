"""Test media: the shared collection, beside the checkout or at `SCENEDEX_TEST_MEDIA`, and clips made on the spot."""

import os
from pathlib import Path

import pytest

from scenedex.testing import shots_clip


def shared_media(part: str = "") -> Path:
    """The folder of real test media, or a part of it; skips the test when it is not on this machine."""
    named = os.environ.get("SCENEDEX_TEST_MEDIA")
    folder = Path(named) if named else Path(__file__).parents[2] / "shared" / "media"
    if not folder.is_dir():
        pytest.skip(f"the shared test media are not on this machine (looked at {folder})")
    return folder / part


def make_clip(path: Path, *seconds: float) -> Path:
    """A clip of plain colours, one shot for each of these lengths; other lengths make another content."""
    shots_clip(path, seconds or (1.0, 1.0))
    return path


def shared_reference(name: str) -> Path:
    """A file of what earlier systems had; skips the test when it is not on this machine."""
    path = Path(__file__).parents[2] / "shared" / "reference" / name
    if not path.is_file():
        pytest.skip(f"{name} of the earlier systems is not on this machine (looked at {path})")
    return path
