"""Search inside your videos: what is seen, said, heard and written on the screen."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scenedex.errors import ScenedexError
    from scenedex.library import Library, open_library, restore_library
    from scenedex.types import Answer, Caption, FileOutcome, Hit, Scene, Video
    from scenedex.types.frames import to_dataframe

__all__ = [
    "Answer",
    "Caption",
    "FileOutcome",
    "Hit",
    "Library",
    "Scene",
    "ScenedexError",
    "Video",
    "open_library",
    "restore_library",
    "to_dataframe",
]

_HOMES = {
    "ScenedexError": "errors",
    "Library": "library",
    "open_library": "library",
    "restore_library": "library",
    "to_dataframe": "types.frames",
}


def __getattr__(name: str) -> Any:
    """The public names, imported when they are asked for: the command line must start at once."""
    if name not in __all__:
        raise AttributeError(f"module 'scenedex' has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(f"scenedex.{_HOMES.get(name, 'types')}"), name)
