"""The statements of docs/sql.md run, and give what the page says."""

import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

import pytest
from tests.integration.store.records import caption, record
from tests.integration.store.seen import FIRST, Seen, fill, session, statements

from scenedex.store.database import Database
from scenedex.store.embedded import EmbeddedServer
from scenedex.store.videos import write_video
from scenedex.types import LOCAL_OWNER

PAGE = (Path(__file__).parents[3] / "docs" / "sql.md").read_text(encoding="utf-8")
SETTINGS, CHOICE, COVERAGE, LIKE, SAID = re.findall(r"```sql\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture
def seen(database: Database) -> Seen:
    return fill(database)


def test_the_settings_make_a_session_of_an_owner(
    server: EmbeddedServer, database_name: str, seen: Seen
) -> None:
    with session(server, database_name, "scenedex_owner") as connection:
        for statement in statements(SETTINGS):
            connection.execute(statement)  # type: ignore[call-overload]
        assert connection.execute(
            "select count(*) as n, current_user::text as role from video_scenes"
        ).fetchone() == {
            "n": 8,
            "role": "scenedex_app",
        }
        for statement in statements(CHOICE) * 2:
            connection.execute(statement)  # type: ignore[call-overload]
        assert connection.execute("select value from owner_settings").fetchall() == [
            {"value": seen.space.name}
        ]


def test_coverage_by_video(
    server: EmbeddedServer, database_name: str, database: Database, seen: Seen
) -> None:
    other = fill(database, uuid4())
    with session(server, database_name, "scenedex_operator") as connection:
        rows = connection.execute(COVERAGE).fetchall()  # type: ignore[call-overload]
    numbers = ["scenes", "embedded", "failed"]
    assert [[row[name] for name in numbers] for row in rows] == [[5, 2, 2]] * 2 + [[3, 2, 1]] * 2
    assert {(row["owner_id"], row["video_id"]) for row in rows} == {
        (each.owner, video) for each in (seen, other) for video in (each.first, each.second)
    }


def test_scenes_like_a_scene(server: EmbeddedServer, database_name: str, seen: Seen) -> None:
    (query,) = statements(LIKE, scene=seen.scene("first", 0))
    with session(server, database_name, "scenedex_app", LOCAL_OWNER) as connection:
        rows = connection.execute(query).fetchall()  # type: ignore[call-overload]
    assert rows == [
        {"video_id": seen.first, "index": 1, "similarity": Decimal("0.90")},
        {"video_id": seen.second, "index": 1, "similarity": Decimal("0.80")},
    ]


def test_scenes_in_which_something_is_said(
    server: EmbeddedServer, database_name: str, database: Database, seen: Seen
) -> None:
    said = (
        caption(8.0, 12.0, "Goodbye then."),
        caption(21.0, 22.0, "Goodbye!", 1),
        caption(31.0, 32.0, "Hello", 2),
    )
    with database.transaction(LOCAL_OWNER) as tx:
        write_video(tx, replace(record("aa", ["x"] * 5, embeddings={seen.space.id: FIRST}), captions=said))
    (query,) = statements(SAID, scene=seen.scene("second", 1))
    with session(server, database_name, "scenedex_app", LOCAL_OWNER) as connection:
        rows = connection.execute(query).fetchall()  # type: ignore[call-overload]
    # of the three scenes that say it, the last has no embedding
    assert rows == [
        {"index": 1, "similarity": Decimal("0.98")},
        {"index": 0, "similarity": Decimal("0.80")},
    ]
