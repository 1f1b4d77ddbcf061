"""Pictures, each under a name made from its content, in a folder or in an object store (S3, Azure, Google Cloud).

What stands in a bucket is put, read and deleted with several requests at once, never more than `AT_ONCE`: so neither
the latency of one adds up nor is more than that many pictures held in memory.
"""

import contextlib
import hashlib
import os
import time
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import obstore
from obstore.store import LocalStore

from scenedex.errors import NotFoundError, StoreError
from scenedex.store.buckets import broke_off, bucket, bucket_error
from scenedex.types import OBJECT_KEY

KEY = OBJECT_KEY
FRESH = timedelta(hours=1)
"""An object in a folder that is this young is not put again. An older one is touched, so that `sweep` does not take it
away just before a row names it. In a bucket every object is put: that is one request, as asking for it would be."""

AT_ONCE = 16
"""Requests to one bucket side by side, of one writing or reading."""

BESIDE = 2
"""Threads that write into a folder while its pictures come."""

PAGE = 1000
"""Keys in a page of a listing, and objects in one request to delete: what S3 gives and takes."""

ATTEMPTS = 6
FIRST_PAUSE_S = 0.1
PATIENCE_S = 60.0


class ObjectStore:
    """Objects at `location`: a folder, or a URL such as `s3://bucket/prefix`.

    `endpoint`: of a store that speaks S3 and is not Amazon's. `patience_s`: how long what may pass is tried again.
    """

    def __init__(
        self, location: str | Path, *, endpoint: str | None = None, patience_s: float = PATIENCE_S
    ) -> None:
        self._where = str(location)
        self._folder = None if "://" in self._where else Path(location).expanduser().absolute()
        with self._our_errors():
            if self._folder is None:
                self._store: Any = bucket(self._where, endpoint=endpoint, patience_s=patience_s)
                return
            made = not self._folder.exists()
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if made:
                self._give(self._folder)
            self._store = LocalStore(self._folder)

    def put(self, data: bytes, suffix: str = ".jpg") -> str:
        """Keep these bytes; the key to get them by. What lies in the folder already is not written again.

        A reader sees all of an object or nothing: it is written aside and renamed. Raises DiskFullError or StoreError.
        """
        key = key_of(data, suffix)
        with self._our_errors():
            if self._folder is None:
                self._store.put(key, data)
                return key
            path = self._folder / key
            if not self._kept(key, path, len(data)):
                self._store.put(key, data)
                for each in (path.parent.parent, path.parent, path):
                    self._give(each)
        return key

    def writing(self) -> "Writing":
        """Puts side by side, for a `with` block: at its end all objects are there."""
        return Writing(self.put, AT_ONCE if self._folder is None else BESIDE)

    def get(self, key: str) -> bytes:
        """The bytes of this key. Raises NotFoundError, StoreError."""
        with self._our_errors():
            try:
                if not KEY.fullmatch(key):
                    raise FileNotFoundError(key)
                return bytes(self._store.get(key).bytes())
            except FileNotFoundError as error:
                if "NoSuchBucket" in str(error):
                    raise
                raise NotFoundError(f"There is no picture {key!r} in the object store.") from error

    def get_many(self, keys: Iterable[str]) -> Iterator[bytes | NotFoundError | StoreError]:
        """The bytes of each key, in their order; where one cannot be had, the exception that says why."""
        if self._folder is not None:
            yield from map(self._tried, keys)
            return
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="objects") as pool:
            asked: deque[Future[bytes | NotFoundError | StoreError]] = deque()
            for key in keys:
                asked.append(pool.submit(self._tried, key))
                if len(asked) == AT_ONCE:
                    yield asked.popleft().result()
            while asked:
                yield asked.popleft().result()

    def get_all(self, keys: Iterable[str]) -> Iterator[bytes]:
        """The bytes of each key, in their order. Raises NotFoundError, StoreError at the first that cannot be had."""
        for found in self.get_many(keys):
            if not isinstance(found, bytes):
                raise found
            yield found

    def path_or_none(self, key: str) -> Path | None:
        """Where the object lies as a file; None where it is not there, or lies in no folder."""
        if self._folder is None or not KEY.fullmatch(key):
            return None
        path = self._folder / key
        return path if path.is_file() else None

    def sweep(
        self, keep: Collection[str] | Callable[[str], bool], older_than_s: float = 86_400.0, under: str = ""
    ) -> int:
        """Remove what is older and not to be kept, and what a killed `put` left; how many objects.

        `keep`: the keys to keep, or a function that says so. `older_than_s` gives those who put objects before
        they write the rows that name them the time to do so. `under`: of these first two digits alone.
        """
        wanted = keep if callable(keep) else set(keep).__contains__
        before = datetime.now(UTC) - timedelta(seconds=older_than_s)
        removed = 0
        with self._our_errors():
            for page in self._pages(under):
                old = [
                    found["path"]
                    for found in page
                    if found["last_modified"] < before
                    and KEY.fullmatch(found["path"])
                    and not wanted(found["path"])
                ]
                self._delete(old)
                removed += len(old)
            if self._folder is not None:
                for aside in self._folder.glob(f"{under or '??'}/??/*#*"):
                    with contextlib.suppress(FileNotFoundError):  # it was written to its end meanwhile
                        if datetime.fromtimestamp(aside.stat().st_mtime, UTC) < before:
                            aside.unlink()
        return removed

    def _tried(self, key: str) -> bytes | NotFoundError | StoreError:
        try:
            return self.get(key)
        except (NotFoundError, StoreError) as error:
            return error

    def _pages(self, under: str) -> Iterator[list[dict[str, Any]]]:
        """The listing, page by page. One that breaks off goes on behind the last page."""
        last: str | None = None
        attempt = 0
        while True:
            try:
                for page in self._store.list(under or None, offset=last, chunk_size=PAGE):
                    yield page
                    last, attempt = page[-1]["path"], 0
                return
            except obstore.exceptions.BaseError as error:
                attempt = _next_attempt(attempt, error)

    def _delete(self, keys: list[str]) -> None:
        if self._folder is not None:
            for key in keys:
                (self._folder / key).unlink(missing_ok=True)
            return
        attempt = 0
        while keys:
            try:
                self._store.delete(keys)
                return
            except obstore.exceptions.BaseError as error:
                attempt = _next_attempt(attempt, error)

    def _kept(self, key: str, path: Path, size: int) -> bool:
        """Whether an object that lies in the folder can stay as it is; it is then young."""
        try:
            there = self._store.head(key)
            if there["size"] == size and datetime.now(UTC) - there["last_modified"] >= FRESH:
                os.utime(path)
            return bool(there["size"] == size)
        except FileNotFoundError:
            return False

    def _give(self, path: Path) -> None:
        """What root makes in a user's library becomes the user's."""
        if os.geteuid() == 0 and (owner := path.parent.stat()).st_uid != path.stat().st_uid:
            os.chown(path, owner.st_uid, owner.st_gid)

    @contextlib.contextmanager
    def _our_errors(self) -> Iterator[None]:
        try:
            yield
        except (obstore.exceptions.BaseError, OSError, ValueError) as error:
            raise bucket_error(
                error, self._where
            ) from None  # the original quotes requests, with their signatures


class Writing:
    """Puts of one video: each gives its key at once, and at the end of the block all objects are there.

    Up to `at_once` of them are on their way at a time. One that fails is raised by a later `put` or at the end of the
    block.
    """

    def __init__(self, put: Callable[[bytes, str], str], at_once: int) -> None:
        self._put = put
        self._at_once = at_once
        self._waiting: deque[Future[str]] = deque()
        self._given: set[str] = set()
        self._pool = ThreadPoolExecutor(at_once, thread_name_prefix="objects")

    def put(self, data: bytes, suffix: str = ".jpg") -> str:
        """The key of these bytes, which are put once in one writing. Raises what an earlier one failed with."""
        key = key_of(data, suffix)
        if key in self._given:
            return key
        while len(self._waiting) >= self._at_once or (self._waiting and self._waiting[0].done()):
            self._waiting.popleft().result()
        self._waiting.append(self._pool.submit(self._put, data, suffix))
        self._given.add(key)
        return key

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(wait=kind is None, cancel_futures=kind is not None)
        if kind is None:
            for future in self._waiting:
                future.result()


def key_of(data: bytes, suffix: str) -> str:
    """The name of an object, made from its content. Raises ValueError for what is no suffix."""
    digest = hashlib.sha256(data).hexdigest()
    key = f"{digest[:2]}/{digest[2:4]}/{digest}{suffix}"
    if not KEY.fullmatch(key):
        raise ValueError(f"{suffix!r} is no suffix of an object")
    return key


def _next_attempt(attempt: int, error: obstore.exceptions.BaseError) -> int:
    """Wait, and the number of the attempt that follows. Raises `error` where that makes no sense."""
    if attempt + 1 >= ATTEMPTS or not broke_off(error):
        raise error
    time.sleep(FIRST_PAUSE_S * 2**attempt)
    return attempt + 1
