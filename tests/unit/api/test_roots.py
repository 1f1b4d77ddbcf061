"""Which files of the server's the API takes in."""

import os
from pathlib import Path

import pytest

from scenedex.api.roots import admitted
from scenedex.errors import NotFoundError, UsageError
from scenedex.http.errors import ApiError


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder with a film, a link out of it, and a film beside it."""
    folder = tmp_path / "films"
    (folder / "deep").mkdir(parents=True)
    for name in ("films/drive.mp4", "films/deep/walk.mp4", "secret.mp4"):
        (tmp_path / name).write_bytes(b"x")
    (folder / "way-out.mp4").symlink_to(tmp_path / "secret.mp4")
    (folder / "way-in.mp4").symlink_to(folder / "drive.mp4")
    (tmp_path / "films-too").mkdir()
    (tmp_path / "films-too" / "other.mp4").write_bytes(b"x")
    os.mkfifo(folder / "pipe.mp4")
    return folder


def test_what_lies_below_a_root(root: Path) -> None:
    assert admitted(f"{root}/deep/walk.mp4", [root], anywhere=False) == root.resolve() / "deep" / "walk.mp4"
    assert admitted(f"{root}/way-in.mp4", [root], anywhere=False) == root.resolve() / "drive.mp4"
    assert admitted(f"{root}/deep/../drive.mp4", [Path("/nowhere"), root], anywhere=True)


@pytest.mark.parametrize(
    "way",
    ["way-out.mp4", "../secret.mp4", "deep/../../secret.mp4", "../films-too/other.mp4", "../no-such.mp4"],
)
def test_what_does_not_is_refused_whether_it_is_there_or_not(root: Path, way: str) -> None:
    with pytest.raises(ApiError, match="SCENEDEX_ROOTS") as caught:
        admitted(f"{root}/{way}", [root], anywhere=True)
    assert caught.value.status == 403


def test_a_root_may_itself_be_a_link(root: Path, tmp_path: Path) -> None:
    (tmp_path / "media").symlink_to(root)
    assert admitted(f"{tmp_path}/media/drive.mp4", [tmp_path / "media"], anywhere=False)


def test_without_roots_only_who_needs_no_key(root: Path) -> None:
    assert admitted(f"{root}/../secret.mp4", [], anywhere=True).name == "secret.mp4"
    with pytest.raises(ApiError) as caught:
        admitted(f"{root}/drive.mp4", [], anywhere=False)
    assert caught.value.status == 403


def test_files_alone_are_taken(root: Path) -> None:
    with pytest.raises(UsageError, match="folder"):
        admitted(str(root), [root], anywhere=True)
    for name in ("no-such.mp4", "pipe.mp4", "drive.mp4/x", "x" * 300):
        with pytest.raises(NotFoundError):
            admitted(f"{root}/{name}", [root], anywhere=True)


@pytest.mark.parametrize(
    "path", ["drive.mp4", "~/drive.mp4", "", "/a\0b", "file:///etc/passwd", "http://x/y.mp4"]
)
def test_what_is_no_absolute_path(path: str) -> None:
    with pytest.raises(UsageError, match="absolute"):
        admitted(path, [], anywhere=True)
