import hashlib
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from scenedex.errors import DiskFullError, NotFoundError, StoreError
from scenedex.store.objects import ObjectStore

DAY = 86_400


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "ob'jects & 水"


@pytest.fixture
def objects(folder: Path) -> ObjectStore:
    return ObjectStore(folder)


def make_old(path: Path) -> None:
    os.utime(path, (time.time() - 2 * DAY,) * 2)


def test_bytes_come_back_under_a_name_made_from_them(objects: ObjectStore, folder: Path) -> None:
    key = objects.put(b"picture")
    digest = hashlib.sha256(b"picture").hexdigest()
    assert key == f"{digest[:2]}/{digest[2:4]}/{digest}.jpg"
    assert objects.get(key) == b"picture"
    assert objects.path_or_none(key) == folder / key
    assert folder.stat().st_mode & 0o777 == 0o700
    assert objects.put(b"", suffix=".bin").endswith(".bin")


def test_what_is_there_is_not_written_again(objects: ObjectStore, folder: Path) -> None:
    key = objects.put(b"picture")
    before = (folder / key).stat()
    assert objects.put(b"picture") == key
    make_old(folder / key)
    assert objects.put(b"picture") == key
    after = (folder / key).stat()
    assert after.st_ino == before.st_ino
    assert after.st_mtime > time.time() - 60  # or a sweep could take it away before a row names it


def test_what_a_crash_cut_short_is_written_again(objects: ObjectStore, folder: Path) -> None:
    key = objects.put(b"picture")
    (folder / key).write_bytes(b"")
    assert objects.get(objects.put(b"picture")) == b"picture"


def test_many_may_put_the_same_at_once(objects: ObjectStore) -> None:
    data = os.urandom(200_000)
    keys: list[str] = []
    threads = [threading.Thread(target=lambda: keys.append(objects.put(data))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(keys) == 8
    assert len(set(keys)) == 1
    assert objects.get(keys[0]) == data


@pytest.mark.parametrize("key", ["", "../../etc/passwd", "/etc/passwd", "aa/bb/" + "0" * 64 + ".jpg", "a\0b"])
def test_an_unknown_key_is_not_found(objects: ObjectStore, key: str) -> None:
    with pytest.raises(NotFoundError):
        objects.get(key)
    assert objects.path_or_none(key) is None


def test_a_suffix_is_no_path(objects: ObjectStore) -> None:
    with pytest.raises(ValueError, match="no suffix"):
        objects.put(b"x", suffix="/../x")


def test_sweeping_takes_what_is_old_and_named_by_nobody(objects: ObjectStore, folder: Path) -> None:
    kept, young, old = (objects.put(data) for data in (b"kept", b"young", b"old"))
    for key in (kept, old):
        make_old(folder / key)
    aside = (folder / old).with_suffix(".jpg#1")
    aside.write_bytes(b"half")
    make_old(aside)
    mine = folder / "notes.txt"
    mine.write_text("not an object")
    make_old(mine)
    assert objects.sweep({kept}) == 1
    assert [objects.path_or_none(key) is not None for key in (kept, young, old)] == [True, True, False]
    assert (aside.exists(), mine.exists()) == (False, True)
    assert objects.sweep(lambda key: key == young, older_than_s=0) == 1
    assert objects.path_or_none(young) is not None


def test_a_put_that_is_killed_leaves_no_half_object(folder: Path) -> None:
    script = """
import os, sys
from scenedex.store.objects import ObjectStore
objects = ObjectStore(sys.argv[1])
print("ready", flush=True)
while True:
    objects.put(os.urandom(300_000))
"""
    for wait_s in (0.01, 0.05, 0.1):
        with subprocess.Popen([sys.executable, "-c", script, str(folder)], stdout=subprocess.PIPE) as child:
            assert child.stdout is not None
            child.stdout.readline()
            time.sleep(wait_s)
            child.kill()
    whole = list(folder.glob("??/??/*.jpg"))
    assert whole
    assert [path for path in whole if hashlib.sha256(path.read_bytes()).hexdigest() != path.stem] == []


def test_a_store_that_is_no_folder_keeps_objects_too() -> None:
    objects = ObjectStore("memory:///")
    key = objects.put(b"picture")
    assert objects.put(b"picture") == key
    assert objects.get(key) == b"picture"
    assert objects.path_or_none(key) is None
    assert objects.sweep(set(), older_than_s=-60) == 1
    with pytest.raises(NotFoundError):
        objects.get(key)


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="does not take or give"):
        ObjectStore(tmp_path / "file" / "objects")
    with pytest.raises(StoreError):
        ObjectStore("nonsense://bucket")


def fill(objects: ObjectStore) -> None:
    for _ in range(100):
        objects.put(os.urandom(1_000_000))


def test_a_full_disk_has_a_name_of_its_own(small_disk: Path) -> None:
    objects = ObjectStore(small_disk / "objects")
    with pytest.raises(DiskFullError, match="No space is left"):
        fill(objects)
    assert {len(path.read_bytes()) for path in small_disk.rglob("*.jpg")} == {1_000_000}
