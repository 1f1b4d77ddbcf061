"""What may come in from outside."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadLimits:
    """What may come in from outside. Every field is a setting."""

    max_bytes: int  #: of a file sent in one request
    max_resumable_bytes: int  #: of a file sent in parts
    max_unfinished: int  #: files that an owner may be sending at once
    max_unfinished_bytes: int  #: and their size together
    max_kept_bytes: int  #: of all files of an owner that came this way; 0: no limit
    expiry_s: float  #: after this long without a byte, an unfinished file is forgotten


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchLimits:
    """What may be fetched from elsewhere. Every field is a setting."""

    hosts: tuple[
        str, ...
    ]  #: lower case; `*.example.org` is every name below example.org. None: nothing is fetched
    max_bytes: int
    timeout_s: float  #: for all of it
