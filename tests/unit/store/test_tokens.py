"""What a key looks like."""

import hashlib
import hmac
import re
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenedex.store import tokens
from scenedex.store.tokens import Token, new_token, read_token


def test_a_key_has_256_random_bits_and_is_read_as_it_was_written() -> None:
    made = [new_token() for _ in range(50)]
    assert len({token.secret for token in made}) == len({token.id for token in made}) == 50
    for token in made:
        assert re.fullmatch(r"sdx_[0-9a-f]{32}_[0-9a-f]{64}", token.text())
        assert read_token(token.text()) == token
        assert token.digest() == hashlib.sha256(token.secret).digest()
        assert token.id.version == 4


def test_a_secret_is_in_no_text_but_the_key_itself() -> None:
    token = new_token()
    assert token.secret.hex() not in repr(token)
    assert str(token.secret) not in repr(token)


def test_secrets_are_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[tuple[bytes, bytes]] = []

    def compare(one: bytes, other: bytes) -> bool:
        compared.append((one, other))
        return hmac.compare_digest(one, other)

    class Watched:
        compare_digest = staticmethod(compare)

    monkeypatch.setattr(tokens, "hmac", Watched)
    token, other = new_token(), new_token()
    assert token.fits(token.digest())
    assert not token.fits(other.digest())
    assert not token.fits(b"")
    assert compared == [(token.digest(), digest) for digest in (token.digest(), other.digest(), b"")]


GOOD = Token(UUID(int=0x1234), b"\x01" * 32).text()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "sdx_",
        "sdx__",
        GOOD[:-1],
        GOOD + "0",
        GOOD.upper(),
        GOOD.replace("sdx", "abc"),
        f" {GOOD}",
        f"{GOOD}\n",
        GOOD.replace("0", "٠"),
        GOOD.replace("_", "-"),
        "sdx_" + "g" * 32 + "_" + "0" * 64,
        "\0",
        "\ud800",
        "sdx_" * 100_000,
    ],
)
def test_anything_else_is_no_key(text: str) -> None:
    assert read_token(text) is None


@given(st.text(max_size=120))
def test_no_text_raises(text: str) -> None:
    assert read_token(text) is None
    assert read_token(GOOD[:4] + text) is None
