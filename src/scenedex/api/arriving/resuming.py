"""One file that comes in parts: what a part may do to it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from uuid import UUID

from scenedex.api.arriving.sink import Sink
from scenedex.api.arriving.tus import MISMATCH, Digest
from scenedex.errors import BusyError, LimitError, NotAVideoError
from scenedex.http.errors import ApiError
from scenedex.jobs.arrivals import take_in
from scenedex.library import Library
from scenedex.store.arrivals import Arrival


@contextmanager
def alone(library: Library, upload_id: UUID) -> Iterator[Arrival]:
    """An owner's upload, held. Raises NotFoundError, ApiError (423) while another request is at work on it."""
    try:
        with library.arrivals.held(library.owner, upload_id) as arrival:
            yield arrival
    except BusyError as exc:
        raise ApiError(423, "locked", str(exc), headers={"Retry-After": "1"}) from exc


def checked(arrival: Arrival) -> Arrival:
    """One that can be gone on with. Raises ApiError (410)."""
    if arrival.refused:
        raise ApiError(410, "gone", f"This upload was refused: {arrival.refused}")
    if arrival.length is None:
        raise ApiError(410, "gone", "This file was sent in one go: it cannot be gone on with.")
    if arrival.job is None and arrival.outlived(time.time()):
        raise ApiError(410, "gone", "This upload has expired: begin again.")
    return arrival


def size_of(library: Library, arrival: Arrival) -> int:
    """Bytes of it that are there, or were when it was taken in."""
    assert arrival.length is not None
    return arrival.length if arrival.job is not None else library.arrivals.offset(arrival)


@dataclass(slots=True)
class Part:
    """A part that is being written to an upload that is held."""

    sink: Sink
    digest: Digest | None
    expected: bytes

    def write(self, block: bytes) -> None:
        """The next bytes. Where they cannot be taken, none of a part with a checksum stays."""
        try:
            self.sink.write(block)
        except Exception:
            if self.digest is not None:
                self.sink.take_back()
            raise
        if self.digest is not None:
            self.digest.update(block)

    def judge(self, whole: bool) -> None:
        """At its end: a part with a checksum stays as a whole or not at all. Raises ApiError (460)."""
        if self.digest is None:
            return
        if not whole:
            self.sink.take_back()
        elif self.digest.digest() != self.expected:
            self.sink.take_back()
            raise ApiError(
                MISMATCH, "checksum_mismatch", "The bytes do not have this checksum: send them again."
            )


def opened(
    library: Library, arrival: Arrival, offset: int, stated: int, check: tuple[Digest, bytes] | None
) -> Part:
    """Begin a part at this place, of as many bytes as were stated, or 0.

    Raises ApiError (409) where the upload is not as far, or farther, and LimitError.
    """
    size = size_of(library, arrival)
    if offset != size:
        raise ApiError(
            409,
            "offset_mismatch",
            f"{size} bytes of this upload are there: go on from that place.",
            detail={"offset": size},
            headers={"Upload-Offset": str(size)},
        )
    assert arrival.length is not None
    if stated > arrival.length - offset:
        raise LimitError(f"This part has {stated} bytes, and only {arrival.length - offset} are missing.")
    digest, expected = check or (None, b"")
    return Part(Sink(library.arrivals.path(arrival), offset, arrival.length), digest, expected)


def advanced(library: Library, arrival: Arrival) -> Arrival:
    """After a part: it may go on for as long again; where it is all there, it is taken in. Raises NotAVideoError."""
    arrivals = library.arrivals
    if arrival.job is not None:
        return arrival
    if arrivals.offset(arrival) == arrival.length:
        return completed(library, arrival)
    expires = time.time() + library.settings.upload_limits().expiry_s
    return arrivals.save(replace(arrival, expires_at=expires))


def completed(library: Library, arrival: Arrival) -> Arrival:
    """It is all there: take it in. What is no video is remembered as refused, and NotAVideoError raised."""
    try:
        return take_in(library, arrival)
    except NotAVideoError as exc:
        library.arrivals.refuse(arrival, str(exc))
        raise
