"""How long videos are kept: rules by which the library forgets them. No file of anybody's is touched."""

import math
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from scenedex.errors import NotFoundError, UsageError
from scenedex.library.searching import Searching
from scenedex.library.uploaded import drop_files
from scenedex.store.preferences import owners_who_prefer, prefer, preference
from scenedex.store.retention import Due, forget_due, videos_due
from scenedex.store.tags import normalized_tags
from scenedex.store.videos import get_video
from scenedex.types import Video

SETTING = "retention"
"""Name under which an owner's rules are kept."""

MAX_RULES = 50

_UNITS = {"h": 3600.0, "d": 86_400.0, "w": 604_800.0, "y": 31_557_600.0}
MAX_NAME = 64
"""Characters of a rule's name."""

_NAME = re.compile(rf"\w[\w .@+-]{{0,{MAX_NAME - 1}}}")


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionRule:
    """Videos recorded (or else added) longer ago than this, with all of the tags and none of the others.

    One that is on takes only those that were also added longer ago.
    """

    older_than_s: float
    tags: tuple[str, ...] = ()
    except_tags: tuple[str, ...] = ()
    name: str = ""  #: of a rule that is kept
    on: bool = False  #: whether workers and watches apply it by themselves

    def due(self, now: datetime, *, unasked: bool = False) -> Due:
        """What it means at this time; `unasked`: applied by itself. Raises UsageError for one that makes no sense."""
        if not (math.isfinite(self.older_than_s) and self.older_than_s > 0):
            raise UsageError("Say how old the videos have to be: 90d for ninety days.")
        normalized_tags((*self.tags, *self.except_tags))
        try:
            until = now - timedelta(seconds=self.older_than_s)
        except OverflowError:
            until = datetime.min.replace(tzinfo=UTC)
        return Due(until=until, tags=self.tags, except_tags=self.except_tags, added_too=unasked)


@dataclass(frozen=True, slots=True, kw_only=True)
class Retained:
    """What a rule found, and whether it was done."""

    videos: tuple[Video, ...]  #: forgotten, or to be forgotten, the oldest first
    applied: bool


def parse_age(text: str) -> float:
    """Seconds of `36h`, `90d`, `12w` or `2y`. Raises UsageError."""
    match = re.fullmatch(r"([0-9]{1,6})\s*([hdwy])", text.strip().lower())
    if match is None or int(match[1]) == 0:
        raise UsageError(
            f"This is no age: {text!r}. Write 36h, 90d, 12w or 2y for hours, days, weeks, years."
        )
    return int(match[1]) * _UNITS[match[2]]


class Retaining(Searching):
    """A library that can forget by rule."""

    def retain(
        self,
        rule: RetentionRule,
        *,
        apply: bool = False,
        now: datetime | None = None,
        unasked: bool = False,
    ) -> Retained:
        """What this rule would have the library forget; with `apply` it is forgotten.

        `unasked`: as a rule that is on does it, with nobody looking at what it would be. A video must then also have
        been added so long ago: what came in a short while ago stays, whatever its file says of the time.

        Files stay where they are, but for those that came over HTTP into a folder of the library's own. Raises
        UsageError for a rule that makes no sense.
        """
        due = rule.due(now or datetime.now(UTC), unasked=unasked)
        with self._database.transaction(self.owner) as tx:
            found = [get_video(tx, video_id) for video_id in videos_due(tx, due)]
        if not apply:
            return Retained(videos=tuple(found), applied=False)
        return Retained(
            videos=tuple(video for video in found if self._forget_due(video.id, due)), applied=True
        )

    def retention_rules(self) -> list[RetentionRule]:
        """The rules that are kept, by name."""
        with self._database.transaction(self.owner) as tx:
            return _rules(preference(tx, SETTING))

    def retention_rule(self, name: str) -> RetentionRule:
        """The rule of this name. Raises NotFoundError."""
        found = next((rule for rule in self.retention_rules() if rule.name == name.strip()), None)
        if found is None:
            raise NotFoundError(f"There is no rule {name!r}: `scenedex retain rules` lists them.")
        return found

    def keep_retention_rule(self, rule: RetentionRule) -> RetentionRule:
        """Keep a rule under its name, in place of one of that name. Raises UsageError."""
        name = rule.name.strip()
        if not _NAME.fullmatch(name):
            raise UsageError(
                f"{rule.name!r} cannot name a rule: take up to {MAX_NAME} letters, digits, blanks and . _ - + @."
            )
        rule.due(datetime.now(UTC))
        made = replace(
            rule,
            name=name,
            tags=tuple(sorted(normalized_tags(rule.tags))),
            except_tags=tuple(sorted(normalized_tags(rule.except_tags))),
        )
        self._change(lambda rules: [*(one for one in rules if one.name != name), made])
        return made

    def turn_retention_rule(self, name: str, *, on: bool) -> RetentionRule:
        """Let workers and watches apply a rule by themselves, or not. Raises NotFoundError."""
        wanted = self.retention_rule(name).name
        self._change(lambda rules: [replace(one, on=on) if one.name == wanted else one for one in rules])
        return self.retention_rule(wanted)

    def remove_retention_rule(self, name: str) -> RetentionRule:
        """Keep this rule no longer. Raises NotFoundError."""
        rule = self.retention_rule(name)
        self._change(lambda rules: [one for one in rules if one.name != rule.name])
        return rule

    def apply_retention(self) -> tuple[Video, ...]:
        """Forget what the rules that are on say; the videos that were forgotten."""
        return tuple(
            video
            for rule in self.retention_rules()
            if rule.on
            for video in self.retain(rule, apply=True, unasked=True).videos
        )

    def owners_with_retention(self) -> list[UUID]:
        """For workers: all owners that keep rules."""
        with self._database.operator() as statements:
            return owners_who_prefer(statements, SETTING)

    def _change(self, changed: Callable[[list[RetentionRule]], list[RetentionRule]]) -> None:
        with self._database.lock(f"{SETTING}:{self.owner}"), self._database.transaction(self.owner) as tx:
            rules = changed(_rules(preference(tx, SETTING)))
            if len(rules) > MAX_RULES:
                raise UsageError(f"{MAX_RULES} rules at most are kept.")
            prefer(tx, SETTING, [asdict(rule) for rule in sorted(rules, key=lambda rule: rule.name)])

    def _forget_due(self, video_id: UUID, due: Due) -> bool:
        with self._database.transaction(self.owner) as tx:
            paths = forget_due(tx, video_id, due)
        if paths is None:
            return False
        drop_files(self.arrivals, self.owner, paths)
        return True


def _rules(kept: Any) -> list[RetentionRule]:
    """What is kept, as far as it makes sense."""
    found = []
    for one in kept if isinstance(kept, list) else ():
        try:
            rule = RetentionRule(
                name=str(one["name"]),
                older_than_s=float(one["older_than_s"]),
                tags=tuple(one["tags"]),
                except_tags=tuple(one["except_tags"]),
                on=one["on"] is True,
            )
            rule.due(datetime.now(UTC))
        except (KeyError, TypeError, ValueError, UsageError):
            continue
        found.append(rule)
    return found
