"""Where things are."""

from pathlib import Path

from platformdirs import user_cache_path

CACHE = user_cache_path("scenedex-training")
"""Packages and drawings; outside the repository. Delete it after a change of the drawing code."""

SHIPPED = Path(__file__).parent.parent / "src" / "scenedex" / "embeddings" / "mini"
