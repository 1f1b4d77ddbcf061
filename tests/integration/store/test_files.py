from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.integration.store.records import record

from scenedex.errors import StoreError, UsageError
from scenedex.store.database import Database
from scenedex.store.encoding import path_to_text, text_to_path
from scenedex.store.files import files_of, known_files, mark_missing, put_file
from scenedex.store.videos import write_video
from scenedex.types import LOCAL_OWNER, KnownFile

ODD = [
    "/films/a.mkv",
    "/films/b/a.mkv",
    "/films2/a.mkv",
    "/films/-rf 'quote' \"$(x)\" %s %(owner)s\n\t.mkv",
    "/films/bytes \udcff\udc80\U0010dc80\U0010dc00\U0010dcff.mkv",
    "/films/水.mkv",
    "/films/" + "/".join(["deep" * 50] * 20) + ".mkv",
]


@given(st.binary(max_size=40))
def test_every_path_comes_back_from_text(raw: bytes) -> None:
    path = raw.replace(b"\0", b"").decode("utf-8", "surrogateescape")
    text = path_to_text(path)
    text.encode("utf-8")
    assert text_to_path(text) == path


@given(st.text(st.characters(min_codepoint=0x10DC00, max_codepoint=0x10DCFF), max_size=6))
def test_the_private_characters_come_back_too(path: str) -> None:
    assert text_to_path(path_to_text(path)) == path


@given(st.lists(st.sampled_from(["\udc80", "\udcff", "\U0010dc80", "\U0010dc00", "a"])))
def test_different_paths_give_different_texts(parts: list[str]) -> None:
    assert text_to_path(path_to_text("".join(parts))) == "".join(parts)


@pytest.mark.parametrize("path", ["a\0b", "\ud800", "\udbff\udc7f"])
def test_what_cannot_be_a_path_is_refused(path: str) -> None:
    with pytest.raises(UsageError):
        path_to_text(path)


def test_files_come_back_by_their_path(database: Database) -> None:
    with database.transaction(LOCAL_OWNER) as tx:
        video_id = write_video(tx, record())
        files = [
            KnownFile(path=p, video_id=video_id, size_bytes=2**40, mtime_ns=2**62, missing=False) for p in ODD
        ]
        for file in files:
            put_file(tx, file)
    with database.transaction(LOCAL_OWNER) as tx:
        assert known_files(tx) == {file.path: file for file in files}
        assert set(known_files(tx, "/films")) == {p for p in ODD if p.startswith("/films/")}
        assert set(known_files(tx, "/films/")) == {p for p in ODD if p.startswith("/films/")}
        assert set(known_files(tx, "/films/a.mkv")) == {"/films/a.mkv"}
        assert set(known_files(tx, "/")) == set(ODD)
        assert known_files(tx, "/film_") == {}
        assert {file.path for file in files_of(tx, video_id)} == set(ODD)


def test_a_path_belongs_to_its_newest_content(database: Database) -> None:
    with database.transaction(LOCAL_OWNER) as tx:
        old, new = write_video(tx, record("aa")), write_video(tx, record("bb"))
        put_file(tx, KnownFile(path="/a", video_id=old, size_bytes=1, mtime_ns=1, missing=True))
        put_file(tx, KnownFile(path="/a", video_id=new, size_bytes=2, mtime_ns=2))
        assert known_files(tx) == {"/a": KnownFile(path="/a", video_id=new, size_bytes=2, mtime_ns=2)}
        assert files_of(tx, old) == []


def test_missing_files_stay_known(database: Database) -> None:
    with database.transaction(LOCAL_OWNER) as tx:
        video_id = write_video(tx, record())
        for path in ("/a", "/b"):
            put_file(tx, KnownFile(path=path, video_id=video_id, size_bytes=1, mtime_ns=1))
        mark_missing(tx, ["/a", "/never seen"])
        mark_missing(tx, [])
        assert {path: file.missing for path, file in known_files(tx).items()} == {"/a": True, "/b": False}
        assert [file.path for file in files_of(tx, video_id)] == ["/b", "/a"]


def test_a_file_of_another_owners_video_is_refused(database: Database) -> None:
    with database.transaction(LOCAL_OWNER) as tx:
        video_id = write_video(tx, record())
    with pytest.raises(StoreError), database.transaction(uuid4()) as tx:
        put_file(tx, KnownFile(path="/a", video_id=video_id, size_bytes=1, mtime_ns=1))
