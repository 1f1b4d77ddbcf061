"""What `scenedex doctor` says of the process that reads files."""

import sys

import pytest

from scenedex.cli.doctor import decoder_line, print_found
from scenedex.config import read_settings


@pytest.mark.skipif(sys.platform != "linux", reason="children are Linux's")
def test_a_decoder_in_a_child_has_walls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCENEDEX_DECODER", "child")
    said = decoder_line(read_settings())
    assert "child process: memory, processor time and files are limited" in said
    assert "Landlock" in said
    assert "network" in said


def test_a_decoder_here_has_none() -> None:
    assert decoder_line(read_settings()) == "files are read in this process, which has no walls"


@pytest.mark.parametrize("platform", ["darwin", "win32"])
def test_elsewhere_files_are_read_here(platform: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCENEDEX_DECODER", "child")
    monkeypatch.setattr(sys, "platform", platform)
    assert not read_settings().in_child()


def test_what_is_found_is_said_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    print_found({"models": {"devices": ["cuda", "cpu"], "missing": None}, "plugins": [], "trouble": None})
    said = [line.rstrip().split(maxsplit=2) for line in capsys.readouterr().out.splitlines()]
    assert ["models", "devices", "cuda, cpu"] in said
    assert ["models", "missing", "none"] in said
    assert ["plugins", "none"] in said
    assert ["trouble", "none"] in said
