"""What is sent to a webhook, and to which hosts nothing is."""

import base64
import hashlib
import hmac
import threading
from collections.abc import Iterator

import pytest
from tests.unit.network.receiver import Receiver, receiver

from scenedex.errors import UsageError
from scenedex.network.addresses import Address
from scenedex.network.webhook import NotSentError, Sender, new_secret, signature

URL = "http://hooks.example/a?b=1"


@pytest.fixture
def there() -> Iterator[Receiver]:
    with receiver() as made:
        yield made


def test_the_signature_is_that_of_the_standard() -> None:
    """The example of the specification (standard-webhooks/spec, "Signature scheme"; libraries' test vectors)."""
    secret, body = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", b'{"test": 2432232314}'
    found = signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body)
    assert found == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_what_arrives_is_signed(there: Receiver) -> None:
    secret = new_secret()
    there.sender().send(URL, secret, "msg_1", b'{"a": 1}', now=1700000000.9)
    ((path, headers, body),) = there.got
    assert (path, body, headers["content-type"]) == ("/a?b=1", b'{"a": 1}', "application/json")
    assert (headers["host"], headers["webhook-id"], headers["webhook-timestamp"]) == (
        "hooks.example", "msg_1", "1700000000",
    )  # fmt: skip
    key = base64.b64decode(secret.removeprefix("whsec_"))
    expected = hmac.new(key, b'msg_1.1700000000.{"a": 1}', hashlib.sha256).digest()
    assert headers["webhook-signature"] == "v1," + base64.b64encode(expected).decode()
    assert len(key) == 32
    assert new_secret() != secret


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "10.0.0.7", "169.254.169.254", "::1", "::ffff:127.0.0.1", "100.64.0.1"]
)
def test_inner_addresses_are_not_asked(there: Receiver, address: str) -> None:
    there.address = address
    with pytest.raises(NotSentError, match="not on the public internet"):
        there.sender().send(URL, new_secret(), "msg_1", b"{}")
    assert there.got == []


def test_inner_addresses_are_asked_where_that_is_allowed(there: Receiver) -> None:
    there.address = "10.0.0.7"
    sender = there.sender(inner=("*.lan",))
    sender.send("http://home.lan:8123/hook", new_secret(), "msg_1", b"{}")
    assert there.got[0][1]["host"] == "home.lan:8123"
    with pytest.raises(NotSentError):
        sender.send(URL, new_secret(), "msg_1", b"{}")
    with pytest.raises(UsageError, match="SCENEDEX_WEBHOOK_HOSTS"):
        sender.target("http://hooks.example:8123/")


def test_redirects_are_not_followed(there: Receiver) -> None:
    there.status, there.location = 307, "http://169.254.169.254/"
    with pytest.raises(NotSentError, match=r"307\. Redirects are not followed"):
        there.sender().send(URL, new_secret(), "msg_1", b"{}")
    assert len(there.got) == 1


@pytest.mark.parametrize(
    ("status", "final"), [(400, False), (404, False), (410, True), (500, False), (503, False)]
)
def test_what_is_refused(there: Receiver, status: int, final: bool) -> None:
    there.status = status
    with pytest.raises(NotSentError, match=str(status)) as caught:
        there.sender().send(URL, new_secret(), "msg_1", b"{}")
    assert caught.value.final is final


def test_a_host_that_takes_its_time_or_says_much(there: Receiver) -> None:
    there.body = b"x" * 1_000_000
    there.sender().send(URL, new_secret(), "msg_1", b"{}")
    there.delay_s = 0.5
    with pytest.raises(NotSentError):
        there.sender(timeout_s=0.1).send(URL, new_secret(), "msg_1", b"{}")


def test_an_address_of_ipv6_is_named_in_brackets(there: Receiver) -> None:
    there.address = "2606:4700::1111"
    there.sender().send("http://[2606:4700::1111]/a", new_secret(), "msg_1", b"{}")
    there.sender(inner=("2606:4700::1111",)).send(
        "http://[2606:4700::1111]:8123/", new_secret(), "msg_2", b"{}"
    )
    assert [headers["host"] for _, headers, _ in there.got] == ["[2606:4700::1111]", "[2606:4700::1111]:8123"]


def test_a_name_that_nobody_resolves_in_time(there: Receiver) -> None:
    done = threading.Event()

    def look_up(host: str, port: int) -> list[Address]:
        done.wait(60)
        return there.look_up(host, port)

    sender = Sender(timeout_s=0.1, look_up=look_up, connect=there.connect)
    try:
        with pytest.raises(NotSentError, match="did not answer within"):
            sender.send(URL, new_secret(), "msg_1", b"{}")
    finally:
        done.set()
    assert there.got == []


def test_a_host_that_is_not_there(there: Receiver) -> None:
    there.port = 1
    with pytest.raises(NotSentError, match="cannot be reached"):
        there.sender().send(URL, new_secret(), "msg_1", b"{}")


@pytest.mark.parametrize(
    "url",
    ["", "hooks.example", "ftp://hooks.example/", "file:///etc/passwd", "http://a:b@hooks.example/", "http://x y/",
     "http://hooks.example\r\nHost: inner/", "http://", "http://hooks.example:99999/", "http://" + "a" * 5000],
)  # fmt: skip
def test_what_is_no_url(url: str) -> None:
    with pytest.raises(UsageError):
        Sender().target(url)
    with pytest.raises(NotSentError) as caught:
        Sender().send(url, new_secret(), "msg_1", b"{}")
    assert caught.value.final


def test_what_is_no_secret(there: Receiver) -> None:
    with pytest.raises(NotSentError, match="no secret"):
        there.sender().send(URL, "whsec_*", "msg_1", b"{}")
