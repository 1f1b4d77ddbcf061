"""Connections that are kept, and requests that end in time whatever the other side does."""

import socket
import ssl
import threading
import time
from pathlib import Path

import pytest
from tests.unit.api.arriving.test_fetch import certificate
from tests.unit.embeddings.raw_server import RawServer, read_request

from scenedex.embeddings.connections import Connections, Reply
from scenedex.errors import EncoderTimeoutError, RemoteAnswerError, RemoteEncoderError, RemoteFailedError

SHORT_S = 0.3
LONG_S = 60.0
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


def ask(made: Connections, within_s: float = LONG_S, body: bytes = b"{}", most: int = 1000) -> Reply:
    return made.post("/ask", {"X-Own": "1"}, body, until=time.monotonic() + within_s, max_bytes=most)


def answers(made: socket.socket, over: threading.Event) -> None:
    while read_request(made):
        made.sendall(ANSWER)


def drips_head(made: socket.socket, over: threading.Event) -> None:
    read_request(made)
    made.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while not over.wait(0.02):
        made.sendall(b"a")


def drips_body(made: socket.socket, over: threading.Event) -> None:
    read_request(made)
    made.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n")
    while not over.wait(0.02):
        made.sendall(b"1")


def says_nothing(made: socket.socket, over: threading.Event) -> None:
    over.wait()


def breaks_off(made: socket.socket, over: threading.Event) -> None:
    read_request(made)
    made.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{"embe')


def hangs_up(made: socket.socket, over: threading.Event) -> None:
    read_request(made)


def speaks_otherwise(made: socket.socket, over: threading.Event) -> None:
    read_request(made)
    made.sendall(b"\x00\x16 220 mail.example ESMTP\r\n")


def goes_on(made: socket.socket, over: threading.Event) -> None:
    read_request(made)
    made.sendall(b"HTTP/1.1 200 OK\r\n\r\n" + b"1" * 5000)


def test_a_request_arrives_whole_and_connections_are_kept() -> None:
    heads: list[bytes] = []

    def keep(made: socket.socket, over: threading.Event) -> None:
        while request := read_request(made):
            heads.append(request)
            made.sendall(ANSWER)

    with RawServer(keep) as server:
        made = Connections(server.url + "/below/")
        for _ in range(20):
            assert ask(made) == Reply(status=200, retry_after="", body=b"{}")
        assert server.connections == 1
        assert made.path("/ask") == "/below/ask"
        made.close()
    assert heads[0].startswith(b"POST /below/ask HTTP/1.1\r\n")
    assert heads[0].endswith(b"\r\n\r\n{}")
    assert b"\r\nX-Own: 1\r\n" in heads[0]


def test_threads_share_the_connections() -> None:
    with RawServer(answers) as server:
        made = Connections(server.url)
        found: list[int] = []
        threads = [
            threading.Thread(target=lambda: found.extend(ask(made).status for _ in range(10)))
            for _ in range(6)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert found == [200] * 60
        assert server.connections <= 6
        made.close()


@pytest.mark.parametrize("does", [drips_head, drips_body, says_nothing])
def test_what_is_too_slow_is_given_up_and_the_next_request_is_not_held_up(does) -> None:
    slow = [True]

    def first_slow(made: socket.socket, over: threading.Event) -> None:
        (does if slow.pop() else answers)(made, over)

    with RawServer(first_slow) as server:
        made = Connections(server.url)
        with pytest.raises(EncoderTimeoutError, match="Timeout"):
            ask(made, SHORT_S)
        slow.append(False)
        assert ask(made).status == 200
        made.close()


def test_a_server_that_does_not_read_is_given_up() -> None:
    with RawServer(says_nothing) as server:
        made = Connections(server.url)
        with pytest.raises(EncoderTimeoutError):
            ask(made, SHORT_S, body=b" " * 30_000_000)
        made.close()


@pytest.mark.parametrize(
    ("does", "error"),
    [
        (breaks_off, RemoteFailedError),
        (hangs_up, RemoteFailedError),
        (speaks_otherwise, RemoteFailedError),
        (goes_on, RemoteAnswerError),
    ],
)
def test_what_is_no_answer_has_a_name(does, error: type[RemoteEncoderError]) -> None:
    with RawServer(does) as server:
        made = Connections(server.url)
        with pytest.raises(error):
            ask(made)
        made.close()


def test_nobody_listens() -> None:
    with RawServer(answers) as server:
        pass
    made = Connections(server.url)
    with pytest.raises(RemoteFailedError, match="cannot be reached"):
        ask(made)


@pytest.mark.parametrize("url", ["http://[::1", "http://host:99999", "gopher://127.0.0.1", "http://"])
def test_an_address_that_is_none(url: str) -> None:
    with pytest.raises(RemoteFailedError):
        ask(Connections(url))


def test_a_name_that_nobody_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(RemoteFailedError, match=r"host\.example cannot be resolved"):
        ask(Connections("http://host.example"))


def test_a_resolver_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    over = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: over.wait(LONG_S) and [])
    with pytest.raises(EncoderTimeoutError):
        ask(Connections("http://host.example"), SHORT_S)
    over.set()


def test_of_several_addresses_one_that_answers_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    with RawServer(answers) as server:
        port = int(server.url.rpartition(":")[2])
        there = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (f"127.0.0.{n}", port)) for n in (3, 2, 1)]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: there)
        made = Connections(f"http://host.example:{port}")
        assert ask(made).status == 200
        made.close()


def test_the_proxy_of_the_environment_is_asked_unless_the_host_is_excepted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    heads: list[bytes] = []

    def keep(made: socket.socket, over: threading.Event) -> None:
        heads.append(read_request(made))
        made.sendall(ANSWER)

    with RawServer(keep) as proxy, RawServer(answers) as server:
        monkeypatch.setenv("http_proxy", proxy.url)
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        for made in (Connections("http://user:word@host.example:8093"), Connections(server.url)):
            assert ask(made).status == 200
            made.close()
    (head,) = heads
    assert head.startswith(b"POST http://host.example:8093/ask HTTP/1.1\r\n")
    assert b"\r\nAuthorization: Basic dXNlcjp3b3Jk\r\n" in head


def test_over_tls_the_server_is_known_by_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pem = certificate(tmp_path, "encoder.example")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)

    def secured(made: socket.socket, over: threading.Event) -> None:
        with context.wrap_socket(made, server_side=True) as inner:
            answers(inner, over)

    with RawServer(secured) as server:
        port = int(server.url.rpartition(":")[2])
        there = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: there)
        unknown = Connections(f"https://encoder.example:{port}")
        with pytest.raises(RemoteFailedError, match="CERTIFICATE_VERIFY_FAILED"):
            ask(unknown)
        monkeypatch.setenv("SSL_CERT_FILE", str(pem))
        for name, right in (("encoder.example", True), ("other.example", False)):
            made = Connections(f"https://{name}:{port}")
            if right:
                assert ask(made).status == 200
            else:
                with pytest.raises(RemoteFailedError, match="CERTIFICATE_VERIFY_FAILED"):
                    ask(made)
            made.close()


def test_a_server_that_never_finishes_its_handshake_is_given_up() -> None:
    with RawServer(says_nothing) as server, pytest.raises(EncoderTimeoutError):
        ask(Connections(server.url.replace("http:", "https:")), SHORT_S)
