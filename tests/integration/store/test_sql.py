"""What people with SQL have: the view, the functions, and which of the spaces they speak of."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib.resources import files
from typing import Any
from uuid import UUID, uuid4

import numpy as np
import psycopg
import pytest
from psycopg import Connection
from tests.integration.store.records import TEXT, embeddings, record, unit
from tests.integration.store.seen import VISUAL, at, fill, look, session
from tests.integration.store.test_migrations import run

from scenedex.store.database import Database
from scenedex.store.embedded import EmbeddedServer
from scenedex.store.preferences import prefer
from scenedex.store.spaces import ensure_space
from scenedex.store.videos import write_video
from scenedex.store.writing import scene_id
from scenedex.types import LOCAL_OWNER, Vector

Session = Callable[..., Connection[dict[str, Any]]]
VIEW = """select id, index, thumbnail_url, embedding_visual_clip::text as vector, visual_clip_metadata as said
from video_scenes"""


@pytest.fixture
def login(server: EmbeddedServer, database: Database, database_name: str) -> Iterator[Session]:
    """Open connections as people do: `login(role, owner)`."""
    opened: list[Connection[dict[str, Any]]] = []

    def connect(role: str = "scenedex_app", owner: UUID | None = None) -> Connection[dict[str, Any]]:
        opened.append(session(server, database_name, role, owner))
        return opened[-1]

    yield connect
    for connection in opened:
        connection.close()


def text(vector: Vector) -> str:
    return "[" + ",".join(map(str, vector.tolist())) + "]"


def search(
    connection: Connection[dict[str, Any]], vector: Vector | None, **options: Any
) -> list[dict[str, Any]]:
    """Call the function with these arguments by name."""
    given = "".join(f", {name} := %({name})s" for name in options)
    query = (
        f"select * from search_scenes_by_visual_clip_embedding(query_embedding := %(query)s::vector{given})"
    )
    values = {"query": None if vector is None else text(vector), **options}
    return connection.execute(query, values).fetchall()  # type: ignore[call-overload]


def score(
    connection: Connection[dict[str, Any]], scenes: list[UUID], vector: Vector | None
) -> dict[UUID, float]:
    rows = connection.execute(
        "select * from batch_score_scenes_clip(%s::uuid[], %s::vector)",
        [scenes, None if vector is None else text(vector)],
    ).fetchall()
    assert [row["similarity"] for row in rows] == sorted((row["similarity"] for row in rows), reverse=True)
    assert len({row["id"] for row in rows}) == len(rows)
    return {row["id"]: row["similarity"] for row in rows}


def test_the_view_shows_the_best_keyframe_or_the_reason_why_there_is_none(
    database: Database, login: Session
) -> None:
    seen = fill(database)
    rows = (
        login(owner=LOCAL_OWNER)
        .execute(VIEW + " where video_id = %s order by index", [seen.first])
        .fetchall()
    )
    assert [row["id"] for row in rows] == [seen.scene("first", index) for index in range(5)]
    assert [row["vector"] and float(row["vector"][1:].split(",")[0]) for row in rows] == [
        pytest.approx(1.0),
        pytest.approx(0.9, abs=1e-3),
        None, None, None,
    ]  # fmt: skip
    assert [row["said"] and row["said"]["inference_time_ms"] for row in rows] == [10, 20, 2000, 1, None]
    assert [bool(row["said"] and row["said"]["error"]) for row in rows] == [False, False, True, True, False]
    assert [row["thumbnail_url"] for row in rows] == [
        *(f"/api/v1/scenes/{row['id']}/thumbnail" for row in rows[:4]),
        None,
    ]


def test_the_view_has_the_columns_that_were_promised(login: Session) -> None:
    rows = (
        login()
        .execute(
            """select attname as name, format_type(atttypid, atttypmod) as type from pg_attribute
        where attrelid = 'video_scenes'::regclass order by attnum"""
        )
        .fetchall()
    )
    assert [(row["name"], row["type"]) for row in rows] == [
        ("id", "uuid"),
        ("video_id", "uuid"),
        ("owner_id", "uuid"),
        ("index", "integer"),
        ("start_s", "double precision"),
        ("end_s", "double precision"),
        ("thumbnail_url", "text"),
        ("embedding_visual_clip", "vector"),
        ("visual_clip_metadata", "jsonb"),
    ]


def test_search_finds_the_scenes_by_any_of_their_keyframes(database: Database, login: Session) -> None:
    seen = fill(database)
    connection = login(owner=LOCAL_OWNER)
    found = search(connection, at(0.2))  # the keyframe of the first scene that is not its best
    assert found[0] == {
        "id": seen.scene("first", 0),
        "video_id": seen.first,
        "index": 0,
        "start_s": 0.0,
        "end_s": 10.0,
        "thumbnail_url": f"/api/v1/scenes/{seen.scene('first', 0)}/thumbnail",
        "similarity": pytest.approx(1.0, abs=1e-3),
    }
    assert [row["similarity"] for row in found] == sorted((row["similarity"] for row in found), reverse=True)
    assert [row["id"] for row in search(connection, at(1.0), match_threshold=0.85)] == [
        seen.scene("first", 0),
        seen.scene("first", 1),
    ]
    assert len(search(connection, at(1.0), match_threshold=-1.0)) == 4
    assert len(search(connection, at(1.0), match_threshold=-1.0, match_count=3)) == 3
    assert search(connection, at(1.0), match_count=0) == []
    in_second = search(connection, at(1.0), filter_video_id=seen.second)
    assert [row["id"] for row in in_second] == [seen.scene("second", 1), seen.scene("second", 0)]
    assert search(connection, at(1.0), filter_video_id=uuid4()) == []


def test_the_length_of_a_query_does_not_count(database: Database, login: Session) -> None:
    """Raw vectors, of a length that 16-bit numbers do not hold, find the same."""
    fill(database)
    connection = login(owner=LOCAL_OWNER)
    for length in (1e-30, 1e6):
        assert search(connection, at(0.9) * np.float32(length)) == search(connection, at(0.9))


def test_batch_scores_are_the_best_of_all_keyframes(database: Database, login: Session) -> None:
    space = ensure_space(database, VISUAL)
    vectors = [unit(seed) for seed in range(24)]
    with database.transaction(LOCAL_OWNER) as tx:
        drafts = (*embeddings(vectors, per_scene=4), look(6, 0, "Timeout"))
        video = write_video(tx, record(texts=["x"] * 8, embeddings={space.id: drafts}))
    scenes = [scene_id(video, index) for index in range(8)]
    query = unit(99)
    best = (np.stack(vectors) @ query).reshape(6, 4).max(axis=1)
    scored = score(login(owner=LOCAL_OWNER), [*scenes, *scenes[:2], uuid4()], query)
    assert scored == {scene: pytest.approx(best[n], abs=2e-3) for n, scene in enumerate(scenes[:6])}
    assert score(login("scenedex_operator"), scenes, query) == scored
    assert score(login(owner=LOCAL_OWNER), [], query) == {}


@pytest.mark.parametrize("role", ["scenedex_app", "scenedex_operator"])
def test_a_query_that_cannot_be_compared_is_a_clear_error(
    database: Database, login: Session, role: str
) -> None:
    seen = fill(database)
    connection = login(role, LOCAL_OWNER)
    scenes = [seen.scene("first", 0)]
    for ask in (lambda vector: search(connection, vector), lambda vector: score(connection, scenes, vector)):
        with pytest.raises(
            psycopg.errors.DataException,
            match=r"query vector has 3 dimensions; the live visual space 'tiny-visual' has 8",
        ):
            ask(unit(1, 3))
        with pytest.raises(psycopg.errors.DataException, match="all zeros"):
            ask(np.zeros(8, dtype=np.float32))
        assert list(ask(None)) == []
    for count in (-1, None):
        with pytest.raises(psycopg.errors.InvalidParameterValue, match="match_count says how many"):
            search(connection, at(1.0), match_count=count)


def test_an_empty_library_answers_with_nothing(login: Session) -> None:
    connection = login(owner=LOCAL_OWNER)
    assert connection.execute("select * from video_scenes").fetchall() == []
    assert search(connection, unit(1, 5)) == []
    assert score(connection, [uuid4()], unit(1, 5)) == {}


def test_owners_see_only_their_own(database: Database, login: Session) -> None:
    one, other = fill(database), fill(database, uuid4())
    for mine, theirs in ((one, other), (other, one)):
        connection = login(owner=mine.owner)
        own = [mine.scene("first", n) for n in range(5)] + [mine.scene("second", n) for n in range(3)]
        foreign = [theirs.scene("first", 0), theirs.scene("second", 1)]
        rows = connection.execute("select id, owner_id from video_scenes").fetchall()
        assert {row["id"] for row in rows} == set(own)
        assert {row["owner_id"] for row in rows} == {mine.owner}
        everything = {"match_threshold": -1.0, "match_count": 1000}
        assert {row["id"] for row in search(connection, at(1.0), **everything)} < set(own)
        assert search(connection, at(1.0), **everything, filter_user_id=theirs.owner) == []
        assert search(connection, at(1.0), **everything, filter_video_id=theirs.first) == []
        assert score(connection, foreign, at(1.0)) == {}
        assert len(score(connection, own + foreign, at(1.0))) == 4
    nobody = login()
    assert nobody.execute("select * from video_scenes").fetchall() == []
    assert search(nobody, at(1.0), filter_user_id=one.owner) == []
    assert score(nobody, [one.scene("first", 0)], at(1.0)) == {}


def test_the_operator_sees_every_owner_and_can_ask_for_one(database: Database, login: Session) -> None:
    one, other = fill(database), fill(database, uuid4())
    operator = login("scenedex_operator")
    assert operator.execute("select count(*) as n from video_scenes").fetchone() == {"n": 16}
    everything = {"match_threshold": -1.0, "match_count": 1000}
    assert len(search(operator, at(1.0), **everything)) == 8
    for seen in (one, other):
        by_user = search(operator, at(1.0), **everything, filter_user_id=seen.owner)
        assert {row["video_id"] for row in by_user} == {seen.first, seen.second}
        by_video = search(operator, at(1.0), **everything, filter_video_id=seen.second)
        assert {row["id"] for row in by_video} == {seen.scene("second", 0), seen.scene("second", 1)}
    both = [one.scene("first", 0), other.scene("first", 0)]
    assert score(operator, both, at(1.0)) == dict.fromkeys(both, pytest.approx(1.0))


def test_nobody_else_may_use_them(server: EmbeddedServer, database_name: str, database: Database) -> None:
    with psycopg.connect(server.conninfo("postgres", database_name), autocommit=True) as connection:
        connection.execute("create role passer_by")
        try:
            connection.execute("set role passer_by")
            for query in ("select * from video_scenes", "select live_space(null, 'visual')"):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    connection.execute(query)  # type: ignore[call-overload]
        finally:
            connection.execute("reset role")
            connection.execute("drop role passer_by")


class Spaces:
    """Two videos of one scene, and spaces that have seen one, both or none of them."""

    def __init__(self, database: Database, connection: Connection[dict[str, Any]]) -> None:
        self.database, self.connection = database, connection
        self.old = ensure_space(database, VISUAL).id
        self.new = ensure_space(database, replace(VISUAL, name="newer")).id
        ensure_space(database, TEXT)

    def see(self, hash_: str, *spaces: int) -> None:
        with self.database.transaction(LOCAL_OWNER) as tx:
            drafts = {space: (look(0, 0, 1.0 if space == self.old else 0.0),) for space in spaces}
            write_video(tx, record(hash_, ["x"], embeddings=drafts))

    def name(self, value: Any) -> None:
        with self.database.transaction(LOCAL_OWNER) as tx:
            prefer(tx, "live_space.visual", value)

    def change(self, space: int, state: str) -> None:
        with self.database.migrator() as connection:
            connection.execute("update spaces set state = %s where id = %s", [state, space])

    def live(self, owner: UUID | None = LOCAL_OWNER) -> int | None:
        row = self.connection.execute("select live_space(%s, 'visual') as id", [owner]).fetchone()
        assert row is not None
        return row["id"]  # type: ignore[no-any-return]


@pytest.fixture
def spaces(database: Database, login: Session) -> Spaces:
    return Spaces(database, login(owner=LOCAL_OWNER))


def test_a_new_model_takes_over_when_it_has_seen_everything(spaces: Spaces, login: Session) -> None:
    assert spaces.live() == spaces.new  # nothing was seen: the newest
    spaces.see("aa", spaces.old)
    spaces.see("bb", spaces.old)
    assert spaces.live() == spaces.old
    spaces.see("aa", spaces.old, spaces.new)
    assert spaces.live() == spaces.live(None) == spaces.old
    spaces.see("bb", spaces.old, spaces.new)
    assert spaces.live() == spaces.live(None) == spaces.new
    spaces.change(spaces.new, "building")
    assert spaces.live() == spaces.old
    spaces.change(spaces.old, "retired")
    assert spaces.live() is None
    assert (
        login(owner=LOCAL_OWNER).execute(VIEW + " where embedding_visual_clip is not null").fetchall() == []
    )
    assert login("scenedex_operator").execute("select live_space(null, 'text') as id").fetchone() is not None


def test_an_owner_can_have_another_live_space_than_the_rest(
    spaces: Spaces, database: Database, login: Session
) -> None:
    other = fill(database, uuid4())
    for hash_ in ("aa", "bb"):
        spaces.see(hash_, spaces.old, spaces.new)
    spaces.change(spaces.new, "building")
    spaces.name("newer")
    assert spaces.live() == spaces.new
    assert spaces.live(other.owner) == spaces.old  # row-level security hides what they chose, too
    operator = login("scenedex_operator")
    rows = operator.execute(
        "select distinct owner_id, left(embedding_visual_clip::text, 2) as starts from video_scenes where "
        "embedding_visual_clip is not null and index = 0"
    ).fetchall()
    assert (LOCAL_OWNER, "[0") in {(row["owner_id"], row["starts"]) for row in rows}
    assert (other.owner, "[1") in {(row["owner_id"], row["starts"]) for row in rows}
    assert [r["similarity"] for r in search(operator, at(0.0), filter_user_id=LOCAL_OWNER)] == [1.0, 1.0]


@pytest.mark.parametrize("value", ["no such space", "tiny-text", "gone", None, 7, ["newer"]])
def test_a_choice_that_cannot_be_is_passed_over(spaces: Spaces, database: Database, value: Any) -> None:
    gone = ensure_space(database, replace(VISUAL, name="gone")).id
    spaces.change(gone, "retired")
    spaces.see("aa", spaces.old)
    spaces.name(value)
    assert spaces.live() == spaces.old


def test_tables_of_the_same_name_elsewhere_are_not_taken(database: Database, login: Session) -> None:
    """The search path of whoever calls them does not matter."""
    fill(database)
    connection = login(owner=LOCAL_OWNER)
    connection.execute(
        "create temporary table spaces (id int, name text, modality text, state text, dim int)"
    )
    connection.execute("create temporary table embeddings (id int)")
    assert len(search(connection, at(1.0))) == 4
    connection.execute("set search_path = pg_catalog")
    rows = connection.execute(
        "select * from public.search_scenes_by_visual_clip_embedding(%s::public.vector)", [text(at(1.0))]
    ).fetchall()
    assert len(rows) == 4


def test_a_library_of_the_first_schema_is_brought_up_to_date(
    server: EmbeddedServer, new_database: Callable[[str], str]
) -> None:
    name = new_database("template1")
    run(server.conninfo("postgres", name), "create extension vector")
    first = (files("scenedex.store") / "sql" / "0001_initial.sql").read_text(encoding="utf-8")
    owner = server.conninfo("scenedex_owner", name)
    run(owner, first)
    run(owner, "insert into schema_migrations values (1, 'initial')")
    run(
        owner,
        f"""set row_security = on; set scenedex.owner_id = '{LOCAL_OWNER}';
        insert into videos (owner_id, id, content_hash, title, duration_s, recipe)
        values ('{LOCAL_OWNER}', '{uuid4()}', 'aa', 'old.mkv', 1, 'r')""",
    )
    with Database.at(server, name) as database:
        assert database.versions()["schema"] >= 2  # type: ignore[operator]
        with database.transaction(LOCAL_OWNER) as tx:
            assert tx.execute("select title, tags from videos") == [{"title": "old.mkv", "tags": []}]
