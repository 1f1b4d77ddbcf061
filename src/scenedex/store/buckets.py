"""URL of a bucket → its client, and what the client's failures mean in our words. No sentence has a secret in it."""

import re
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import obstore
from obstore.store import from_url

from scenedex.errors import (
    DiskFullError,
    ObjectStoreRefusedError,
    ObjectStoreUnreachableError,
    StoreError,
)

CONNECT_TIMEOUT = timedelta(seconds=5)
REQUEST_TIMEOUT = timedelta(seconds=30)  #: of one attempt, with all that it carries
FIRST_PAUSE = timedelta(milliseconds=100)
LONGEST_PAUSE = timedelta(seconds=10)
MAX_RETRIES = 50  #: the time limit comes first

SECRETS = "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or those of its kind of store"
NO_CREDENTIALS = ("169.254.169.254", "169.254.170.2", "metadata.google.internal")
"""Where the clients of the clouds ask for credentials when they were given none."""

REFUSALS = {"400", "404", "405", "411", "501"}
ELSEWHERE = {"PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException"}


def bucket(url: str, *, endpoint: str | None, patience_s: float) -> Any:
    """The client of the bucket at this URL: credentials and region are those of the environment (`AWS_…`).

    What may pass (5xx, 429, connections that break or time out) is tried again with growing pauses, up to `patience_s`
    seconds after the first attempt. Raises StoreError.
    """
    parts = urlsplit(url)
    if parts.username or parts.password or parts.query:
        raise StoreError(
            "Keys do not belong into SCENEDEX_OBJECTS: write s3://bucket/prefix there, and give the keys as "
            "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."
        )
    if parts.scheme in {"memory", "file"}:
        return from_url(url)
    options: dict[str, Any] = {}
    if endpoint is not None and parts.scheme in {"s3", "s3a"}:
        options["endpoint"] = endpoint
    return from_url(
        url,
        # whoever writes http:// means it: a store on the same machine or network, such as MinIO
        client_options={
            "allow_http": True,
            "connect_timeout": CONNECT_TIMEOUT,
            "timeout": REQUEST_TIMEOUT,
            "user_agent": "scenedex",
        },
        retry_config={
            "max_retries": MAX_RETRIES,
            "retry_timeout": timedelta(seconds=patience_s),
            "backoff": {"init_backoff": FIRST_PAUSE, "max_backoff": LONGEST_PAUSE, "base": 2},
        },
        **options,
    )


def broke_off(error: obstore.exceptions.BaseError) -> bool:
    """Whether an answer ended in its middle: the one thing that may pass and that the client does not try again."""
    return "kind: Interrupted" in str(error) or "kind: Body" in str(error)


def bucket_error(error: Exception, where: str) -> StoreError:
    """What a client said, as one of our exceptions; `where` is the location as it was given."""
    said = str(error)
    if "No space left on device" in said or "Disk quota exceeded" in said:
        return DiskFullError()
    if "://" not in where:
        return StoreError(f"The object store does not take or give {where!r} ({_first_line(said)}).")
    if any(address in said for address in NO_CREDENTIALS):
        return ObjectStoreRefusedError(
            f"There are no credentials for the object store {where}: set {SECRETS}."
        )
    return _answered(said, where) or _unanswered(said, where)


def _answered(said: str, where: str) -> StoreError | None:
    """The sentence for a store that answered with a status; None for one that did not."""
    status = re.search(r"status code: (\d{3})", said)
    code = re.search(r"<Code>(\w+)</Code>", said)
    if "NoSuchBucket" in said:
        name = urlsplit(where).netloc
        return ObjectStoreRefusedError(
            f"There is no bucket {name!r} in the object store {where}: create it, or name another one in "
            "SCENEDEX_OBJECTS."
        )
    if "redirect without LOCATION" in said or (code and code[1] in ELSEWHERE):
        return ObjectStoreRefusedError(
            f"The bucket of the object store {where} lies in another region: set AWS_REGION to it."
        )
    if status is None:
        return None
    reason = f"{status[1]} {code[1]}" if code else status[1]
    if status[1] in {"401", "403"}:
        return ObjectStoreRefusedError(
            f"The object store {where} refuses access ({reason}): check {SECRETS}, and that they may read, write, "
            "list and delete there."
        )
    if status[1] in REFUSALS:
        return ObjectStoreRefusedError(
            f"The object store {where} refuses the request ({reason}): check SCENEDEX_OBJECTS and AWS_ENDPOINT_URL."
        )
    return ObjectStoreUnreachableError(
        f"The object store {where} keeps failing ({reason}): nothing half-done was kept; run it again when it works."
    )


def _unanswered(said: str, where: str) -> StoreError:
    for pattern, reason in (
        (r"ConnectionRefused|Connection refused", "connection refused"),
        (r"lookup address|dns error", "its name is not known"),
        (r"TimedOut|kind: Timeout|timed out|deadline", "it does not answer in time"),
        (r"NetworkUnreachable|HostUnreachable|unreachable", "there is no way to it"),
        (r"certificate|UnknownIssuer|tls", "its certificate is not trusted"),
        (r"kind: (?:Connect|Interrupted|Request|Body)|error sending request", "the connection breaks"),
    ):
        if re.search(pattern, said):
            return ObjectStoreUnreachableError(
                f"The object store {where} cannot be reached ({reason}): nothing half-done was kept; run it again "
                "when it answers, or check AWS_ENDPOINT_URL."
            )
    return StoreError(f"The object store {where} does not take or give this ({_first_line(said)}).")


def _first_line(said: str) -> str:
    return re.sub(r"\?\S*", "", said.partition("\n")[0])[:300]
