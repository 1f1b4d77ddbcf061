"""What the router found in a query, and what the caller asked for → the plan of one search."""

import math
from collections.abc import Collection, Mapping
from typing import cast, get_args

from scenedex.errors import UsageError
from scenedex.search.fusion import rescaled
from scenedex.search.router import Route, scale
from scenedex.types import Channel, Mode, Plan

DEFAULT_WEIGHTS: Mapping[Channel, float] = {
    "visual": 0.25,
    "transcript": 0.30,
    "description": 0.15,
    "lexical": 0.20,
    "audio": 0.10,
}


def plan(
    route: Route, weights: Mapping[Channel, float], channels: Collection[Channel], mode: Mode = "auto"
) -> Plan:
    """The mode, and the weight of each of `channels`, which sum to 1.

    `weights` count relative to one another. `mode` is `auto` where the router decides. Where the visual channel
    is not there, the mode is `skip`, whatever was asked for; where nothing but it is there, `auto` never skips it.

    Raises UsageError for an unknown mode, for a weight that is negative or no finite number, and where no channel
    is left that counts at all.
    """
    checked_mode(mode)
    _check(weights)
    counting = {channel for channel in channels if weights.get(channel, 0.0) > 0}
    if not counting:
        raise UsageError(
            "Every channel has the weight 0, so nothing can be found: give one of them a weight above 0."
        )
    if mode == "skip" and counting == {"visual"}:
        raise UsageError(
            "The mode skip leaves the pictures out, and no other channel has a weight above 0: ask for another"
            " mode, or give another channel a weight."
        )
    chosen, note = _chosen(route, counting, mode)
    factors = scale(chosen, heard="sound" in route.signals)
    # Weights may be as large as a float can be, so they are made small before they are multiplied.
    taking_part = [channel for channel in counting if factors[channel] > 0]
    largest = max(weights[channel] for channel in taking_part)
    scaled = {channel: weights[channel] / largest * factors[channel] for channel in taking_part}
    return Plan(
        mode=chosen,
        confidence=route.confidence if chosen == route.mode and mode == "auto" else 1.0,
        reason=f"{note}; {route.reason}" if note else route.reason,
        weights=rescaled({channel: scaled[channel] for channel in weights if channel in scaled}, counting),
    )


def checked_mode(name: str) -> Mode:
    """The mode of that name. Raises UsageError where there is none."""
    for mode in get_args(Mode):
        if mode == name:
            return cast(Mode, mode)
    raise UsageError(f"There is no mode called {name}: there are {', '.join(get_args(Mode))}.")


def _chosen(route: Route, counting: Collection[Channel], mode: Mode) -> tuple[Mode, str]:
    """The mode, and why it is not the router's."""
    if "visual" not in counting:
        return "skip", "" if mode == "auto" and route.mode == "skip" else "no pictures take part"
    if mode != "auto":
        return mode, f"{mode} was asked for"
    if route.mode == "skip" and set(counting) == {"visual"}:
        return "rerank", "nothing but pictures can be searched"
    return route.mode, ""


def _check(weights: Mapping[Channel, float]) -> None:
    for channel, weight in weights.items():
        if not math.isfinite(weight) or weight < 0:
            raise UsageError(
                f"The weight of {channel} is {weight}: a weight is a number from 0 up, and 0 takes the channel out."
            )
