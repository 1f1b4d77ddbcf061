"""That something has changed below folders, as the system tells it (inotify, FSEvents): not what."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from scenedex.errors import NotInstalledError
from scenedex.indexing.walk import is_folder, status

if TYPE_CHECKING:
    from watchdog.observers.api import ObservedWatch

Identity = tuple[int, int]


class Notices:
    """Calls `heard`, from a thread of its own, at each change below the folders that are listened at."""

    def __init__(self, heard: Callable[[], None]) -> None:
        """Raises NotInstalledError without the extra `watch`."""
        try:
            from watchdog.events import FileSystemEvent, FileSystemEventHandler
            from watchdog.observers import Observer
        except ImportError as exc:
            raise NotInstalledError(
                "Hearing of changes in folders needs the extra `watch`: pip install 'scenedex[watch]'."
            ) from exc

        class Handler(FileSystemEventHandler):
            def on_any_event(self, event: FileSystemEvent) -> None:
                heard()

        self._handler = Handler()
        self._observer = Observer()
        self._observer.start()
        self._armed: dict[Path, tuple[Identity, ObservedWatch]] = {}

    def listen(self, roots: Sequence[Path]) -> tuple[list[Path], dict[Path, OSError]]:
        """Listen at these files and folders, where that is not done yet, or another one lies there by now.

        Gives the roots that are new, and those at which the system does not let us listen (too many folders), with why.
        One that is not there is neither.
        """
        new: list[Path] = []
        refused: dict[Path, OSError] = {}
        for root in roots:
            found = status(root)
            now = (found.st_dev, found.st_ino) if found else None
            armed = self._armed.get(root)
            if armed and (armed[0] != now or not self._lives(armed[1])):
                self._drop(root)
                armed = None
            if armed is None and now is not None:
                try:
                    self._armed[root] = now, self._watch(root)
                    new.append(root)
                except FileNotFoundError:
                    continue
                except OSError as exc:
                    refused[root] = exc
        return new, refused

    def close(self) -> None:
        """Hear nothing more."""
        self._observer.stop()
        self._observer.join()

    def _watch(self, root: Path) -> "ObservedWatch":
        from watchdog import events

        kinds = [
            events.FileCreatedEvent,
            events.FileModifiedEvent,
            events.FileMovedEvent,
            events.FileDeletedEvent,
            events.FileClosedEvent,  # after writing
            events.DirCreatedEvent,
            events.DirMovedEvent,
            events.DirDeletedEvent,
        ]
        folder = root if is_folder(root) else root.parent
        return self._observer.schedule(
            self._handler, str(folder), recursive=folder == root, event_filter=kinds
        )

    def _lives(self, watch: "ObservedWatch") -> bool:
        """The thread behind a folder ends when the folder is removed."""
        return any(emitter.watch == watch and emitter.is_alive() for emitter in self._observer.emitters)

    def _drop(self, root: Path) -> None:
        _, watch = self._armed.pop(root)
        if not any(other == watch for _, other in self._armed.values()):
            try:
                self._observer.unschedule(watch)
            except (KeyError, OSError):
                return
