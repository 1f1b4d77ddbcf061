"""Tags and notes on scenes."""

from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from scenedex.library.corrections import MAX_NAME, cleaned
from scenedex.library.examples import scene_named
from scenedex.store.database import Transaction
from scenedex.store.marks import Marks, add_note, change_note, marks_of, tag_scene
from scenedex.store.videos import get_video, resolve_video
from scenedex.store.writing import lock_video
from scenedex.types import Scene

if TYPE_CHECKING:
    from scenedex.library.core import Library


class SceneMarks:
    """What one owner says about scenes. A scene is named by its id, or as VIDEO:SCENE.

    It stays with its time in the video: a video that is cut anew has it in the scene that covers that time then. The
    words of notes are searched at once; tags are for the filter `scene_tags`.
    """

    def __init__(self, library: "Library") -> None:
        self._library = library

    def of_video(self, video: UUID | str) -> list[Marks]:
        """The scenes of a video about which something is said. Raises NotFoundError, AmbiguousError."""
        with self._library.transaction() as tx:
            found = get_video(tx, video) if isinstance(video, UUID) else resolve_video(tx, video)
            return marks_of(tx, found.id)

    def of(self, scene: UUID | str) -> Marks:
        """What is said about a scene. Raises NotFoundError."""
        with self._library.transaction() as tx:
            return _marks(tx, scene_named(tx, scene))

    def tag(self, scene: UUID | str, add: Sequence[str] = (), remove: Sequence[str] = ()) -> Marks:
        """Add and remove tags; what is said about the scene then. Raises NotFoundError, UsageError as `Library.tag`."""
        with self._library.transaction() as tx:
            found = _locked(tx, scene)
            tag_scene(tx, found, add, remove)
            return _marks(tx, found)

    def note(self, scene: UUID | str, text: str, by: str = "") -> Marks:
        """Write something about a scene; the next search finds it by these words.

        Raises NotFoundError, and UsageError for a text that is blank or longer than 4,000 characters.
        """
        said = cleaned(text)
        with self._library.transaction() as tx:
            found = _locked(tx, scene)
            add_note(tx, found, said, by[:MAX_NAME])
            return _reworded(tx, found)

    def change_note(self, scene: UUID | str, note: UUID, text: str | None, by: str = "") -> Marks:
        """Let a note say something else; None: remove it. Raises NotFoundError, and UsageError as `note`."""
        said = None if text is None else cleaned(text)
        with self._library.transaction() as tx:
            found = _locked(tx, scene)
            change_note(tx, found, note, said, by[:MAX_NAME])
            return _reworded(tx, found)


def _locked(tx: Transaction, named: UUID | str) -> Scene:
    """The scene as it is until the transaction ends."""
    lock_video(tx, scene_named(tx, named).video_id)
    return scene_named(tx, named)


def _reworded(tx: Transaction, scene: Scene) -> Marks:
    from scenedex.indexing.correcting import reword_notes

    reword_notes(tx, scene.video_id, [scene.index])
    return _marks(tx, scene)


def _marks(tx: Transaction, scene: Scene) -> Marks:
    return marks_of(tx, scene.video_id, scene.id)[0]
