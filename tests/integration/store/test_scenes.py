from dataclasses import replace
from uuid import uuid4

from tests.integration.store.records import caption, record

from scenedex.store.database import Database
from scenedex.store.files import put_file
from scenedex.store.scenes import captions_by_scene, captions_of, scene_cards, scenes_of
from scenedex.store.videos import write_video
from scenedex.types import LOCAL_OWNER, KnownFile

# three scenes of 10 s: [0, 10), [10, 20), [20, 30)
BELONG = {
    "before all": (-5, -4, [0]),
    "at the very start": (0, 1, [0]),
    "up to the cut": (8, 10, [0]),
    "from the cut": (10, 12, [1]),
    "across a cut": (9, 11, [0, 1]),
    "across both cuts": (5, 25, [0, 1, 2]),
    "no length, on the cut": (10, 10, [1]),
    "no length": (15, 15, [1]),
    "past the end": (28, 99, [2]),
    "after all": (31, 32, [2]),
    "no length, at the end": (30, 30, [2]),
}


def test_captions_belong_to_each_scene_they_touch(database: Database) -> None:
    captions = [caption(start, end, text, i) for i, (text, (start, end, _)) in enumerate(BELONG.items())]
    with database.transaction(LOCAL_OWNER) as tx:
        video_id = write_video(tx, record(captions=tuple(captions)))
        write_video(tx, record("bb", texts=("of another video",)))
        scenes = scenes_of(tx, video_id)
        read = captions_by_scene(tx, [scene.id for scene in scenes])
        assert captions_by_scene(tx, []) == {}
        assert {c.text for c in captions_of(tx, video_id)} == set(BELONG)
    expected = {text: where for text, (_, _, where) in BELONG.items()}
    for name, found in (
        ("scenes_of", [scene.captions for scene in scenes]),
        ("captions_by_scene", [read.get(scene.id, ()) for scene in scenes]),
    ):
        placed = {
            text: [number for number, captions in enumerate(found) if text in {c.text for c in captions}]
            for text in BELONG
        }
        assert placed == expected, name


def test_captions_come_back_by_time_with_origin_and_language(database: Database) -> None:
    captions = (
        caption(5, 6, "later", 1, origin="sidecar", language="ko"),
        caption(1, 2, "two\nlines", 0, origin="sidecar"),
        caption(1, 2, "said", 0, origin="speech", language="en"),
    )
    with database.transaction(LOCAL_OWNER) as tx:
        video_id = write_video(tx, record(captions=captions))
        assert captions_of(tx, video_id) == [captions[1], captions[2], captions[0]]


def test_cards_name_the_newest_path_that_is_there(database: Database) -> None:
    with database.transaction(LOCAL_OWNER) as tx:
        online, offline, bare = (write_video(tx, record(name, texts=("one",))) for name in ("aa", "bb", "cc"))
        for path, video_id, missing in (
            ("/new/gone.mkv", online, True),
            ("/old/here.mkv", online, False),
            ("/was/b\udcff.mkv", offline, True),
        ):
            put_file(tx, KnownFile(path=path, video_id=video_id, size_bytes=1, mtime_ns=1, missing=missing))
        ids = [scenes_of(tx, video_id)[0].id for video_id in (online, offline, bare)]
        cards = scene_cards(tx, [*ids, uuid4()])
        assert scene_cards(tx, []) == {}
    assert [(cards[i].video, cards[i].path) for i in ids] == [
        ("here.mkv", "/old/here.mkv"),
        ("b\udcff.mkv", None),
        ("cc.mkv", None),
    ]
    assert [cards[i].scene.video_id for i in ids] == [online, offline, bare]
    with database.transaction(uuid4()) as tx:
        assert scene_cards(tx, ids) == {}


def test_a_video_without_pictures_has_scenes_without_keyframes(database: Database) -> None:
    bare = replace(record().scenes[0], keyframes=(), thumbnail_key=None)
    with database.transaction(LOCAL_OWNER) as tx:
        silent = replace(record().info, video=None)
        video_id = write_video(tx, record(scenes=(bare,), terms=(), captions=(), info=silent))
        (scene,) = scenes_of(tx, video_id)
    assert (scene.keyframes, scene.thumbnail_key, scene.captions) == ((), None, ())
