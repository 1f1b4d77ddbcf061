"""Kinds of value that several settings have."""

from typing import Annotated

from pydantic import AfterValidator


def is_url(value: str) -> str:
    """The same, if it is a URL of HTTP. Raises ValueError."""
    if not value.lower().startswith(("http://", "https://")):
        raise ValueError("a URL that begins with http:// or https:// is expected")
    return value


Url = Annotated[str, AfterValidator(is_url)]
