"""Every failure in one shape: `{"error": {"code", "message", "detail"}}`."""

import logging
from collections.abc import Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from scenedex.errors import (
    AmbiguousError,
    EncoderError,
    LimitError,
    MediaError,
    NotFoundError,
    PictureError,
    ScenedexError,
    StoreError,
    UsageError,
)
from scenedex.http.values import readable

log = logging.getLogger(__name__)

STATUS: tuple[tuple[type[ScenedexError], int, str], ...] = (
    (NotFoundError, 404, "not_found"),
    (AmbiguousError, 409, "ambiguous"),
    (LimitError, 413, "too_large"),
    (MediaError, 422, "unusable_media"),
    (UsageError, 422, "invalid_request"),
    (PictureError, 422, "unusable_picture"),
    (StoreError, 503, "store_unavailable"),
    (EncoderError, 503, "encoder_unavailable"),
)
"""The first that fits; anything else is a 500."""

CODES = {
    400: "bad_request",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    429: "too_many_requests",
}


MAX_PLACES = 20
"""Things wrong with a request that its answer names."""

MAX_PLACE = 200
"""Characters of a name that it repeats."""


class ApiError(Exception):
    """A failure that only HTTP has."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        detail: Any = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message
        self.detail, self.headers = detail, headers

    def response(self) -> JSONResponse:
        """The failure as an answer."""
        return error_response(self.status, self.code, self.message, detail=self.detail, headers=self.headers)


def library_response(error: ScenedexError) -> JSONResponse:
    """What the library raised, as an answer."""
    status, code = _status_of(error)
    return error_response(status, code, str(error))


def code_of(error: ScenedexError) -> str:
    """For programs: the code with which it is answered."""
    return _status_of(error)[1]


def _status_of(error: ScenedexError) -> tuple[int, str]:
    return next(
        ((status, code) for kind, status, code in STATUS if isinstance(error, kind)), (500, "internal")
    )


def invalid_response(error: RequestValidationError) -> JSONResponse:
    """What does not fit a model, as an answer."""
    return error_response(422, "invalid_request", sentence_of(error.errors()), detail=_places(error.errors()))


def error_response(
    status: int, code: str, message: str, *, detail: Any = None, headers: dict[str, str] | None = None
) -> JSONResponse:
    """The one shape. `detail` is what a program can use, or null."""
    failure = {"code": code, "message": readable(message), "detail": jsonable_encoder(detail)}
    return JSONResponse({"error": failure}, status, headers=headers)


def answer_errors(app: FastAPI) -> None:
    """Let the app answer every failure in the one shape; what nobody foresaw is logged, and only the log has why."""

    def ours(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, ScenedexError)
        return library_response(error)

    def known(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, ApiError)
        return error.response()

    def http(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)
        code = CODES.get(error.status_code, "error")
        headers = dict(error.headers) if error.headers else None
        return error_response(error.status_code, code, f"{error.detail}.".replace("..", "."), headers=headers)

    def invalid(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)
        return invalid_response(error)

    def unforeseen(request: Request, error: Exception) -> JSONResponse:
        log.error("%s %s failed", request.method, request.url.path, exc_info=error)
        return error_response(
            500, "internal", "scenedex itself failed on this request; the log has the reason."
        )

    app.add_exception_handler(ScenedexError, ours)
    app.add_exception_handler(ApiError, known)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(Exception, unforeseen)


def _places(errors: Sequence[Any]) -> list[dict[str, str]]:
    return [
        {"where": readable(".".join(map(str, error["loc"])))[:MAX_PLACE], "problem": readable(error["msg"])}
        for error in errors[:MAX_PLACES]
    ]


def sentence_of(errors: Sequence[Any]) -> str:
    """What pydantic found wrong with what somebody sent: five places at most, and nothing of the values."""
    return "; ".join(f"{place['where']}: {place['problem']}" for place in _places(errors)[:5]) + "."
