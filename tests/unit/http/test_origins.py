"""Host and Origin: who may ask a server on loopback, and who may use a session."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenedex.http.origins import Asked, authority, foreign_host, foreign_origin, is_loopback

GET = Asked(method="GET", scheme="http", hosts=["localhost:8080"], origins=[], port=8080)
POST = replace(GET, method="POST")


@pytest.mark.parametrize(
    "host", ["localhost:8080", "LOCALHOST:8080", "127.0.0.1:8080", "[::1]:8080", "localhost:08080"]
)
def test_the_names_of_loopback_are_ours(host: str) -> None:
    assert foreign_host(replace(GET, hosts=[host])) is None


@pytest.mark.parametrize(
    "hosts",
    [
        [],
        [""],
        ["localhost"],
        ["localhost:8081"],
        ["localhost:80800"],
        ["evil.example:8080"],
        ["localhost.evil.example:8080"],
        ["localhost.:8080"],
        ["127.0.0.1.nip.io:8080"],
        ["127.0.0.2:8080"],
        ["127.1:8080"],
        ["2130706433:8080"],
        ["0x7f000001:8080"],
        ["0.0.0.0:8080"],
        ["::1:8080"],
        ["[::1]"],
        ["[::ffff:127.0.0.1]:8080"],
        ["localhost:8080@evil.example"],
        ["evil.example@localhost:8080"],
        ["localhost:8080, evil.example"],
        ["localhost:8080/"],
        ["localhost:8080\n"],
        ["localhost:٨٠٨٠"],
        [" localhost:8080"],
        ["ｌocalhost:8080"],
        ["localhost:8080", "localhost:8080"],
    ],
)
def test_any_other_name_is_not(hosts: list[str]) -> None:
    assert "answers as localhost:8080, 127.0.0.1:8080, [::1]:8080 only" in str(
        foreign_host(replace(GET, hosts=hosts))
    )


def test_the_usual_port_need_not_be_said() -> None:
    assert foreign_host(replace(GET, hosts=["localhost"], port=80)) is None
    assert foreign_host(replace(GET, hosts=["localhost"], scheme="https", port=443)) is None
    assert foreign_host(replace(GET, hosts=["localhost"], scheme="https", port=80)) is not None
    assert foreign_host(replace(GET, hosts=["localhost:1234"], port=None)) is None


def test_an_address_that_was_bound_is_ours() -> None:
    assert foreign_host(replace(GET, hosts=["127.0.0.5:8080"]), "127.0.0.5") is None
    assert foreign_host(replace(GET, hosts=["127.0.0.6:8080"]), "127.0.0.5") is not None


@given(st.text(max_size=30))
def test_no_text_is_taken_for_a_name_that_it_is_not(text: str) -> None:
    own = {f"{name}:8080" for name in ("localhost", "127.0.0.1", "[::1]")}
    refused = foreign_host(replace(GET, hosts=[text]))
    name, _, port = text.lower().rpartition(":")
    assert (refused is None) == (
        text.isascii() and port.isdecimal() and len(port) <= 5 and f"{name}:{int(port)}" in own
    )


@pytest.mark.parametrize("asked", [GET, POST])
def test_the_same_origin_may_ask(asked: Asked) -> None:
    assert foreign_origin(asked) is None
    assert foreign_origin(replace(asked, origins=["http://localhost:8080"])) is None
    assert foreign_origin(replace(asked, origins=["HTTP://LocalHost:8080"])) is None
    for site in ("same-origin", "none"):
        assert foreign_origin(replace(asked, fetch={"site": site, "mode": "cors"})) is None


@pytest.mark.parametrize("asked", [GET, POST])
@pytest.mark.parametrize(
    "origins",
    [
        ["http://evil.example"],
        ["http://localhost:3000"],
        ["http://localhost"],
        ["http://127.0.0.1:8080"],
        ["http://[::1]:8080"],
        ["null"],
        [""],
        ["localhost:8080"],
        ["file://localhost:8080"],
        ["chrome-extension://localhost:8080"],
        ["http://localhost:8080/"],
        ["http://localhost:8080.evil.example"],
        ["http://localhost:8080@evil.example"],
        ["http://localhost:8080", "http://evil.example"],
        ["http://localhost:8080 http://evil.example"],
    ],
)
def test_no_other_origin_may(asked: Asked, origins: list[str]) -> None:
    assert "another origin" in str(foreign_origin(replace(asked, origins=origins)))


def test_a_page_elsewhere_may_link_here_and_no_more() -> None:
    for site in ("cross-site", "same-site"):
        assert foreign_origin(replace(GET, fetch={"site": site, "mode": "navigate"})) is None
        for asked, mode in ((GET, "no-cors"), (GET, "cors"), (POST, "navigate"), (POST, "no-cors")):
            refused = foreign_origin(replace(asked, fetch={"site": site, "mode": mode}))
            assert "another site" in str(refused), (site, mode)
        assert foreign_origin(replace(GET, fetch={"site": site})) is not None


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "BREW"])
def test_what_changes_something_by_session_says_its_origin(method: str) -> None:
    asked = replace(GET, method=method)
    assert "must say its origin" in str(foreign_origin(asked, demanded=True))
    assert foreign_origin(replace(asked, origins=["http://localhost:8080"]), demanded=True) is None
    assert foreign_origin(GET, demanded=True) is None


def test_behind_a_proxy_that_ends_tls_the_scheme_does_not_matter() -> None:
    asked = replace(POST, hosts=["search.example"], origins=["https://search.example"])
    assert foreign_origin(asked, demanded=True) is None
    assert foreign_origin(replace(asked, hosts=["search.example:443"])) is None
    assert foreign_origin(replace(asked, hosts=["search.example:8443"])) is not None
    assert foreign_origin(replace(asked, hosts=[])) is not None
    assert foreign_origin(replace(asked, hosts=[], origins=["null"])) is not None


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "localhost", "LocalHost", "::1", "[::1]"])
def test_loopback(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host", ["0.0.0.0", "::", "", "192.168.1.5", "10.0.0.1", "example.org", "localhost.example", "127.1", "*"]
)
def test_no_loopback(host: str) -> None:
    assert not is_loopback(host)


def test_an_authority_has_a_name_and_a_port() -> None:
    assert authority("A.example:1") == ("a.example", 1)
    assert authority("[FE80::1]") == ("[fe80::1]", None)
    assert authority("a:b") is None
