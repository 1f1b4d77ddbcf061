"""Which account runs the embedded server. PostgreSQL refuses to run as root, so root runs it as someone else."""

import os
import pwd
import subprocess
import time
from dataclasses import replace
from pathlib import Path

from scenedex.errors import EmbeddedServerError
from scenedex.store import binaries
from scenedex.store.binaries import Account

SERVICE_NAME = "scenedex"
"""System account that runs the server where root owns the library; made where it is missing."""

CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH = 1, 2  # <linux/capability.h>


def account_for(home: Path) -> Account:
    """The account that owns the library; for a library of root's, the service account.

    Raises EmbeddedServerError where this process may not use the library.
    """
    me, owner = os.geteuid(), owner_of(home)
    if me != 0:
        if owner != me:
            raise EmbeddedServerError(
                f"The library {str(home)!r} belongs to {name_of(owner)}, not to {name_of(me)}: set SCENEDEX_HOME to a "
                "folder of your own, or run scenedex as its owner."
            )
        return named(me)
    return named(owner) if owner != 0 else service_account()


def owner_of(home: Path) -> int:
    """The uid that owns the library: its data folder, or the folder itself while there is none."""
    me = os.geteuid()
    try:
        return (home / "pg").stat().st_uid
    except FileNotFoundError:
        if me != 0 and os.access(home, os.R_OK | os.W_OK | os.X_OK):
            return me
    except PermissionError:
        pass
    return home.stat().st_uid


def name_of(uid: int) -> str:
    """The name of an account, or its number where it has none."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"uid {uid}"


def named(uid: int) -> Account:
    """The account with this uid. PostgreSQL refuses one without a name, so this does too."""
    try:
        entry = pwd.getpwuid(uid)
    except KeyError as error:
        raise EmbeddedServerError(
            f"The user id {uid} has no name on this machine, and PostgreSQL demands one: add it to /etc/passwd "
            f"(`useradd --uid {uid} {SERVICE_NAME}`), or set DATABASE_URL to a PostgreSQL of your own."
        ) from error
    return Account(uid=uid, gid=entry.pw_gid, name=entry.pw_name)


def service_account() -> Account:
    """The system account for libraries of root's, made on first use."""
    for wait_s in (0.1, 0.2, 0.4, 0.8, 0.0):  # another process may hold the lock on the list of accounts
        try:
            return named(pwd.getpwnam(SERVICE_NAME).pw_uid)
        except KeyError:
            said = make_service_account()
            time.sleep(wait_s if said else 0)
    raise EmbeddedServerError(
        f"PostgreSQL does not run as root, and the system account {SERVICE_NAME!r} cannot be made ({said}): run "
        f"`useradd --system {SERVICE_NAME}`, or run scenedex as a user, or set DATABASE_URL to another PostgreSQL."
    )


def make_service_account() -> str:
    """Empty when done, otherwise what went wrong."""
    command = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SERVICE_NAME]
    path = f"{os.defpath}:/usr/sbin:/sbin"
    try:
        done = subprocess.run(
            command,
            env={"PATH": path, "LC_ALL": "C"},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    return "" if done.returncode in {0, 9} else done.stderr.strip()  # 9: it is there by now


def able(account: Account, home: Path) -> Account:
    """The account with what it needs to enter `home` and to run PostgreSQL from where it is installed.

    Folders above may be closed to it (root's home, a temporary folder of mode 0700). None of them is opened: the
    server is given the capability to pass through them instead.
    """
    if account.uid == os.geteuid():
        return account
    binaries.programs()  # a wheel that is not there is a sentence of its own
    for capability in (-1, CAP_DAC_READ_SEARCH, CAP_DAC_OVERRIDE):
        tried = replace(account, capability=capability)
        try:
            binaries.run(tried, home, "pg_config", "--bindir")  # looks for itself as initdb and postgres do
        except EmbeddedServerError:
            continue
        return tried
    raise EmbeddedServerError(
        f"PostgreSQL does not run as root, and the account {account.name} cannot enter {str(home)!r} or run the "
        "programs in this Python environment: set SCENEDEX_HOME to a folder that it can enter, such as "
        "/var/lib/scenedex, or run scenedex as a user."
    )
