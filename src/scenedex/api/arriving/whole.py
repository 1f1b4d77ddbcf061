"""Files that come in one go: all of it is taken in, or nothing stays."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from types import TracebackType
from typing import Self

from scenedex.api.arriving.admission import admitted, check_quota, renamed
from scenedex.api.arriving.sink import Sink
from scenedex.api.models.uploads import TakenIn
from scenedex.jobs.arrivals import take_in
from scenedex.library import Library


class Incoming:
    """The place of one file that begins to come. Use it in a `with` block: what is not taken in at its end is removed.

    Raises ApiError when the owner, or the disk, has too much already.
    """

    def __init__(self, library: Library, name: str, most: int) -> None:
        self._library = library
        self._name = name
        self._most = most
        self._places = ExitStack()

    def __enter__(self) -> Self:
        library = self._library
        limits = library.settings.upload_limits()
        self._arrival = self._places.enter_context(
            admitted(library.arrivals, limits, library.owner, name=self._name, length=None)
        )
        try:
            self._sink = self._places.enter_context(Sink(library.arrivals.path(self._arrival), 0, self._most))
        except BaseException:
            self._places.close()
            raise
        return self

    @property
    def write(self) -> Callable[[bytes], object]:
        """Takes the bytes, block by block."""
        return self._sink.write

    def take_in(self, name: str) -> TakenIn:
        """It is all there, and is called like this. Raises NotAVideoError, ApiError (507)."""
        library = self._library
        check_quota(library.arrivals, library.settings.upload_limits(), library.owner, self._sink.size)
        self._sink.flush()
        arrival = renamed(library.arrivals, replace(self._arrival, length=self._sink.size), name)
        self._arrival = take_in(library, arrival)
        return TakenIn.of(self._arrival, self._sink.size)

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._places:
            if self._arrival.job is None:
                self._library.arrivals.forget(self._arrival)
