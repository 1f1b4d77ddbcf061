"""The keys of a library: made, listed, revoked, and asked what they allow."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import get_args
from uuid import UUID

from scenedex.errors import NotFoundError, UsageError
from scenedex.library.choosing import Choosing
from scenedex.store.keys import (
    ApiKey,
    FoundKey,
    end_session,
    find_key,
    has_keys,
    keys_of,
    note_use,
    revoke_key,
    write_key,
    write_session,
)
from scenedex.store.owners import own_entry
from scenedex.store.tokens import new_token, read_token
from scenedex.types import Access

MAX_LABEL = 100
LONGEST = timedelta(days=36_500)

NOBODY = b"\0" * 32
"""A digest that no secret has: what a secret is compared with where there is no key of its id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What a key or a session was found to allow."""

    owner: UUID
    access: Access
    key: UUID  #: the key itself; of a session, the key that it was got with
    session: UUID | None = None


class WithKeys(Choosing):
    """A library that knows who may come in."""

    def keys(self) -> list[ApiKey]:
        """The keys of this owner, the newest first, with those that let nobody in any more. Never a secret."""
        with self._database.transaction(self.owner) as tx:
            return keys_of(tx)

    def create_key(
        self, access: Access = "read", *, label: str = "", expires: datetime | timedelta | None = None
    ) -> tuple[ApiKey, str]:
        """A new key of this owner, and the key itself, `sdx_<id>_<secret>`, which nobody can show again.

        `expires`: a moment, or how long from now; None: never. Raises UsageError, and NotFoundError for an owner
        that nobody has made.
        """
        _check(access, label)
        moment = _moment(expires)
        token = new_token()
        with self._database.transaction(self.owner) as tx:
            if own_entry(tx) is None:
                raise NotFoundError(f"There is no owner {self.owner}: `scenedex owners create` makes one.")
            return write_key(tx, token, access, label.strip(), moment), token.text()

    def revoke_key(self, key: UUID | str) -> ApiKey:
        """Let a key of this owner in no more, nor the sessions got with it. Raises NotFoundError."""
        found = None
        if (key_id := _key_id(key)) is not None:
            with self._database.transaction(self.owner) as tx:
                found = revoke_key(tx, key_id)
        if found is None:
            raise NotFoundError("There is no such key: `scenedex keys list` lists the ids.")
        return found

    def has_keys(self) -> bool:
        """Whether any owner has a key that lets anybody in."""
        with self._database.operator() as statements:
            return has_keys(statements)

    def grant_of(self, token: str) -> Grant | None:
        """What this key, or session, of any owner allows now; None where it is none, wrong, expired or revoked."""
        read = read_token(token)
        if read is None:
            return None
        with self._database.ownerless() as statements:
            found = find_key(statements, read.id)
        fits = read.fits(found.secret_hash if found else NOBODY)
        if found is None or not fits:
            return None
        if found.unnoted:
            self._note(found)
        return Grant(
            owner=found.owner_id,
            access=found.access,
            key=found.session_of or found.id,
            session=found.id if found.session_of else None,
        )

    def sign_in(self, grant: Grant, seconds: float) -> str:
        """A session got with a key: what stands for the key on the page, for so long."""
        token = new_token()
        with self._database.transaction(grant.owner) as tx:
            write_session(tx, token, grant.key, seconds)
        return token.text()

    def sign_out(self, grant: Grant) -> None:
        """End a session."""
        if grant.session is not None:
            with self._database.transaction(grant.owner) as tx:
                end_session(tx, grant.session)

    def _note(self, found: FoundKey) -> None:
        with self._database.transaction(found.owner_id) as tx:
            note_use(tx, found.session_of or found.id)
            if found.session_of:
                note_use(tx, found.id)


def _check(access: str, label: str) -> None:
    if access not in get_args(Access):
        raise UsageError(f"There is no access {access!r}: there are {', '.join(get_args(Access))}.")
    if len(label) > MAX_LABEL:
        raise UsageError(f"A label has {MAX_LABEL} characters at most, not {len(label):,}.")


def _moment(expires: datetime | timedelta | None) -> datetime | None:
    if expires is None:
        return None
    now = datetime.now(UTC)
    if isinstance(expires, timedelta):
        if not timedelta() < expires <= LONGEST:
            raise UsageError(f"A key expires after 0 to {LONGEST.days:,} days, not after {expires}.")
        return now + expires
    if expires.utcoffset() is None:
        raise UsageError(f"The time {expires} needs a time zone, as in 2027-01-31T00:00:00+00:00.")
    if not now < expires <= now + LONGEST:
        raise UsageError(f"A key cannot expire at {expires}: that is past, or more than a lifetime away.")
    return expires


def _key_id(key: UUID | str) -> UUID | None:
    """The id that is meant, in any of a UUID's forms, or by the key itself."""
    if isinstance(key, UUID):
        return key
    if (token := read_token(key.strip())) is not None:
        return token.id
    try:
        return UUID(key.strip())
    except ValueError:
        return None
