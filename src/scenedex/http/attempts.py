"""How often an address may come with a wrong key: a bucket that empties with each one, and fills again with time."""

import ipaddress
import math
from collections import OrderedDict

ATTEMPTS = 20
PER_S = 60.0
MOST_ADDRESSES = 10_000


class Attempts:
    """Counts failures by client. Remembers `most` clients; who has failed least lately is forgotten first."""

    def __init__(self, attempts: int = ATTEMPTS, per_s: float = PER_S, most: int = MOST_ADDRESSES) -> None:
        self._attempts, self._rate, self._most = attempts, attempts / per_s, most
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()  # attempts left, at this time

    def wait_s(self, client: str, now: float) -> int:
        """Whole seconds until this client may try again; 0 where it may now."""
        left = self._now(client, now)
        return 0 if left >= 1 else math.ceil((1 - left) / self._rate)

    def failed(self, client: str, now: float) -> None:
        """Take one attempt away."""
        left = self._now(client, now)
        self._left[client] = (max(left - 1, 0.0), now)
        self._left.move_to_end(client)
        while len(self._left) > self._most:
            self._left.popitem(last=False)

    def __len__(self) -> int:
        return len(self._left)

    def _now(self, client: str, now: float) -> float:
        left, since = self._left.get(client, (float(self._attempts), now))
        return min(left + (now - since) * self._rate, float(self._attempts))


def client_of(address: tuple[str, int] | None) -> str:
    """The client that is counted: its address, or for IPv6 its network of 64 bits, all of which one client has."""
    if address is None:
        return ""
    try:
        found = ipaddress.ip_address(address[0])
    except ValueError:
        return address[0]
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is None:
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(getattr(found, "ipv4_mapped", None) or found)
