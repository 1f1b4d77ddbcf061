"""Where a server listens, as far as that decides who may come in."""

from dataclasses import dataclass

from scenedex.errors import UsageError
from scenedex.http.origins import is_loopback
from scenedex.library import Library


@dataclass(frozen=True, slots=True)
class Doors:
    """Where a server listens, as far as that decides who may come in."""

    host: str = "127.0.0.1"
    demand_keys: bool = False  #: on loopback too, where a proxy on this machine lets others in

    @property
    def open(self) -> bool:
        """Whether whoever is on this machine is let in without a key."""
        return is_loopback(self.host) and not self.demand_keys


def check_bind(host: str, library: Library) -> None:
    """Raises UsageError where a server on this host would let nobody in, or everybody: keys come first."""
    doors = Doors(host, library.settings.scenedex_demand_keys)
    if not doors.open and not library.has_keys():
        raise UsageError(
            f"A server on {host or 'all addresses'} lets in by key only, and there is none: `scenedex keys create` "
            "makes one. On 127.0.0.1 none is needed."
        )
