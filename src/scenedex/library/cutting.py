"""Hits as films of their own, one a hit."""

import errno
import re
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from uuid import UUID

from scenedex.errors import DiskFullError, MediaError, NotFoundError, UsageError
from scenedex.exports.events import Event, events_of
from scenedex.exports.formats import check_handles
from scenedex.exports.names import file_name
from scenedex.indexing.reading import Reading
from scenedex.library.exporting import Exporting, Wanted
from scenedex.types import Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeClip:
    """What became of one clip."""

    event: Event
    path: Path | None  #: None where it could not be made
    begins_s: float = 0.0  #: at which second of its video it begins
    reason: str | None = None  #: why it could not be made


class Cutting(Exporting):
    """A library out of which clips can be cut. What another owner has is as what is not there."""

    def export_clips(
        self,
        hits: Answer | Sequence[Wanted],
        folder: Path,
        *,
        copy: bool = False,
        handles_s: tuple[float, float] = (0.0, 0.0),
        join: bool = True,
    ) -> Iterator[MadeClip]:
        """An MP4 file in `folder` for each hit, id of a scene, or VIDEO:SCENE; told as they are made, video by video.

        Cut on the frame: encoded anew in full size (H.264, AAC in one channel). `copy`: the packets as they are, from
        the key frame at or before the first frame, which `begins_s` tells; sound that an MP4 does not take is encoded.
        Files are called by video, scene and timecode, and take the place of those of the same name. A clip that cannot
        be made is told with its reason. Raises as `export` does, and DiskFullError.
        """
        check_handles(handles_s)
        found = self._found(hits)
        events = events_of(found.moments, found.sources, handles_s=handles_s, join=join, by_time=True)
        if not events:
            raise UsageError("There is nothing to export: no scene was found, or none was named.")
        _make_folder(folder)
        targets = _targets(events, folder)
        for video, few in groupby(events, key=lambda event: event.source.video_id):
            left = list(few)
            try:
                with (
                    self.original(video) as original,
                    self.decoder.reading(original.path, self.settings.limits()) as reading,
                ):
                    while left:
                        event = left.pop(0)
                        yield _made(reading, event, targets[event.moments[0].scene_id], copy=copy)
            except (MediaError, NotFoundError) as exc:
                yield from (MadeClip(event=event, path=None, reason=str(exc)) for event in left)


def _made(reading: Reading, event: Event, target: Path, *, copy: bool) -> MadeClip:
    source = event.source
    start_s, end_s = (source.first_s + float(at / source.rate) for at in (event.first, event.end))
    try:
        if copy:
            start_s = _copy(reading, target, start_s, end_s)
        else:
            _cut(reading, target, event, start_s, end_s)
    except MediaError as exc:
        return MadeClip(event=event, path=None, reason=str(exc))
    return MadeClip(event=event, path=target, begins_s=start_s)


def _cut(reading: Reading, target: Path, event: Event, start_s: float, end_s: float) -> None:
    from scenedex.media.clip import FOR_EDITORS, cut_clip  # the decoders take most of a second to import

    make = replace(FOR_EDITORS, rate=event.source.rate)
    cut_clip(reading, target, start_s=start_s, end_s=end_s, make=make)


def _copy(reading: Reading, target: Path, start_s: float, end_s: float) -> float:
    """The packets as they are; the second at which they begin. The file appears when it is whole."""
    from scenedex.media.clip import copyable

    if not copyable(reading.info):
        raise MediaError(
            "Its pictures cannot be copied into an MP4 file: let it be cut on the frame, which encodes it anew."
        )
    aside = target.with_name(target.name + ".part")
    begins_s = start_s
    try:
        with aside.open("wb") as file, closing(reading.film(start_s, end_s, copied=True)) as pieces:
            for piece in pieces:
                begins_s = piece.begins_s
                file.write(piece.data)
        aside.replace(target)
    except OSError as exc:
        if exc.errno == errno.ENOSPC:
            raise DiskFullError from exc
        raise MediaError(f"The clip could not be written to {target}: {exc.strerror or exc}.") from exc
    finally:
        aside.unlink(missing_ok=True)
    return begins_s


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise UsageError(f"The folder {folder} cannot be made: {exc.strerror or exc}.") from exc


def _targets(events: Sequence[Event], folder: Path) -> dict[UUID, Path]:
    """A name for each clip: its video, scenes and timecode. Videos of the same name are told apart by a number."""
    names: dict[UUID, str] = {}
    used: set[str] = set()
    for source in {event.source.video_id: event.source for event in events}.values():
        stem, number = file_name(source.name.rpartition(".")[0] or source.name), 1
        name = stem
        while name.casefold() in used:
            number += 1
            name = f"{stem} {number}"
        used.add(name.casefold())
        names[source.video_id] = name
    return {event.moments[0].scene_id: folder / _clip_name(event, names) for event in events}


def _clip_name(event: Event, names: dict[UUID, str]) -> str:
    at = re.sub(r"\D", "", event.source.label(event.first))
    numbers = [moment.scene for moment in event.moments]
    scenes = f"{min(numbers):04}" if len(numbers) == 1 else f"{min(numbers):04}-{max(numbers):04}"
    return f"{names[event.source.video_id]} scene {scenes} {at}.mp4"
