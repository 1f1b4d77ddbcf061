"""What people of earlier systems have comes in as it is: every scene, every vector, and nothing is embedded again."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
import pytest
from tests.integration.library.foreign_databases import (
    SCENES,
    TOTAL,
    VIDEOS,
    first_shape,
    scene,
    second_shape,
    video,
)
from tests.integration.store.test_database import url_of
from tests.media import make_clip

from scenedex import Library, open_library
from scenedex.config import Settings
from scenedex.embeddings.wordllama import WordLlamaEncoder
from scenedex.errors import DatabaseUnreachableError, NotFoundError, UsageError
from scenedex.inference.registry import load_registry
from scenedex.store.channels import search_channels
from scenedex.store.embedded import EmbeddedServer
from scenedex.store.spaces import ensure_space
from scenedex.types import Filters, ImportReport, Space, VectorQuery

ASKED = (0, 1232, 5000, 9992)
"""Scenes whose neighbours are compared."""


class NoEncoders:
    """Equipment that knows models by name, and runs none."""

    registry = load_registry()

    def close(self) -> None:
        """There is nothing to let go of."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"an import asked for {name}")


@pytest.fixture(scope="module")
def databases(server: EmbeddedServer) -> Iterator[Callable[[str, str], str]]:
    """Make a database of this name out of a template; the URL of it."""
    made: list[str] = []
    with psycopg.connect(server.conninfo("postgres", "postgres"), autocommit=True) as admin:

        def create(name: str, template: str) -> str:
            made.append(f"{name}_{os.getpid()}")
            admin.execute(f"create database {made[-1]} template {template} owner scenedex_owner")  # type: ignore[arg-type]
            user = "scenedex_owner" if template == "scenedex" else "postgres"
            return url_of(server, user, made[-1])

        yield create
        for name in made:
            admin.execute(f"drop database {name} with (force)")  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def first(databases: Callable[[str, str], str]) -> tuple[str, np.ndarray]:
    url = databases("first", "template1")
    with psycopg.connect(url) as connection:
        return url, first_shape(connection)


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_clip(tmp_path_factory.mktemp("film") / "old1.mp4", 1.0, 1.5)


@pytest.fixture(scope="module")
def second(databases: Callable[[str, str], str], film: Path) -> tuple[str, dict[str, np.ndarray]]:
    url = databases("second", "template1")
    with psycopg.connect(url) as connection:
        return url, second_shape(connection, film)


def opened(url: str, home: Path) -> Library:
    return open_library(settings=Settings(database_url=url, scenedex_home=home, scenedex_profile="mini"))


@pytest.fixture(scope="module")
def of_first(
    databases: Callable[[str, str], str],
    first: tuple[str, np.ndarray],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Library, ImportReport]]:
    with opened(databases("of_first", "scenedex"), tmp_path_factory.mktemp("one")) as library:
        library.equipment = NoEncoders()  # type: ignore[assignment]
        yield library, library.import_postgres(first[0])


MAPPING = {
    "visual_clip_embedding": "old-clip",
    "audio_embedding": "old-sounds",
    "text_embedding": "old-words",
    "visual_embedding": "scene:old-scenes",
}


@pytest.fixture(scope="module")
def of_second(
    databases: Callable[[str, str], str],
    second: tuple[str, dict[str, np.ndarray]],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Library, ImportReport]]:
    with opened(databases("of_second", "scenedex"), tmp_path_factory.mktemp("two")) as library:
        library.equipment = NoEncoders()  # type: ignore[assignment]
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(WordLlamaEncoder, "embed", lambda *_: pytest.fail("words were embedded"))
            report = library.import_postgres(second[0], mapping=MAPPING)
        library.equipment = None
        yield library, report


def found_near(library: Library, space: Space, vector: np.ndarray) -> list[tuple[str, int]]:
    """Title of the video and number of each of the ten nearest scenes."""
    unit = np.asarray(vector / np.linalg.norm(vector), np.float32)
    query = VectorQuery(channel="anchor", space=space, vector=unit)
    with library.transaction() as tx:
        rows = search_channels(tx, terms=(), vectors=[query], filters=Filters(), k=10)
        named = tx.execute(
            """select s.id, v.title, s.index from scenes s
            join videos v on v.owner_id = s.owner_id and v.id = s.video_id
            where s.owner_id = %(owner)s and s.id = any(%(ids)s)""",
            {"ids": [row.scene_id for row in rows]},
        )
    names = {row["id"]: (row["title"], row["index"]) for row in named}
    return [names[row.scene_id] for row in sorted(rows, key=lambda row: -row.raw)]


def near_there(url: str, query: str, *params: Any) -> list[Any]:
    with psycopg.connect(url) as connection:
        connection.execute("set enable_indexscan = off")
        return connection.execute(query, params).fetchall()  # type: ignore[arg-type]


def test_every_scene_of_the_first_shape_comes(
    of_first: tuple[Library, ImportReport], first: tuple[str, np.ndarray]
) -> None:
    library, report = of_first
    there = int(np.isfinite(first[1][:, 0]).sum())
    (space,) = report.spaces
    assert (report.imported, report.offline, report.scenes, report.refused) == (VIDEOS, VIDEOS, TOTAL, ())
    assert (space.vectors, space.failures, space.refused) == (there, TOTAL // 100, 0)
    assert space.missing == TOTAL - there - TOTAL // 100
    assert (space.space.model, space.space.modality, space.space.state) == ("clip-b32", "visual", "live")
    with library.database.operator() as statements:
        (row,) = statements.execute(
            """select count(*) as scenes, count(embedding_visual_clip) as with_clip,
              count(*) filter (where visual_clip_metadata->>'error' like '%%Timeout%%') as timeouts,
              min(visual_clip_metadata->>'pretrained') as pretrained from video_scenes"""
        )
    assert row == {"scenes": TOTAL, "with_clip": there, "timeouts": TOTAL // 100, "pretrained": "openai"}


@pytest.mark.parametrize("asked", ASKED)
def test_neighbours_in_the_first_shape_are_the_same(
    of_first: tuple[Library, ImportReport], first: tuple[str, np.ndarray], asked: int
) -> None:
    library, report = of_first
    rows = near_there(
        first[0],
        """select video_id::text, index from video_scenes where embedding_visual_clip is not null
        order by embedding_visual_clip <=> (select embedding_visual_clip from video_scenes where id = %s) limit 10""",
        scene(asked),
    )
    assert rows[0] == (str(video(asked // SCENES)), asked % SCENES)
    assert found_near(library, report.spaces[0].space, first[1][asked]) == rows
    with library.transaction() as tx:  # and by the function that their own programs call
        near = tx.execute(
            """select v.title, f.index from search_scenes_by_visual_clip_embedding(
              (select embedding_visual_clip from video_scenes s join videos o
               on o.owner_id = s.owner_id and o.id = s.video_id
               where s.owner_id = %(owner)s and o.owner_id = %(owner)s and o.title = %(title)s and s.index = %(index)s),
              -1, 10) f
            join videos v on v.owner_id = %(owner)s and v.id = f.video_id order by f.similarity desc""",
            {"title": rows[0][0], "index": rows[0][1]},
        )
    assert [(row["title"], row["index"]) for row in near] == rows


def test_importing_again_changes_nothing(
    of_first: tuple[Library, ImportReport], first: tuple[str, np.ndarray]
) -> None:
    library, _ = of_first
    before = library.stats()["embeddings"]
    again = library.import_postgres(first[0])
    assert (again.imported, again.unchanged, again.scenes) == (0, VIDEOS, 0)
    assert library.stats()["embeddings"] == before


def test_the_index_is_there_afterwards(of_first: tuple[Library, ImportReport]) -> None:
    library, report = of_first
    with library.database.ownerless() as tx:
        (row,) = tx.execute(
            "select pg_get_indexdef(to_regclass(%(name)s)) as made",
            {"name": f"embeddings_{report.spaces[0].space.id}_vector_idx"},
        )
    assert "USING hnsw" in row["made"]


def test_every_column_of_the_second_shape_goes_to_its_space(
    of_second: tuple[Library, ImportReport], second: tuple[str, dict[str, np.ndarray]]
) -> None:
    _, report = of_second
    found = {each.source: each for each in report.spaces}
    assert (report.imported, report.offline, report.scenes, report.refused) == (VIDEOS, VIDEOS - 1, TOTAL, ())
    assert {name: (each.space.name, each.space.modality) for name, each in found.items()} == {
        "visual_clip_embedding": ("old-clip", "visual"),
        "audio_embedding": ("old-sounds", "audio"),
        "text_embedding": ("old-words", "text"),
        "visual_embedding": ("old-scenes", "scene"),
    }
    numbers = {name: (each.vectors, each.missing, each.refused) for name, each in found.items()}
    assert numbers == {
        "visual_clip_embedding": (TOTAL, 0, 0),
        "audio_embedding": (TOTAL // 4, TOTAL * 3 // 4, 0),
        "text_embedding": (TOTAL // 8, TOTAL * 3 // 4, TOTAL // 8),
        "visual_embedding": (TOTAL // 4, TOTAL * 3 // 4, 0),
    }


@pytest.mark.parametrize("column", MAPPING)
def test_neighbours_in_the_second_shape_are_the_same(
    of_second: tuple[Library, ImportReport], second: tuple[str, dict[str, np.ndarray]], column: str
) -> None:
    library, report = of_second
    space = next(each.space for each in report.spaces if each.source == column)
    for asked in ASKED:
        vector = second[1][column][asked]
        if not np.linalg.norm(vector) > 0:
            continue
        rows = near_there(
            second[0],
            f"""select filename, scene_index - 1 from scenes s join videos v on v.id = s.video_id
            where {column} is not null and vector_norm({column}) > 0
            order by {column} <=> (select {column} from scenes where id = %s) limit 10""",
            asked + 1,
        )
        assert found_near(library, space, vector) == rows


def test_indexing_the_file_later_knows_it(of_second: tuple[Library, ImportReport], film: Path) -> None:
    library, report = of_second
    (known,) = [each for each in library.videos() if each.paths]
    assert (known.name, known.scene_count, known.width) == ("old1.mp4", SCENES, 96)
    space = report.spaces[0].space.name
    before = library.stats()["embeddings"][space]
    film.with_suffix(".srt").write_text("1\n00:00:00,100 --> 00:00:00,900\nthe old words\n")
    (outcome,) = library.add(film).files
    assert (outcome.video_id, library.show("old1.mp4")[0].scene_count) == (known.id, SCENES)
    assert library.stats()["embeddings"][space] == before
    assert library.show("old1.mp4")[1][0].captions[0].text == "the old words"


def test_a_dry_run_says_what_would_come(
    databases: Callable[[str, str], str], odd: str, second: tuple[str, dict[str, np.ndarray]], tmp_path: Path
) -> None:
    with opened(databases("dry", "scenedex"), tmp_path) as library:
        unnamed = library.import_postgres(odd, source_owner="you", dry_run=True)
        assert (unnamed.imported, unnamed.scenes) == (1, 1)
        assert [(each.space.name, each.made, each.vectors) for each in unnamed.spaces] == [("?", True, 1)]
        named = library.import_postgres(odd, source_owner="you", mapping={ODDS: "tiny"}, dry_run=True)
        assert [each.space.name for each in named.spaces] == ["tiny"]
        with pytest.raises(UsageError, match=r"visual_clip_embedding, audio_embedding.*--map .*=NAME"):
            library.import_postgres(second[0])
        assert (library.videos(), library.spaces()) == ([], [])


def test_two_systems_may_use_the_same_keys(databases: Callable[[str, str], str], tmp_path: Path) -> None:
    """Numbers, for the most part: the other one's videos are others all the same."""
    statement = """create extension vector;
        create table videos (id int, title text, path text);
        insert into videos values (1, '{}', null);
        create table clips (video_id int, user_id int, start_ms int, end_ms int, embedding real[]);
        insert into clips values (1, 7, 0, 2000, '{{1,2,3}}'), (1, 7, 2000, 4500, null)"""
    with opened(databases("of_two", "scenedex"), tmp_path) as library:
        for name in ("here", "there"):
            url = databases(name, "template1")
            with psycopg.connect(url) as connection:
                connection.execute(statement.format(name))  # type: ignore[arg-type]
            assert library.import_postgres(url, mapping={"embedding": "tiny"}).imported == 1
            assert library.import_postgres(url, mapping={"embedding": "tiny"}).unchanged == 1
        assert {(video.name, video.duration_s) for video in library.videos()} == {
            ("here", 4.5),
            ("there", 4.5),
        }
        assert library.stats()["embeddings"]["tiny"]["embeddings"] == 2


ODDS = "embedding_visual_clip"
ODD = """
create extension vector;
create table scenes (video_id text, owner_id text, start_s float8, end_s float8, embedding_visual_clip vector(4));
insert into scenes values
  ('whole', 'me', 0, 2, '[1,2,3,4]'), ('whole', 'me', 2.05, 4, '[0,0,0,0]'),
  ('overlapping', 'me', 0, 5, '[1,2,3,4]'), ('overlapping', 'me', 3, 6, '[1,2,3,4]'),
  ('gap', 'me', 0, 5, '[1,2,3,4]'), ('gap', 'me', 9, 12, '[1,2,3,4]'),
  ('endless', 'me', 0, 'infinity', '[1,2,3,4]'), ('backwards', 'me', 0, -4, '[1,2,3,4]'),
  ('dotted', 'me', 0, 4, '[1,2,3,4]'), ('other', 'you', 0, 4, '[1,2,3,4]');
create table videos (id text, title text, path text);
insert into videos values ('whole', 'a <b>title</b>' || chr(27), '/etc/passwd'), ('dotted', null, '/a/../film.mp4');
"""


@pytest.fixture(scope="module")
def odd(databases: Callable[[str, str], str]) -> str:
    url = databases("odd", "template1")
    with psycopg.connect(url) as connection:
        connection.execute(ODD)  # type: ignore[arg-type]
    return url


def test_what_is_odd_is_said_and_the_rest_comes(
    databases: Callable[[str, str], str], odd: str, tmp_path: Path
) -> None:
    url = odd
    with opened(databases("of_odd", "scenedex"), tmp_path) as library:
        with pytest.raises(UsageError, match=r"several people \(me, you\): .*--source-owner"):
            library.import_postgres(url, mapping={ODDS: "tiny"})
        with pytest.raises(UsageError, match="no column 'nothing'"):
            library.import_postgres(url, mapping={"nothing": "tiny"})
        with pytest.raises(NotFoundError, match="no table 'elsewhere'"):
            library.import_postgres(url, table="elsewhere")
        with pytest.raises(UsageError, match="Nobody says by which model"):
            library.import_postgres(url, source_owner="me")
        report = library.import_postgres(url, mapping={ODDS: "tiny"}, source_owner="me")
        said = {refusal.video.rpartition("(")[2].rstrip(")"): refusal.reason for refusal in report.refused}
        assert set(said) == {"overlapping", "gap", "endless", "backwards", "dotted"}
        assert "holds '..'" in said["dotted"]
        assert "overlap by 2 s" in said["overlapping"]
        assert "leave 4 s between them" in said["gap"]
        (space,) = report.spaces
        assert (report.imported, report.scenes, space.vectors, space.refused) == (1, 2, 1, 1)
        (video,) = library.videos()
        assert video.paths == ()  # what lies at the path is no video
        assert [(s.start_s, s.end_s) for s in library.show(str(video.id))[1]] == [(0, 2), (2, 4)]
        ensure_space(library.database, Space(name="wide", model="w", revision="1", modality="visual", dim=8))
        with pytest.raises(UsageError, match="4 dimensions, those of the space wide 8"):
            library.import_postgres(url, mapping={ODDS: "wide"}, source_owner="me")


def test_a_database_that_is_not_there(of_first: tuple[Library, ImportReport]) -> None:
    library, _ = of_first
    with pytest.raises(DatabaseUnreachableError, match="cannot be read") as caught:
        library.import_postgres("postgresql://me:very-secret@127.0.0.1:1/nothing")
    assert "very-secret" not in str(caught.value)
    with pytest.raises(UsageError, match="no database URL"):
        library.import_postgres("nonsense")


MANY = """
create extension vector;
create table scenes as select 'video ' || v as video_id, s * 2.0 as start_s, s * 2.0 + 2 as end_s,
  format('[%s,%s,1]', v, s)::vector(3) as embedding_visual_clip
from generate_series(1, 150) v, generate_series(0, 2) s;
"""


def test_one_that_was_killed_goes_on(databases: Callable[[str, str], str], tmp_path: Path) -> None:
    source, target = databases("many", "template1"), databases("of_many", "scenedex")
    with psycopg.connect(source) as connection:
        connection.execute(MANY)  # type: ignore[arg-type]
    env = os.environ | {"DATABASE_URL": target, "SCENEDEX_HOME": str(tmp_path)}
    command = [sys.executable, "-m", "scenedex", "import", "--from-postgres", source, "--map", f"{ODDS}=tiny"]
    index = "select to_regclass('embeddings_1_vector_idx') is not null as there"
    with opened(target, tmp_path) as library:
        with subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
            while not library.videos():
                assert process.poll() is None, process.stderr
            process.kill()
        before = {video.id for video in library.videos()}
        assert 0 < len(before) < 150
        with library.database.ownerless() as tx:
            assert not tx.execute(index)[0]["there"]
        report = library.import_postgres(source, mapping={ODDS: "tiny"})
        assert (report.imported, report.unchanged) == (150 - len(before), len(before))
        assert before < {video.id for video in library.videos()}
        assert library.stats()["embeddings"]["tiny"]["embeddings"] == 450
        with library.database.ownerless() as tx:
            assert tx.execute(index)[0]["there"]


def test_stopped_by_ctrl_c_it_still_builds_the_index(
    databases: Callable[[str, str], str], odd: str, tmp_path: Path
) -> None:
    def stop(done: int, of: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with opened(databases("stopped", "scenedex"), tmp_path) as library:
        with pytest.raises(KeyboardInterrupt):
            library.import_postgres(odd, mapping={ODDS: "tiny"}, source_owner="me", tell=stop)
        with library.database.ownerless() as tx:
            assert tx.execute("select to_regclass('embeddings_1_vector_idx') is not null as it")[0]["it"]


def test_nobody_of_that_name_has_anything(
    first: tuple[str, np.ndarray], of_first: tuple[Library, ImportReport]
) -> None:
    with pytest.raises(NotFoundError, match="no scenes of 'nobody'"):
        of_first[0].import_postgres(first[0], source_owner="nobody")


def test_vectors_of_ones_own_go_to_the_scenes_that_are_there(
    of_second: tuple[Library, ImportReport], tmp_path: Path
) -> None:
    library, _ = of_second
    vectors = np.random.default_rng(3).standard_normal((4, 16)).astype(np.float16)
    vectors[3] = 0
    np.savez(
        tmp_path / "mine.npz",
        mine=vectors,
        video=np.array(["old2.mp4", "old2.mp4", "new.mp4", "new.mp4"]),
        start_s=np.array([0.0, 401.0, 0.0, 5.0]),
        end_s=np.array([1.0, 402.0, 5.0, 9.0]),
    )
    with pytest.raises(UsageError, match="--map mine=NAME"):
        library.import_numpy(tmp_path / "mine.npz")
    with pytest.raises(UsageError, match="no array of vectors 'other'"):
        library.import_numpy(tmp_path / "mine.npz", mapping={"other": "x"})
    report = library.import_numpy(tmp_path / "mine.npz", mapping={"mine": "my-own"})
    assert (report.completed, report.imported, report.scenes, report.refused) == (1, 1, 2, ())
    assert (report.spaces[0].vectors, report.spaces[0].refused) == (3, 1)
    assert report.spaces[0].space.state == "building"  # what is searched stays what it was
    found = found_near(library, report.spaces[0].space, vectors[1].astype(np.float32))
    assert set(found) == {("old2.mp4", 0), ("old2.mp4", 100), ("new.mp4", 0)}
    assert found[0] == ("old2.mp4", 100)
    again = library.import_numpy(tmp_path / "mine.npz", mapping={"mine": "my-own"})
    assert (again.completed, again.imported, again.unchanged) == (0, 0, 2)
    np.savez(tmp_path / "late.npz", mine=vectors[:1], video=["old2.mp4"], start_s=[5000.0], end_s=[5001.0])
    late = library.import_numpy(tmp_path / "late.npz", mapping={"mine": "my-other"})
    assert "has a vector at 5000.5 s, and ends at 1000 s" in late.refused[0].reason
    times = np.array(["soon", "401.0"])
    np.savez(
        tmp_path / "odd.npz", mine=vectors[:2], video=["old3.mp4", "old2.mp4"], start_s=times, end_s=times
    )
    odd = library.import_numpy(tmp_path / "odd.npz", mapping={"mine": "my-other"})
    assert [(each.video, each.reason) for each in odd.refused] == [
        ("old3.mp4", "Row 1: 'soon' is no time in seconds.")
    ]
    assert odd.completed == 1
