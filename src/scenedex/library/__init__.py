"""The Python API: open a library, add videos, search in them."""

from scenedex.library.core import Library, open_library
from scenedex.library.keeping import restore_library

__all__ = ["Library", "open_library", "restore_library"]
