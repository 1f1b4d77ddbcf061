"""One PostgreSQL data folder: made, configured, begun, looked at. Who may do so when is `embedded`'s business."""

import contextlib
import os
import shutil
import socket
import sys
import tempfile
from pathlib import Path

from scenedex.errors import EmbeddedServerError
from scenedex.store import binaries
from scenedex.store.account import name_of
from scenedex.store.binaries import Account

ROLES = ("postgres", "scenedex_owner", "scenedex_app", "scenedex_operator")
SOCKET = ".s.PGSQL.5432"
MAX_SOCKET_BYTES = 103  # 107 on Linux, 103 on macOS
MAX_LOG_BYTES = 10_000_000
SYNC = (
    ("--sync-method=syncfs",) if sys.platform == "linux" else ()
)  #: one call instead of a thousand files, one by one
MEMORY_LIMIT = Path("/sys/fs/cgroup/memory.max")
MIN_SHARED_MEMORY_BYTES = 1 << 29  #: /dev/shm of a container may be 64 MB; then files are used


def pid_file(data: Path) -> list[str]:
    """The lines of `postmaster.pid`: pid, data, start time, port, socket folder, address, memory key, status."""
    return (data / "postmaster.pid").read_text(errors="surrogateescape").splitlines()


def alive(data: Path) -> bool:
    """Whether the process in `postmaster.pid` is a server of this folder.

    A dead one that nobody has waited for (a container without an init) still answers to kill(pid, 0), and after a
    restart of the machine its number may be somebody else's.
    """
    try:
        pid = int(pid_file(data)[0])
        os.kill(pid, 0)
    except (OSError, IndexError, ValueError):  # somebody else's process is none of ours
        return False
    process = Path(f"/proc/{pid}")
    if not process.exists():
        return not Path("/proc/self").exists()
    try:
        name, state = (process / "stat").read_text().partition("(")[2].rpartition(")")[::2]
        return name == "postgres" and state.split()[0] not in "ZX" and (process / "cwd").samefile(data)
    except PermissionError:
        return True
    except (OSError, IndexError):
        return False


def answers(data: Path) -> bool:
    """Whether a server is ready to be connected to."""
    try:
        lines = pid_file(data)
        if lines[7].strip() != "ready":
            return False
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
            probe.connect(os.fsencode((data if lines[4] == "." else Path(lines[4])) / SOCKET))
    except (OSError, IndexError):
        return False
    return True


def absent(data: Path) -> bool:
    """Whether there is no data folder yet, or an empty one."""
    return not os.path.lexists(data) or (data.is_dir() and not data.is_symlink() and not any(data.iterdir()))


def version_of(data: Path) -> str:
    """The version of PostgreSQL that made this folder. Raises EmbeddedServerError where it is no data folder."""
    needed = [data / name for name in ("PG_VERSION", "postgresql.conf", "global/pg_control")]
    made_by = needed[0].read_bytes()[:20].strip() if all(path.is_file() for path in needed) else b""
    if not made_by.isdigit():
        raise EmbeddedServerError(
            f"The folder {str(data)!r} is no database that scenedex made, or it is damaged: move it away, then index "
            "again (pictures and files are untouched)."
        )
    return made_by.decode()


def create(home: Path, account: Account) -> None:
    """The data folder: all of it, or nothing."""
    fresh = Path(tempfile.mkdtemp(prefix="pg-new-", dir=home))
    try:
        os.chown(fresh, account.uid, account.gid)
        encoding = ("--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
        logins = ("--username=postgres", "--auth-local=peer", "--auth-host=reject")
        binaries.run(account, home, "initdb", "-D", fresh.name, *logins, *encoding, *SYNC)
        with (fresh / "postgresql.conf").open("a", encoding="utf-8") as conf:
            conf.write("\ninclude_if_exists = 'scenedex.conf'\n")
        (fresh / "pg_hba.conf").write_text("local all all peer map=scenedex\n")
        fresh.rename(home / "pg")
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise


def launch(data: Path, account: Account, lock: int) -> None:
    """Begin the server: nobody else is there, and `lock` (of `pg.server`) is ours and becomes the server's."""
    configure(data, account)
    for left in ("postmaster.pid", SOCKET, f"{SOCKET}.lock"):
        (data / left).unlink(missing_ok=True)
    put(data / "start.log", "", account)
    binaries.detach(account, data, data / "start.log", "-D", str(data), keep=lock)


def configure(data: Path, account: Account) -> None:
    """What is ours to say about the server, written anew before each start."""
    folder = "."
    here = str(data)
    if len(os.fsencode(data / SOCKET)) > MAX_SOCKET_BYTES or "," in here or not here.isprintable():
        common = "/tmp" if Path("/tmp").is_dir() else None  # noqa: S108 (a private folder with a random name in it)
        folder = tempfile.mkdtemp(prefix="scenedex-", dir=common)
        os.chown(folder, account.uid, account.gid)
    try:
        shared = shutil.disk_usage("/dev/shm").total  # noqa: S108 (looked at, not written to)
    except OSError:
        shared = MIN_SHARED_MEMORY_BYTES
    put(
        data / "scenedex.conf",
        f"""# Written by scenedex at each start.
listen_addresses = ''
port = 5432
unix_socket_directories = '"{folder}"'
max_connections = 100
shared_buffers = {buffers(data) >> 20}MB
max_parallel_maintenance_workers = {min(max(2, (os.cpu_count() or 1) - 1), 7)}
scenedex.build_memory = '{build_memory(shared) >> 20}MB'
dynamic_shared_memory_type = {"mmap" if shared < MIN_SHARED_MEMORY_BYTES else "posix"}
max_wal_size = 1GB
jit = off
autovacuum_naptime = 10s
timezone = 'UTC'
log_timezone = 'UTC'
logging_collector = on
log_directory = 'log'
log_filename = 'postgresql-%a.log'
log_rotation_age = 1d
log_rotation_size = 0
log_truncate_on_rotation = on
""",
        account,
    )
    users = sorted({account.name, name_of(0), name_of(os.geteuid())})
    quoted = ['"' + user.replace('"', '""') + '"' for user in users]
    users_map = "".join(f"scenedex {user} {role}\n" for user in quoted for role in ROLES)
    put(data / "pg_ident.conf", users_map, account)
    for log in (data / "log").glob("*.log"):
        if log.stat().st_size > MAX_LOG_BYTES:
            log.unlink()


def build_memory(shared: int) -> int:
    """Bytes that the build of an index may take at most: a quarter of the memory, and half of what is shared,
    out of which a parallel build takes them."""
    machine = memory()
    return max(64 << 20, min(machine // 4, shared // 2 if shared >= MIN_SHARED_MEMORY_BYTES else machine))


def buffers(data: Path) -> int:
    """Bytes of PostgreSQL's own cache: as many as lie on the disk, so that a walk through an index finds its pages
    there; two fifths of the memory at most, beyond which PostgreSQL's manual expects no gain. They are taken
    as they are used."""
    there = sum(path.stat().st_size for path in (data / "base").glob("*/*") if path.is_file())
    return max(128 << 20, min(there, memory() * 2 // 5))


def memory() -> int:
    """Bytes of the machine, or fewer where a control group, as of a container, says so."""
    machine = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    with contextlib.suppress(OSError, ValueError):  # it says "max" where there is no limit
        return min(machine, int(MEMORY_LIMIT.read_text("ascii")))
    return machine


def put(path: Path, text: str, account: Account) -> None:
    """Write a file that is the account's afterwards, whoever writes it, and whoever wrote it before."""
    path.unlink(missing_ok=True)
    path.write_text(text, encoding="utf-8")
    if os.geteuid() == 0:
        os.chown(path, account.uid, account.gid)


def log_tail(data: Path) -> str:
    """The end of what the server has said."""
    logs = [
        data / "start.log",
        *sorted((data / "log").glob("*.log"), key=lambda log: log.stat().st_mtime)[-1:],
    ]
    return "\n".join(log.read_text(errors="replace")[-1200:].strip() for log in logs if log.exists())
