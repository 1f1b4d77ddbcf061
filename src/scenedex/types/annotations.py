"""What models say about scenes."""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

AnnotationKind = Literal["screen_text", "speech", "description"]
AnnotationWord = Literal["annotated", "unchanged", "passed over", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnotationOutcome:
    """What became of one video that was to be annotated."""

    video_id: UUID
    video: str  #: file name
    outcome: AnnotationWord
    reason: str | None = None  #: a sentence; None where there is nothing to say


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """What a model says is to be seen in a scene."""

    description: str
    summary: str = ""  #: in a sentence
    tags: tuple[str, ...] = ()  #: lower case

    def texts(self) -> tuple[str, ...]:
        """Its words, part by part."""
        return tuple(text for text in (self.summary, self.description, ", ".join(self.tags)) if text)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredDescription(Description):
    """A description, and by whom."""

    model: str
