"""The queries that operators of earlier systems have, as they stand, with the numbers that they must give."""

import os
import subprocess
from datetime import timedelta
from uuid import uuid4

import pytest
from tests.integration.store.records import record
from tests.integration.store.seen import BROKEN, NOW, TIMEOUT, Seen, fill, session, statements
from tests.media import shared_reference

from scenedex.store import binaries
from scenedex.store.database import Database
from scenedex.store.embedded import EmbeddedServer
from scenedex.store.videos import list_videos, write_video
from scenedex.types import LOCAL_OWNER

ROLES = pytest.mark.parametrize("role", ["scenedex_app", "scenedex_operator"])


def placeholders(seen: Seen) -> dict[str, object]:
    return {"scene": seen.scene("first", 0), "owner": seen.owner, "video": seen.first}


@pytest.fixture
def seen(database: Database, request: pytest.FixtureRequest) -> Seen:
    """An owner sees their own rows beside another's; the operator would count both."""
    if request.node.callspec.params["role"] == "scenedex_app":
        fill(database, uuid4())
    return fill(database)


@ROLES
def test_every_query_gives_the_right_numbers(
    server: EmbeddedServer, database_name: str, seen: Seen, role: str
) -> None:
    script = statements(shared_reference("monitoring.sql").read_text(encoding="utf-8"), **placeholders(seen))
    owner = seen.owner if role == "scenedex_app" else None
    with session(server, database_name, role, owner) as connection:
        answers = [connection.execute(query).fetchall() for query in script]  # type: ignore[call-overload]

    hour = {
        n: (NOW - timedelta(hours=n)).replace(minute=0, second=0, microsecond=0, tzinfo=None) for n in (1, 3)
    }
    *numbers, like, function = [
        [{key: float(v) if hasattr(v, "as_tuple") else v for key, v in row.items()} for row in rows]
        for rows in answers
    ]
    assert numbers == [
        [{"with_clip": 4, "without_clip": 4, "coverage_pct": 50.0}],
        [{"total_scenes": 8, "with_clip": 4, "coverage_pct": 50.0}],
        [{"with_clip": 4, "missing_clip": 3, "no_thumbnail": 1, "coverage_pct": 57.14}],
        [{"count": 2}],
        [{"avg_inference_ms": 25.0, "min_inference_ms": 10.0, "max_inference_ms": 40.0}],
        [{"error_type": TIMEOUT, "count": 2}, {"error_type": BROKEN, "count": 1}],
        [{"errors": 3, "total": 7, "error_pct": 42.86}],
        [{"timeouts": 2, "total": 7, "timeout_pct": 28.57}],
        [{"count": 4, "hour": hour[1]}, {"count": 2, "hour": hour[3]}],
    ]
    assert [(row["id"], round(row["similarity"], 2)) for row in like] == [
        (seen.scene("first", 0), 1.0),
        (seen.scene("first", 1), 0.9),
        (seen.scene("second", 1), 0.8),
    ]
    assert function == [{"routine_name": "batch_score_scenes_clip", "routine_type": "FUNCTION"}]


@ROLES
def test_psql_runs_the_file_as_it_stands(
    server: EmbeddedServer, database_name: str, seen: Seen, role: str
) -> None:
    variables = [f"--set={name}={value}" for name, value in placeholders(seen).items()]
    login = server.conninfo(role, database_name)
    if role == "scenedex_app":
        login += f" options='-c scenedex.owner_id={seen.owner}'"
    command = [
        str(binaries.programs() / "psql"), "--no-psqlrc", "--set=ON_ERROR_STOP=1", *variables,
        f"--file={shared_reference('monitoring.sql')}", "--tuples-only", "--no-align", login,
    ]  # fmt: skip
    done = subprocess.run(
        command, capture_output=True, text=True, env=binaries.environment() | {"HOME": os.devnull}
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[:4] == ["4|4|50.00", "8|4|50.00", "4|3|1|57.14", "2"]


def test_times_are_compared_in_utc_wherever_the_database_is(
    server: EmbeddedServer, database_name: str, database: Database
) -> None:
    with session(server, database_name, "postgres") as connection:
        connection.execute(f"alter database {database_name} set timezone = 'Asia/Seoul'")  # type: ignore[call-overload]
    for role in ("scenedex_app", "scenedex_operator"):
        with session(server, database_name, role) as connection:
            assert connection.execute("show timezone").fetchone() == {"TimeZone": "UTC"}
    with Database.at(server, database_name) as opened, opened.transaction(LOCAL_OWNER) as tx:
        write_video(tx, record())
        (video,) = list_videos(tx)
    assert video.added_at.endswith("+00:00")
