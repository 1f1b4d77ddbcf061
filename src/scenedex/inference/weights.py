"""The files of a model on this machine: found, fetched, held to size and checksum.

A file lies at `FOLDER/OWNER--NAME/REVISION/PATH`; what the Hugging Face client has fetched is found as well.
The pins (`pins.json` beside the files) hold what was verified, so that a file that has not changed is not
read again, and what the first download gave where the registry states no checksum.
"""

import fcntl
import json
import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from scenedex.errors import DownloadError, UsageError, WeightsDamagedError, WeightsMissingError
from scenedex.inference.download import Fetched, Patience, Progress, fetch, sha256_of
from scenedex.inference.registry import ModelCard, ModelFile

if TYPE_CHECKING:
    import httpx

log = logging.getLogger(__name__)

HUB = "https://huggingface.co"


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalModel:
    """A model whose files are here and verified."""

    card: ModelCard
    files: Mapping[str, Path]  #: by role
    revision: str  #: the commit; the card's own revision where no commit is known


class WeightStore:
    """A folder of models. Nothing is read or fetched unasked; safe to share between threads."""

    def __init__(  # noqa: PLR0913  each is a setting
        self,
        folder: Path,
        *,
        also: Sequence[Path] = (),
        hub_cache: Path | None = None,
        endpoint: str = HUB,
        token: str | None = None,
        offline: bool = False,
        patience: Patience | None = None,
    ) -> None:
        self.folder = folder
        self.also = tuple(also)  #: further folders of models: looked at, never written
        self.hub_cache = hub_cache  #: `$HF_HOME/hub`: looked at, never written
        self.endpoint = endpoint.rstrip("/")
        self.offline = offline
        self._token = token
        self._patience = patience or Patience()

    def find(self, card: ModelCard, roles: Sequence[str] = ()) -> LocalModel:
        """The files of those roles (by default all). Nothing is fetched.

        Raises WeightsMissingError, which names the command that fetches them, and WeightsDamagedError.
        """
        wanted = [card.file(role) for role in roles] if roles else list(card.files)
        paths = {file.role: self._path(card, file) for file in wanted}
        missing = [file for file in wanted if paths[file.role] is None]
        if missing:
            raise WeightsMissingError(
                f"The model {card.key} is not on this machine ({', '.join(file.path for file in missing)}). "
                + (
                    "Export it again: scenedex models export SOURCE"
                    if card.exported
                    else f"Fetch it, about {sum(f.megabytes for f in missing):.0f} MB: scenedex models pull {card.key}"
                )
            )
        found = {role: path for role, path in paths.items() if path is not None}
        for file in wanted:
            self._hold(card, file, found[file.role])
        return LocalModel(card=card, files=found, revision=self._revision(card))

    def missing(self, card: ModelCard) -> tuple[ModelFile, ...]:
        """The files that a pull would fetch."""
        return tuple(file for file in card.files if self._path(card, file) is None)

    def pull(self, card: ModelCard, *, progress: Progress | None = None) -> LocalModel:
        """Fetch what is missing, verify all.

        Raises DownloadError, WeightsDamagedError, DiskFullError; what was fetched before is kept.
        """
        missing = self.missing(card)
        if missing and card.exported:
            return self.find(card)  # nobody but its exporter has it: says so
        if missing and self.offline:
            raise DownloadError(
                f"The model {card.key} is not on this machine, and scenedex is told to stay offline."
            )
        if missing:
            headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
            import httpx  # most commands fetch nothing

            timeout = httpx.Timeout(self._patience.timeout_s)
            with (
                self._locked(card),
                httpx.Client(headers=headers, timeout=timeout, follow_redirects=True) as client,
            ):
                for file in missing:
                    self._fetch(client, card, file, progress)
        return self.find(card)

    def verify(self, card: ModelCard) -> LocalModel:
        """Read every file again and compare. Raises WeightsMissingError and WeightsDamagedError."""
        local = self.find(card)
        for file in card.files:
            self._hold(card, file, local.files[file.role], again=True)
        return local

    def _fetch(
        self, client: "httpx.Client", card: ModelCard, file: ModelFile, progress: Progress | None
    ) -> None:
        target = self._home(card) / _inside(file.path)
        if target.is_file():  # another process was quicker
            return
        pin = self._pins(card).get(file.path, {})
        fetched = fetch(
            client,
            f"{self.endpoint}/{quote(card.repository)}/resolve/{quote(card.revision)}/{quote(file.path)}",
            target,
            name=file.path,
            size=file.bytes,
            sha256=file.sha256 or pin.get("sha256"),
            patience=self._patience,
            progress=progress,
        )
        self._record(card, file, target, fetched)

    def _path(self, card: ModelCard, file: ModelFile) -> Path | None:
        inside = _inside(file.path)
        place = Path(card.repository.replace("/", "--")) / _inside(card.revision) / inside
        candidates = [folder / place for folder in (self.folder, *self.also)]
        if self.hub_cache is not None:
            repository = self.hub_cache / ("models--" + card.repository.replace("/", "--"))
            ref = repository / "refs" / card.revision
            commit = ref.read_text("utf-8").strip() if ref.is_file() else card.revision
            candidates.append(repository / "snapshots" / commit / inside)
        return next((path for path in candidates if path.is_file()), None)

    def _hold(self, card: ModelCard, file: ModelFile, path: Path, *, again: bool = False) -> None:
        """Hold a file to what is known of it; what was verified before and has not changed is not read."""
        pin, stat = self._pins(card).get(file.path, {}), path.stat()
        size = file.bytes if file.bytes is not None else pin.get("bytes")
        right = file.sha256 or pin.get("sha256")
        if size is not None and stat.st_size != size:
            raise _damaged(card, path, f"has {stat.st_size} bytes, {size} are right")
        seen = pin.get("mtime_ns") == stat.st_mtime_ns and pin.get("bytes") == stat.st_size
        if seen and pin.get("sha256") == right and not again:
            return
        digest = sha256_of(path)
        if right is not None and digest != right:
            raise _damaged(card, path, f"has the sha256 {digest}, {right} is right")
        commit = pin.get("commit") or self._snapshot(path)
        self._record(card, file, path, Fetched(bytes=stat.st_size, sha256=digest, commit=commit))

    def _snapshot(self, path: Path) -> str:
        """The commit of a file that the Hugging Face client fetched: `models--A--B/snapshots/COMMIT/...`."""
        if self.hub_cache is None or not path.is_relative_to(self.hub_cache):
            return ""
        return path.relative_to(self.hub_cache).parts[2]

    def _home(self, card: ModelCard) -> Path:
        return self.folder / card.repository.replace("/", "--") / _inside(card.revision)

    def _revision(self, card: ModelCard) -> str:
        commits = {str(pin.get("commit") or "") for pin in self._pins(card).values()} - {""}
        return commits.pop() if len(commits) == 1 else card.revision

    def _pins(self, card: ModelCard) -> dict[str, dict[str, Any]]:
        try:
            pins = json.loads((self._home(card) / "pins.json").read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        return pins if isinstance(pins, dict) else {}

    def _record(self, card: ModelCard, file: ModelFile, path: Path, fetched: Fetched) -> None:
        pin = {
            "bytes": fetched.bytes,
            "sha256": fetched.sha256,
            "commit": fetched.commit,
            "mtime_ns": path.stat().st_mtime_ns,
        }
        home = self._home(card)
        written = home / f"pins.json.{os.getpid()}"
        try:
            home.mkdir(parents=True, exist_ok=True)
            written.write_text(json.dumps({**self._pins(card), file.path: pin}, indent=1), "utf-8")
            written.replace(home / "pins.json")
        except OSError as exc:  # a folder for reading only: the file is read again next time
            log.debug("%s: not recorded (%s)", path, exc)

    @contextmanager
    def _locked(self, card: ModelCard) -> Iterator[None]:
        """One process fetches a model; the others wait for it."""
        home = self._home(card)
        try:
            home.mkdir(parents=True, exist_ok=True)
            lock = (home / ".lock").open("w")
        except OSError as exc:
            raise DownloadError(f"The folder {home} cannot be written: {exc}") from exc
        with lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _inside(path: str) -> PurePosixPath:
    inside = PurePosixPath(path)
    if inside.is_absolute() or ".." in inside.parts or not inside.parts:
        raise UsageError(f"The registry names a file outside of the model's folder: {path!r}.")
    return inside


def _damaged(card: ModelCard, path: Path, wrong: str) -> WeightsDamagedError:
    return WeightsDamagedError(
        f"{path} {wrong}: it is damaged, or another file. Delete it, then: scenedex models pull {card.key}"
    )
