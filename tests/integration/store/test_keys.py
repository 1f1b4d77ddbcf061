"""The life of a key: made, found, used, revoked, over."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from tests.integration.api.doors import library, opened

from scenedex import Library
from scenedex.errors import NotFoundError, UsageError
from scenedex.library import keys as library_keys
from scenedex.store.tokens import Token, read_token

__all__ = ["library", "opened"]  # fixtures


def change(library: Library, what: str) -> None:
    with library._database.operator() as statements:
        statements.execute(f"update api_keys set {what}")  # type: ignore[arg-type]


def token_of(key: str) -> Token:
    token = read_token(key)
    assert token is not None
    return token


def test_a_key_is_found_until_it_is_revoked(library: Library) -> None:
    made, key = library.create_key("write", label="  importer ")
    assert (made.access, made.label, made.expires_at, made.revoked_at) == ("write", "importer", None, None)
    assert token_of(key).id == made.id
    grant = library.grant_of(key)
    assert grant is not None
    assert (grant.owner, grant.access, grant.key, grant.session) == (library.owner, "write", made.id, None)
    revoked = library.revoke_key(made.id)
    assert revoked.revoked_at is not None
    assert library.grant_of(key) is None
    assert library.revoke_key(key) == revoked == library.keys()[0]


def test_only_the_right_secret_fits(library: Library) -> None:
    _, key = library.create_key()
    token, other = token_of(key), token_of(library.create_key()[1])
    for wrong in (
        Token(token.id, other.secret),
        Token(other.id, token.secret),
        Token(token.id, token.digest()),
        Token(token.id, b"\0" * 32),
        Token(uuid4(), token.secret),
        Token(uuid4(), b"\0" * 32),
    ):
        assert library.grant_of(wrong.text()) is None
    assert library.grant_of(key) is not None


def test_the_secret_is_nowhere_in_the_database(library: Library) -> None:
    secret = token_of(library.create_key()[1]).secret
    with library._database.operator() as statements:
        (row,) = statements.execute("select api_keys::text as text, secret_hash from api_keys")
    assert secret.hex() not in row["text"]
    assert bytes(row["secret_hash"]) == Token(uuid4(), secret).digest()


def test_an_unknown_id_costs_a_comparison_as_well(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[bytes] = []
    fits = Token.fits

    def watched(token: Token, digest: bytes) -> bool:
        compared.append(digest)
        return fits(token, digest)

    monkeypatch.setattr(Token, "fits", watched)
    assert library.grant_of(Token(uuid4(), b"\1" * 32).text()) is None
    assert compared == [library_keys.NOBODY]


@pytest.mark.parametrize("begin", [None, datetime.now], ids=["for an hour", "until in an hour"])
def test_a_key_expires(library: Library, begin: Callable[..., datetime] | None) -> None:
    hour = timedelta(hours=1)
    made, key = library.create_key(expires=begin(UTC) + hour if begin else hour)
    left = datetime.fromisoformat(str(made.expires_at)) - datetime.now(UTC)
    assert timedelta(minutes=50) < left <= timedelta(minutes=61)
    assert library.grant_of(key) is not None
    assert library.has_keys()
    change(library, "expires_at = now()")
    assert library.grant_of(key) is None
    assert not library.has_keys()


@pytest.mark.parametrize(
    "expires",
    [
        timedelta(0),
        timedelta(seconds=-1),
        timedelta.max,
        datetime(2020, 1, 1, tzinfo=UTC),
        datetime.max.replace(tzinfo=UTC),
        datetime(2099, 1, 1),  # noqa: DTZ001
    ],
)
def test_a_time_that_is_none(library: Library, expires: timedelta | datetime) -> None:
    with pytest.raises(UsageError, match=r"expire|zone"):
        library.create_key(expires=expires)
    assert library.keys() == []


def test_its_use_is_noted_once_in_five_minutes(library: Library) -> None:
    made, key = library.create_key()
    assert made.last_used_at is None
    library.grant_of(key)
    first = library.keys()[0].last_used_at
    assert first is not None
    for minutes, noted in ((4, False), (6, True)):
        change(library, f"last_used_at = now() - interval '{minutes} minutes'")
        before = library.keys()[0].last_used_at
        library.grant_of(key)
        assert (library.keys()[0].last_used_at != before) == noted


def test_a_wrong_secret_is_no_use(library: Library) -> None:
    made, _ = library.create_key()
    library.grant_of(Token(made.id, b"\1" * 32).text())
    assert library.keys()[0].last_used_at is None


def test_a_session_counts_as_use_of_its_key_and_ends_with_it(library: Library) -> None:
    made, key = library.create_key("write")
    grant = library.grant_of(key)
    assert grant is not None
    session = library.sign_in(grant, 60)
    change(library, "last_used_at = null")
    found = library.grant_of(session)
    assert found is not None
    assert (found.access, found.key, found.session) == ("write", made.id, token_of(session).id)
    assert library.keys()[0].last_used_at is not None
    library.sign_out(found)
    assert library.grant_of(session) is None
    again = library.sign_in(grant, 60)
    change(library, "expires_at = now() where session_of is null")
    assert library.grant_of(again) is None
    change(library, "expires_at = null where session_of is null")
    assert library.grant_of(again) is not None
    library.revoke_key(made.id)
    assert library.grant_of(again) is None


def test_a_session_that_is_over_lets_nobody_in(library: Library) -> None:
    grant = library.grant_of(library.create_key()[1])
    assert grant is not None
    over = library.sign_in(grant, 60)
    change(library, "expires_at = now() where session_of is not null")
    assert library.grant_of(over) is None
    library.sign_in(grant, 60)
    with library._database.operator() as statements:
        assert statements.execute("select count(*) as n from api_keys") == [{"n": 2}]


def test_no_session_is_got_with_a_session_or_another_owners_key(library: Library) -> None:
    acme = library.of(library.create_owner("acme").id)
    grant = library.grant_of(library.create_key()[1])
    theirs = acme.grant_of(acme.create_key()[1])
    assert grant is not None
    assert theirs is not None
    session = library.grant_of(library.sign_in(grant, 60))
    assert session is not None
    assert session.session is not None
    for key in (session.session, theirs.key):
        forged = library_keys.Grant(owner=library.owner, access="admin", key=key)
        assert library.grant_of(library.sign_in(forged, 60)) is None


def test_another_owners_key_is_not_there(library: Library) -> None:
    acme = library.of(library.create_owner("acme").id)
    made, key = acme.create_key("admin")
    assert library.keys() == []
    with pytest.raises(NotFoundError, match="no such key"):
        library.revoke_key(made.id)
    found = library.grant_of(key)
    assert found is not None
    assert found.owner == acme.owner


@pytest.mark.parametrize("key", ["", "x", "sdx_", "03e7d844-7922-4e8a-820b-2dca95204771", "\0", "\ud800"])
def test_an_id_that_is_none(library: Library, key: str) -> None:
    with pytest.raises(NotFoundError):
        library.revoke_key(key)
    assert library.grant_of(key) is None


def test_what_is_refused(library: Library) -> None:
    with pytest.raises(UsageError, match="no access 'root'"):
        library.create_key("root")  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="100 characters"):
        library.create_key(label="x" * 101)
    with pytest.raises(NotFoundError, match="no owner"):
        library.of(UUID(int=7)).create_key()
