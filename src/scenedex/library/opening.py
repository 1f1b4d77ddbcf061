"""Opens a library. What is slow to import is imported while its database starts."""

import threading
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from scenedex.config import Settings, log_encoders, read_settings
from scenedex.store.database import Database

if TYPE_CHECKING:
    from scenedex.indexing.reading import Decoder
    from scenedex.library.core import Library

OPENED = ("scenedex.library.core",)
READ = ("scenedex.indexing.run", "scenedex.embeddings.equipment", "scenedex.embeddings.clip")
"""Where files will be read: what reads them and embeds their pictures, with ONNX Runtime."""


def open_library(
    home: Path | str | None = None,
    *,
    url: str | None = None,
    settings: Settings | None = None,
    reading: bool = False,
) -> "Library":
    """Open the library in the folder `home`, or the one in the PostgreSQL at `url`; by default what the settings say.

    The library is made when there is none. `reading`: files will be read, so what reads them is started beside the
    database. Raises StoreError with a sentence that says what to do when the database cannot be started, reached or
    understood.
    """
    given = settings or read_settings()
    if given.clip_debug_log:
        log_encoders()
    changed = {
        name: value
        for name, value in {"scenedex_home": home and Path(home), "database_url": url}.items()
        if value
    }
    chosen = given.model_copy(update=changed)
    decoder = decoder_of(chosen) if reading else None
    if decoder is not None:
        decoder.warm()
    database = None
    ahead = OPENED + READ if reading else OPENED
    try:
        threading.Thread(target=_import_all, args=[ahead], name="imports").start()
        database = Database.open(url=chosen.database_url, home=home_of(chosen))
        from scenedex.library.core import Library

        return Library(chosen, database=database, decoder=decoder)
    except BaseException:
        if decoder is not None:
            decoder.close()
        if database is not None:
            database.close()
        raise


def home_of(settings: Settings) -> Path:
    """The folder of the library."""
    return settings.scenedex_home.expanduser().absolute()


def decoder_of(settings: Settings) -> "Decoder":
    """What reads files: here, or in child processes."""
    if settings.in_child():
        from scenedex.indexing.decoder.children import Children

        return Children(home_of(settings), settings.scenedex_decoder_memory_mb)
    from scenedex.indexing.here import Here  # the decoders take most of a second to import

    return Here(home_of(settings))


def _import_all(modules: tuple[str, ...]) -> None:
    """What cannot be imported is told by who needs it."""
    with suppress(Exception):
        for module in modules:
            import_module(module)
