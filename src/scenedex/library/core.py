"""The Python API: open a library, add videos, search in them."""

import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, Unpack
from uuid import UUID

import numpy as np

from scenedex.config import Settings, log_encoders, read_settings
from scenedex.embeddings.encoder import TextEncoder
from scenedex.embeddings.wordllama import WordLlamaEncoder
from scenedex.errors import EncoderError, UsageError
from scenedex.library.examples import Eyes, anchor_of
from scenedex.library.tuning import tuning_of
from scenedex.search.assembly import dense_channels, refresh_backgrounds
from scenedex.search.cache import QueryCache
from scenedex.search.encoding import QueryEncoding
from scenedex.search.engine import Engine
from scenedex.search.request import Example, SearchOptions, SearchRequest, check_request
from scenedex.store.database import Database
from scenedex.store.objects import ObjectStore
from scenedex.store.preferences import prefer, preference
from scenedex.store.scenes import object_keys, scenes_of
from scenedex.store.videos import get_video, list_videos, remove_video, resolve_video, stats, tag_video
from scenedex.types import LOCAL_OWNER, AnnotationKind, AnnotationOutcome, Answer, Scene, Space, Video

if TYPE_CHECKING:
    from scenedex.embeddings.equipment import Equipment
    from scenedex.embeddings.visual import VisualEmbedder
    from scenedex.indexing.annotate import Annotator, Watcher
    from scenedex.indexing.pipeline import Parts
    from scenedex.indexing.progress import Progress
    from scenedex.indexing.run import IndexReport
    from scenedex.inference.registry import Profile


SWEEP_EVERY_S = 7 * 86_400.0
"""Pictures without a scene are rare and cost only space: looking for them once a week is enough."""


def open_library(
    home: Path | str | None = None, *, url: str | None = None, settings: Settings | None = None
) -> "Library":
    """Open the library in the folder `home`, or the one in the PostgreSQL at `url`; by default what the settings say.

    The library is made when there is none. Raises StoreError with a sentence that says what to do when the
    database cannot be started, reached or understood.
    """
    given = settings or read_settings()
    if given.clip_debug_log:
        log_encoders()
    changed = {
        name: value
        for name, value in {"scenedex_home": home and Path(home), "database_url": url}.items()
        if value
    }
    return Library(given.model_copy(update=changed))


class Library:
    """Videos and all that is known of them. Close it, or use it in a `with` block."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.owner: UUID = LOCAL_OWNER
        self.home = settings.scenedex_home.expanduser().absolute()
        self._database = Database.open(url=settings.database_url, home=self.home)
        self._words = WordLlamaEncoder()
        self._encoding = QueryEncoding(timeout_s=settings.clip_text_embedding_timeout_s, cache=QueryCache())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Leave the library. The embedded server stops when its last user leaves."""
        self._encoding.close()
        self._database.close()

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
        from scenedex.indexing.run import index_paths  # the decoders take most of a second to import
        from scenedex.library.annotating import Through, annotator_of, wanted

        if not all(str(path).strip() for path in paths):
            raise UsageError(
                "An empty path was given: say which file or folder is meant (`.` for this folder)."
            )
        # made first, so that a missing extra is said before the work
        annotators = [annotator_of(self.settings, kind, self._parts) for kind in wanted(self.settings)]
        parts = self._parts()
        report = index_paths(
            parts, [Path(path) for path in paths], exclude=exclude, force=force, progress=progress
        )
        if complete:
            self.fill()
        videos = [file.video_id for file in report.files if file.video_id]
        watcher = Through(progress) if progress else None
        annotations = [self._annotate(annotator, videos, watcher=watcher) for annotator in annotators]
        with self._database.transaction(self.owner) as tx:
            refresh_backgrounds(tx, self._queries)
        self._sweep_now_and_then()
        return replace(report, annotations=tuple(outcome for kind in annotations for outcome in kind))

    def fill(self, tell: Callable[[int, int], None] | None = None) -> int:
        """Embed what the models in use have not embedded yet; the number of videos that got something.

        `tell` hears how many videos of how many are done. Nothing but sound is read from the files again.
        """
        from scenedex.indexing.fill import fill

        return fill(self._parts(), tell)

    def annotate(
        self,
        kind: AnnotationKind,
        *videos: str,
        force: bool = False,
        download: bool = False,
        watcher: "Watcher | None" = None,
    ) -> tuple[AnnotationOutcome, ...]:
        """Find out what is written in the pictures (`screen_text`), said (`speech`) or to be seen (`description`).

        `videos`: ids, paths or file names; all videos without any. What is done is not done again, unless `force`. A
        video that fails is an outcome with its reason. `download`: a model that is not here may be fetched.

        Raises NotInstalledError where an extra is missing, SpeechModelError, NotFoundError and AmbiguousError.
        """
        from scenedex.library.annotating import annotator_of

        annotator = annotator_of(self.settings, kind, self._parts, download=download, force=force)
        with self._database.transaction(self.owner) as tx:
            found = [resolve_video(tx, video) for video in videos] if videos else list_videos(tx)
        outcomes = self._annotate(annotator, [video.id for video in found], force=force, watcher=watcher)
        with self._database.transaction(self.owner) as tx:
            refresh_backgrounds(tx, self._queries)
        return outcomes

    def profile(self) -> "Profile":
        """The models in use: as set, else as recorded, else `standard`. Raises NotFoundError."""
        with self._database.transaction(self.owner) as tx:
            recorded = preference(tx, "profile")
        profile = self.equipment.registry.profile(self.settings.scenedex_profile or recorded or "standard")
        if self.settings.clip_model_name:
            parts = [self.settings.clip_model_name, self.settings.clip_pretrained]
            card = self.equipment.registry.find("/".join(part for part in parts if part))
            profile = replace(profile, visual=card.key)
        if self.settings.scenedex_text_model:
            profile = replace(profile, text=self.equipment.text_key(self.settings.scenedex_text_model))
        return profile

    def use(self, profile: str) -> "Profile":
        """Record the profile that this library works with from now on. Raises NotFoundError."""
        found = self.equipment.registry.profile(profile)
        with self._database.transaction(self.owner) as tx:
            prefer(tx, "profile", found.name)
        return found

    def visual_embedder(self) -> "VisualEmbedder":
        """What sees, for callers of their own: a picture in, its embedding out, raw where CLIP_NORMALIZE is false.

        Raises NotFoundError for the mini models, which are no model of the registry.
        """
        from scenedex.embeddings.visual import VisualEmbedder

        return VisualEmbedder(
            self.equipment.registry.find(self.profile().visual),
            self.equipment.store,
            self.equipment.options,
            normalize=self.settings.clip_normalize,
            max_side=self.settings.clip_max_image_size,
        )

    def absent(self) -> str | None:
        """What cannot be done for want of weights, and how to get them, in a sentence; None when all are here."""
        profile = self.profile()
        missing = self.equipment.missing((profile.visual, profile.audio, profile.text))
        if not missing:
            return None
        megabytes = sum(file.megabytes for card in missing for file in self.equipment.store.missing(card))
        return (
            f"The models of the profile {profile.name} are not all on this machine, so pictures or sounds cannot be "
            f"searched yet: `scenedex models pull` fetches {', '.join(card.key for card in missing)} (about "
            f"{megabytes:.0f} MB); what is indexed now is completed after that."
        )

    def search(
        self,
        query: str = "",
        *,
        videos: Sequence[str] = (),
        example: Example | None = None,
        **options: Unpack[SearchOptions],
    ) -> Answer:
        """The scenes that fit `query` best, best first. `videos` (ids, paths or file names) narrows the search.

        `example`: a scene or a picture that hits should look like, beside the words or instead of them. `options` are
        the fields of SearchRequest: limit, offset, filters, mode, weights, bands, group_by, fold, within_s. Two things
        that follow one another: `"dog" then "car"`.

        An answer without hits means that nothing fits. Raises UsageError for a request that makes no sense,
        NotFoundError or AmbiguousError for a video or a scene, EncoderError for an example that cannot be looked at.
        """
        request = SearchRequest(query=query, **options)
        tuning = tuning_of(self.settings)
        with self._database.transaction(self.owner) as tx:
            if isinstance(videos, str):
                raise UsageError("`videos` is a list of videos: give one as [video].")
            if videos:
                ids = tuple(resolve_video(tx, video).id for video in videos)
                request = replace(request, filters=replace(request.filters, video_ids=ids))
            check_request(request)
            dense, degraded = dense_channels(tx, self._queries, {**tuning.weights, **request.weights})
            engine = Engine(dense=dense, tuning=tuning, degraded=degraded, encoding=self._encoding)
            anchor = anchor_of(tx, example, self._eyes()) if example is not None else None
            return engine.search(tx, request, anchor)

    def videos(self, *, limit: int | None = None, offset: int = 0) -> list[Video]:
        """The videos, the newest first."""
        with self._database.transaction(self.owner) as tx:
            return list_videos(tx, limit=limit, offset=offset)

    def show(self, video: str) -> tuple[Video, list[Scene]]:
        """One video with its scenes, keyframes and captions; `video` is an id, a path or a file name."""
        with self._database.transaction(self.owner) as tx:
            found = resolve_video(tx, video)
            return found, scenes_of(tx, found.id)

    def sweep(self) -> int:
        """Remove pictures that no scene names: of removed videos, and of runs that were killed. How many."""
        with self._database.operator() as statements:
            keep = object_keys(statements)
        return self._objects().sweep(keep)

    def remove(self, video: str) -> Video:
        """Forget a video. The file itself stays where it is."""
        with self._database.transaction(self.owner) as tx:
            found = resolve_video(tx, video)
            remove_video(tx, found.id)
        return found

    def tag(self, video: str, add: Sequence[str] = (), remove: Sequence[str] = ()) -> Video:
        """Add and remove tags of a video; the video as it is then. Case and blanks around a tag do not count.

        Raises UsageError for a blank or overlong tag (64 characters), and for more than 100 tags.
        """
        with self._database.transaction(self.owner) as tx:
            found = resolve_video(tx, video)
            tag_video(tx, found.id, add, remove)
            return get_video(tx, found.id)

    def picture(self, object_key: str) -> bytes:
        """The JPEG of a keyframe or thumbnail. Raises NotFoundError for an unknown key."""
        return self._objects().get(object_key)

    def stats(self) -> dict[str, Any]:
        """Counts: videos, hours, scenes, keyframes, captions, embeddings by space."""
        with self._database.transaction(self.owner) as tx:
            return stats(tx)

    def health(self) -> dict[str, Any]:
        """What the library stands on: versions of the database and of its schema, and where pictures lie."""
        return {
            **self._database.versions(),
            "database": "elsewhere" if self.settings.database_url else "embedded",
            "pictures": str(self._picture_folder()),
        }

    def senses(self) -> dict[str, Any]:
        """What this machine sees, hears and reads with: profile, devices, missing weights, time for one picture."""
        from scenedex.inference.session import available_devices

        profile = self.profile()
        found: dict[str, Any] = {
            "profile": profile.name,
            "devices": available_devices(),
            "missing": self.absent(),
        }
        try:
            eyes = self.equipment.visual(profile.visual)
        except EncoderError:
            return found
        picture = np.full((480, 854, 3), 128, dtype=np.uint8)
        eyes.embed_pictures([picture])  # loads the network
        (seen,) = eyes.embed_pictures([picture])
        ms = seen.metadata["inference_time_ms"]
        return {
            **found,
            "runs_on": seen.metadata["device"],
            "picture_ms": ms,
            "trouble": seen.metadata["error"],
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

    def _picture_folder(self) -> Path | str:
        return self.settings.scenedex_objects or self.home / "objects"

    def _objects(self) -> ObjectStore:
        return ObjectStore(self._picture_folder())

    @cached_property
    def equipment(self) -> "Equipment":
        """The encoders of this machine."""
        from scenedex.embeddings.equipment import (
            Equipment,  # ONNX Runtime: not needed to search by words alone
        )
        from scenedex.inference.registry import load_registry
        from scenedex.inference.session import RunOptions
        from scenedex.inference.weights import WeightStore

        settings = self.settings
        store = WeightStore(
            settings.models_folder(),
            hub_cache=settings.hf_home / "hub" if settings.hf_home else None,
            token=settings.huggingface_hub_token,
            offline=settings.hf_hub_offline,
        )
        options = RunOptions(device=settings.clip_device, timeout_s=settings.clip_timeout_s)
        return Equipment(
            load_registry(),
            store,
            options,
            elsewhere=settings.elsewhere(),
            max_side=settings.clip_max_image_size,
        )

    def _queries(self, space: Space) -> TextEncoder:
        if space.name == self._words.space.name:
            return self._words
        return self.equipment.queries(space)

    def _eyes(self) -> Eyes:
        return Eyes(
            encoder=lambda space: self.equipment.visual(space.model),
            picture=self.picture,
            chooses=lambda space: True,
        )

    def _parts(self) -> "Parts":
        from scenedex.indexing.assembly import senses
        from scenedex.indexing.pipeline import Parts

        found = senses(self._database, self.equipment, self.profile(), see=self.settings.clip_enabled)
        return Parts(
            owner=self.owner,
            database=self._database,
            objects=self._objects(),
            encoder=found.encoder,
            space=found.space,
            sight=found.sight,
            hearing=found.hearing,
            limits=self.settings.limits(),
            detector=self.settings.scenedex_detector,
            scratch=self.home,
            own_folders=tuple(self.home / name for name in ("pg", "objects", "demo")),
        )
