"""Fetching: what is asked, at which address, and what is refused before or after."""

import ssl
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import httpcore
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from tests.unit.api.arriving.elsewhere import HOSTS, PUBLIC, Answer, gives, leads, world

from scenedex.api.arriving.fetch import Fetcher, name_of
from scenedex.errors import LimitError, UsageError
from scenedex.http.errors import ApiError
from scenedex.network.target import allowed, parse

CONTENT = b"\0\0\0\x18ftypisom" + bytes(100_000)


def test_a_file_is_fetched_from_the_address_that_was_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with world({"/a/film%20one.mp4": gives(CONTENT)}) as there:
        assert there.fetch("http://MEDIA.example./a/film%20one.mp4?x=1#t") == CONTENT
        assert there.asked == ["media.example /a/film%20one.mp4?x=1"]
        assert there.connected == [(PUBLIC, 80)]
        assert there.looked_up == ["media.example"]


def test_the_name_of_a_file_is_the_end_of_its_path() -> None:
    assert name_of(parse("http://media.example/a/film%20one.mp4?x=1")) == "film one.mp4"
    assert name_of(parse("http://media.example/..%2f%2e%2e%2fetc%2fpasswd")) == "passwd"
    assert name_of(parse("http://media.example")) == "video"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "media.example/a.mp4",
        "//media.example/a.mp4",
        "file:///etc/passwd",
        "ftp://media.example/a.mp4",
        "gopher://media.example/",
        "data:video/mp4;base64,AAAA",
        "http:///a.mp4",
        "http:media.example/a.mp4",
        "http://media.example:81/a.mp4",
        "http://media.example:443/a.mp4",
        "http://media.example:0/a.mp4",
        "http://media.example:x/a.mp4",
        "http://user@media.example/a.mp4",
        "http://user:password@media.example/a.mp4",
        "http://@media.example/a.mp4",
        "http://other.example\\@media.example/a.mp4",
        "http://media.example\\.other.example/",
        "http://media.example /a.mp4",
        "http://media.example/a\r\nHost: other",
        "http://media.example\0.other.example/",
        "http://other.example/a.mp4",
        "http://media.example.other.example/a.mp4",
        "http://xmedia.example/a.mp4",
        "http://cdn.example/a.mp4",
        "http://xcdn.example/a.mp4",
        "http://[::1]/a.mp4",
        "http://[::ffff:127.0.0.1]/a.mp4",
        "http://[media.example]/a.mp4",
        "http://media。other/",
        "http://" + "a" * 5000,
    ],
)
def test_what_is_no_url_of_an_allowed_host(url: str) -> None:
    with world({}) as there:
        with pytest.raises(UsageError):
            there.fetch(url)
        assert (there.looked_up, there.connected) == ([], [])


def test_without_a_host_in_the_settings_nothing_is_fetched() -> None:
    with world({}) as there, pytest.raises(UsageError, match="SCENEDEX_FETCH_HOSTS"):
        there.fetch("http://media.example/a.mp4", there.fetcher(hosts=()))


def test_names_below_a_name() -> None:
    assert allowed("a.cdn.example", HOSTS)
    assert allowed("a.b.cdn.example", HOSTS)
    assert not allowed("cdn.example", HOSTS)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "0x7f000001", "127.1", "017700000001", "0", "169.254.169.254", "localhost"]
)
def test_an_inner_address_is_not_asked_even_where_the_list_names_it(host: str) -> None:
    with world({"/": gives(CONTENT)}) as there:
        with pytest.raises(UsageError, match="public internet"):
            there.fetch(f"http://{host}/")
        assert (there.connected, there.asked) == ([], [])


@pytest.mark.parametrize(
    "inner",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "169.254.169.254",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "fe80::1",
        "fd00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "2002:7f00:1::",
        "64:ff9b::7f00:1",
        f"{PUBLIC} 127.0.0.1",
        f"127.0.0.1 {PUBLIC}",
    ],
)
def test_a_name_that_leads_to_an_inner_address_is_not_asked(inner: str) -> None:
    with world({"/": gives(CONTENT)}) as there:
        there.names["inner.example"] = [inner]
        with pytest.raises(UsageError, match="public internet"):
            there.fetch("http://inner.example/")
        assert (there.connected, there.asked) == ([], [])


def test_a_name_that_turns_is_looked_up_once() -> None:
    with world({"/": gives(CONTENT)}) as there:
        there.names["inner.example"] = [PUBLIC, "127.0.0.1"]
        assert there.fetch("http://inner.example/") == CONTENT
        assert (there.looked_up, there.connected) == (["inner.example"], [(PUBLIC, 80)])
        with pytest.raises(UsageError, match="public internet"):
            there.fetch("http://inner.example/")


def test_a_name_that_turns_between_two_hops() -> None:
    with world({"/": leads("/next"), "/next": gives(CONTENT)}) as there:
        there.names["inner.example"] = [PUBLIC, "127.0.0.1"]
        with pytest.raises(UsageError, match="public internet"):
            there.fetch("http://inner.example/")
        assert there.connected == [(PUBLIC, 80)]


@pytest.mark.parametrize(
    "to",
    [
        "http://127.0.0.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::1]/",
        "http://0x7f000001/",
        "//127.0.0.1/",
        "http://localhost/",
        "http://other.example/",
        "http://user@media.example/",
        "http://media.example:8080/",
        "file:///etc/passwd",
        "concat:file:///etc/passwd",
        "http://[/",
    ],
)
def test_a_redirect_is_checked_as_the_first_address(to: str) -> None:
    with world({"/": leads(to)}) as there:
        with pytest.raises((UsageError, ApiError)):
            there.fetch("http://inner.example/")
        assert there.connected == [(PUBLIC, 80)]


def test_redirects_lead_on_five_times_and_no_more() -> None:
    answers = {f"/{n}": leads(f"{n - 1}") for n in range(1, 7)} | {"/0": gives(CONTENT)}
    with world(answers) as there:
        assert there.fetch("http://media.example/5") == CONTENT
        with pytest.raises(ApiError, match="more than 5") as caught:
            there.fetch("http://media.example/6")
        assert caught.value.status == 502


def test_what_is_too_large_is_not_fetched() -> None:
    def endless(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        while True:
            handler.wfile.write(bytes(10_000))

    with world({"/stated": gives(CONTENT), "/endless": endless}) as there:
        fetcher = there.fetcher(max_bytes=50_000)
        got: list[bytes] = []
        with pytest.raises(LimitError):
            fetcher.fetch(fetcher.target("http://media.example/stated"), got.append)
        assert got == []
        with pytest.raises(LimitError):
            fetcher.fetch(fetcher.target("http://media.example/endless"), got.append)
        assert sum(map(len, got)) <= 50_000


def test_a_host_that_dawdles_is_left() -> None:
    ended = threading.Event()

    def slow(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        while not ended.wait(0.05):
            handler.wfile.write(b".")

    def silent(handler: BaseHTTPRequestHandler) -> None:
        ended.wait(60)

    with world({"/slow": slow, "/silent": silent}) as there:
        try:
            for path in ("slow", "silent"):
                with pytest.raises(ApiError) as caught:
                    there.fetch(f"http://media.example/{path}", there.fetcher(timeout_s=1.0))
                assert caught.value.status in (502, 504)
        finally:
            ended.set()


@pytest.mark.parametrize(
    "answer",
    [
        gives(b"", 404),
        gives(CONTENT, 206),
        gives(CONTENT, Content_Encoding="gzip"),
        gives(b"", 302),
        gives(CONTENT, Content_Length="200000"),
    ],
    ids=["missing", "a part", "packed", "nowhere", "cut off"],
)
def test_what_is_not_the_whole_file_is_not_taken(answer: Answer) -> None:
    with world({"/": answer}) as there, pytest.raises((ApiError, UsageError)):
        there.fetch("http://media.example/")


def test_a_host_that_is_not_there() -> None:
    with world({}) as there:

        def refused(address: str, port: int, timeout_s: float) -> httpcore.NetworkStream:
            raise httpcore.ConnectError("refused")

        fetcher = Fetcher(limits=there.fetcher().limits, look_up=there.look_up, connect=refused)
        with pytest.raises(ApiError) as caught:
            there.fetch("http://inner.example/", fetcher)
        assert caught.value.status == 502


def certificate(folder: Path, name: str) -> Path:
    """Of a server of this name, signed by itself, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    called, now = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]), datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(called)
        .issuer_name(called)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{name}.pem"
    path.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return path


def test_https_asks_for_the_name_at_the_checked_address(tmp_path: Path) -> None:
    pem = certificate(tmp_path, "media.example")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    names: list[str | None] = []
    context.sni_callback = lambda _, name, __: names.append(name)
    trusted = ssl.create_default_context(cafile=pem)
    with world({"/": gives(CONTENT), "/down": leads("http://media.example/")}, context) as there:
        base = there.fetcher()
        fetcher = Fetcher(
            limits=base.limits, look_up=there.look_up, connect=there.connect, trust=lambda: trusted
        )
        assert there.fetch("https://media.example/", fetcher) == CONTENT
        assert (names, there.asked) == (["media.example"], ["media.example /"])
        assert there.connected == [(PUBLIC, 443)]
        with pytest.raises(UsageError, match="https to http"):
            there.fetch("https://media.example/down", fetcher)
        for url, asking in (("https://inner.example/", fetcher), ("https://media.example/", base)):
            with pytest.raises(ApiError) as caught:  # of another name; signed by nobody that is known
                there.fetch(url, asking)
            assert caught.value.status == 502
