"""On what kind of file system a folder lies."""

from pathlib import Path

import pytest

from scenedex.indexing.mounts import file_system, is_remote

MOUNTS = r"""22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
30 22 0:40 / /mnt/nas rw shared:2 - nfs4 server:/films rw
31 22 0:41 / /mnt/with\040space rw - cifs //server/films rw
32 22 0:42 / /mnt/stack rw - ext4 /dev/sdb1 rw
33 22 0:43 / /mnt/stack rw - fuse.sshfs me@host: rw
nonsense
34 22 0:44 / /mnt/half rw
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/home/me/films", "ext4"),
        ("/mnt/nas", "nfs4"),
        ("/mnt/nas/2026/a.mp4", "nfs4"),
        ("/mnt/nasty", "ext4"),
        ("/mnt/with space/a", "cifs"),
        ("/mnt/stack/a", "fuse.sshfs"),
    ],
)
def test_file_system(path: str, kind: str) -> None:
    assert file_system(Path(path), MOUNTS) == kind


def test_nothing_is_known_without_mounts() -> None:
    assert file_system(Path("/a"), "") is None


def test_a_folder_of_this_machine_is_not_remote(tmp_path: Path) -> None:
    assert not is_remote(tmp_path)
    assert not is_remote(tmp_path / "not there")


@pytest.mark.parametrize(("kind", "remote"), [("nfs", True), ("fuse.rclone", True), ("fuseblk", False)])
def test_which_are_remote(kind: str, remote: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text(f"22 1 0:1 / / rw - {kind} x rw\n")
    monkeypatch.setattr("scenedex.indexing.mounts.MOUNTS", mounts)
    assert is_remote(tmp_path) is remote
