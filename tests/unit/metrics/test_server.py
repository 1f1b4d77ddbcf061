"""The metrics of a process that serves nothing else."""

import socket

import httpx
import pytest

from scenedex.errors import UsageError
from scenedex.metrics.meters import Meters
from scenedex.metrics.server import served


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_it_answers_while_the_block_runs() -> None:
    meters, port = Meters(), free_port()
    meters.job("transcription", "done", 1.0)
    with served(meters, "127.0.0.1", port):
        answer = httpx.get(f"http://127.0.0.1:{port}/metrics", timeout=60)
        with pytest.raises(UsageError, match="SCENEDEX_METRICS_PORT"), served(meters, "127.0.0.1", port):
            pass
    assert 'scenedex_jobs_ended_total{ending="done",stage="transcription"} 1.0' in answer.text
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"http://127.0.0.1:{port}/metrics", timeout=60)
