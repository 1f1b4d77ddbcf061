"""Which addresses a server may be made to talk to by those who use it: those of the public internet alone."""

import socket
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Resolve = Callable[[str, int], list[Address]]

_UNICAST = IPv6Network("2000::/3")  # all that is given out so far (IANA, IPv6 Global Unicast Address Space)
_NOT_PUBLIC = tuple(
    ip_network(text)
    for text in (
        "192.0.0.0/24",  # protocol assignments; what of it is_global says, differs between versions of Python
        "192.88.99.0/24",  # 6to4 relays
        "192.31.196.0/24",  # AS112
        "192.175.48.0/24",
        "2001::/23",  # protocol assignments: Teredo, ORCHID, benchmarks
        "2001:db8::/32",
        "2002::/16",  # 6to4: an IPv4 address in disguise
        "2620:4f:8000::/48",  # AS112
        "3fff::/20",
    )
)


def is_public(address: Address) -> bool:
    """Whether this is a host of the public internet, and says so itself.

    False for loopback, private, link-local, shared (CGNAT), multicast, reserved and documentation addresses (IANA's
    special-purpose registries), and for IPv6 addresses that stand for an IPv4 one: mapped, 6to4, NAT64, Teredo.
    """
    if isinstance(address, IPv6Address) and (address not in _UNICAST or address.scope_id is not None):
        return False
    if not address.is_global or address.is_multicast or address.is_reserved or address.is_private:
        return False
    return not any(address in network for network in _NOT_PUBLIC if network.version == address.version)


def resolve(host: str, port: int) -> list[Address]:
    """All addresses of a host, as this machine resolves it. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(ip_address(str(entry[4][0])) for entry in found))
