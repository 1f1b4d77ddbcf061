"""Which addresses are public: against IANA's special-purpose registries, and in every way an address is written."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenedex.network.addresses import is_public, resolve

INNER = [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.88.99.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/4",
    "240.0.0.0/4",
    "255.255.255.255/32",
    "::/96",  # unspecified, loopback, IPv4-compatible
    "::ffff:0:0/96",  # IPv4-mapped
    "64:ff9b::/96",  # NAT64
    "64:ff9b:1::/48",
    "100::/64",
    "2001::/32",  # Teredo
    "2001:2::/48",
    "2001:20::/28",
    "2001:db8::/32",
    "2002::/16",  # 6to4
    "3fff::/20",
    "5f00::/16",
    "fc00::/7",
    "fe80::/10",
    "fec0::/10",
    "ff00::/8",
]


@given(st.data())
def test_no_address_of_an_inner_network_is_public(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from(INNER))
    network: IPv4Network | IPv6Network = IPv6Network(text) if ":" in text else IPv4Network(text)
    assert not is_public(network[data.draw(st.integers(0, network.num_addresses - 1))])


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_in_disguise_is_never_public(address: IPv4Address) -> None:
    number = int(address)
    for disguised in (
        IPv6Address(number),
        IPv6Address(0xFFFF << 32 | number),
        IPv6Address(0x2002 << 112 | number << 80),
        IPv6Address(0x0064FF9B << 96 | number),
        IPv6Address(0x20010000 << 96 | (number ^ 0xFFFFFFFF)),
    ):
        assert not is_public(disguised)


@pytest.mark.parametrize(
    "text", ["1.1.1.1", "8.8.8.8", "93.184.216.34", "2606:4700:4700::1111", "2a00:1450:4001::8a"]
)
def test_hosts_of_the_internet_are_public(text: str) -> None:
    assert is_public(ip_address(text))


def test_a_scope_makes_an_address_local() -> None:
    assert not is_public(IPv6Address("2606:4700::1%eth0"))


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "0x7f000001",
        "0x7f.1",
        "017700000001",
        "2130706433",
        "127.1",
        "0",
        "::1",
        "::ffff:127.0.0.1",
        "localhost",
    ],
)
def test_loopback_is_found_out_however_it_is_written(host: str) -> None:
    found = resolve(host, 80)
    assert found
    assert not any(map(is_public, found))
