"""Machines for tests: network namespaces on one bridge, and what runs in them."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

SERVER = "10.213.77.1"
NETWORK = "10.213.77.0/24"
PASSWORD = "pa55/of@the team"  # with everything that a URL has to encode
DATABASE_URL = (
    f"postgresql://team:pa55%2Fof%40the%20team@{SERVER}:5432/shared?tcp_user_timeout=5000&keepalives_idle=3"
)
"""With options of libpq's: a machine that is cut off notices it in some seconds, and so does its server."""

S3_PORT = 5000

SERVE = """
import logging, sys
from pathlib import Path
from urllib.request import Request, urlopen
import psycopg
from psycopg.sql import SQL, Literal
from moto.moto_server.threaded_moto_server import ThreadedMotoServer
from scenedex.store.embedded import EmbeddedServer
home, address, network, password, port = sys.argv[1:]
logging.getLogger("werkzeug").setLevel(logging.ERROR)
with EmbeddedServer(Path(home)) as server:
    with psycopg.connect(server.conninfo("postgres", "postgres"), autocommit=True) as admin:
        admin.execute(SQL("alter system set listen_addresses = {}").format(Literal(address)))
        admin.execute("alter system set fsync = off")
        admin.execute(SQL("create role team login createrole password {}").format(Literal(password)))
        admin.execute("grant scenedex_app, scenedex_operator to team")
        admin.execute("create database shared owner team")
    with psycopg.connect(server.conninfo("postgres", "shared"), autocommit=True) as admin:
        admin.execute("create extension vector")
    rules = server.data / "pg_hba.conf"
    rules.write_text(rules.read_text() + f"host all team {network} scram-sha-256\\n")
with EmbeddedServer(Path(home)) as server:
    pictures = ThreadedMotoServer(ip_address=address, port=int(port), verbose=False)
    pictures.start()
    urlopen(Request(f"http://{address}:{port}/pictures", method="PUT")).close()
    print("ready", flush=True)
    sys.stdin.read()
    pictures.stop()
"""


ANSWERS = "import sys, psycopg; psycopg.connect(sys.argv[1], connect_timeout=5).close()"


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True, text=True)


class Host:
    """A machine with an address of its own."""

    def __init__(self, name: str, number: int, server: str, folder: Path) -> None:
        self.name = name
        self.cable = f"v{os.getpid() % 100_000}x{number}"
        self.server = server
        self.folder = folder
        folder.mkdir()
        ip("netns", "add", name)
        ip("link", "add", self.cable, "netns", server, "type", "veth", "peer", "name", "eth0", "netns", name)
        ip("-n", server, "link", "set", self.cable, "master", "bridge", "up")
        ip("-n", name, "addr", "add", f"10.213.77.{number + 10}/24", "dev", "eth0")
        for device in ("lo", "eth0"):
            ip("-n", name, "link", "set", device, "up")

    def cut(self) -> None:
        """Pull the cable."""
        ip("-n", self.server, "link", "set", self.cable, "down")

    def mend(self) -> None:
        """Plug it in again; returns when the database is reached through it, which takes a network a moment."""
        ip("-n", self.server, "link", "set", self.cable, "up")
        ask = ["ip", "netns", "exec", self.name, sys.executable, "-c", ANSWERS, DATABASE_URL]
        for _ in range(20):
            if subprocess.run(ask, capture_output=True).returncode == 0:
                return
        raise AssertionError("the database is not reached")

    def start(self, *command: str, env: Mapping[str, str] | None = None) -> "subprocess.Popen[str]":
        """`scenedex COMMAND` on this machine, with the shared database and the shared pictures."""
        driver = "from scenedex.cli.start import run; run()"
        return subprocess.Popen(
            ["ip", "netns", "exec", self.name, sys.executable, "-c", driver, *command],
            env=os.environ | environment(self.folder) | dict(env or {}),
            cwd=self.folder, text=True, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    def run(self, *command: str, env: Mapping[str, str] | None = None) -> str:
        """The same, to its end; what it printed."""
        process = self.start(*command, env=env)
        out, err = process.communicate(timeout=240)
        assert process.returncode == 0, (command, out, err)
        return out


def environment(home: Path) -> dict[str, str]:
    return {
        "SCENEDEX_HOME": str(home / "home"),
        "SCENEDEX_PROFILE": "mini",
        "DATABASE_URL": DATABASE_URL,
        "SCENEDEX_OBJECTS": "s3://pictures/shared",
        "AWS_ENDPOINT_URL": f"http://{SERVER}:{S3_PORT}",
        "AWS_ACCESS_KEY_ID": "AKIDOFTHETESTS",
        "AWS_SECRET_ACCESS_KEY": "s3cr3t-of-the-tests",
        "AWS_REGION": "us-east-1",
    }


@contextmanager
def hosts(folder: Path, count: int) -> Iterator[list[Host]]:
    """So many machines, and one more whose PostgreSQL and object store they reach. Skips where that cannot be."""
    if os.geteuid() != 0 or shutil.which("ip") is None:
        pytest.skip("network namespaces need root and iproute2")
    server = f"sdx{os.getpid()}s"
    with ExitStack() as undo:
        try:
            ip("netns", "add", server)
        except subprocess.CalledProcessError as error:
            pytest.skip(f"network namespaces cannot be made here: {error.stderr.strip()}")
        undo.callback(ip, "netns", "del", server)
        ip("-n", server, "link", "add", "bridge", "type", "bridge")
        ip("-n", server, "addr", "add", f"{SERVER}/24", "dev", "bridge")
        for device in ("lo", "bridge"):
            ip("-n", server, "link", "set", device, "up")
        arguments = [str(folder / "server"), SERVER, NETWORK, PASSWORD, str(S3_PORT)]
        process = undo.enter_context(
            subprocess.Popen(
                ["ip", "netns", "exec", server, sys.executable, "-c", SERVE, *arguments],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            )
        )  # fmt: skip
        assert process.stdin is not None
        assert process.stdout is not None
        undo.callback(process.stdin.close)
        assert process.stdout.readline() == "ready\n"
        made = []
        for number in range(count):
            made.append(Host(f"sdx{os.getpid()}h{number}", number, server, folder / f"host{number}"))
            undo.callback(ip, "netns", "del", made[-1].name)
        yield made
