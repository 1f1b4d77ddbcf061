"""Several machines with one library: a database and an object store that they share over a network, nothing else."""

import json
import re
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from tests.hosts import PASSWORD, Host, hosts
from tests.media import make_clip

from scenedex.store.embedded import EmbeddedServer

BLIND = {"CLIP_ENABLED": "false"}
"""Indexes without embedding what is seen: work for a backfill."""

WORDS = ("harbour", "market", "lighthouse", "orchard", "station")


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[tuple[Host, Host]]:
    with hosts(tmp_path, 2) as (one, two):
        yield one, two


def film(host: Host, number: int) -> Path:
    """A film that lies on this machine alone."""
    path = make_clip(host.folder / f"film{number}.mp4", *[1.0 + number / 10] * 4)
    path.with_suffix(".srt").write_text(f"1\n00:00:00,200 --> 00:00:01,000\nthe {WORDS[number]}\n")
    return path


def finish(process: "subprocess.Popen[str]", status: int = 0) -> tuple[str, str]:
    out, err = process.communicate(timeout=240)
    assert process.returncode == status, (out, err)
    assert "Traceback" not in err
    assert PASSWORD not in err + out
    return out, err


def names(host: Host) -> list[str]:
    return sorted(video["name"] for video in json.loads(host.run("videos", "list", "--json"))["videos"])


def found(host: Host, word: str) -> list[str]:
    return [hit["video"] for hit in json.loads(host.run("search", word, "--json"))["hits"][:1]]


def updated(out: str) -> int:
    return int(json.loads(out)["updated"])


def test_machines_share_a_library_and_one_that_is_cut_off_harms_no_other(pair: tuple[Host, Host]) -> None:
    one, two = pair
    # at once, in a database that is still empty: one of them sets it up
    working = [host.start("index", str(film(host, number)), env=BLIND) for number, host in enumerate(pair)]
    for process in working:
        finish(process)
    assert names(one) == ["film0.mp4", "film1.mp4"]
    assert [found(one, WORDS[1]), found(two, WORDS[0])] == [["film1.mp4"], ["film0.mp4"]]

    # one picture after the other, so that both have a part in it
    options = ("backfill", "--json", "--batch-size", "1", "--processing-delay", "0.2")
    both = [host.start(*options) for host in pair]
    done = [updated(finish(process)[0]) for process in both]
    assert sum(done) == 8

    two.cut()
    lost = two.start("index", str(film(two, 2)), "--json")
    one.run("index", str(film(one, 3)), "--json")
    _, said = finish(lost, 1)
    assert re.search(r"The database 'shared' at 10\.213\.77\.1:5432 cannot be reached", said)

    two.mend()
    two.run("index", str(two.folder / "film2.mp4"), "--json")
    assert names(two) == ["film0.mp4", "film1.mp4", "film2.mp4", "film3.mp4"]
    assert found(one, WORDS[2]) == ["film2.mp4"]


def test_a_machine_that_is_cut_off_in_the_middle_of_its_work_leaves_nothing_half_done(
    pair: tuple[Host, Host],
) -> None:
    one, two = pair
    one.run("index", str(film(one, 0)), env=BLIND)
    lost = two.start("backfill", "--batch-size", "1", "--processing-delay", "2", "--json")
    wait_for(lambda: bool(list(two.folder.glob(".backfill*"))))
    two.cut()
    one.run("backfill", "--batch-size", "1", "--processing-delay", "0", "--json")
    _, said = finish(lost, 1)
    assert "cannot be reached" in said or "went away" in said
    two.mend()
    # what the lost one held is free once the server has noticed, too
    wait_for(lambda: lacking(two) == 0)
    stats = json.loads(two.run("stats", "--json"))
    assert (stats["videos"], stats["scenes"]) == (1, 4)
    (space,) = [name for name in stats["embeddings"] if name.startswith("mini")]
    assert stats["embeddings"][space]["embeddings"] == stats["keyframes"]


@pytest.mark.timeout(600)
def test_jobs_of_a_worker_that_is_cut_off_are_done_by_another_and_it_works_on_when_it_is_back(
    pair: tuple[Host, Host], tmp_path: Path
) -> None:
    one, two = pair
    lost = two.start("worker", "--stages", "video_ingestion", "--grace", "0")
    for number in range(4):
        one.run("jobs", "add", "video_ingestion", str(film(one, number)))
    wait_for(lambda: states(one)["waiting"] < 4)
    two.cut()
    other = one.start("worker", "--stages", "video_ingestion", "--grace", "0")
    wait_for(lambda: jobs(tmp_path)["succeeded"] == 4)
    assert states(one) == {"done": 4}
    stop(other)
    assert names(one) == [f"film{number}.mp4" for number in range(4)]
    two.mend()
    one.run("jobs", "add", "video_ingestion", str(film(one, 4)))
    wait_for(lambda: jobs(tmp_path)["succeeded"] == 5)
    stop(lost)
    assert states(one) == {"done": 5}


def stop(worker: "subprocess.Popen[str]") -> None:
    worker.send_signal(signal.SIGTERM)
    _, said = worker.communicate(timeout=120)
    assert "Traceback" not in said
    assert PASSWORD not in said


def states(host: Host) -> Counter[str]:
    """How many jobs are in each state."""
    return Counter(job["state"] for job in json.loads(host.run("jobs", "list", "--json"))["jobs"])


def jobs(folder: Path) -> Counter[str]:
    """The same as the queue keeps it, asked beside the network: no process begins for each look."""
    with psycopg.connect(EmbeddedServer(folder / "server").conninfo("postgres", "shared")) as connection:
        rows = connection.execute("select status::text, count(*) from procrastinate_jobs group by status")
        return Counter(dict(rows.fetchall()))


def lacking(host: Host) -> int:
    """Backfill, and how many scenes are still without embeddings then."""
    out = host.run("backfill", "--processing-delay", "0", "--json")
    return int(json.loads(out)["after"]["to_do"])


def wait_for(what: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 200
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.1)
