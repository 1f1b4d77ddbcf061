"""A library that is open: its database, its pictures, and the encoders of this machine."""

import copy
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self
from uuid import UUID

from scenedex.config import Settings
from scenedex.embeddings.encoder import TextEncoder
from scenedex.embeddings.watching import Watcher, Watchers
from scenedex.embeddings.wordllama import WordLlamaEncoder
from scenedex.errors import StoreError
from scenedex.library.brought import is_brought
from scenedex.library.opening import decoder_of, home_of
from scenedex.library.pictures import object_store
from scenedex.search.cache import CacheCounts, QueryCache
from scenedex.search.encoding import QueryEncoding
from scenedex.store.arrivals import Arrivals
from scenedex.store.beside import Beside
from scenedex.store.database import Database, Transaction
from scenedex.store.objects import ObjectStore
from scenedex.store.preferences import preference
from scenedex.store.sizes import KnownSizes
from scenedex.types import (
    LOCAL_OWNER,
    Space,
)

if TYPE_CHECKING:
    from scenedex.embeddings.equipment import Equipment
    from scenedex.indexing.annotate import Annotator
    from scenedex.indexing.reading import Decoder

KINDS = ("visual", "audio", "text")
"""Of models; under the same names the library records the one that is used in place of the profile's."""

PACES = "paces.json"
"""Name of the file in the library's folder that remembers how networks run fastest on this machine."""


class Opened:
    """What every part of a library stands on. Close it, or use it in a `with` block."""

    def __init__(
        self, settings: Settings, *, database: Database | None = None, decoder: "Decoder | None" = None
    ) -> None:
        """`database` and `decoder`: its own, where they are open already; they are closed with it."""
        self.settings = settings
        self.owner: UUID = LOCAL_OWNER
        self.home = home_of(settings)
        if decoder is not None:
            self._decoder = decoder
        self._database = database or Database.open(url=settings.database_url, home=self.home)
        self._words = WordLlamaEncoder()
        self._watchers = Watchers()
        self._cache = QueryCache()
        self._sizes = KnownSizes()
        self._beside = Beside(self._database)
        self._encoding = QueryEncoding(
            timeout_s=settings.clip_text_embedding_timeout_s, cache=self._cache, watch=self._watchers
        )
        self._root = self  #: the library that was opened; `of` gives views of it
        self._making = threading.Lock()
        self._annotators: dict[str, Annotator] = {}
        self._on_write: Callable[[Transaction, UUID], None] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Leave the library. The embedded server stops when its last user leaves. A view that `of` gave stays open."""
        if self._root is self:
            if "_decoder" in self.__dict__:
                self._decoder.close()
            self._beside.close()
            self._encoding.close()
            if "_equipment" in self.__dict__:
                self._equipment.close()
            self._database.close()

    def of(self, owner: UUID) -> Self:
        """What another owner has in this library, over the same connections, encoders and cache.

        It works as long as this one is open. Safe in threads, as this one is.
        """
        view = copy.copy(self)
        view.owner = owner
        return view

    @property
    def database(self) -> Database:
        """The library's database: for what is no owner's, such as the queue as a whole."""
        return self._database

    def working(
        self, guard: Callable[[Transaction], None], on_write: Callable[[Transaction, UUID], None]
    ) -> Self:
        """This library for somebody who may lose the right to change it: each transaction begins with `guard`, and
        one that writes a video ends with `on_write`. What either raises undoes the transaction."""
        view = copy.copy(self)
        view._database = self._database.guarded(guard)
        view._on_write = on_write
        return view

    def transaction(self) -> AbstractContextManager[Transaction]:
        """A transaction in the owner's name: committed at the end of the block, rolled back when it raises."""
        return self._database.transaction(self.owner)

    def watch(self, watcher: Watcher) -> None:
        """Have `watcher` told of what encoders do with queries and pictures, from any thread, also through views."""
        self._watchers.add(watcher)

    def cache_counts(self) -> CacheCounts:
        """What became of the questions to the cache of queries, since this library was opened."""
        return self._cache.counts

    def picture(self, object_key: str) -> bytes:
        """The JPEG of a keyframe or thumbnail. Raises NotFoundError for an unknown key."""
        return self._objects().get(object_key)

    @property
    def equipment(self) -> "Equipment":
        """The encoders of this machine."""
        with self._making:  # threads that come at once share one
            return self._root._equipment

    @equipment.setter
    def equipment(self, other: "Equipment | None") -> None:
        """Work with others, in all views of this library; None: those of the settings, made anew."""
        with self._making:
            self._root.__dict__.pop("_equipment", None)
            if other is not None:
                self._root._equipment = other

    @cached_property
    def _equipment(self) -> "Equipment":
        from scenedex.embeddings.equipment import (
            Equipment,  # ONNX Runtime: not needed to search by words alone
        )
        from scenedex.embeddings.pace import Paces
        from scenedex.inference.exported import names_folder, with_exported
        from scenedex.inference.registry import load_registry
        from scenedex.inference.session import RunOptions
        from scenedex.inference.weights import WeightStore

        settings = self.settings
        named = [settings.clip_model_name, *(self._recorded(kind) for kind in KINDS)]
        folders = [name for name in named if name and names_folder(name)]
        store = WeightStore(
            settings.models_folder(),
            also=[Path(name).expanduser().parent for name in folders],
            hub_cache=settings.hf_home / "hub" if settings.hf_home else None,
            token=settings.huggingface_hub_token,
            offline=settings.hf_hub_offline,
        )
        options = RunOptions(device=settings.clip_device, timeout_s=settings.clip_timeout_s)
        return Equipment(
            with_exported(load_registry(), settings.models_folder(), folders),
            store,
            options,
            elsewhere=settings.elsewhere(),
            video=settings.video(),
            max_side=settings.clip_max_image_size,
            paces=Paces(self.home / PACES),
            permits=self._permits,
        )

    def _permits(self, plugin: str) -> bool:
        named = (self.settings.clip_model_name, self.settings.scenedex_text_model)
        return plugin in named or not is_brought(self._database, plugin)

    @property
    def arrivals(self) -> Arrivals:
        """The files that came over HTTP, or are on their way."""
        return Arrivals(self.settings.uploads_folder())

    def _sent_as(self, path: Path) -> str | None:
        """What its sender calls a file of this owner that came over HTTP."""
        found = self.arrivals.of_path(self.owner, path)
        return found.name if found else None

    def _make_own_folder(self) -> None:
        """Make the folder of this library on this machine, where database and pictures lie elsewhere."""
        try:
            self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as exc:
            raise StoreError(
                f"The folder {str(self.home)!r} cannot be made ({exc.strerror}): set SCENEDEX_HOME to one that can."
            ) from exc

    @property
    def decoder(self) -> "Decoder":
        """What reads files: here, or in child processes."""
        self._make_own_folder()
        with self._making:
            return self._root._decoder

    @cached_property
    def _decoder(self) -> "Decoder":
        return decoder_of(self.settings)

    def _objects(self) -> ObjectStore:
        """The pictures: one client for all threads and owners, so that its connections are used again."""
        with self._making:
            return self._root._object_store

    @cached_property
    def _object_store(self) -> ObjectStore:
        return object_store(self.settings, self.home)

    def _queries(self, space: Space) -> TextEncoder:
        if space.name == self._words.space.name:
            return self._words
        return self.equipment.queries(space)

    def _recorded(self, name: str) -> str | None:
        """What this owner has chosen; where they have not, what was chosen for the whole library."""
        for owner in dict.fromkeys((self.owner, LOCAL_OWNER)):
            with self._database.transaction(owner) as tx:
                found = preference(tx, name)
            if isinstance(found, str):
                return found
        return None
