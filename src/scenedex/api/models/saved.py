"""Searches that are kept, what they found, and what was sent of it."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import Field

from scenedex import types
from scenedex.api.models.entities import Name
from scenedex.api.models.videos import EXAMPLE_ID
from scenedex.http.values import Asked, Given, Text
from scenedex.network.target import MAX_URL, parse
from scenedex.search.hours import MAX_ZONE
from scenedex.search.question import MAX_QUERY
from scenedex.store.scope import MAX_TAGS
from scenedex.types import Band, Mode

HOURS = r"^[0-9]{1,2}(:[0-9]{2})?-[0-9]{1,2}(:[0-9]{2})?$"


class NewSavedSearch(Asked):
    """A search that is asked of each video that is added from now on."""

    name: Name
    query: str = Field(min_length=1, max_length=MAX_QUERY, examples=["a person at the door"])
    mode: Mode = Field(default="auto", description="As for any search.")
    tags: list[str] = Field(default=[], max_length=MAX_TAGS, description="The video has all of them.")
    language: Annotated[str, Field(min_length=1, max_length=100)] | None = Field(
        default=None, description="Something in this language is said or written in the scene."
    )
    speaker: Annotated[str, Field(min_length=1, max_length=100)] | None = Field(
        default=None,
        description="Somebody whom the subtitles name so speaks in the scene; case does not matter.",
        examples=["Zoe"],
    )
    band: Band = Field(default="possible", description="The lowest that is told.")
    hours: Annotated[str, Field(max_length=11, pattern=HOURS)] | None = Field(
        default=None,
        description="The scene was recorded (or, where that is not known, its video added) in these hours of the day.",
        examples=["22:00-06:00"],
    )
    zone: str = Field(
        default="UTC",
        min_length=1,
        max_length=MAX_ZONE,
        description="Time zone of the hours, by its IANA name.",
        examples=["Europe/Berlin"],
    )
    webhook: Annotated[str, Field(min_length=1, max_length=MAX_URL)] | None = Field(
        default=None,
        description="URL to which hits are sent, on the public internet; else they are kept, to be asked for.",
        examples=["https://hooks.example.org/door"],
    )

    def request(self) -> types.SavedRequest:
        """What is asked."""
        return types.SavedRequest(
            query=self.query,
            mode=self.mode,
            tags=tuple(self.tags),
            language=self.language,
            speaker=self.speaker,
            band=self.band,
            hours=self.hours,
            zone=self.zone,
        )


class SavedSearch(Given):
    """A search that is kept."""

    id: UUID = Field(examples=[EXAMPLE_ID])
    name: Text = Field(examples=["door"])
    query: Text
    mode: Mode
    tags: tuple[Text, ...]
    language: Text | None
    speaker: Text | None
    band: Band
    hours: str | None
    zone: str
    webhook: Text | None = Field(
        description="URL to which hits are sent; for keys that only read, without what follows the host.",
        examples=["https://hooks.example.org/door"],
    )
    failures: int = Field(description="Sendings that failed since the last that did not.")
    stopped: Text | None = Field(
        description="Why nothing is sent any more; a test that arrives lets it go on."
    )
    made_at: datetime
    last_seen_at: datetime | None = Field(description="When it last found something.")

    @classmethod
    def of(cls, saved: types.SavedSearch, *, whole: bool) -> Self:
        """The search, without its secret; `whole`: with all of the webhook's URL."""
        fields = _fields(saved)
        if saved.webhook is not None and not whole:
            fields["webhook"] = parse(saved.webhook, any_port=True).origin
        return cls.model_validate(fields)


class MadeSavedSearch(SavedSearch):
    """A search that was just made."""

    secret: str = Field(
        description="With which what is sent is signed (Standard Webhooks); shown this once. Empty without a webhook.",
        examples=["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
    )

    @classmethod
    def made(cls, saved: types.SavedSearch) -> Self:
        """The search with its secret."""
        return cls.model_validate({**_fields(saved), "secret": saved.secret})


class SavedSearchPage(Given):
    """Some of the saved searches, by name."""

    searches: tuple[SavedSearch, ...]
    total: int


class SavedHit(Given):
    """A scene that a saved search found."""

    scene_id: UUID
    video_id: UUID
    found_at: datetime
    hit: dict[str, Any] = Field(
        description="As a search gives it, with `at`, the time at which the scene begins; without `path`."
    )


class SavedHitPage(Given):
    """What a saved search found, the latest first."""

    hits: tuple[SavedHit, ...]
    total: int


class Delivery(Given):
    """Something that is to be sent to a webhook, was, or could not be."""

    id: UUID
    state: Literal["waiting", "sent", "failed"]
    attempts: int
    due_at: datetime = Field(description="Of one that waits: when it is tried next.")
    reason: Text | None = Field(description="Why it did not arrive the last time.")
    made_at: datetime


class Deliveries(Given):
    """What was and is to be sent, the latest first."""

    deliveries: tuple[Delivery, ...]


class TestOnItsWay(Given):
    """A test is on its way: a worker, or a watch, sends it."""

    delivery: UUID = Field(description="Its id, as among the deliveries of the search.")


def _fields(saved: types.SavedSearch) -> dict[str, Any]:
    request = saved.request
    return {
        "id": saved.id,
        "name": saved.name,
        "query": request.query,
        "mode": request.mode,
        "tags": request.tags,
        "language": request.language,
        "speaker": request.speaker,
        "band": request.band,
        "hours": request.hours,
        "zone": request.zone,
        "webhook": saved.webhook,
        "failures": saved.failures,
        "stopped": saved.stopped,
        "made_at": saved.made_at,
        "last_seen_at": saved.last_seen_at,
    }
