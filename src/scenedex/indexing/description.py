"""Keyframes of each scene → a description of it, stored scene by scene, so that nothing is paid for twice."""

import logging
from functools import partial
from typing import Protocol
from uuid import UUID

from scenedex.errors import AnnotationError, DescriberRefusedError, DescriptionError, NotFoundError
from scenedex.indexing.annotate import Finding, Tell, replace_words
from scenedex.indexing.pipeline import Parts
from scenedex.indexing.words import transcript_embeddings
from scenedex.store.descriptions import descriptions_of, put_description
from scenedex.store.scenes import scenes_of
from scenedex.store.spaces import ensure_space
from scenedex.store.writing import write_embeddings
from scenedex.types import AnnotationKind, Caption, Description, Scene, Video, description_space

log = logging.getLogger(__name__)

GIVE_UP_AFTER = 3
"""Scenes in a row of which the server gives no description: then the video is left for another time."""


class Describes(Protocol):
    """What describes."""

    model: str

    def describe(self, pictures: list[bytes]) -> Description:
        """What is to be seen. Raises DescriptionError and DescriberRefusedError."""

    def answer(self) -> None:
        """Ask whether the server is there. Raises DescriptionError and DescriberRefusedError."""

    def close(self) -> None:
        """Close its connections."""


class Descriptions:
    """Annotates with what is to be seen in each scene."""

    kind: AnnotationKind = "description"

    def __init__(self, describes: Describes, parts: Parts, *, anew: bool = False) -> None:
        """`anew`: also describe what this model has described already."""
        # the space of the words is part of how it is made: another one embeds them anew, without asking the server
        self.recipe = f"{describes.model}:{parts.space.name}"
        self._describes = describes
        self._anew = anew

    def check(self) -> None:
        """Ask whether the server is there. Raises DescriptionError and DescriberRefusedError."""
        self._describes.answer()

    def close(self) -> None:
        """Close the connections to the server."""
        self._describes.close()

    def look(self, parts: Parts, video: Video, tell: Tell) -> Finding:
        """Describe each scene that has pictures and no description by this model yet."""
        with parts.transaction() as tx:
            scenes = [scene for scene in scenes_of(tx, video.id) if scene.keyframes]
            known = descriptions_of(tx, video.id)
        if not scenes:
            return Finding(reason="It has no pictures.")
        failed, in_a_row, last = 0, 0, ""
        for number, scene in enumerate(scenes):
            if self._anew or scene.index not in known or known[scene.index].model != self._describes.model:
                try:
                    self._describe(parts, scene)
                    in_a_row = 0
                except DescriberRefusedError:
                    raise
                except (DescriptionError, NotFoundError) as exc:
                    log.warning("scene %d of video %s: %s", scene.index, video.id, exc)
                    failed, in_a_row, last = failed + 1, in_a_row + 1, str(exc)
                if in_a_row == GIVE_UP_AFTER:
                    failed += len(scenes) - number - 1
                    break
            tell((number + 1) / len(scenes))
        if failed == len(scenes):
            raise AnnotationError(f"None of its {failed} scenes could be described: {last}")
        reason = f"{failed} of {len(scenes)} scenes could not be described: {last}" if failed else None
        return Finding(store=partial(index_descriptions, parts, video.id), reason=reason, complete=not failed)

    def _describe(self, parts: Parts, scene: Scene) -> None:
        pictures = list(parts.objects.get_all(keyframe.object_key for keyframe in scene.keyframes))
        made = self._describes.describe(pictures)
        with parts.transaction() as tx:
            put_description(tx, scene.id, self._describes.model, made)


def index_descriptions(parts: Parts, video_id: UUID) -> None:
    """Bring what is searched up to date with the descriptions that are stored."""
    space = ensure_space(parts.database, description_space(parts.space))
    with parts.transaction() as tx:
        scenes = scenes_of(tx, video_id)
        known = descriptions_of(tx, video_id)
    spans = [(scene.start_s, scene.end_s) for scene in scenes]
    # sentences are passages as lines of speech are, each in its own scene
    lines = [
        Caption(start_s=scene.start_s, end_s=scene.end_s, text=text, origin="screen")
        for scene in scenes
        if scene.index in known
        for text in known[scene.index].texts()
    ]
    embeddings = transcript_embeddings(spans, lines, parts.encoder)
    replace_words(parts, video_id)
    with parts.transaction() as tx:
        write_embeddings(tx, video_id, {space.id: embeddings})
