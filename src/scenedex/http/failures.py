"""The one shape of every failure, and which failures a route can answer with."""

from typing import Any

from pydantic import Field

from scenedex.http.values import Given


class Failure(Given):
    """Why a request failed."""

    code: str = Field(description="For programs; does not change.", examples=["not_found"])
    message: str = Field(
        description="For people: what, why, what to do.", examples=["There is no such video."]
    )
    detail: Any = Field(default=None, description="More for programs, or null.")


class FailureAnswer(Given):
    """The body of every answer from 400 on."""

    error: Failure


MEANINGS = {
    400: "The request is no HTTP, or its body no JSON, that can be read.",
    401: "A key is needed, and none, or one that is not known, was sent.",
    403: "This key may not do that, or this path may not be read.",
    404: "There is no such thing, or it belongs to somebody else: the two are not told apart.",
    409: "It does not fit what is there already.",
    410: "It was there, and is not any more.",
    412: "It needs another version of the protocol.",
    413: "The body is too large.",
    415: "The body is of a kind that is not taken.",
    416: "The file has no such part.",
    422: "The request was understood and makes no sense; the message says why.",
    423: "Another request is at work on it: ask again when that has ended.",
    429: "Too much at once: ask again after the seconds in Retry-After.",
    460: "The bytes do not have this checksum.",
    500: "scenedex itself failed; its log has the reason.",
    502: "Another server did not give what was asked of it.",
    503: "The database, or a model, does not answer at the moment.",
    504: "The answer took longer than it may.",
    507: "There is no room for it: the disk, or what this owner may keep, is full.",
}

ALWAYS = (400, 401, 403, 413, 422, 429, 500, 503, 504)
"""What any route can answer with: what lies around every request gives these."""


def failures(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """These failures, for the schema of a route."""
    return {status: {"model": FailureAnswer, "description": MEANINGS[status]} for status in statuses}
