"""Who may send how much, before the first byte is taken."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from uuid import UUID

from scenedex.errors import BusyError, NotFoundError
from scenedex.http.errors import ApiError
from scenedex.media.files import disk_suffix
from scenedex.store.arrivals import Arrival, Arrivals, new_arrival
from scenedex.types import UploadLimits

SPARE_BYTES = 256_000_000
"""Left free on the disk: the database and the pictures may lie on it as well."""


@contextmanager
def admitted(
    arrivals: Arrivals,
    limits: UploadLimits,
    owner: UUID,
    *,
    name: str,
    length: int | None,
    metadata: str = "",
) -> Iterator[Arrival]:
    """A new arrival, held. Raises ApiError (429, 507) when the owner, or the disk, has too much already."""
    new = new_arrival(
        owner, name, disk_suffix(name), length=length, lasts_s=limits.expiry_s, metadata=metadata
    )
    with arrivals.counting(owner):
        _check(arrivals, limits, owner, new)
        place = arrivals.created(new)
        arrival = place.__enter__()
    try:
        yield arrival
    finally:
        place.__exit__(None, None, None)


def _check(arrivals: Arrivals, limits: UploadLimits, owner: UUID, new: Arrival) -> None:
    there = arrivals.listed(owner, "unfinished")
    over = [a for a in there if a.refused or a.outlived(new.created_at)]
    going = [a for a in there if a not in over]
    _forget(arrivals, over[: -limits.max_unfinished])
    if len(going) >= limits.max_unfinished:
        raise _too_many(f"{len(going)} uploads are not finished yet, and that is the most there may be")
    unfinished = sum(a.length or 0 for a in going) + (new.length or 0)
    if unfinished > limits.max_unfinished_bytes:
        raise _too_many(
            f"Unfinished uploads may have {limits.max_unfinished_bytes / 1e6:g} million bytes together, and would have "
            f"{unfinished / 1e6:g}"
        )
    check_quota(arrivals, limits, owner, unfinished)
    if shutil.disk_usage(arrivals.root).free < (new.length or 0) + SPARE_BYTES:
        raise ApiError(507, "disk_full", "There is not enough room on the disk for this file.")


def _forget(arrivals: Arrivals, over: list[Arrival]) -> None:
    """Nobody can have more dead uploads than living ones, however fast they make them."""
    for arrival in over:
        with suppress(BusyError, NotFoundError), arrivals.held(arrival.owner, arrival.id) as held:
            arrivals.forget(held)


def check_quota(arrivals: Arrivals, limits: UploadLimits, owner: UUID, more: int) -> None:
    """Raises ApiError (507) where the owner may not keep so many bytes more."""
    if limits.max_kept_bytes and arrivals.kept_bytes(owner) + more > limits.max_kept_bytes:
        raise ApiError(
            507,
            "quota_exceeded",
            f"Uploaded videos may have {limits.max_kept_bytes / 1e6:g} million bytes together: remove some first.",
        )


def _too_many(what: str) -> ApiError:
    return ApiError(
        429,
        "too_many_uploads",
        f"{what}: finish one, delete one, or wait.",
        headers={"Retry-After": "60"},
    )


def renamed(arrivals: Arrivals, arrival: Arrival, name: str) -> Arrival:
    """Called like this from now on; whoever calls holds it."""
    before = arrivals.path(arrival)
    after = replace(arrival, name=name, suffix=disk_suffix(name))
    before.rename(arrivals.path(after))
    return arrivals.save(after)
