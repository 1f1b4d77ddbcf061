"""Pictures, each under a name made from its content, in a folder or in an object store (S3, Azure, Google Cloud)."""

import contextlib
import hashlib
import os
import re
from collections.abc import Callable, Collection, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import obstore
from obstore.store import LocalStore, from_url

from scenedex.errors import DiskFullError, NotFoundError, StoreError

KEY = re.compile(r"[0-9a-f]{2}/[0-9a-f]{2}/[0-9a-f]{64}\.[a-z0-9]{1,8}")
FRESH = timedelta(hours=1)
"""An object this young is not put again. An older one is, or is touched, so that `sweep` does not take it away just
before a row names it."""


class ObjectStore:
    """Objects at `location`: a folder, or a URL such as `s3://bucket/prefix`."""

    def __init__(self, location: str | Path) -> None:
        text = str(location)
        self._folder = None if "://" in text else Path(text).expanduser().absolute()
        with _our_errors(text):
            if self._folder is None:
                self._store: Any = from_url(text)
                return
            made = not self._folder.exists()
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if made:
                self._give(self._folder)
            self._store = LocalStore(self._folder)

    def put(self, data: bytes, suffix: str = ".jpg") -> str:
        """Keep these bytes; the key to get them by. What is there already is not written again.

        A reader sees all of an object or nothing: it is written aside and renamed. Raises DiskFullError or StoreError.
        """
        digest = hashlib.sha256(data).hexdigest()
        key = f"{digest[:2]}/{digest[2:4]}/{digest}{suffix}"
        if not KEY.fullmatch(key):
            raise ValueError(f"{suffix!r} is no suffix of an object")
        with _our_errors(key):
            try:
                there = self._store.head(key)
            except FileNotFoundError:
                there = None
            if there is not None and there["size"] == len(data) and self._fresh(key, there["last_modified"]):
                return key
            self._store.put(key, data)
            if self._folder is not None:
                for path in (
                    (self._folder / key).parent.parent,
                    (self._folder / key).parent,
                    self._folder / key,
                ):
                    self._give(path)
        return key

    def get(self, key: str) -> bytes:
        """The bytes of this key. Raises NotFoundError."""
        with _our_errors(key):
            try:
                if not KEY.fullmatch(key):
                    raise FileNotFoundError(key)
                return bytes(self._store.get(key).bytes())
            except FileNotFoundError as error:
                raise NotFoundError(f"There is no picture {key!r} in the object store.") from error

    def path_or_none(self, key: str) -> Path | None:
        """Where the object lies as a file; None where it is not there, or lies in no folder."""
        if self._folder is None or not KEY.fullmatch(key):
            return None
        path = self._folder / key
        return path if path.is_file() else None

    def sweep(self, keep: Collection[str] | Callable[[str], bool], older_than_s: float = 86_400.0) -> int:
        """Remove what is older and not to be kept, and what a killed `put` left; how many objects.

        `keep`: the keys to keep, or a function that says so. `older_than_s` gives those who put objects before
        they write the rows that name them the time to do so.
        """
        wanted = keep if callable(keep) else set(keep).__contains__
        before = datetime.now(UTC) - timedelta(seconds=older_than_s)
        with _our_errors("objects"):
            old = [
                found["path"]
                for chunk in self._store.list()
                for found in chunk
                if found["last_modified"] < before
                and KEY.fullmatch(found["path"])
                and not wanted(found["path"])
            ]
            if old:
                self._store.delete(old)
            if self._folder is not None:
                for aside in self._folder.glob("??/??/*#*"):
                    if datetime.fromtimestamp(aside.stat().st_mtime, UTC) < before:
                        aside.unlink(missing_ok=True)
        return len(old)

    def _fresh(self, key: str, modified: datetime) -> bool:
        """Whether an object that is there can stay as it is."""
        if datetime.now(UTC) - modified < FRESH:
            return True
        if self._folder is None:
            return False
        with contextlib.suppress(FileNotFoundError):
            os.utime(self._folder / key)
            return True
        return False

    def _give(self, path: Path) -> None:
        """What root makes in a user's library becomes the user's."""
        if os.geteuid() == 0 and (owner := path.parent.stat()).st_uid != path.stat().st_uid:
            os.chown(path, owner.st_uid, owner.st_gid)


@contextlib.contextmanager
def _our_errors(what: str) -> Iterator[None]:
    try:
        yield
    except (obstore.exceptions.BaseError, OSError) as error:
        said = str(error).partition("\n")[0]
        if "No space left on device" in str(error) or "Disk quota exceeded" in str(error):
            raise DiskFullError() from error
        raise StoreError(f"The object store does not take or give {what!r} ({said}).") from error
