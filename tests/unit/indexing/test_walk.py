"""Which files a path stands for."""

from pathlib import Path

import pytest

from scenedex.errors import NotFoundError
from scenedex.indexing.walk import find_files, printable


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name in (
        "b.mp4",
        "a.mkv",
        ".hidden.mp4",
        "sub/c.mp4",
        "sub/.git/d.mp4",
        "proxies/e.mp4",
        "sub/f.part",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    return tmp_path


def names(root: Path, *paths: Path, exclude: tuple[str, ...] = ()) -> list[str]:
    return [str(f.path.relative_to(root.resolve())) for f in find_files(paths or (root,), exclude)]


def test_all_files_in_order_without_hidden_ones(tree: Path) -> None:
    assert names(tree) == ["a.mkv", "b.mp4", "proxies/e.mp4", "sub/c.mp4", "sub/f.part"]


def test_what_the_file_system_does_not_tell_of_is_passed_over(tree: Path) -> None:
    (tree / "b0.mp4").symlink_to("x" * 300)  # refused, not merely absent
    assert names(tree, exclude=("sub",)) == ["a.mkv", "b.mp4", "proxies/e.mp4"]
    with pytest.raises(NotFoundError):
        names(tree, tree / "b0.mp4")


def test_exclude_by_name_folder_and_relative_path(tree: Path) -> None:
    assert names(tree, exclude=("*.part", "proxies")) == ["a.mkv", "b.mp4", "sub/c.mp4"]
    assert names(tree, exclude=("sub/*",)) == ["a.mkv", "b.mp4", "proxies/e.mp4"]


def test_a_named_file_is_taken_even_when_hidden_and_each_file_once(tree: Path) -> None:
    hidden = tree / ".hidden.mp4"
    assert names(tree, hidden, tree / "b.mp4", tree)[:2] == [".hidden.mp4", "b.mp4"]
    assert len(names(tree, tree, tree / "sub", tree / "b.mp4")) == 5
    assert [f.named for f in find_files([hidden])] == [True]


def test_links_to_folders_are_not_followed_and_dead_links_are_no_files(tree: Path) -> None:
    (tree / "loop").symlink_to(tree)
    (tree / "dead.mp4").symlink_to(tree / "nowhere.mp4")
    assert names(tree) == ["a.mkv", "b.mp4", "proxies/e.mp4", "sub/c.mp4", "sub/f.part"]


def test_the_folder_of_a_path_has_one_spelling(tree: Path) -> None:
    (tree / "door").symlink_to(tree / "sub")
    assert names(tree, tree / "door" / "c.mp4", tree / "sub" / ".." / "sub" / "c.mp4") == ["sub/c.mp4"]


def test_a_path_that_is_not_there(tree: Path) -> None:
    with pytest.raises(NotFoundError, match="no file or folder"):
        list(find_files([tree / "nowhere"]))


def test_printable_escapes_what_a_terminal_would_obey() -> None:
    assert printable("水 näme.mp4") == "水 näme.mp4"
    assert printable("a\x1b[2Jb\n") == "a\\x1b[2Jb\\n"
    assert printable("bad\udcff") == "bad\\udcff"
