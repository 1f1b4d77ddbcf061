"""One file over HTTP: resumed where it broke off, tried again after growing pauses, whole or not at all."""

import errno
import hashlib
import logging
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from scenedex.errors import DiskFullError, DownloadError, WeightsDamagedError

if TYPE_CHECKING:
    import httpx

log = logging.getLogger(__name__)

Progress = Callable[[str, int, int | None], None]
"""Called with the file's path in its repository, the bytes that are here, and the bytes in all if known."""

_RETRIED = frozenset({408, 425, 429, 500, 502, 503, 504})
_HEX64 = re.compile(r'"?([0-9a-f]{64})"?')


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long a download is tried."""

    attempts: int = 5  #: in a row without one new byte
    backoff_s: float = 1.0  #: before the second attempt; doubled each time, 30 s at most
    timeout_s: float = 30.0  #: without any byte


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What has been fetched."""

    bytes: int
    sha256: str  #: hex
    commit: str  #: the commit that the server served it from; "" if it does not say


@dataclass(slots=True)
class _Transfer:
    client: "httpx.Client"
    url: str
    name: str
    part: Path
    size: int | None  #: pinned
    sha256: str | None  #: pinned; else what the server states
    progress: Progress | None
    total: int | None = None
    commit: str = ""
    restarts: int = 0

    @property
    def etag(self) -> Path:
        return self.part.with_suffix(".etag")

    def here(self) -> int:
        return self.part.stat().st_size if self.part.exists() else 0

    def restart(self) -> None:
        self.part.unlink(missing_ok=True)
        self.etag.unlink(missing_ok=True)


class _Again(Exception):
    """This attempt failed in a way that another may not."""

    def __init__(self, reason: str, wait_s: float | None = None) -> None:
        super().__init__(reason)
        self.wait_s = wait_s


def fetch(  # noqa: PLR0913 (where from, where to, and what it must be)
    client: "httpx.Client",
    url: str,
    target: Path,
    *,
    name: str,
    size: int | None = None,
    sha256: str | None = None,
    patience: Patience | None = None,
    progress: Progress | None = None,
) -> Fetched:
    """Fetch `url` into `target`, which appears only when size and checksum are right.

    Raises DownloadError when the server does not give the file, WeightsDamagedError when it twice gives
    another one, DiskFullError when there is no room.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    transfer = _Transfer(client, url, name, target.with_name(target.name + ".part"), size, sha256, progress)
    try:
        fetched = _insist(transfer, patience or Patience())
        transfer.part.replace(target)
    except OSError as exc:
        if isinstance(exc, DiskFullError) or exc.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFullError(
                f"No space is left for {name} in {target.parent}: free some, then pull again."
            ) from exc
        raise DownloadError(f"{name} cannot be written into {target.parent}: {exc}") from exc
    transfer.etag.unlink(missing_ok=True)
    return fetched


def _insist(transfer: _Transfer, patience: Patience) -> Fetched:
    import httpx

    failures = 0
    while True:
        before = transfer.here()
        try:
            _attempt(transfer)
            return _checked(transfer)
        except (_Again, httpx.TransportError) as exc:
            failures = 0 if transfer.here() > before else failures + 1
            if failures >= patience.attempts:
                raise DownloadError(
                    f"{transfer.name} could not be fetched from {transfer.url} "
                    f"({exc or type(exc).__name__}): check "
                    "the connection, then run the same command again; what is here already is kept."
                ) from exc
            wait_s = min(30.0, patience.backoff_s * 2 ** max(0, failures - 1))
            asked_s = exc.wait_s if isinstance(exc, _Again) else None
            log.info("%s: %s; again in %.1f s", transfer.name, exc, asked_s or wait_s)
            time.sleep(min(30.0, asked_s) if asked_s is not None else wait_s)


def _attempt(transfer: _Transfer) -> None:
    """One request; whatever comes is appended to the part."""
    have = transfer.here()
    headers = {"Accept-Encoding": "identity"}
    if have and transfer.etag.exists():
        headers |= {"Range": f"bytes={have}-", "If-Range": transfer.etag.read_text("utf-8")}
    elif have:
        transfer.restart()
    with transfer.client.stream("GET", transfer.url, headers=headers) as response:
        _note(transfer, response)
        have = _accepted(transfer, response, have if "Range" in headers else 0)
        _append(transfer, response, have)


def _note(transfer: _Transfer, response: "httpx.Response") -> None:
    """What the hub says about the file: on the answer itself, or on the redirect to its storage."""
    for said in (*response.history, response):
        transfer.commit = said.headers.get("x-repo-commit", transfer.commit)
        linked = _HEX64.fullmatch(said.headers.get("x-linked-etag", ""))
        if linked and transfer.sha256 is None:
            transfer.sha256 = linked.group(1)


def _accepted(transfer: _Transfer, response: "httpx.Response", have: int) -> int:
    """The offset at which the answer goes on. Raises where it is no part of the file."""
    status = response.status_code
    if status == 206 and response.headers.get("content-range", "").startswith(f"bytes {have}-"):
        _, _, total = response.headers["content-range"].rpartition("/")
        transfer.total = int(total) if total.isdigit() else transfer.size
        return have
    if status == 200:
        length = response.headers.get("content-length", "")
        transfer.total = int(length) if length.isdigit() else transfer.size
        return 0
    if status in (206, 416):
        transfer.restart()
        raise _Again(f"the server cannot go on at byte {have}")
    if status in _RETRIED:
        after = response.headers.get("retry-after", "")
        raise _Again(f"the server answers {status}", float(after) if after.isdigit() else None)
    if status in (401, 403):
        raise DownloadError(
            f"{transfer.name} is not given to everyone (the server answers {status}): accept its "
            "conditions on the "
            "hub's page, and set HUGGINGFACE_HUB_TOKEN."
        )
    raise DownloadError(f"{transfer.name} is not at {transfer.url} (the server answers {status}).")


def _append(transfer: _Transfer, response: "httpx.Response", have: int) -> None:
    etag = response.headers.get("etag", "")
    if not have:
        transfer.restart()
        if etag and not etag.startswith("W/"):
            transfer.etag.write_text(etag, "utf-8")
    limit = transfer.size if transfer.size is not None else transfer.total
    with transfer.part.open("ab") as out:
        for chunk in response.iter_raw():
            out.write(chunk)
            have += len(chunk)
            if transfer.progress:
                transfer.progress(transfer.name, have, limit)
            if limit is not None and have > limit:
                break
    too_long = limit is not None and have > limit
    if transfer.total is not None and have < transfer.total and not too_long:
        raise _Again(f"the connection broke off at {have} of {transfer.total} bytes")


def _checked(transfer: _Transfer) -> Fetched:
    """Size and checksum; a wrong one is fetched once more from its beginning."""
    size, digest = transfer.here(), sha256_of(transfer.part)
    wrong = ""
    if transfer.size is not None and size != transfer.size:
        wrong = f"has {size} bytes, {transfer.size} are right"
    elif transfer.sha256 is not None and digest != transfer.sha256:
        wrong = f"has the sha256 {digest}, {transfer.sha256} is right"
    if not wrong:
        return Fetched(bytes=size, sha256=digest, commit=transfer.commit)
    transfer.restart()
    transfer.restarts += 1
    if transfer.restarts > 1:
        raise WeightsDamagedError(
            f"{transfer.name} from {transfer.url} {wrong}. It was thrown away: what the server gives is "
            "not the file "
            "that scenedex was made for."
        )
    raise _Again(f"the file {wrong}", 0.0)


def sha256_of(path: Path) -> str:
    """The sha256 of a file, hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
