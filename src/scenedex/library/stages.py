"""The stages of a video one by one, as jobs do them: what fails is raised, so that whoever runs the job can decide."""

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import numpy as np

from scenedex.errors import EncoderError
from scenedex.library.searching import Searching
from scenedex.library.uploaded import drop_double, known_double, refuse_strangers
from scenedex.search.assembly import refresh_backgrounds
from scenedex.search.unrelated import Unrelated
from scenedex.store.annotations import how_annotated
from scenedex.store.database import Transaction
from scenedex.store.videos import get_video
from scenedex.types import AnnotationKind, AnnotationOutcome, FileOutcome, Stage

if TYPE_CHECKING:
    from scenedex.indexing.annotate import Annotator, Watcher
    from scenedex.indexing.progress import Progress

KINDS: dict[Stage, AnnotationKind] = {
    "transcription": "speech",
    "screen_text": "screen_text",
    "description": "description",
}
"""The stages that annotate."""


class Stages(Searching):
    """An open library whose videos can be worked on stage by stage."""

    def take_in(
        self, path: Path | str, *, force: bool = False, progress: "Progress | None" = None
    ) -> FileOutcome:
        """Index one file, without its annotations, and without completing other videos.

        Raises MediaError, UsageError, PluginError, OSError, EncoderError, StoreError.
        """
        from scenedex.indexing.run import index_file
        from scenedex.scenes.plugged import check

        check(self.settings.scenedex_detector)
        refuse_strangers(self.arrivals, self.owner, [Path(path)])
        if double := known_double(self.owner, self.arrivals, Path(path)):
            return double
        outcome = index_file(self._parts(), Path(path), force=force, progress=progress)
        drop_double(self.transaction, self.owner, self.arrivals, outcome)
        self._measure()
        return outcome

    def take_in_again(self, video_id: UUID, *, progress: "Progress | None" = None) -> FileOutcome:
        """Find the scenes of a video anew, and all that hangs on them. Raises as `take_in`, and NotFoundError."""
        from scenedex.indexing.again import readable_paths

        return self.take_in(readable_paths(self._parts(), video_id)[0], force=True, progress=progress)

    def reread_captions(self, video_id: UUID, progress: "Progress") -> None:
        """Read its subtitles and names anew. Raises MediaError, OSError, EncoderError, NotFoundError."""
        from scenedex.indexing.again import reread_captions

        reread_captions(self._parts(), video_id, progress)
        self._measure()

    def embed_video(self, video_id: UUID, *, again: bool) -> int:
        """Embed what its pictures, sounds and words lack in the spaces of the models in use; `again`: all of it anew.

        Gives the number of spaces. Raises EncoderError, NotFoundError.
        """
        from scenedex.indexing.fill import embed_video

        spaces = embed_video(self._parts(), video_id, again=again)
        self._measure()
        return spaces

    def annotate_video(
        self, stage: Stage, video_id: UUID, *, anew: bool = False, watcher: "Watcher | None" = None
    ) -> AnnotationOutcome:
        """Annotate one video; done again if it was done. `anew`: also ask anew for descriptions that are there.

        Raises AnnotationError, MediaError, OSError, EncoderError, NotFoundError.
        """
        from scenedex.indexing.annotate import annotate_video

        with self.transaction() as tx:
            video = get_video(tx, video_id)
        with closing(self._annotator(KINDS[stage], anew)) as annotator:
            outcome = annotate_video(self._parts(), annotator, video, force=True, watcher=watcher)
        self._measure()
        return outcome

    def wanted_stages(self, tx: Transaction, video_id: UUID) -> list[Stage]:
        """The annotations that the settings ask for and this video does not have."""
        settings = self.settings
        asked: dict[Stage, bool] = {
            "transcription": settings.scenedex_speech,
            "screen_text": settings.scenedex_screen_text,
            "description": settings.scenedex_descriptions,
        }
        return [
            stage
            for stage, wanted in asked.items()
            if wanted and how_annotated(tx, video_id, KINDS[stage]) is None
        ]

    def check_stage(self, stage: Stage) -> None:
        """Ask whether what a stage needs answers now. Raises ScenedexError where it does not."""
        if stage in KINDS:
            with closing(self._annotator(KINDS[stage], False)) as annotator:
                annotator.check()
            return
        parts = self._parts()
        parts.encoder.embed(["probe"])
        if stage != "caption_extraction" and parts.sight is not None:
            (seen,) = parts.sight.encoder.embed_pictures([np.full((64, 64, 3), 128, dtype=np.uint8)])
            if seen.vector is None:
                raise seen.error or EncoderError("The model of pictures does not answer.")

    def _annotator(self, kind: AnnotationKind, anew: bool) -> "Annotator":
        """What reads and hears is made once: its networks take seconds to load."""
        from scenedex.library.annotating import annotator_of

        if kind == "description":
            return annotator_of(self.settings, kind, self._parts, force=anew)
        root = self._root
        with root._making:
            if kind not in root._annotators:
                root._annotators[kind] = annotator_of(self.settings, kind, self._parts)
            return root._annotators[kind]

    def _measure(self) -> None:
        with self.transaction() as tx, closing(Unrelated(self._queries)) as unrelated:
            refresh_backgrounds(tx, unrelated)
