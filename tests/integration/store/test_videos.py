from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from uuid import UUID, uuid4

import numpy as np
import pytest
from tests.integration.store.records import TEXT, caption, embeddings, record, unit, words

from scenedex.errors import AmbiguousError, DatabaseUnreachableError, NotFoundError, StoreError
from scenedex.store.database import Database
from scenedex.store.files import put_file
from scenedex.store.scenes import captions_of, object_keys, scenes_of
from scenedex.store.spaces import ensure_space
from scenedex.store.videos import (
    find_by_hash,
    get_video,
    list_videos,
    recipe_of,
    remove_video,
    resolve_video,
    stats,
    write_video,
    write_words,
)
from scenedex.types import LOCAL_OWNER, KnownFile

COUNTS = """select (select count(*) from videos) as videos, (select count(*) from scenes) as scenes,
  (select count(*) from keyframes) as keyframes, (select count(*) from captions) as captions,
  (select count(*) from postings) as postings, (select count(*) from embeddings) as embeddings"""


def file(path: str, video_id: UUID, *, missing: bool = False) -> KnownFile:
    return KnownFile(path=path, video_id=video_id, size_bytes=1, mtime_ns=2, missing=missing)


def counts(database: Database) -> dict[str, int]:
    with database.operator() as tx:
        return tx.execute(COUNTS)[0]


def test_a_video_comes_back_as_it_was_written(database: Database) -> None:
    written = record(warnings=("half of it is missing",))
    with database.transaction(LOCAL_OWNER) as tx:
        video_id = write_video(tx, written)
        put_file(tx, file("/films/a.mkv", video_id))
    with database.transaction(LOCAL_OWNER) as tx:
        video = get_video(tx, video_id)
        scenes = scenes_of(tx, video_id)
        assert find_by_hash(tx, "aa") == video_id
        assert find_by_hash(tx, "bb") is None
        assert recipe_of(tx, video_id) == ("adaptive:1", "")
        assert list_videos(tx) == [video]
    assert (video.name, video.paths, video.offline) == ("a.mkv", ("/films/a.mkv",), False)
    assert (video.width, video.height, video.frame_rate) == (640, 360, Fraction(30000, 1001))
    assert (video.scene_count, video.caption_count, video.duration_s) == (3, 3, 30.0)
    assert video.warnings == ("half of it is missing",)
    assert [(s.index, s.start_s, s.end_s, s.thumbnail_key) for s in scenes] == [
        (0, 0.0, 10.0, "t0"),
        (1, 10.0, 20.0, "t1"),
        (2, 20.0, 30.0, "t2"),
    ]
    assert [s.keyframes for s in scenes] == [s.keyframes for s in written.scenes]
    assert [s.captions for s in scenes] == [(c,) for c in written.captions]


def test_writing_again_replaces_and_keeps_the_ids(database: Database) -> None:
    space = ensure_space(database, TEXT)
    first = record(embeddings={space.id: embeddings([unit(1), unit(2), None])})
    second = record(
        texts=("red car", "white boat"), recipe="content:2", embeddings={space.id: embeddings([unit(3)])}
    )
    with database.transaction(LOCAL_OWNER) as tx:
        video_id = write_video(tx, first)
        before = [scene.id for scene in scenes_of(tx, video_id)]
    for _ in range(2):
        with database.transaction(LOCAL_OWNER) as tx:
            assert write_video(tx, second) == video_id
        with database.transaction(LOCAL_OWNER) as tx:
            assert [scene.id for scene in scenes_of(tx, video_id)] == before[:2]
            assert recipe_of(tx, video_id) == ("content:2", "")
            assert tx.execute("select passages, tokens, vectors from videos")[0] == {
                "passages": 2,
                "tokens": 4,
                "vectors": {str(space.id): 1},
            }
        assert counts(database) == {
            "videos": 1, "scenes": 2, "keyframes": 4, "captions": 2, "postings": 4, "embeddings": 1,
        }  # fmt: skip


def test_words_are_replaced_and_pictures_stay(database: Database) -> None:
    space = ensure_space(database, TEXT)
    seen = ensure_space(database, replace(TEXT, name="tiny-visual", modality="visual"))
    all_three = embeddings([unit(1), unit(2), unit(3)])
    with database.transaction(LOCAL_OWNER) as tx:
        video_id = write_video(tx, record(embeddings={space.id: all_three, seen.id: all_three}))
        keyframes = [scene.keyframes for scene in scenes_of(tx, video_id)]
        write_words(
            tx,
            video_id,
            captions=[caption(5, 15, "said across the cut", origin="sidecar")],
            terms=[words("said across the cut"), words("said across the cut"), words("")],
            embeddings={space.id: embeddings([unit(4)])},
            sidecars="fingerprint",
            title="new name.mkv",
        )
    with database.transaction(LOCAL_OWNER) as tx:
        scenes = scenes_of(tx, video_id)
        assert [scene.keyframes for scene in scenes] == keyframes
        assert [[c.text for c in scene.captions] for scene in scenes] == [["said across the cut"]] * 2 + [[]]
        assert recipe_of(tx, video_id) == ("adaptive:1", "fingerprint")
        assert get_video(tx, video_id).name == "new name.mkv"
        assert tx.execute("select passages, tokens, vectors from videos")[0] == {
            "passages": 2,
            "tokens": 8,
            "vectors": {str(space.id): 1, str(seen.id): 3},
        }
        with pytest.raises(NotFoundError):
            write_words(tx, uuid4(), captions=[], terms=[], embeddings={}, sidecars="", title="")


def test_hostile_text_is_stored_as_far_as_it_is_text(database: Database) -> None:
    space = ensure_space(database, TEXT)
    draft = replace(
        embeddings([None])[0], metadata={"error": "a\0b \udcff", "took": float("nan"), "of": {"x": [1, "\0"]}}
    )
    hostile = record(
        texts=("nul \0 and \udcff",),
        title="na\0me\udcff.mkv",
        warnings=("\0w",),
        terms=(words("x" * 5000 + " \0 '; drop table videos; --"),),
        embeddings={space.id: (draft,)},
    )
    with database.transaction(LOCAL_OWNER) as tx:
        video_id = write_video(tx, hostile)
        assert get_video(tx, video_id).name == "name\ufffd.mkv"
        assert get_video(tx, video_id).warnings == ("w",)
        assert captions_of(tx, video_id)[0].text == "nul  and \ufffd"
        stored = tx.execute("select metadata from embeddings")[0]["metadata"]
        assert stored == {"error": "ab \ufffd", "took": None, "of": {"x": [1, ""]}}
        assert {len(row["term"]) for row in tx.execute("select term from postings")} >= {100, 4}


@pytest.mark.parametrize(
    ("vector", "metadata"),
    [
        (None, {}),
        (np.zeros(8, np.float32), {}),
        (np.ones(9, np.float32), {}),
        (np.full(8, np.nan, np.float32), {}),
    ],
    ids=["nothing without a reason", "all zero", "too long", "not a number"],
)
def test_a_vector_that_is_none_is_refused(
    database: Database, vector: np.ndarray | None, metadata: dict[str, str]
) -> None:
    space = ensure_space(database, TEXT)
    draft = replace(embeddings([unit(1)])[0], vector=vector, metadata=metadata)
    with pytest.raises(StoreError, match="refused a statement"), database.transaction(LOCAL_OWNER) as tx:
        write_video(tx, record(embeddings={space.id: (draft,)}))
    assert counts(database)["videos"] == 0


def test_a_scene_that_ends_before_it_starts_is_refused(database: Database) -> None:
    upside_down = replace(record().scenes[0], end_s=0.0)
    with pytest.raises(StoreError, match="refused a statement"), database.transaction(LOCAL_OWNER) as tx:
        write_video(tx, record(scenes=(upside_down,), terms=(words("a"),)))


def test_removing_a_video_leaves_nothing_of_it(database: Database) -> None:
    space = ensure_space(database, TEXT)
    with database.transaction(LOCAL_OWNER) as tx:
        video_id = write_video(tx, record(embeddings={space.id: embeddings([unit(1), unit(2), unit(3)])}))
        put_file(tx, file("/a.mkv", video_id))
        write_video(tx, record("bb", texts=("kept",)))
    with database.transaction(LOCAL_OWNER) as tx:
        remove_video(tx, video_id)
    assert counts(database) == {
        "videos": 1, "scenes": 1, "keyframes": 2, "captions": 1, "postings": 1, "embeddings": 0,
    }  # fmt: skip
    with database.transaction(LOCAL_OWNER) as tx:
        with pytest.raises(NotFoundError):
            remove_video(tx, video_id)
        with pytest.raises(NotFoundError):
            get_video(tx, video_id)
        with pytest.raises(NotFoundError):
            recipe_of(tx, video_id)


def test_a_video_is_named_by_id_path_and_file_name(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = tmp_path / "films" / "one & two.mkv"
    here.parent.mkdir()
    here.touch()
    with database.transaction(LOCAL_OWNER) as tx:
        one, two = write_video(tx, record("aa")), write_video(tx, record("bb"))
        gone = write_video(tx, record("cc", title="without a file.mkv"))
        put_file(tx, file(str(here), one))
        put_file(tx, file("/x/same.mkv", one))
        put_file(tx, file("/y/same.mkv", two))
        put_file(tx, file("/y/b\udcfc.mkv", two))
        monkeypatch.chdir(here.parent)
        for text in (
            str(one),
            str(one).upper(),
            str(here),
            "one & two.mkv",
            "./one & two.mkv",
            "../films/one & two.mkv",
        ):
            assert resolve_video(tx, text).id == one
        assert resolve_video(tx, "b\udcfc.mkv").id == two
        assert resolve_video(tx, "without a file.mkv").id == gone
        with pytest.raises(AmbiguousError, match=r"(?s)same\.mkv.*fits several") as raised:
            resolve_video(tx, "same.mkv")
        assert str(one) in str(raised.value)
        assert str(two) in str(raised.value)
        for text in ("", "%", "other.mkv", str(uuid4()), "\0", "\ud800", "x" * 100_000):
            with pytest.raises(NotFoundError):
                resolve_video(tx, text)


def test_a_video_with_no_path_left_is_offline(database: Database) -> None:
    with database.transaction(LOCAL_OWNER) as tx:
        one, two = write_video(tx, record("aa")), write_video(tx, record("bb"))
        put_file(tx, file("/old/a.mkv", one, missing=True))
        put_file(tx, file("/b.mkv", two))
        put_file(tx, file("/b copy.mkv", two, missing=True))
        videos = {video.id: video for video in list_videos(tx)}
        counted = stats(tx)
    assert (videos[one].offline, videos[one].paths, videos[one].name) == (True, (), "a.mkv")
    assert (videos[two].offline, videos[two].paths, videos[two].name) == (False, ("/b.mkv",), "b.mkv")
    assert (counted["videos"], counted["offline"]) == (2, 1)


def test_lists_have_pages(database: Database) -> None:
    for name in ("aa", "bb", "cc"):
        with database.transaction(LOCAL_OWNER) as tx:
            write_video(tx, record(name))
    with database.transaction(LOCAL_OWNER) as tx:
        assert [v.content_hash for v in list_videos(tx)] == ["cc", "bb", "aa"]
        assert [v.content_hash for v in list_videos(tx, limit=1, offset=1)] == ["bb"]


def test_stats_count_what_is_there(database: Database) -> None:
    space = ensure_space(database, TEXT)
    with database.transaction(LOCAL_OWNER) as tx:
        write_video(tx, record(embeddings={space.id: embeddings([unit(1), None, None])}))
        counted = stats(tx)
    assert counted.pop("database_bytes") > 1_000_000
    assert counted.pop("hours") == pytest.approx(30 / 3600)
    assert counted == {
        "videos": 1,
        "offline": 1,
        "scenes": 3,
        "keyframes": 6,
        "captions": 3,
        "embeddings": {"tiny-text": {"embeddings": 1, "errors": 2, "scenes": 1}},
    }
    with database.transaction(uuid4()) as tx:
        assert stats(tx)["videos"] == 0


def test_objects_in_use_are_those_of_all_owners(database: Database) -> None:
    for owner, name in ((LOCAL_OWNER, "aa"), (uuid4(), "bb")):
        one = record(name, texts=("one",))
        key = replace(one.scenes[0], thumbnail_key=f"thumb-{name}")
        with database.transaction(owner) as tx:
            write_video(tx, replace(one, scenes=(key,)))
    with database.operator() as operator:
        assert object_keys(operator) == {"k0a", "k0b", "thumb-aa", "thumb-bb"}


def cut_while_writing(database: Database) -> None:
    with database.transaction(LOCAL_OWNER) as tx:
        write_video(tx, record(texts=("new", "scenes")))
        write_video(tx, record("bb"))
        tx.execute("select pg_terminate_backend(pg_backend_pid())")


def test_a_connection_cut_while_writing_leaves_the_old_state(database: Database) -> None:
    with database.transaction(LOCAL_OWNER) as tx:
        write_video(tx, record())
    before = counts(database)
    with pytest.raises(DatabaseUnreachableError, match="nothing of it was kept"):
        cut_while_writing(database)
    assert counts(database) == before
    with database.transaction(LOCAL_OWNER) as tx:
        assert find_by_hash(tx, "bb") is None


def interrupted(database: Database) -> None:
    with database.transaction(LOCAL_OWNER) as tx:
        write_video(tx, record())
        raise KeyboardInterrupt


def test_an_exception_in_the_block_undoes_it(database: Database) -> None:
    with pytest.raises(KeyboardInterrupt):
        interrupted(database)
    assert counts(database)["videos"] == 0


def test_those_who_write_the_same_content_at_once_make_one_video(database: Database) -> None:
    space = ensure_space(database, TEXT)
    versions = [
        record(texts=("one", "two"), embeddings={space.id: embeddings([unit(1), unit(2)])}),
        record(texts=("three", "four", "five"), embeddings={space.id: embeddings([unit(3)])}),
    ]

    def write(number: int) -> set[UUID]:
        ids = set()
        for turn in range(5):
            with database.transaction(LOCAL_OWNER) as tx:
                ids.add(write_video(tx, versions[(number + turn) % 2]))
        return ids

    with ThreadPoolExecutor(4) as pool:
        assert len(set.union(*pool.map(write, range(4)))) == 1
    found = counts(database)
    assert found["videos"] == 1
    assert (found["scenes"], found["captions"], found["postings"], found["embeddings"]) in {
        (2, 2, 2, 2),
        (3, 3, 3, 1),
    }
