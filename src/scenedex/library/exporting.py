"""Hits as lists for editors: EDL, FCPXML, OTIO, CSV, JSON and contact sheets."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from fractions import Fraction
from typing import Any, Unpack, cast, get_args
from uuid import UUID

from scenedex.errors import MediaError, NotFoundError, UsageError
from scenedex.exports.events import Moment, Source
from scenedex.exports.formats import (
    MAX_EVENTS,
    MEDIA_TYPES,
    Export,
    ExportedFile,
    Format,
    ListOptions,
    ListRequest,
    written,
)
from scenedex.exports.names import file_name
from scenedex.exports.rates import nominal
from scenedex.exports.timecode import from_timecode, takes_drop
from scenedex.library.examples import scene_named
from scenedex.library.sheets import Cell, Heading, Sheets, drawn
from scenedex.store.scenes import scene_cards
from scenedex.store.videos import headers_of, videos_by_id
from scenedex.types import Answer, Hit, SceneCard, Video

MOST_OPENED = 100
"""Files in which one export looks for timecode that indexing has not looked for."""

SHEET = (6, 10)
"""Columns and rows of a contact sheet of hits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundScene:
    """What is left of a hit where only its scene and score are known."""

    scene_id: UUID
    score: float | None = None  #: 0 to 1
    band: str | None = None


Wanted = Hit | FoundScene | UUID | str
"""A hit, the id of a scene, or VIDEO:SCENE."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Moments, what is known of their scenes, and the videos that they are in."""

    moments: list[Moment]
    cards: dict[UUID, SceneCard]
    sources: dict[UUID, Source]


class Exporting(Sheets):
    """A library whose hits can be taken along. What another owner has is as what is not there."""

    def export(
        self, hits: Answer | Sequence[Wanted], format: Format, **options: Unpack[ListOptions]
    ) -> Export:
        """Scenes as a list for editors: hits, ids of scenes, or VIDEO:SCENE, in the order in which they come.

        `options` are the fields of `scenedex.exports.formats.ListRequest`: bins, handles_s, join, by_time, title.
        Raises NotFoundError for a scene that is not there, UsageError where there are none, more than 10,000, or what
        is asked makes no sense, NotInstalledError for OTIO without the extra `timelines`.
        """
        given: ListOptions = {"title": _title(hits), **options}
        request = ListRequest(format=format, **given)
        found = self._found(hits)
        return written(found.moments, found.sources, request)

    def sheet_of_hits(self, hits: Answer | Sequence[Wanted], *, title: str | None = None) -> Export:
        """The thumbnails of these scenes, sixty on a sheet, each with its video and timecode; JPEG.

        Raises as `export` does.
        """
        found, name = self._found(hits), title or _title(hits)
        if not found.moments:
            raise UsageError("There is nothing to export: no scene was found, or none was named.")
        columns, rows = SHEET
        pages = [
            found.moments[at : at + columns * rows] for at in range(0, len(found.moments), columns * rows)
        ]
        files = []
        for page, moments in enumerate(pages, 1):
            of = f"  ({page} of {len(pages)})" if len(pages) > 1 else ""
            cells = [self._cell(moment, found) for moment in moments]
            files.append(
                ExportedFile(
                    name=f"{file_name(name)}{f'-{page}' if len(pages) > 1 else ''}.jpg",
                    media_type=MEDIA_TYPES["sheet"],
                    data=drawn(Heading(name=name, rest=of), cells, columns),
                )
            )
        return Export(files=tuple(files), events=len(found.moments))

    def _cell(self, moment: Moment, found: Found) -> Cell:
        source = found.sources[moment.video_id]
        name = source.name if len(source.name) <= 16 else f"{source.name[:15]}…"
        label = f"{name}  {source.label(source.frame(moment.start_s))}"
        return Cell(jpeg=self._thumbnail(found.cards[moment.scene_id].scene), label=label)

    def _found(self, hits: Answer | Sequence[Wanted]) -> Found:
        wanted = list(_flat(hits))
        if len(wanted) > MAX_EVENTS:
            raise UsageError(f"An export has {MAX_EVENTS:,} scenes at most, these are {len(wanted):,}.")
        with self._database.transaction(self.owner) as tx:
            ids = {named: scene_named(tx, named).id for named in wanted if isinstance(named, str)}
            scenes = [ids[one] if isinstance(one, str) else _scene_id(one) for one in wanted]
            cards = scene_cards(tx, list(dict.fromkeys(scenes)))
            moments = [_moment(cards, scene, one) for scene, one in zip(scenes, wanted, strict=True)]
            videos = list(dict.fromkeys(moment.video_id for moment in moments))
            known, headers = videos_by_id(tx, videos), headers_of(tx, videos)
        older = [video for video in videos if "timecode" not in headers[video]]
        headers |= {video: self._headers(video) or headers[video] for video in older[:MOST_OPENED]}
        sources = {video: source_of(known[video], headers[video]) for video in videos}
        return Found(moments=moments, cards=cards, sources=sources)

    def _headers(self, video_id: UUID) -> dict[str, Any] | None:
        """What the headers of a video's file say now; None where it cannot be read."""
        with (
            suppress(MediaError, NotFoundError),
            self.original(video_id) as original,
            self.decoder.reading(original.path, self.settings.limits()) as reading,
        ):
            return asdict(reading.info)
        return None


def source_of(video: Video, headers: Mapping[str, Any]) -> Source:
    """A video and what its headers say → what a list says of it.

    A timecode that its rate cannot have counts as none. Without one it begins at zero, drop-frame where the rate takes
    it.
    """
    track, sounds = headers.get("video") or {}, headers.get("audio") or []
    sound: dict[str, Any] = next((one for one in sounds if one["index"] == headers.get("default_audio")), {})
    rate, steady = nominal(video.frame_rate, _fraction(track.get("base_rate")), video.duration_s)
    first_s = float(track.get("first_s") or 0.0)
    start, drop, stated = 0, takes_drop(rate), False
    with suppress(ValueError):
        start, drop = from_timecode(headers.get("timecode") or "", rate)
        stated = True
    return Source(
        video_id=video.id,
        name=video.name,
        path=video.paths[0] if video.paths else None,
        rate=rate,
        frames=max(1, round((Fraction(video.duration_s) - Fraction(first_s)) * rate)),
        start=start,
        drop=drop,
        looked="timecode" in headers,
        stated=stated,
        steady=steady,
        first_s=first_s,
        width=video.width,
        height=video.height,
        channels=int(sound.get("channels") or 0),
        sample_rate=int(sound.get("sample_rate") or 48_000),
    )


def format_named(text: str) -> Format:
    """A format by its name. Raises UsageError."""
    names: tuple[str, ...] = get_args(Format)
    if text not in names:
        raise UsageError(f"There is no format {text!r}: there are {', '.join(names)}.")
    return cast("Format", text)


def _fraction(value: Fraction | str | None) -> Fraction | None:
    return Fraction(value) if value else None


def _flat(hits: Answer | Sequence[Wanted]) -> Iterator[Wanted]:
    """What follows a hit comes after it."""
    if isinstance(hits, Answer):
        found: Iterable[Wanted] = [hit for group in hits.groups for hit in group.hits] or hits.hits
    else:
        found = hits
    for one in found:
        yield one
        if isinstance(one, Hit):
            yield from _flat(one.then)


def _scene_id(wanted: Wanted) -> UUID:
    return wanted.scene_id if isinstance(wanted, Hit | FoundScene) else UUID(str(wanted))


def _moment(cards: Mapping[UUID, SceneCard], scene_id: UUID, wanted: Wanted) -> Moment:
    if scene_id not in cards:
        raise NotFoundError(
            "There is no such scene in this library: `scenedex videos show VIDEO` lists a video's scenes."
        )
    scene = cards[scene_id].scene
    hit = wanted if isinstance(wanted, Hit | FoundScene) else None
    return Moment(
        video_id=scene.video_id,
        scene_id=scene_id,
        scene=scene.index,
        start_s=scene.start_s,
        end_s=scene.end_s,
        transition=scene.transition,
        score=hit.score if hit else None,
        band=hit.band if hit else None,
    )


def _title(hits: Answer | Sequence[Wanted]) -> str:
    return hits.query.strip() or "scenedex" if isinstance(hits, Answer) else "scenedex"
