"""What people say about captions: other words, none, or one more; and everything taken back."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from uuid import UUID, uuid4

from scenedex.errors import AmbiguousError, NotFoundError, UsageError
from scenedex.library.edited import ALL, Edited, Scope, compared
from scenedex.media.languages import language_code
from scenedex.media.markup import MAX_TEXT, tidy
from scenedex.media.sidecars import lines_of, read_text
from scenedex.media.subtitle_files import to_srt, to_vtt
from scenedex.store.corrections import Correction, entries_of
from scenedex.store.database import Transaction
from scenedex.store.videos import get_video, resolve_video
from scenedex.store.writing import lock_video
from scenedex.types import Caption, CaptionEntry, CaptionOrigin

if TYPE_CHECKING:
    from scenedex.indexing.assembly import Reader
    from scenedex.library.core import Library

SHORT = 8
"""Digits of an id that are shown to be typed."""

FEWEST_DIGITS = 4

MAX_LENGTH_S = 600.0
"""A caption stands no longer; those of files are cut there."""

MAX_NAME = 200
"""Characters of who it was that are kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCaption:
    """One that is to be added."""

    start_s: float
    end_s: float
    text: str
    language: str | None = None  #: such as `en`


class Corrections:
    """The corrections of one owner. A video is named by its id, or by a text: id, path or file name.

    A caption is named by its id, or by the first digits of it, four at least. The next search finds what
    was changed, by words and by meaning; where the model does not answer, embeddings wait for the next `fill`. What
    raises changes nothing.
    """

    def __init__(self, library: "Library") -> None:
        self._library = library

    def list(
        self, video: UUID | str, *, origin: CaptionOrigin | None = None, language: str | None = None
    ) -> list[CaptionEntry]:
        """The captions of a video by time, also those that are deleted, and corrections of what is gone (`orphaned`).

        Raises NotFoundError, AmbiguousError.
        """
        with self._library.transaction() as tx:
            entries = entries_of(tx, _video(tx, video))
        return Scope(origin=origin, language=language).of(entries)

    def correct(self, video: UUID | str, caption: UUID | str, text: str, by: str = "") -> CaptionEntry:
        """Put other words in the place of a caption's; its own words take the correction back.

        Raises NotFoundError, AmbiguousError, and UsageError for a text that is blank or longer than 4,000 characters.
        """
        said = cleaned(text)
        return self._change(video, caption, said, by)

    def delete(self, video: UUID | str, caption: UUID | str, by: str = "") -> CaptionEntry:
        """Show a caption no longer; one that was added is gone. Gives it as it is then, or was.

        Raises NotFoundError, AmbiguousError.
        """
        return self._change(video, caption, None, by)

    def undo(self, video: UUID | str, caption: UUID | str) -> CaptionEntry:
        """Let a caption be as it was; one that was added is gone. Gives it as it is then, or was.

        Raises NotFoundError, AmbiguousError, and UsageError where nothing was changed.
        """
        from scenedex.indexing.correcting import correct

        reads = self._reads()
        with self._library.transaction() as tx:
            video_id = _locked(tx, video)
            entry = _named(entries_of(tx, video_id), caption)
            if entry.state == "original":
                raise UsageError("Nobody has changed this caption: there is nothing to undo.")
            return _again(correct(tx, reads, video_id, undo=[entry.id]), entry)

    def undo_all(self, video: UUID | str) -> int:
        """Let all captions of a video be as they were; how many corrections are gone."""
        from scenedex.indexing.correcting import correct

        reads = self._reads()
        with self._library.transaction() as tx:
            video_id = _locked(tx, video)
            made = [one.id for one in entries_of(tx, video_id) if one.state != "original"]
            if made:
                correct(tx, reads, video_id, undo=made)
        return len(made)

    def add(self, video: UUID | str, new: NewCaption, by: str = "") -> CaptionEntry:
        """Add a caption. Raises NotFoundError, AmbiguousError, and UsageError for times or a text that cannot be."""
        from scenedex.indexing.correcting import correct

        reads = self._reads()
        with self._library.transaction() as tx:
            video_id = _locked(tx, video)
            made = new_correction(new, get_video(tx, video_id).duration_s, by)
            return _named(correct(tx, reads, video_id, [made]), made.id)

    def subtitles(
        self,
        video: UUID | str,
        kind: Literal["srt", "vtt"] = "srt",
        scope: Scope = ALL,
    ) -> str:
        """The captions of a video as a subtitle file, as they are shown. Raises NotFoundError, AmbiguousError."""
        made = [one.caption for one in scope.shown(self.list(video))]
        return to_srt(made) if kind == "srt" else to_vtt(made)

    def take_edited(
        self,
        video: UUID | str,
        subtitles: str | Path,
        scope: Scope = ALL,
        *,
        dry_run: bool = False,
        by: str = "",
    ) -> Edited:
        """Correct captions by a subtitle file that was edited elsewhere: its text, or where it lies.

        Its lines belong to captions by their times; where the words differ, the caption is corrected, which is undone
        as any correction is. Nothing is added or deleted. `scope`: of which captions the file was made. Raises
        NotFoundError, AmbiguousError, LimitError, MediaError for a file that cannot be read, and UsageError for one
        that does not fit.
        """
        from scenedex.indexing.correcting import correct

        limits = self._library.settings.limits()
        text = read_text(subtitles, limits, scope.language) if isinstance(subtitles, Path) else subtitles
        lines = lines_of(text, limits)
        reads = self._reads()
        with self._library.transaction() as tx:
            video_id = _locked(tx, video)
            entries = {one.id: one for one in scope.shown(entries_of(tx, video_id))}
            found = compared(list(entries.values()), lines, dry_run=dry_run)
            put, undo = changes([(entries[one.id], one.text) for one in found.changed], by)
            if (put or undo) and not dry_run:
                correct(tx, reads, video_id, put, undo)
        return found

    def _change(self, video: UUID | str, caption: UUID | str, text: str | None, by: str) -> CaptionEntry:
        from scenedex.indexing.correcting import correct

        reads = self._reads()
        with self._library.transaction() as tx:
            video_id = _locked(tx, video)
            entry = _named(entries_of(tx, video_id), caption)
            put, undo = changes([(entry, text)], by)
            if not (put or undo):
                return entry
            return _again(correct(tx, reads, video_id, put, undo), entry)

    def _reads(self) -> "Reader":
        """What embeds words. Made before the transaction: its network may have to be loaded."""
        from scenedex.indexing.assembly import reads

        library = self._library
        return reads(library.database, library.equipment, library.profile())


def changes(
    wanted: Sequence[tuple[CaptionEntry, str | None]], by: str
) -> tuple[list[Correction], list[UUID]]:
    """Captions and what they are to say (None: nothing) → corrections to keep, and those to forget."""
    put, undo = [], []
    for entry, text in wanted:
        there = entry.state in ("deleted", "orphaned")
        if text == (None if entry.state == "deleted" else entry.caption.text) and entry.state != "orphaned":
            continue
        original = entry.caption.text if entry.state == "original" else entry.original
        if text == original and not (there and text is None):
            undo.append(entry.id)
        else:
            put.append(_correction(entry, original, text, by))
    return put, undo


def new_correction(new: NewCaption, duration_s: float, by: str) -> Correction:
    """A caption to add. Raises UsageError for times or a text that cannot be."""
    if not (math.isfinite(new.start_s) and math.isfinite(new.end_s)):
        raise UsageError("A caption begins and ends at a number of seconds.")
    if not 0 <= new.start_s < duration_s:
        raise UsageError(f"This video is {duration_s:.1f} s long: no caption can begin at {new.start_s:g} s.")
    if not new.start_s < new.end_s <= new.start_s + MAX_LENGTH_S:
        raise UsageError(f"A caption ends after it begins, and stands {MAX_LENGTH_S:.0f} s at most.")
    language = (new.language or "").strip()
    code = language_code(language) if language else None
    if language and code is None:
        raise UsageError(
            f"This is no language: {language[:40]!r}. Write it as `en` or `ko`, or leave it out."
        )
    return Correction(
        id=uuid4(),
        origin="added",
        language=code,
        start_s=new.start_s,
        end_s=new.end_s,
        original=None,
        text=cleaned(new.text),
        made_by=by[:MAX_NAME],
    )


def cleaned(text: str) -> str:
    """A text as captions have it: no control characters, no empty lines. Raises UsageError for what cannot be one."""
    if len(text) > MAX_TEXT:
        raise UsageError(f"A caption has {MAX_TEXT:,} characters at most, this one has {len(text):,}.")
    said = tidy(text)
    if not said:
        raise UsageError("A caption says something: to have none there, delete it.")
    return said


def _video(tx: Transaction, video: UUID | str) -> UUID:
    return (get_video(tx, video) if isinstance(video, UUID) else resolve_video(tx, video)).id


def _locked(tx: Transaction, video: UUID | str) -> UUID:
    """Nobody else corrects this video until the transaction ends."""
    video_id = _video(tx, video)
    lock_video(tx, video_id)
    return video_id


def _named(entries: Sequence[CaptionEntry], caption: UUID | str) -> CaptionEntry:
    digits = caption.hex if isinstance(caption, UUID) else caption.strip().lower().replace("-", "")
    found = [one for one in entries if one.id.hex.startswith(digits)]
    if len(digits) < FEWEST_DIGITS or not found:
        raise NotFoundError(
            "There is no such caption in this video: `scenedex captions list VIDEO` lists them with their ids."
        )
    if len(found) > 1:
        lines = [f"  {one.id.hex}  {one.caption.text[:40]!r}" for one in found[:10]]
        raise AmbiguousError("\n".join(["Several captions begin with these digits, type more:", *lines]))
    return found[0]


def _again(entries: Sequence[CaptionEntry], entry: CaptionEntry) -> CaptionEntry:
    """As it is now; as it was, where it is gone."""
    for one in entries:
        if one.id == entry.id or _same_place(one.caption, entry.caption):
            return one
    return entry


def _same_place(one: Caption, other: Caption) -> bool:
    return one.origin != "added" and (one.origin, one.language, one.index) == (
        other.origin,
        other.language,
        other.index,
    )


def _correction(entry: CaptionEntry, original: str | None, text: str | None, by: str) -> Correction:
    caption = entry.caption
    return Correction(
        id=entry.id,
        origin=caption.origin,
        language=caption.language,
        start_s=caption.start_s,
        end_s=caption.end_s,
        original=original,
        text=text,
        made_by=by[:MAX_NAME],
    )
