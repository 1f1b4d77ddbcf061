"""What the benchmarks of the page share: a server over a library, Chromium, and the tasks of its main thread."""

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from playwright.sync_api import Browser, Page, sync_playwright

TASK_MS = 50
"""No task of the main thread is to take longer by the clock."""
WAIT_S = 60

CATEGORIES = ["devtools.timeline", "disabled-by-default-devtools.timeline", "toplevel", "__metadata"]


class Task(NamedTuple):
    """What the main thread did in one go, in milliseconds."""

    wall: float
    ran: float  #: of that it had a processor
    work: dict[str, float]  #: by what it did, as Chromium calls it


@contextmanager
def served(home: Path) -> Iterator[str]:
    """A server over a library, which is made of the demo film where there is none; where it answers."""
    environment = os.environ | {"SCENEDEX_HOME": str(home), "SCENEDEX_PROFILE": "mini"}
    command = [sys.executable, "-m", "scenedex"]
    if not home.exists():
        subprocess.run([*command, "demo", "--json"], env=environment, check=True, stdout=subprocess.DEVNULL)
    process = subprocess.Popen(
        [*command, "serve", "--port", "0", "--no-worker"],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        yield process.stdout.readline().split()[3].rstrip(":")
    finally:
        process.terminate()
        process.wait(WAIT_S)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's, or the one that CHROMIUM names."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if path is None:
        sys.exit("Chromium is not on this machine: apt-get install chromium, or name it in CHROMIUM.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@contextmanager
def traced(browser: Browser, page: Page) -> Iterator[list[Task]]:
    """Every task of the page's main thread meanwhile; the list is filled in the end."""
    found: list[Task] = []
    browser.start_tracing(page=page, categories=CATEGORIES)
    yield found
    found += tasks(json.loads(browser.stop_tracing()))


def tasks(trace: dict[str, Any]) -> list[Task]:
    """Every task of a renderer's main thread."""
    events = trace["traceEvents"]
    main = {
        (one["pid"], one["tid"])
        for one in events
        if one["name"] == "thread_name" and one["args"]["name"] == "CrRendererMain"
    }
    whole = sorted(
        (one for one in events if one.get("ph") == "X" and (one["pid"], one["tid"]) in main),
        key=lambda one: (one["ts"], -one["dur"]),
    )
    found: list[Task] = []
    ends = 0.0
    for one in whole:
        wall, ran = one["dur"] / 1000, one.get("tdur", one["dur"]) / 1000
        if "RunTask" in one["name"]:
            if one["ts"] >= ends:
                found.append(Task(wall, ran, Counter()))
                ends = one["ts"] + one["dur"]
        elif found and one["ts"] < ends:
            found[-1].work[one["name"]] = found[-1].work.get(one["name"], 0.0) + wall
    return found


def part(values: Sequence[float], share: float) -> float:
    """The value below which this share lies."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def told(what: str, took: Sequence[Task]) -> bool:
    """Print how long tasks were, and what the longest did; gives whether one was too long."""
    if not took:
        print(f"{what}: the trace has no task")
        return True
    longest, late = max(took), sum(one.wall > TASK_MS for one in took)
    print(
        f"{what}: {len(took):,} tasks, {late} above {TASK_MS} ms (aim: none), the longest {longest.wall:.0f} ms; "
        f"of processor time the longest took {max(one.ran for one in took):.0f} ms"
    )
    for one in sorted(took, reverse=True)[:3]:
        work = sorted(one.work.items(), key=lambda each: -each[1])[:6]
        print(f"  {one.wall:.0f} ms: {', '.join(f'{name} {ms:.0f}' for name, ms in work)}")
    return late > 0
