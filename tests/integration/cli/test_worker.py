"""`scenedex worker` as operators see it: its metrics, its log, and how it ends."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
from prometheus_client.parser import text_string_to_metric_families
from tests.media import make_clip

from scenedex.config import Settings
from scenedex.jobs.queue import Queue
from scenedex.library import open_library

PATIENCE_S = 120.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def samples(port: int) -> dict[tuple[str, str], float]:
    """Name and values of the labels, in the order of their names, of what this worker counts."""
    text = httpx.get(f"http://127.0.0.1:{port}/metrics", timeout=PATIENCE_S).text
    return {
        (sample.name, " ".join(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_a_worker_counts_and_logs_what_it_does(database_url: str, home: Path, tmp_path: Path) -> None:
    settings = Settings(database_url=database_url, scenedex_home=home, scenedex_profile="mini")
    clip, broken, port = make_clip(tmp_path / "a.mp4"), tmp_path / "b.mp4", free_port()
    broken.write_text("no video\nat all")
    environment = {
        "DATABASE_URL": database_url,
        "SCENEDEX_HOME": str(home),
        "SCENEDEX_PROFILE": "mini",
        "SCENEDEX_LOG_FORMAT": "json",
        "SCENEDEX_METRICS_PORT": str(port),
    }
    log = tmp_path / "log"
    with open_library(settings=settings) as library, log.open("w") as err:
        queue = Queue(library)
        good, bad = (queue.defer("video_ingestion", path=str(path)).id for path in (clip, broken))
        worker = subprocess.Popen(
            [sys.executable, "-m", "scenedex", "worker"], env=os.environ | environment, stderr=err
        )
        try:
            until = time.monotonic() + PATIENCE_S
            while time.monotonic() < until and worker.poll() is None:
                if {queue.get(job).state for job in (good, bad)} <= {"done", "failed"}:
                    break
                time.sleep(0.2)
            assert (queue.get(good).state, queue.get(bad).state) == ("done", "failed"), log.read_text()
            counted = samples(port)
        finally:
            worker.send_signal(signal.SIGTERM)
            status = worker.wait(PATIENCE_S)
    assert status == 0, log.read_text()
    assert counted["scenedex_jobs_ended_total", "done video_ingestion"] == 1
    assert counted["scenedex_jobs_ended_total", "failed video_ingestion"] == 1
    assert counted["scenedex_job_seconds_count", "video_ingestion"] == 2
    assert counted["scenedex_encoder_runs_total", "done visual picture"] > 0
    assert counted["scenedex_workers", ""] == 1
    lines = [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]
    assert {line["job_id"] for line in lines if "job_id" in line} <= {str(good), str(bad)}
    assert {"time", "level", "logger", "message"} <= set(lines[0])
