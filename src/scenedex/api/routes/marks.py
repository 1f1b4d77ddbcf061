"""What people say about scenes: tags and notes."""

from uuid import UUID

from fastapi import APIRouter

from scenedex.api.models.marks import MarkedScenes, Marks, NoteText, SceneChanges
from scenedex.api.routes.captions import Asking
from scenedex.api.service import Reading, Writing
from scenedex.http.failures import failures

router = APIRouter(tags=["marks"])


@router.get("/videos/{video_id}/marks", responses=failures(404))
def list_marks(library: Reading, video_id: UUID) -> MarkedScenes:
    """The scenes of a video that have tags or notes, in order."""
    return MarkedScenes(scenes=tuple(map(Marks.model_validate, library.marks.of_video(video_id))))


@router.get("/scenes/{scene_id}/marks", responses=failures(404))
def get_marks(library: Reading, scene_id: UUID) -> Marks:
    """The tags and notes of a scene."""
    return Marks.model_validate(library.marks.of(scene_id))


@router.patch("/scenes/{scene_id}", responses=failures(404))
def change_scene(library: Writing, scene_id: UUID, changes: SceneChanges) -> Marks:
    """Give a scene tags, or take some away. They stay with its time when the video is indexed again."""
    return Marks.model_validate(library.marks.tag(scene_id, changes.tags.add, changes.tags.remove))


@router.post("/scenes/{scene_id}/notes", status_code=201, responses=failures(404))
def add_note(library: Writing, caller: Asking, scene_id: UUID, note: NoteText) -> Marks:
    """Write something about a scene; the next search finds it by these words."""
    return Marks.model_validate(library.marks.note(scene_id, note.text, caller.key or ""))


@router.put("/scenes/{scene_id}/notes/{note_id}", responses=failures(404))
def change_note(library: Writing, caller: Asking, scene_id: UUID, note_id: UUID, note: NoteText) -> Marks:
    """Let a note say something else."""
    return Marks.model_validate(library.marks.change_note(scene_id, note_id, note.text, caller.key or ""))


@router.delete("/scenes/{scene_id}/notes/{note_id}", responses=failures(404))
def remove_note(library: Writing, scene_id: UUID, note_id: UUID) -> Marks:
    """Remove a note."""
    return Marks.model_validate(library.marks.change_note(scene_id, note_id, None))
