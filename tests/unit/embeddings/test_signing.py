"""Signatures of requests, against one that was made by openssl."""

from scenedex.embeddings.signing import NONCE, SIGNATURE, TIMESTAMP, signature, signature_headers

RIGHT = "d53f4d1638f8a92f9d62db2afdd5374f8b904e180b653a444bce8bc17cc9e77d"
"""By `openssl dgst -sha256 -hmac key`."""


def test_a_signature_is_what_openssl_makes() -> None:
    assert signature("key", "post", "/v1/embed/text", ("1700000000", "00ff"), b"{}") == RIGHT


def test_everything_that_is_signed_counts() -> None:
    asked = ("key", "POST", "/v1/embed/text", ("1700000000", "00ff"), b"{}")
    others = [
        ("kez", *asked[1:]),
        ("key", "PUT", *asked[2:]),
        (*asked[:2], "/v1/embed/image", *asked[3:]),
        (*asked[:3], ("1700000001", "00ff"), b"{}"),
        (*asked[:3], ("1700000000", "00fe"), b"{}"),
        (*asked[:4], b"{ }"),
    ]
    made = {signature(*other) for other in others}
    assert len(made) == len(others)
    assert RIGHT not in made


def test_the_headers_of_a_request_are_its_own() -> None:
    one, two = (signature_headers("key", "POST", "/v1/embed/text", b"{}") for _ in range(2))
    assert one[NONCE] != two[NONCE]
    assert len(one[NONCE]) == 32
    stamp = (one[TIMESTAMP], one[NONCE])
    assert one[SIGNATURE] == signature("key", "POST", "/v1/embed/text", stamp, b"{}")
