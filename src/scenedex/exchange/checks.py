"""What must hold of values from elsewhere, whatever form they came in. Each breach is a sentence."""

import json
import math
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, TypeVar

import numpy as np

from scenedex.errors import ExchangeError
from scenedex.types import ForeignScene, SceneRecord, Vector

APART_S = 0.1
"""Scenes that meet this closely meet: other systems round their times. What is between them goes to the later one."""

MAX_SECONDS = 366 * 86_400.0

_Spanned = TypeVar("_Spanned", ForeignScene, SceneRecord)


def amount(value: object, what: str) -> float:
    """A finite number of 0 or more. Raises ExchangeError."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        number = _float(value)
        if math.isfinite(number) and number >= 0:
            return number
    raise ExchangeError(f"{what} is {value!r}, which is no number of 0 or more.")


def finite(value: float, what: str) -> float:
    """The same number, as a float. Raises ExchangeError for NaN, infinity, and what is more than a float holds."""
    number = _float(value)
    if math.isfinite(number):
        return number
    raise ExchangeError(f"{what} is {number}, which is no number that is kept.")


def _float(value: float) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf


def seconds(value: object, what: str) -> float:
    """A time of a video. Raises ExchangeError for what is no number from 0 to a year."""
    number = amount(value, what)
    if number > MAX_SECONDS:
        raise ExchangeError(f"{what} is {number:g} s, which is no time in a video.")
    return number


def whole(value: object, what: str, most: int = 2**31 - 1, *, least: int = 0) -> int:
    """A whole number. Raises ExchangeError."""
    if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
        return value
    raise ExchangeError(f"{what} is {value!r}, which is no number from {least} to {most}.")


def mapping(text: object, what: str) -> dict[str, Any]:
    """A text that holds one JSON object. Raises ExchangeError."""
    try:
        found = json.loads(text) if isinstance(text, str) else text
    except (ValueError, RecursionError) as exc:
        raise ExchangeError(f"{what} is no JSON: {exc}.") from exc
    if not isinstance(found, dict):
        raise ExchangeError(f"{what} is no JSON object.")
    return found


def digest(value: object) -> str:
    """A content hash. Raises ExchangeError."""
    if isinstance(value, str) and re.fullmatch(r"[0-9a-f]{64}", value):
        return value
    raise ExchangeError(f"{value!r} is no content hash: 64 hexadecimal digits, the SHA-256 of a file.")


def path(value: object) -> str:
    """A path that says by itself where it leads. Raises ExchangeError."""
    text = value if isinstance(value, str) else ""
    if not text.startswith("/") or "\0" in text or ".." in text.split("/") or len(text) > 4096:
        raise ExchangeError(f"{value!r} is no path that can be trusted: it must be absolute, without '..'.")
    return text


def unit(vector: object) -> Vector | None:
    """A vector at unit length; None for one that points nowhere: with NaN or infinity, or all zeros."""
    numbers = np.asarray(vector, dtype=np.float64)
    length = float(np.linalg.norm(numbers))
    if not math.isfinite(length) or length == 0.0:
        return None
    return np.asarray(numbers / length, dtype=np.float32)


def covering(scenes: Sequence[_Spanned]) -> tuple[_Spanned, ...]:
    """The scenes in order, each ending where the next begins. Raises ExchangeError where they do not cover the video.

    What lies between two scenes, or in both, may be up to APART_S: it is given to one of them.
    """
    if not scenes:
        raise ExchangeError("It has no scenes.")
    found: list[_Spanned] = []
    before = 0.0
    for number, scene in enumerate(scenes):
        start_s, end_s = seconds(scene.start_s, "A scene's start"), seconds(scene.end_s, "A scene's end")
        if end_s <= start_s:
            raise ExchangeError(f"Scene {number} ends at {end_s:g} s, and begins at {start_s:g} s.")
        if abs(start_s - before) > APART_S:
            what = "overlap by" if start_s < before else "leave"
            which = (
                f"Scenes {number - 1} and {number}"
                if number
                else "The start of the video and its first scene"
            )
            rest = "" if start_s < before else " between them"
            raise ExchangeError(
                f"{which} {what} {abs(start_s - before):g} s{rest}: the scenes of a video cover it without gap or "
                "overlap."
            )
        if end_s <= before:
            raise ExchangeError(f"Scene {number} ends at {end_s:g} s, before it begins.")
        found.append(replace(scene, start_s=before, end_s=end_s))
        before = end_s
    return tuple(found)
