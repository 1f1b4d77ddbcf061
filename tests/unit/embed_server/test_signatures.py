"""Signed requests: who comes in, who does not, and that the time tells nobody why."""

import dataclasses
import hmac
from typing import Any

import pytest

from scenedex.embed_server import signatures
from scenedex.embed_server.signatures import MOST_NONCES, SKEW_S, Nonces, Signed, Verifier, single
from scenedex.embeddings.signing import NONCE, SIGNATURE, TIMESTAMP, signature, signature_headers

SECRET = "open sesame"
NOW = 1_800_000_000.0
PATH = "/v1/embed/text"


def signed(at: float = NOW, nonce: str = "a" * 32, secret: str = SECRET, body: bytes = b"{}") -> Signed:
    stamp = (str(int(at)), nonce)
    return Signed(
        method="POST",
        path=PATH,
        timestamp=stamp[0],
        nonce=nonce,
        signature=signature(secret, "POST", PATH, stamp, body),
        body=body,
    )


def verifier(secret: str | None = SECRET, now: float = NOW) -> Verifier:
    return Verifier(secret=secret, now=lambda: now)


def test_what_the_client_signs_is_admitted() -> None:
    headers = signature_headers(SECRET, "POST", PATH, b"body")
    asked = Signed(
        method="POST",
        path=PATH,
        timestamp=headers[TIMESTAMP],
        nonce=headers[NONCE],
        signature=headers[SIGNATURE],
        body=b"body",
    )
    found = verifier(now=float(headers[TIMESTAMP]))
    assert found.admits(asked)
    assert not found.admits(asked), "a second time"


@pytest.mark.parametrize("away", [-SKEW_S, 0, SKEW_S])
def test_clocks_may_differ_by_five_minutes(away: float) -> None:
    assert verifier().admits(signed(NOW + away))


REFUSED: dict[str, Signed] = {
    "too old": signed(NOW - SKEW_S - 1),
    "from the future": signed(NOW + SKEW_S + 1),
    "another secret": signed(secret="guessed"),
    "another body": dataclasses.replace(signed(), body=b"{ }"),
    "another path": dataclasses.replace(signed(), path="/v1/embed/image"),
    "another method": dataclasses.replace(signed(), method="PUT"),
    "another time": dataclasses.replace(signed(), timestamp=str(int(NOW) + 1)),
    "another nonce": dataclasses.replace(signed(), nonce="b" * 32),
    "no time": dataclasses.replace(signed(), timestamp=""),
    "no nonce": dataclasses.replace(signed(), nonce=""),
    "no signature": dataclasses.replace(signed(), signature=""),
    "a signature that is no ASCII": dataclasses.replace(signed(), signature="é" * 64),
    "a signature in capitals": dataclasses.replace(signed(), signature=signed().signature.upper()),
    "an empty nonce that is signed": signed(nonce=""),
    "a nonce of lines that is signed": signed(nonce="a\nb" * 8),
    "an endless nonce that is signed": signed(nonce="a" * 129),
    "nothing at all": Signed(method="POST", path=PATH, timestamp="", nonce="", signature="", body=b""),
}


@pytest.mark.parametrize("asked", REFUSED.values(), ids=REFUSED)
def test_refused(asked: Signed) -> None:
    found = verifier()
    assert not found.admits(asked)
    assert len(found.nonces) == 0, "a stranger fills no memory"


@pytest.mark.parametrize(
    "time", ["nan", "inf", "-1", "1e9", " 1800000000", "1800000000.0", "١٨٠٠٠٠٠٠٠٠", "9" * 400]
)
def test_a_time_is_digits_alone(time: str) -> None:
    stamp = (time, "a" * 32)
    asked = dataclasses.replace(
        signed(), timestamp=time, signature=signature(SECRET, "POST", PATH, stamp, b"{}")
    )
    assert not verifier().admits(asked)


def test_without_a_secret_nobody_comes_in() -> None:
    assert not verifier(secret=None).admits(signed(secret=""))


def test_all_checks_are_made_whatever_the_others_find(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []

    def noted(name: str, check: Any) -> Any:
        def checked(*given: Any) -> Any:
            done.append(name)
            return check(*given)

        return checked

    monkeypatch.setattr(hmac, "compare_digest", noted("compared", hmac.compare_digest))
    monkeypatch.setattr(signatures, "signature", noted("signed", signature))
    monkeypatch.setattr(Nonces, "is_new", noted("looked up", Nonces.is_new))
    for asked in REFUSED.values():
        done.clear()
        assert not verifier().admits(asked)
        assert done == ["signed", "compared", "looked up"]
    done.clear()
    assert not verifier(secret=None).admits(signed())
    assert done == ["signed", "compared", "looked up"]


def test_a_nonce_is_remembered_as_long_as_its_time_is_good() -> None:
    nonces, now = Nonces(), [NOW]
    found = Verifier(secret=SECRET, nonces=nonces, now=lambda: now[0])
    early = signed(NOW + SKEW_S)  # the client's clock goes before
    assert found.admits(early)
    now[0] = NOW + 2 * SKEW_S - 1
    assert not found.admits(early)
    now[0] = NOW + 2 * SKEW_S + 1  # its time alone keeps it out now
    assert not found.admits(early)
    assert found.admits(signed(now[0], nonce="c" * 32))
    assert len(nonces) == 1


def test_memory_is_bounded_and_nothing_is_forgotten_for_it() -> None:
    nonces, now = Nonces(most=3), [NOW]
    found = Verifier(secret=SECRET, nonces=nonces, now=lambda: now[0])
    first = [signed(nonce=str(n) * 8) for n in range(3)]
    assert all(found.admits(asked) for asked in first)
    assert not found.admits(signed(nonce="9" * 8))
    assert not any(found.admits(asked) for asked in first)
    assert len(nonces) == 3
    now[0] = NOW + 2 * SKEW_S
    assert found.admits(signed(now[0], nonce="9" * 8))
    assert MOST_NONCES > 100 * 2 * SKEW_S, "a hundred requests a second"


@pytest.mark.parametrize(("values", "found"), [([], ""), (["a"], "a"), (["a", "a"], ""), (["a", "b"], "")])
def test_a_header_counts_if_it_came_once(values: list[str], found: str) -> None:
    assert single(values) == found
