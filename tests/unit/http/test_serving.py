"""Listening."""

import socket

import pytest

from scenedex.errors import UsageError
from scenedex.http.serving import listen, url_of


def test_any_port_that_is_free() -> None:
    with listen("127.0.0.1", 0) as listening:
        port = listening.getsockname()[1]
        assert url_of(listening) == f"http://127.0.0.1:{port}"
        with socket.create_connection(("127.0.0.1", port), timeout=60):
            pass


def test_a_port_that_is_taken_is_said_in_a_sentence() -> None:
    with listen("127.0.0.1", 0) as first:
        port = first.getsockname()[1]
        with pytest.raises(UsageError, match=f"port {port}.*--port"):
            listen("127.0.0.1", port)


@pytest.mark.parametrize("host", ["no-such-host.invalid", "203.0.113.7", "a" * 300, "\0"])
def test_what_is_no_address_of_this_machine(host: str) -> None:
    with pytest.raises(UsageError):
        listen(host, 0)


def test_all_addresses_are_shown_as_this_machine() -> None:
    with listen("0.0.0.0", 0) as listening:
        assert url_of(listening).startswith("http://127.0.0.1:")


def test_an_answer_is_sent_at_once_not_with_the_next_acknowledgement() -> None:
    with listen("127.0.0.1", 0) as listening, socket.create_connection(listening.getsockname()) as _:
        accepted, _ = listening.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
