"""Running a piece of Python as another account, and in a process that can be killed."""

import os
import pwd
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from scenedex.store.account import CAP_DAC_READ_SEARCH
from scenedex.store.binaries import LAUNCHER

HOLD = """
import sys
from pathlib import Path
from scenedex.store.embedded import EmbeddedServer
server = EmbeddedServer(Path(sys.argv[1])).start()
print("up", flush=True)
sys.stdin.readline()
server.close()
print("left", flush=True)
"""

CONNECT = """
import sys
from pathlib import Path
import psycopg
from scenedex.errors import ScenedexError
from scenedex.store.embedded import EmbeddedServer
try:
    with EmbeddedServer(Path(sys.argv[1])) as server:
        for user in ("scenedex_app", "scenedex_operator", "scenedex_owner", "postgres"):
            with psycopg.connect(server.conninfo(user)) as connection:
                print(connection.execute("select current_user").fetchone()[0])
except ScenedexError as error:
    print(f"{type(error).__name__}: {error}")
"""
EVERYBODY = ["scenedex_app", "scenedex_operator", "scenedex_owner", "postgres"]


@cache
def as_account(uid: int) -> list[str]:
    """The words before a command that make it run as this account. Root only; otherwise the test is skipped.

    Where the account cannot enter the folders of this Python (a checkout in a folder of mode 0700), it may read
    everything; it still owns nothing, and writes nothing, that is not its own.
    """
    if os.geteuid() != 0:
        pytest.skip("only root can become another account")
    gid = pwd.getpwuid(uid).pw_gid if uid in {entry.pw_uid for entry in pwd.getpwall()} else uid
    for capability in (-1, CAP_DAC_READ_SEARCH):
        words = [sys.executable, "-I", "-S", str(LAUNCHER), str(uid), str(gid), str(capability), "/", "0"]
        if (
            subprocess.run([*words, sys.executable, "-c", "import scenedex"], capture_output=True).returncode
            == 0
        ):
            return words
    pytest.skip("the other account cannot run this Python")


def run(script: str, *arguments: str | Path, words: list[str] | None = None, **environment: str) -> str:
    """What a script prints; it must end well."""
    command = [*(words or []), sys.executable, "-c", script, *map(str, arguments)]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=120,
        env=os.environ | environment,
        errors="surrogateescape",
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


def hold(home: Path) -> "subprocess.Popen[str]":
    """A process that has the library open, until it reads a line or is killed; in a process group of its own."""
    child = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(home)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "up\n"
    return child


def let_go(child: "subprocess.Popen[str]") -> None:
    """It leaves the library, and ends."""
    said, _ = child.communicate("\n", timeout=60)
    assert (said, child.returncode) == ("left\n", 0)
