"""The Python API: open a library, add videos, search in them."""

from typing import TYPE_CHECKING, Any

from scenedex.library.opening import open_library

if TYPE_CHECKING:
    from scenedex.library.core import Library
    from scenedex.library.keeping import restore_library

__all__ = ["Library", "open_library", "restore_library"]


def __getattr__(name: str) -> Any:
    """What takes long to import."""
    if name == "Library":
        from scenedex.library.core import Library

        return Library
    if name == "restore_library":
        from scenedex.library.keeping import restore_library

        return restore_library
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
