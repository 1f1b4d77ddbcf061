"""How long videos are kept."""

from typing import Annotated, Self

from pydantic import Field

from scenedex.api.models.videos import Video
from scenedex.http.values import Asked, Given, Text
from scenedex.library import retaining
from scenedex.store.tags import MAX_TAGS

HOUR_S = 3600.0
MOST_S = 1e11
"""Some 3,000 years: longer than there have been videos."""

DAYS_S = 7_776_000.0
"""Of the examples: 90 days."""

Tags = Annotated[list[str], Field(max_length=MAX_TAGS)]


class RuleAsked(Asked):
    """Which videos are old."""

    older_than_s: Annotated[float, Field(ge=HOUR_S, le=MOST_S, strict=True)] = Field(
        description="Recorded, or else added, longer ago than this; an hour at least.", examples=[DAYS_S]
    )
    tags: Tags = Field(default=[], description="Only videos with all of these.", examples=[["cctv"]])
    except_tags: Tags = Field(default=[], description="No videos with any of these.", examples=[["keep"]])

    def rule(self, name: str = "") -> retaining.RetentionRule:
        """The rule, of this name where it is kept."""
        return retaining.RetentionRule(
            name=name,
            older_than_s=self.older_than_s,
            tags=tuple(self.tags),
            except_tags=tuple(self.except_tags),
        )


class Retention(RuleAsked):
    """Old videos to look at, or to forget."""

    apply: Annotated[bool, Field(strict=True)] = Field(
        default=False, description="Forget them. Without it, nothing is done."
    )


class RetentionRule(Given):
    """A rule that is kept."""

    name: Text = Field(examples=["cameras"])
    older_than_s: float = Field(
        description="Videos recorded, or else added, longer ago; of a rule that is on, also added longer ago.",
        examples=[DAYS_S],
    )
    tags: tuple[Text, ...] = Field(description="With all of these.", examples=[["cctv"]])
    except_tags: tuple[Text, ...] = Field(description="With none of these.", examples=[["keep"]])
    on: bool = Field(description="Whether workers and watches apply it by themselves, every hour.")


class RetentionRules(Given):
    """The rules that are kept, by name."""

    rules: tuple[RetentionRule, ...]


class RuleSwitch(Asked):
    """What can be changed of a rule that is kept; for all else, put another in its place."""

    on: Annotated[bool, Field(strict=True)] = Field(
        description="Let workers and watches apply it by themselves."
    )


class Retained(Given):
    """Videos that a rule fits."""

    applied: bool = Field(description="Whether they are forgotten; else they would be.")
    videos: tuple[Video, ...] = Field(description="Some of them, the oldest first.")
    total: int = Field(description="How many there are.")

    @classmethod
    def of(cls, found: retaining.Retained, limit: int, offset: int) -> Self:
        """A page of what a rule fits."""
        page = found.videos[offset : offset + limit]
        return cls(
            applied=found.applied, videos=tuple(map(Video.model_validate, page)), total=len(found.videos)
        )
