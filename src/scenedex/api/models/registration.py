"""A file of the server's own that is to become a video."""

from pydantic import Field

from scenedex.http.values import Asked, Given


class Registration(Asked):
    """Where the file lies."""

    path: str = Field(
        min_length=1,
        max_length=4096,
        description="Absolute, on the server; below one of SCENEDEX_ROOTS.",
        examples=["/media/films/drive.mp4"],
    )


class Registered(Given):
    """The file waits to be indexed."""

    job_id: int = Field(description="Of its ingestion: see /api/v1/jobs.", examples=[17])
