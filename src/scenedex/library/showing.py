"""Videos and scenes one by one, by their ids, and page by page: what an interface shows."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from uuid import UUID

from scenedex.library.originals import Original, open_original
from scenedex.library.retaining import Retaining
from scenedex.library.uploaded import drop_files
from scenedex.store.files import files_of
from scenedex.store.languages import caption_languages
from scenedex.store.listing import ListedVideo, VideoList, Wanted, list_page, listed_video
from scenedex.store.scenes import captions_by_scene, captions_of, find_scene, scenes_of
from scenedex.store.status import Doing, coverage, stage_queue, stage_seconds
from scenedex.store.videos import get_video, remove_video, tag_video
from scenedex.types import Caption, CaptionOrigin, Scene, Video


class Showing(Retaining):
    """A library whose videos and scenes can be looked at. What another owner has is as what is not there."""

    def video(self, video_id: UUID) -> Video:
        """Raises NotFoundError."""
        with self._database.transaction(self.owner) as tx:
            return get_video(tx, video_id)

    def page_of_videos(self, limit: int, offset: int = 0, wanted: Wanted | None = None) -> VideoList:
        """So many of the videos that are wanted, each with how it stands; and how many there are in all.

        Raises UsageError for a page, an order or a text that makes no sense.
        """
        with self._database.transaction(self.owner) as tx:
            return list_page(tx, wanted or Wanted(), limit=limit, offset=offset)

    def listed_video(self, video_id: UUID) -> ListedVideo:
        """One video with how it stands. Raises NotFoundError."""
        with self._database.transaction(self.owner) as tx:
            return listed_video(tx, video_id)

    def forget(self, video_id: UUID) -> None:
        """Forget a video. Its file stays where it is, unless it came over HTTP into the library's own folder.

        Raises NotFoundError.
        """
        with self._database.transaction(self.owner) as tx:
            paths = [file.path for file in files_of(tx, video_id)]
            remove_video(tx, video_id)
        drop_files(self.arrivals, self.owner, paths)

    def retag(self, video_id: UUID, add: Sequence[str] = (), remove: Sequence[str] = ()) -> Video:
        """Add and remove tags; the video as it is then. Raises NotFoundError, and UsageError as `tag` does."""
        with self._database.transaction(self.owner) as tx:
            tag_video(tx, video_id, add, remove)
            return get_video(tx, video_id)

    def page_of_scenes(self, video_id: UUID, limit: int, offset: int = 0) -> tuple[list[Scene], int]:
        """So many scenes of a video in order, with keyframes and captions, and how many there are.

        Raises NotFoundError.
        """
        with self._database.transaction(self.owner) as tx:
            get_video(tx, video_id)
            scenes = scenes_of(tx, video_id)
        return scenes[offset : offset + limit], len(scenes)

    def scene(self, scene_id: UUID, *, captions: bool = True) -> Scene:
        """A scene with its keyframes, and its captions if they are wanted. Raises NotFoundError."""
        with self._database.transaction(self.owner) as tx:
            scene = find_scene(tx, scene_id)
            if not captions:
                return scene
            return replace(scene, captions=captions_by_scene(tx, [scene_id]).get(scene_id, ()))

    def captions(
        self, video_id: UUID, *, origin: CaptionOrigin | None = None, language: str | None = None
    ) -> list[Caption]:
        """The captions of a video by time, all or those of one origin, in one language. Raises NotFoundError."""
        with self._database.transaction(self.owner) as tx:
            get_video(tx, video_id)
            found = captions_of(tx, video_id)
        return [
            caption
            for caption in found
            if origin in (None, caption.origin) and language in (None, caption.language)
        ]

    def doing(self) -> Doing:
        """How far each space is filled, how long the latest jobs took, and what waits."""
        with self._database.transaction(self.owner) as tx:
            return Doing(
                coverage=tuple(coverage(tx)), stages=tuple(stage_seconds(tx)), queue=tuple(stage_queue(tx))
            )

    def languages(self) -> list[str]:
        """The languages in which something is said or written in the videos."""
        with self._database.transaction(self.owner) as tx:
            return caption_languages(tx)

    def original(self, video_id: UUID) -> Original:
        """The video's own file, open for reading; close it. Raises NotFoundError where it is not there any more."""
        with self._database.transaction(self.owner) as tx:
            video = get_video(tx, video_id)
            files = files_of(tx, video_id)
        return open_original(files, video.content_hash)

    def clip(self, scene_id: UUID, target: Path) -> None:
        """Write what happens in a scene to `target`, an MP4 file that browsers play.

        Raises NotFoundError for the scene, and where its video's file is not there any more; MediaError where no clip
        can be cut from it.
        """
        with self._database.transaction(self.owner) as tx:
            scene = find_scene(tx, scene_id)
        self.cut(scene.video_id, target, start_s=scene.start_s, end_s=scene.end_s)

    def cut(self, video_id: UUID, target: Path, *, start_s: float, end_s: float) -> None:
        """The same for `[start_s, end_s)` of a video, up to two minutes. Raises as `clip` does, and LimitError."""
        from scenedex.media.clip import cut_clip  # the decoders take most of a second to import

        with (
            self.original(video_id) as original,
            self.decoder.reading(original.path, self.settings.limits()) as reading,
        ):
            cut_clip(reading, target, start_s=start_s, end_s=end_s)
