"""Where the key of a session comes from."""

from pathlib import Path

import pytest

from scenedex.errors import UsageError
from scenedex.mcp_server.owning import folder_for, key_from


def test_a_file_comes_before_the_setting(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("  sdx_one \n")
    assert key_from(file, "sdx_two") == "sdx_one"
    assert key_from(None, " sdx_two\n") == "sdx_two"
    assert key_from(None, "  ") is None
    assert key_from(None, None) is None


def test_a_file_without_a_key_is_refused(tmp_path: Path) -> None:
    empty = tmp_path / "key"
    empty.write_text("\n")
    for file in (empty, tmp_path / "nowhere", tmp_path):
        with pytest.raises(UsageError, match="key"):
            key_from(file, "sdx_two")


def test_a_folder_that_cannot_be_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert folder_for(tmp_path / "new" / "folder").is_dir()
    with pytest.raises(UsageError, match="cannot be made"):
        folder_for(tmp_path / "file" / "below")
