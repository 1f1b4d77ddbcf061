"""A library as one file, and out of it again: all of it, of one moment, or nothing."""

import itertools
import json
import os
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg.sql import SQL, Identifier
from tests.buckets import KEYS, bucket_server
from tests.integration.store.test_database import url_of
from tests.media import make_clip
from typer.testing import CliRunner

from scenedex import Library, open_library, restore_library
from scenedex.cli.main import app
from scenedex.config import Settings
from scenedex.errors import (
    BackupError,
    NewerLibraryError,
    NotFoundError,
    ObjectStoreUnreachableError,
    UsageError,
)
from scenedex.store.archive import Archive, parts
from scenedex.store.backup import HEADER, MANIFEST, PICTURES
from scenedex.store.database import Database
from scenedex.store.embedded import EmbeddedServer
from scenedex.store.migrations import newest
from scenedex.store.tables import KEPT, LEFT_OUT, columns, dumped

OTHER = UUID(int=77)
Parts = list[tuple[str, bytes]]


Empty = Callable[[], Settings]


@pytest.fixture(scope="module")
def source(server: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Two owners, a film each, with captions, embeddings, tags and a failure. No test changes it."""
    folder, name = tmp_path_factory.mktemp("source"), f"backup_{os.getpid()}"
    with psycopg.connect(server.conninfo("postgres", "postgres"), autocommit=True) as admin:
        admin.execute(f"create database {name} template scenedex owner scenedex_owner")  # type: ignore[arg-type]
        settings = Settings(
            database_url=url_of(server, "scenedex_owner", name),
            scenedex_home=folder / "home",
            scenedex_profile="mini",
        )
        with open_library(settings=settings) as opened:
            for number, view in enumerate((opened, opened.of(OTHER))):
                clip = make_clip(folder / f"film{number}.mp4", 1.0, 1.5 + number)
                clip.with_suffix(".srt").write_text("1\n00:00:00,100 --> 00:00:00,900\nthe secret\n")
                view.add(clip)
                view.tag(clip.name, ["fine"])
            with opened._database.transaction(OTHER) as tx:
                tx.execute(
                    """update embeddings set vector = null, metadata = '{"error": "Timeout"}'
                    where owner_id = %(owner)s and ordinal = 0"""
                )
            opened.backup(folder / "kept.tar")
        yield settings
        admin.execute(f"drop database {name} with (force)")  # type: ignore[arg-type]


@pytest.fixture
def library(source: Settings) -> Iterator[Library]:
    with open_library(settings=source) as opened:
        yield opened


@pytest.fixture
def kept(source: Settings) -> Path:
    return source.scenedex_home.parent / "kept.tar"


@pytest.fixture
def empty(server: EmbeddedServer, new_database: Callable[[str], str], tmp_path: Path) -> Empty:
    """Make a library that is set up and holds nothing."""
    numbers = itertools.count()

    def make() -> Settings:
        return Settings(
            database_url=url_of(server, "scenedex_owner", new_database("scenedex")),
            scenedex_home=tmp_path / f"elsewhere{next(numbers)}",
            scenedex_profile="mini",
        )

    return make


@pytest.fixture
def elsewhere(empty: Empty) -> Settings:
    return empty()


def contents(settings: Settings) -> dict[str, list[Any]]:
    """Every row of every table that is kept."""
    with open_library(settings=settings) as library, library._database.snapshot() as connection:
        return {
            table: connection.execute(
                SQL("select t::text from {} t order by 1").format(Identifier(table))
            ).fetchall()
            for table in KEPT
        }


def shape(settings: Settings) -> list[Any]:
    """Tables with their guards, indexes and keys."""
    with open_library(settings=settings) as library, library._database.snapshot() as connection:
        return connection.execute(
            """select c.relname, c.relkind::text, c.relrowsecurity, c.relforcerowsecurity, c.reloptions,
              pg_get_partkeydef(c.oid), pg_get_expr(c.relpartbound, c.oid), pg_get_indexdef(i.indexrelid),
              (select array_agg(pg_get_constraintdef(oid) order by pg_get_constraintdef(oid))
               from pg_constraint where conrelid = c.oid) as keys
            from pg_class c left join pg_index i on i.indexrelid = c.oid
            where c.relnamespace = 'public'::regnamespace order by 1, 2"""
        ).fetchall()


def pictures(home: Path) -> dict[str, bytes]:
    folder = home / "objects"
    return {str(f.relative_to(folder)): f.read_bytes() for f in folder.rglob("*") if f.is_file()}


def unpacked(file: Path) -> Parts:
    with file.open("rb") as source:
        return list(parts(source))


def packed(file: Path, found: Parts) -> Path:
    with file.open("wb") as target:
        archive = Archive(target, 0)
        for name, data in found:
            archive.add(name, data)
        archive.end()
    return file


def test_every_table_is_kept_or_left_out_on_purpose(database: Database) -> None:
    with database.operator() as statements:
        rows = statements.execute(
            """select relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
            and not relispartition"""
        )
    assert {row["relname"] for row in rows} == {*KEPT, *LEFT_OUT}


def test_a_library_comes_back_whole(source: Settings, elsewhere: Settings, kept: Path) -> None:
    settings = source
    steps: list[tuple[str, int, int]] = []
    report = restore_library(
        kept, settings=elsewhere, tell=lambda step, done, of: steps.append((step, done, of))
    )
    assert contents(elsewhere) == contents(settings)
    assert shape(elsewhere) == shape(settings)
    assert pictures(elsewhere.scenedex_home) == pictures(settings.scenedex_home)
    assert report.pictures == len(pictures(settings.scenedex_home)) > 0
    assert report.rows["videos"] == 2
    assert {step for step, _, _ in steps} == {"tables", "pictures"}
    with open_library(settings=elsewhere) as again:
        assert [hit.video for hit in again.search('"the secret"').hits][:1] == ["film0.mp4"]
        assert [hit.video for hit in again.of(OTHER).search('"the secret"').hits][:1] == ["film1.mp4"]
        assert again.search("red", mode="recall").plan.weights["visual"] > 0
        names = [file.outcome for file in again.add(kept.parent / "film0.mp4").files]
        assert names == ["unchanged"]


def test_pictures_come_back_into_a_bucket_at_an_endpoint_of_its_own(
    source: Settings, elsewhere: Settings, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    with bucket_server() as bucket:
        settings = elsewhere.model_copy(update=bucket.settings | {"scenedex_objects_patience_s": 0.5})
        bucket.between.trouble = lambda method, path: "drop"
        with pytest.raises(ObjectStoreUnreachableError, match="cannot be reached"):
            restore_library(kept, settings=settings)
        assert contents(settings)["videos"] == []
        bucket.between.trouble = lambda method, path: None
        report = restore_library(kept, settings=settings)
        there = pictures(source.scenedex_home)
        assert bucket.names() == {f"a/library/{key}" for key in there}
        assert report.pictures == len(there)
        with open_library(settings=settings) as again:
            assert {key: again.picture(key) for key in there} == there
    assert not (settings.scenedex_home / "objects").exists()


def test_what_comes_back_goes_on_counting(elsewhere: Settings, kept: Path) -> None:
    from scenedex.store.spaces import ensure_space
    from scenedex.types import Space

    restore_library(kept, settings=elsewhere)
    with open_library(settings=elsewhere) as again:
        before = {space.id for space, _ in again.spaces()}
        made = ensure_space(
            again._database, Space(name="new", model="new", revision="1", modality="visual", dim=4)
        )
        assert made.id not in before
        assert {space.id for space, _ in again.spaces()} == before | {made.id}


def test_into_a_new_folder(source: Settings, kept: Path, tmp_path: Path) -> None:
    """An embedded library that is not there yet."""
    restore_library(kept, tmp_path / "fresh")
    new = Settings(scenedex_home=tmp_path / "fresh", scenedex_profile="mini")
    assert contents(new) == contents(source)
    assert pictures(tmp_path / "fresh") == pictures(source.scenedex_home)


def test_it_holds_one_moment(source: Settings, empty: Empty, kept: Path, tmp_path: Path) -> None:
    living, again = empty(), empty()
    restore_library(kept, settings=living)
    late = make_clip(tmp_path / "late.mp4", 2.0, 2.0)
    with open_library(settings=living) as library:

        def meanwhile(step: str, done: int, of: int) -> None:
            if (step, done) == ("tables", 2):
                library.add(late)
                library.remove("film0.mp4")

        library.backup(tmp_path / "moment.tar", meanwhile)
    assert contents(living) != contents(source)
    restore_library(tmp_path / "moment.tar", settings=again)
    assert contents(again) == contents(source)


def test_a_picture_that_is_gone_does_not_keep_the_rest(empty: Empty, kept: Path, tmp_path: Path) -> None:
    holed, again = empty(), empty()
    restore_library(kept, settings=holed)
    min((holed.scenedex_home / "objects").rglob("*.jpg")).unlink()
    with open_library(settings=holed) as library:
        report = library.backup(tmp_path / "holed.tar")
    assert (report.missing, report.pictures) == (1, len(pictures(holed.scenedex_home)))
    assert restore_library(tmp_path / "holed.tar", settings=again).missing == 1
    assert contents(again) == contents(holed)


def test_nothing_is_overwritten(library: Library, source: Settings, kept: Path, tmp_path: Path) -> None:
    bytes_before, rows_before = kept.read_bytes(), contents(source)
    with pytest.raises(UsageError, match="there already"):
        library.backup(kept)
    (tmp_path / "link.tar").symlink_to(tmp_path / "nowhere")
    with pytest.raises(UsageError, match="there already"):
        library.backup(tmp_path / "link.tar")
    with pytest.raises(UsageError, match="overwrites nothing"):
        restore_library(kept, settings=source)
    assert kept.read_bytes() == bytes_before
    assert contents(source) == rows_before


@pytest.mark.parametrize("step", ["tables", "pictures"])
def test_after_ctrl_c_there_is_no_half_file_and_no_half_library(
    library: Library, elsewhere: Settings, kept: Path, tmp_path: Path, step: str
) -> None:
    def interrupt(now: str, done: int, of: int) -> None:
        if now == step:
            raise KeyboardInterrupt

    there = set(tmp_path.iterdir())
    with pytest.raises(KeyboardInterrupt):
        library.backup(tmp_path / "half.tar", interrupt)
    assert set(tmp_path.iterdir()) == there
    with pytest.raises(KeyboardInterrupt):
        restore_library(kept, settings=elsewhere, tell=interrupt)
    assert {name for name, rows in contents(elsewhere).items() if rows} == {"owners"}
    assert restore_library(kept, settings=elsewhere).rows["videos"] == 2


def test_a_file_of_its_owner_alone(kept: Path) -> None:
    assert kept.stat().st_mode & 0o777 == 0o600


def test_one_of_an_older_library_is_brought_up_to_date(
    library: Library,
    source: Settings,
    kept: Path,
    server: EmbeddedServer,
    new_database: Callable[[str], str],
    tmp_path: Path,
) -> None:
    """As the library was before migration 5, which gave the spaces another column."""
    found = dict(unpacked(kept))
    with (
        Database.open(
            url=url_of(server, "postgres", new_database("template1")), home=tmp_path, upto=4
        ) as then,
        then.snapshot() as connection,
    ):
        old = columns(connection)
    assert "replaced_by" not in old["spaces"]
    with library._database.snapshot() as connection:
        again: Parts = []
        tables = dumped(connection, old, lambda name, data: again.append((name, data)), lambda *_: None)
    head, manifest = json.loads(found[HEADER]), json.loads(found[MANIFEST])
    head |= {"schema_number": 4, "columns": old}
    manifest["tables"] = [
        {"name": table.name, "rows": table.rows, "chunks": list(table.chunks)} for table in tables
    ]
    file = packed(
        tmp_path / "old.tar",
        [
            (HEADER, json.dumps(head).encode()),
            *again,
            *((name, data) for name, data in found.items() if name.startswith(PICTURES)),
            (MANIFEST, json.dumps(manifest).encode()),
        ],
    )
    bare = url_of(server, "postgres", new_database("template1"))
    new = Settings(database_url=bare, scenedex_home=tmp_path / "new", scenedex_profile="mini")
    assert restore_library(file, settings=new).schema_number == 4
    before, after = contents(source), contents(new)
    for found_in in (before, after):
        found_in["owners"] = []  # which came with migration 6
        found_in["files"] = [
            row["t"].rsplit(",", 2)[0] for row in found_in["files"]
        ]  # inodes came with 11, ends with 19
        found_in["scenes"] = [row["t"].rsplit(",", 3)[0] for row in found_in["scenes"]]  # transitions with 20
    assert after == before
    with open_library(settings=new) as opened:
        assert opened.health()["schema"] == newest()


def test_an_older_one_does_not_go_into_a_library_that_is_newer_already(
    kept: Path, elsewhere: Settings, tmp_path: Path
) -> None:
    file = packed(tmp_path / "old.tar", header(schema_number=3)(unpacked(kept)))
    with pytest.raises(UsageError, match="set up already"):
        restore_library(file, settings=elsewhere)


@pytest.mark.parametrize("change", [{"format": 2}, {"schema_number": 9999}, {"format": 2, "columns": None}])
def test_one_of_the_future_is_refused(
    kept: Path, elsewhere: Settings, tmp_path: Path, change: dict[str, Any]
) -> None:
    file = packed(tmp_path / "new.tar", header(**change)(unpacked(kept)))
    with pytest.raises(NewerLibraryError, match="upgrade scenedex"):
        restore_library(file, settings=elsewhere)


def bomb() -> bytes:
    packer = zlib.compressobj(9, wbits=31)
    return packer.compress(bytes(65 * 1024 * 1024)) + packer.flush()


def first(found: Parts, prefix: str) -> int:
    return next(number for number, (name, _) in enumerate(found) if name.startswith(prefix))


Damage = Callable[[Parts], Parts]


def without(prefix: str) -> Damage:
    def do(found: Parts) -> Parts:
        at = first(found, prefix)
        return [*found[:at], *found[at + 1 :]]

    return do


def instead(prefix: str, name: str | None, change: Callable[[bytes], bytes] = bytes) -> Damage:
    """Another name, or other bytes, for the first part that begins so."""

    def do(found: Parts) -> Parts:
        at = first(found, prefix)
        return [*found[:at], (name or found[at][0], change(found[at][1])), *found[at + 1 :]]

    return do


def header(**change: Any) -> Damage:
    return instead(HEADER, None, lambda data: json.dumps({**json.loads(data), **change}).encode())


def column(name: str) -> Damage:
    def put(data: bytes) -> bytes:
        found = json.loads(data)
        found["columns"]["videos"][0] = name
        return json.dumps(found).encode()

    return instead(HEADER, None, put)


DAMAGES: dict[str, Damage] = {
    "cut off": lambda found: found[: len(found) // 2],
    "without its end": without(MANIFEST),
    "goes on after its end": lambda found: [*found, found[1]],
    "a table twice": lambda found: [*found[:-1], found[1], found[-1]],
    "a table left out": without("tables/videos"),
    "a bomb": instead("tables/videos", None, lambda _: bomb()),
    "bytes for a table": instead("tables/videos", None, lambda _: b"\x1f\x8bnothing"),
    "another table": instead("tables/backgrounds", "tables/pg_authid/000000.gz"),
    "embeddings of no space": instead("tables/embeddings", "tables/embeddings_999/000000.gz"),
    "a picture outside": instead(PICTURES, "pictures/../../etc/cron.d/x.jpg"),
    "an absolute part": instead(PICTURES, "/etc/cron.d/x"),
    "another picture": instead(PICTURES, None, lambda data: data + b"x"),
    "a picture left out": without(PICTURES),
    "a column of no table": column('id") from stdin; drop table videos; --'),
    "no columns": header(columns={}),
    "columns that are no lists": header(columns={"videos": 5}),
    "a schema that is none": header(schema_number=0),
}
"""A backup as somebody who means harm, or a broken disk, would hand it in."""


@pytest.mark.parametrize("what", DAMAGES)
def test_what_is_damaged_or_forged_leaves_the_library_empty(
    kept: Path, elsewhere: Settings, tmp_path: Path, what: str
) -> None:
    file = packed(tmp_path / "bad.tar", DAMAGES[what](unpacked(kept)))
    with pytest.raises(BackupError):
        restore_library(file, settings=elsewhere)
    with open_library(settings=elsewhere) as library, library._database.snapshot() as connection:
        left = [
            table
            for table in set(KEPT) - {"owners"}
            if connection.execute(SQL("select from {} limit 1").format(Identifier(table))).fetchone()
        ]
    assert left == []
    assert [path for path in tmp_path.rglob("*") if "cron" in str(path)] == []


def test_files_that_are_no_backup(elsewhere: Settings, tmp_path: Path) -> None:
    for number, data in enumerate((b"", b"hello", b"\x00" * 10_000, os.urandom(4096))):
        file = tmp_path / f"no{number}.tar"
        file.write_bytes(data)
        with pytest.raises(BackupError):
            restore_library(file, settings=elsewhere)
    with pytest.raises(NotFoundError):
        restore_library(tmp_path / "absent.tar", settings=elsewhere)
    with pytest.raises(UsageError):
        restore_library(tmp_path, settings=elsewhere)
    assert not elsewhere.scenedex_home.exists()


def test_the_commands(
    source: Settings, elsewhere: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(given: Settings, *arguments: str) -> Any:
        monkeypatch.setenv("DATABASE_URL", str(given.database_url))
        monkeypatch.setenv("SCENEDEX_HOME", str(given.scenedex_home))
        return CliRunner().invoke(app, [*arguments])

    file = str(tmp_path / "by hand.tar")
    made = run(source, "backup", file, "--json")
    assert made.exit_code == 0, made.output
    assert json.loads(made.stdout)["rows"]["videos"] == 2
    assert run(source, "backup", file).exit_code == 2
    assert run(source, "restore", file).exit_code == 2
    back = run(elsewhere, "restore", file)
    assert back.exit_code == 0, back.output
    assert "2 videos" in back.stdout
    assert run(elsewhere, "restore", str(tmp_path / "none")).exit_code == 2


def test_where_it_cannot_be_written(library: Library, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be written"):
        library.backup(tmp_path / "no folder" / "b.tar")
