"""A small server for the metrics of a process that serves nothing else."""

from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import start_http_server

from scenedex.errors import UsageError
from scenedex.metrics.meters import Meters


@contextmanager
def served(meters: Meters, host: str, port: int) -> Iterator[None]:
    """Answer `GET /metrics` on this address while the block runs. Raises UsageError where it is taken."""
    try:
        server, thread = start_http_server(port, host, meters.registry)
    except OSError as exc:
        raise UsageError(
            f"The metrics cannot be served on {host}:{port} ({exc.strerror or exc}): choose another "
            "SCENEDEX_METRICS_PORT, or 0 for none."
        ) from exc
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
