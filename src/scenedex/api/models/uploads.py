"""What is sent to the service, and how far it is."""

from datetime import UTC, datetime
from typing import Literal, Self
from uuid import UUID

from pydantic import Field

from scenedex.http.values import Asked, Given, Text
from scenedex.store.arrivals import Arrival, Arrivals

EXAMPLE_UPLOAD = "7f0c6a52-6f0e-4a3a-9c57-0c1d5a8be0d4"


class FetchOrder(Asked):
    """What to fetch."""

    url: str = Field(
        min_length=1,
        max_length=4096,
        description="http or https, of a host that SCENEDEX_FETCH_HOSTS names.",
        examples=["https://media.example.org/films/harbour.mp4"],
    )


class TakenIn(Given):
    """A file that is all there, and is going to be indexed."""

    upload_id: UUID = Field(examples=[EXAMPLE_UPLOAD])
    name: Text = Field(description="What its sender calls it.", examples=["harbour.mp4"])
    size_bytes: int = Field(ge=0, examples=[104857600])
    job_id: int = Field(description="Of its ingestion: see /api/v1/jobs.", examples=[17])

    @classmethod
    def of(cls, arrival: Arrival, size_bytes: int) -> Self:
        """As it was taken in."""
        assert arrival.job is not None
        return cls(upload_id=arrival.id, name=arrival.name, size_bytes=size_bytes, job_id=arrival.job)


class Upload(Given):
    """A file that is sent in parts."""

    id: UUID = Field(examples=[EXAMPLE_UPLOAD])
    name: Text = Field(description="What its sender calls it.", examples=["harbour.mp4"])
    state: Literal["receiving", "taken_in", "refused"]
    offset: int = Field(ge=0, description="Bytes that are there.", examples=[52428800])
    length: int | None = Field(description="Bytes there will be; null of one that is sent in one go.")
    reason: str | None = Field(default=None, description="Why it was refused.")
    job_id: int | None = Field(default=None, description="Of its ingestion, once it is all there.")
    expires_at: datetime = Field(description="Until then it can be gone on with.")

    @classmethod
    def of(cls, arrivals: Arrivals, arrival: Arrival) -> Self:
        """As it is now."""
        state: Literal["receiving", "taken_in", "refused"] = "receiving"
        if arrival.refused:
            state = "refused"
        elif arrival.job is not None:
            state = "taken_in"
        return cls(
            id=arrival.id,
            name=arrival.name,
            state=state,
            offset=arrivals.offset(arrival) if state == "receiving" else arrival.length or 0,
            length=arrival.length,
            reason=arrival.refused,
            job_id=arrival.job,
            expires_at=datetime.fromtimestamp(arrival.expires_at, UTC),
        )


class UploadList(Given):
    """The uploads of an owner that are not finished, the oldest first."""

    uploads: tuple[Upload, ...]
