"""Which of a video's files can be read."""

import os
from pathlib import Path

from tests.integration.store.records import record

from scenedex.indexing.at_hand import paths_at_hand
from scenedex.store.database import Database
from scenedex.store.files import mark_missing, put_file
from scenedex.store.videos import write_video
from scenedex.types import LOCAL_OWNER, KnownFile


def test_what_can_be_read_now_counts_and_not_what_was_known(database: Database, tmp_path: Path) -> None:
    names = ["back again.mkv", "gone.mkv", os.fsdecode(b"bytes \xff.mkv")]
    with database.transaction(LOCAL_OWNER) as tx:
        video = write_video(tx, record())
    for name in names:  # a transaction each: the last one is the newest
        with database.transaction(LOCAL_OWNER) as tx:
            put_file(tx, KnownFile(path=str(tmp_path / name), video_id=video, size_bytes=1, mtime_ns=1))
    with database.transaction(LOCAL_OWNER) as tx:
        mark_missing(tx, [str(tmp_path / names[0])])
        assert paths_at_hand(tx, video) == ()
        for name in (names[0], names[2]):
            (tmp_path / name).touch()
        assert paths_at_hand(tx, video) == (tmp_path / names[2], tmp_path / names[0])
