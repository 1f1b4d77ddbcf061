"""The Python API: open a library, add videos, search in them."""

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from scenedex.errors import UsageError
from scenedex.library.cutting import Cutting
from scenedex.library.exchanging import Exchanging
from scenedex.library.illustrating import small_picture
from scenedex.library.keeping import Keeping
from scenedex.library.pictures import picture_place
from scenedex.library.playing import Playing
from scenedex.library.probing import Probing
from scenedex.library.stages import Stages
from scenedex.library.uploaded import drop_double, refuse_strangers
from scenedex.search.assembly import begin_backgrounds, refresh_backgrounds
from scenedex.search.unrelated import Unrelated
from scenedex.store.listing import thumbnails_of
from scenedex.store.scenes import keyframe_count, object_keys, scenes_of
from scenedex.store.videos import get_video, list_videos, resolve_video, stats, tag_video
from scenedex.types import (
    AnnotationOutcome,
    Scene,
    Space,
    Video,
)

if TYPE_CHECKING:
    from scenedex.indexing.annotate import Annotator, Watcher
    from scenedex.indexing.backfill import Tell
    from scenedex.indexing.backfill_report import BackfillReport, Order
    from scenedex.indexing.progress import Progress
    from scenedex.indexing.run import IndexReport
    from scenedex.library.baselines import Baselines
    from scenedex.library.bins import Bins
    from scenedex.library.corrections import Corrections
    from scenedex.library.entities import Entities
    from scenedex.library.living import Watching, WatchOptions
    from scenedex.library.marks import SceneMarks
    from scenedex.library.saved import SavedSearches
    from scenedex.library.spaces import Switched
    from scenedex.library.timeline import Heat, Timeline
    from scenedex.store.backfill import Coverage

SWEEP_EVERY_S = 7 * 86_400.0
"""Pictures without a scene are rare and cost only space: looking for them once a week is enough."""

SWEPT_TOGETHER = 1_000_000
"""Keyframes whose names a sweep holds in memory at once: about 200 MB."""


class Library(Probing, Playing, Cutting, Keeping, Exchanging, Stages):
    """Videos and all that is known of them. Close it, or use it in a `with` block."""

    def add(
        self,
        *paths: Path | str,
        exclude: Sequence[str] = (),
        force: bool = False,
        complete: bool = True,
        progress: "Progress | None" = None,
    ) -> "IndexReport":
        """Index files and folders. What is known by its content is not read again, unless `force`.

        `complete`: then embed, in the whole library, what the models in use have not embedded yet.

        A file that cannot be indexed is an outcome with its reason, not an exception. Raises StoreError when
        the library itself fails; what was finished before is kept.
        """
        self.decoder.warm()
        from scenedex.indexing.run import index_paths  # the decoders take most of a second to import
        from scenedex.library.annotating import Through, annotator_of, wanted
        from scenedex.scenes.plugged import check

        if not all(str(path).strip() for path in paths):
            raise UsageError(
                "An empty path was given: say which file or folder is meant (`.` for this folder)."
            )
        refuse_strangers(self.arrivals, self.owner, [Path(path) for path in paths])
        # made first, so that a missing extra, or a plug-in that does not work, is said before the work
        check(self.settings.scenedex_detector)
        annotators = [annotator_of(self.settings, kind, self._parts) for kind in wanted(self.settings)]
        parts = self._parts()
        with closing(Unrelated(self._queries)) as unrelated:

            def begin() -> None:
                with self._database.transaction(self.owner) as tx:
                    begin_backgrounds(tx, unrelated, [parts.sight.space] if parts.sight else [])

            report = index_paths(
                replace(parts, before_write=begin),
                [Path(path) for path in paths],
                exclude=exclude,
                force=force,
                progress=progress,
            )
            for outcome in report.files:
                drop_double(self.transaction, self.owner, self.arrivals, outcome)
            if complete:
                self.fill()
            videos = [file.video_id for file in report.files if file.video_id]
            watcher = Through(progress) if progress else None
            annotations = [self._annotate(annotator, videos, watcher=watcher) for annotator in annotators]
            with self._database.transaction(self.owner) as tx:
                refresh_backgrounds(tx, unrelated)
        self._sweep_now_and_then()
        return replace(report, annotations=tuple(outcome for kind in annotations for outcome in kind))

    def watch_folders(
        self,
        *paths: Path | str,
        options: "WatchOptions | None" = None,
        complain: Callable[[str], None] | None = None,
        progress: "Progress | None" = None,
    ) -> "Watching":
        """A watch on files and folders, which begins with `run` and keeps the library up with them until `stop`.

        `complain` hears what is to be known beside the outcomes; without it that is logged. Raises UsageError.
        """
        from scenedex.library.living import Watching, log

        return Watching(self, paths, options, complain=complain or log.warning, progress=progress)

    def fill(self, tell: Callable[[int, int], None] | None = None) -> int:
        """Embed what the models in use have not embedded yet; the number of videos that got something.

        `tell` hears how many videos of how many are done. Nothing but sound is read from the files again.
        """
        from scenedex.indexing.fill import fill

        return fill(self._parts(), tell)

    def backfill(
        self,
        order: "Order | None" = None,
        *,
        space: str | None = None,
        regions: bool = False,
        clip_timeout_s: float = 5.0,
        stop: threading.Event | None = None,
        tell: "Tell | None" = None,
    ) -> "BackfillReport":
        """Embed the pictures of scenes, of all owners, that a visual space lacks: `scenedex.indexing.backfill`.

        `space`: by its name or its model's; else that of the model in use. One that is new is `building`, seen by no
        search until `switch`, where another one is live. `regions`: the space of parts of pictures that belongs to it,
        in which entities are looked for. `clip_timeout_s` is the longest time for one picture, twice
        that where two are seen at once.
        Set `stop` to end after the scene in hand. `tell` hears how far it is.

        Raises UsageError, EncoderError where pictures cannot be embedded at all, StoreError; what was done is kept.
        """
        from scenedex.indexing.backfill import Bench, backfill
        from scenedex.indexing.backfill_report import Order
        from scenedex.library.spaces import parts_sight_of, sight_of
        from scenedex.types import is_of_parts

        order = order or Order()
        equipment = self.equipment.patient(clip_timeout_s)
        find = parts_sight_of if regions or (space and is_of_parts(space)) else sight_of
        sight = find(self._database, equipment, self.profile().visual, space, make=not order.dry_run)
        bench = Bench(database=self._database, objects=self._objects(), sight=sight)
        try:
            return backfill(bench, order, stop=stop, tell=tell)
        finally:
            equipment.close()

    def spaces(self) -> "list[tuple[Space, Coverage]]":
        """The visual spaces, then those of parts of pictures, and how far each is filled, over all owners."""
        from scenedex.library.spaces import covered, part_spaces, visual_spaces

        spaces = [*visual_spaces(self._database), *part_spaces(self._database)]
        return [(space, covered(self._database, space)) for space in spaces]

    def switch(self, space: str, *, incomplete: bool = False) -> "Switched":
        """Let all searches see this visual space, by its name or its model's, in place of what they see now.

        What was live before is kept, for `switch_back`. Raises NotFoundError, and UsageError where the space lacks
        scenes, unless `incomplete`.
        """
        from scenedex.library.spaces import make_live

        return make_live(self._database, space, self._queries, incomplete=incomplete)

    def switch_back(self) -> "Switched":
        """Undo the latest `switch`; the space that was live until now is kept, as `building`. Raises UsageError."""
        from scenedex.library.spaces import make_former_live

        return make_former_live(self._database)

    def annotate(
        self,
        kind: str,
        *videos: str,
        force: bool = False,
        download: bool = False,
        watcher: "Watcher | None" = None,
    ) -> tuple[AnnotationOutcome, ...]:
        """Find out what is written in the pictures (`screen_text`), said (`speech`) or to be seen (`description`),
        or what a plug-in of this name says.

        `videos`: ids, paths or file names; all videos without any. What is done is not done again, unless `force`. A
        video that fails is an outcome with its reason. `download`: a model that is not here may be fetched.

        Raises NotInstalledError where an extra is missing, SpeechModelError, PluginError, NotFoundError and
        AmbiguousError.
        """
        from scenedex.library.annotating import annotator_of

        annotator = annotator_of(self.settings, kind, self._parts, download=download, force=force)
        with self._database.transaction(self.owner) as tx:
            found = [resolve_video(tx, video) for video in videos] if videos else list_videos(tx)
        outcomes = self._annotate(annotator, [video.id for video in found], force=force, watcher=watcher)
        with self._database.transaction(self.owner) as tx, closing(Unrelated(self._queries)) as unrelated:
            refresh_backgrounds(tx, unrelated)
        return outcomes

    @property
    def entities(self) -> "Entities":
        """Someone and something with a name, and where they are to be seen."""
        from scenedex.library.entities import Entities

        return Entities(self)

    @property
    def saved(self) -> "SavedSearches":
        """Searches that are kept, and asked of each new video."""
        from scenedex.library.saved import SavedSearches

        return SavedSearches(self)

    @property
    def baselines(self) -> "Baselines":
        """What is normal in the videos, and what is out of the ordinary."""
        from scenedex.library.baselines import Baselines

        return Baselines(self)

    @property
    def marks(self) -> "SceneMarks":
        """Tags and notes on scenes."""
        from scenedex.library.marks import SceneMarks

        return SceneMarks(self)

    @property
    def bins(self) -> "Bins":
        """Scenes put together under a name."""
        from scenedex.library.bins import Bins

        return Bins(self)

    @property
    def corrections(self) -> "Corrections":
        """What people say about captions."""
        from scenedex.library.corrections import Corrections

        return Corrections(self)

    def timeline(self, video_id: UUID, heat: "Heat | None" = None) -> "Timeline":
        """The scenes of a video in order, with the heat of what is asked for. Raises NotFoundError, UsageError."""
        from scenedex.library.timeline import Heat, timeline

        return timeline(self, video_id, heat or Heat())

    def videos(self, *, limit: int | None = None, offset: int = 0, pictures: bool = False) -> list[Video]:
        """The videos, the newest first. `pictures`: each carries a small one, which notebooks show."""
        with self._database.transaction(self.owner) as tx:
            found = list_videos(tx, limit=limit, offset=offset)
            keys = thumbnails_of(tx, [video.id for video in found]) if pictures else {}
        return [
            replace(video, picture=small_picture(key, self.picture)) if (key := keys.get(video.id)) else video
            for video in found
        ]

    def show(self, video: str) -> tuple[Video, list[Scene]]:
        """One video with its scenes, keyframes and captions; `video` is an id, a path or a file name."""
        with self._database.transaction(self.owner) as tx:
            found = resolve_video(tx, video)
            return found, scenes_of(tx, found.id)

    def sweep(self) -> int:
        """Remove pictures that no scene names: of removed videos, and of runs that were killed. How many."""
        removed = 0
        for digits in self._slices():
            with self._database.operator() as statements:
                keep = object_keys(statements, digits)
            removed += self._objects().sweep(keep, under=digits)
        return removed

    def _slices(self) -> list[str]:
        """First digits of the pictures that are swept together: all, or in a large library as many as fit in memory."""
        with self._database.operator() as statements:
            many = keyframe_count(statements) > SWEPT_TOGETHER
        return [f"{first:02x}" for first in range(256)] if many else [""]

    def remove(self, video: str) -> Video:
        """Forget a video. Its file stays where it is, unless it came over HTTP into a folder of the library's own."""
        with self._database.transaction(self.owner) as tx:
            found = resolve_video(tx, video)
        self.forget(found.id)
        return found

    def tag(self, video: str, add: Sequence[str] = (), remove: Sequence[str] = ()) -> Video:
        """Add and remove tags of a video; the video as it is then. Case and blanks around a tag do not count.

        Raises UsageError for a blank or overlong tag (64 characters), and for more than 100 tags.
        """
        with self._database.transaction(self.owner) as tx:
            found = resolve_video(tx, video)
            tag_video(tx, found.id, add, remove)
            return get_video(tx, found.id)

    def stats(self) -> dict[str, Any]:
        """Counts: videos, hours, scenes, keyframes, captions, embeddings by space."""
        with self._database.transaction(self.owner) as tx:
            return stats(tx)

    def health(self) -> dict[str, Any]:
        """What the library stands on: versions of the database and of its schema, and where pictures lie."""
        return {
            **self._database.versions(),
            "database": "elsewhere" if self.settings.database_url else "embedded",
            "pictures": str(picture_place(self.settings, self.home)),
        }

    def _annotate(
        self,
        annotator: "Annotator",
        videos: Sequence[UUID],
        *,
        force: bool = False,
        watcher: "Watcher | None" = None,
    ) -> tuple[AnnotationOutcome, ...]:
        from scenedex.indexing.annotate import annotate

        with closing(annotator):
            return annotate(
                self._parts(), annotator, list(dict.fromkeys(videos)), force=force, watcher=watcher
            )

    def _sweep_now_and_then(self) -> None:
        swept = self.home / "swept"
        if not swept.exists() or time.time() - swept.stat().st_mtime > SWEEP_EVERY_S:
            swept.touch()
            self.sweep()
