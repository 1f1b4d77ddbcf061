"""Failures of pictures, more exactly than the API has them: one that is too large is 413, and any other 422."""

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from scenedex.errors import PictureTooLargeError, ScenedexError
from scenedex.http.errors import code_of, error_response, library_response

TOO_LARGE = "too_large"


def failure_response(error: ScenedexError) -> JSONResponse:
    """What the library raised, as an answer."""
    if isinstance(error, PictureTooLargeError):
        return error_response(413, TOO_LARGE, str(error))
    return library_response(error)


def failure_code(error: ScenedexError) -> str:
    """For programs: the code with which it is answered."""
    return TOO_LARGE if isinstance(error, PictureTooLargeError) else code_of(error)


def answer_pictures(app: FastAPI) -> None:
    """Let the app answer so."""

    def too_large(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, PictureTooLargeError)
        return failure_response(error)

    app.add_exception_handler(PictureTooLargeError, too_large)
