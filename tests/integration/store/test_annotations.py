from uuid import uuid4

import pytest
from tests.integration.store.records import caption, record

from scenedex.errors import NotFoundError
from scenedex.store.annotations import annotated, mark_annotated
from scenedex.store.database import Database
from scenedex.store.scenes import captions_by_scene, captions_of, scenes_of
from scenedex.store.videos import write_video, write_words
from scenedex.types import LOCAL_OWNER


def test_how_a_video_was_annotated_is_remembered(database: Database) -> None:
    with database.transaction(LOCAL_OWNER) as tx:
        one, two = (write_video(tx, record(digest)) for digest in ("aa", "bb"))
        mark_annotated(tx, one, "screen_text", "reader\0 1")
        mark_annotated(tx, one, "speech", "ears")
        mark_annotated(tx, two, "speech", "ears")
        mark_annotated(tx, two, "speech", None)
        mark_annotated(tx, two, "speech", None)
        assert annotated(tx, "screen_text") == {one: "reader 1"}
        assert annotated(tx, "speech") == {one: "ears"}
        write_video(tx, record("aa", recipe="another"))
        assert annotated(tx, "screen_text") == {one: "reader 1"}


def test_marking_what_is_not_there(database: Database) -> None:
    with database.transaction(LOCAL_OWNER) as tx, pytest.raises(NotFoundError):
        mark_annotated(tx, uuid4(), "speech", "ears")


def test_marks_belong_to_their_owner(database: Database) -> None:
    with database.transaction(LOCAL_OWNER) as tx:
        video = write_video(tx, record())
        mark_annotated(tx, video, "speech", "ears")
    with database.transaction(uuid4()) as tx:
        assert annotated(tx, "speech") == {}
        with pytest.raises(NotFoundError):
            mark_annotated(tx, video, "speech", None)


def test_a_caption_keeps_how_sure_its_reader_was(database: Database) -> None:
    measures = {"avg_logprob": -0.25, "no_speech_prob": 0.5}
    with database.transaction(LOCAL_OWNER) as tx:
        heard = caption(1, 2, "heard", origin="speech", measures=measures)
        broken = caption(3, 4, "broken", 1, origin="speech", measures={"avg_logprob": float("nan")})
        video = write_video(tx, record(captions=(heard, broken)))
        kept = captions_of(tx, video)
        assert [c.measures for c in kept] == [measures, {}]
        scene = scenes_of(tx, video)[0]
        assert captions_by_scene(tx, [scene.id])[scene.id][0].measures == measures


def test_words_are_replaced_without_touching_title_and_fingerprint(database: Database) -> None:
    with database.transaction(LOCAL_OWNER) as tx:
        made = record(title="kept.mkv", sidecars="kept")
        video = write_video(tx, made)
        write_words(tx, video, captions=made.captions[:1], terms=made.terms, embeddings={})
        (row,) = tx.execute("select title, sidecars, caption_count from videos where owner_id = %(owner)s")
        assert row == {"title": "kept.mkv", "sidecars": "kept", "caption_count": 1}
