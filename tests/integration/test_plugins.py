"""The example of a plug-in, installed, and used from the first picture to the last search."""

import json
import sys
from pathlib import Path

import pytest
from tests.plugged import install, install_example
from typer.testing import CliRunner

from scenedex import Library, open_library, plugins
from scenedex.cli.main import app
from scenedex.config import read_settings
from scenedex.errors import EncoderPluginError, PluginError
from scenedex.testing import shots_clip

CUTS = [0.0, 1.0, 2.2, 3.0]


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shared_server: None) -> pytest.MonkeyPatch:
    (tmp_path / "plugin").mkdir()
    install_example(monkeypatch, tmp_path / "plugin")
    monkeypatch.setenv("SCENEDEX_PROFILE", "mini")
    return monkeypatch


def starts(library: Library, name: str) -> list[float]:
    return [scene.start_s for scene in library.show(name)[1]]


def test_the_example_finds_cuts_sees_and_describes(installed: pytest.MonkeyPatch, tmp_path: Path) -> None:
    installed.setenv("CLIP_MODEL_NAME", "colours")
    installed.setenv("SCENEDEX_DETECTOR", "colour-jumps")
    installed.setenv("SCENEDEX_DESCRIPTION_MODEL", "plugin/colour-names")
    installed.setenv(
        "SCENEDEX_DECODER", "child"
    )  # confined: nothing outside the packages can be opened there
    clip = tmp_path / "colours.mp4"
    shots_clip(clip, [1.0, 1.2, 0.8, 1.0])  # red, green, blue, yellow
    with open_library() as library:
        assert [one.outcome for one in library.add(clip).files] == ["indexed"]
        assert starts(library, "colours.mp4") == pytest.approx(CUTS)
        assert library.profile().visual == "colours"
        for colour, scene in (("red", 0), ("green", 1), ("blue", 2), ("yellow", 3)):
            first = library.search(f"something {colour}").hits[0]
            assert (first.scene, "visual" in first.channels) == (scene, True), colour
        assert [s.name for s, _ in library.spaces()] == ["colours@1"]
        assert [one.outcome for one in library.annotate("colour-names")] == ["annotated"]
        assert [one.outcome for one in library.annotate("description")] == ["unchanged"]
        (best, *_) = library.search("mostly blue", weights={"visual": 0.0}).hits
        assert best.scene == 2
        assert [one.outcome for one in library.add(clip).files] == ["unchanged"]
    listed = CliRunner().invoke(app, ["models", "list", "--json"])
    assert [(one["kind"], one["name"], one["trouble"]) for one in json.loads(listed.stdout)["plugins"]] == [
        ("encoder", "colours", None),
        ("annotation", "colour-names", None),
        ("detector", "colour-jumps", None),
    ]
    by_name = CliRunner().invoke(app, ["annotate", "colour-names", "--json"])
    assert json.loads(by_name.stdout)["videos"][0]["outcome"] == "unchanged"
    assert CliRunner().invoke(app, ["annotate", "colour-blind"]).exit_code == 2


def test_a_library_outlives_its_plug_in(installed: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Chosen once and recorded; when the package is gone, searches say so and go on."""
    clip = tmp_path / "seen.mp4"
    shots_clip(clip, [1.0, 1.0])
    installed.delenv("SCENEDEX_PROFILE")  # what is set goes before what is recorded
    with open_library() as library:
        library.use("mini")
        assert library.use("colours").visual == "colours"
        library.add(clip)
        assert library.search("red").degraded == ()
    installed.setattr(sys, "path", [one for one in sys.path if not one.startswith(str(tmp_path))])
    plugins.load.cache_clear()
    with open_library() as library:
        answer = library.search("seen")
        assert [hit.video for hit in answer.hits][:1] == ["seen.mp4"]
        assert "colours" in " ".join(answer.degraded)
        with pytest.raises(LookupError, match=r"colours.*plug-in"):
            library.profile()
        library.use("mini")


def test_what_does_not_work_is_said_before_any_file_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shared_server: None
) -> None:
    packages = tmp_path / "packages"
    packages.mkdir()
    install(monkeypatch, packages, "scenedex.encoders", "broken", "import nothing_of_this_name")
    install(monkeypatch, packages, "scenedex.detectors", "shaky", "raise SystemExit('no')")
    clip = tmp_path / "clip.mp4"
    shots_clip(clip, [1.0])
    with open_library(settings=read_settings()) as library:
        with pytest.raises(
            EncoderPluginError, match=r"encoder 'broken' of the package .* 2\.5 cannot be imported"
        ):
            library.use("broken")
        library.use("mini")
        monkeypatch.setenv("CLIP_MODEL_NAME", "broken")
        with (
            open_library(settings=read_settings()) as other,
            pytest.raises(EncoderPluginError, match="ModuleNotFoundError"),
        ):
            other.add(clip)
        monkeypatch.delenv("CLIP_MODEL_NAME")
        monkeypatch.setenv("SCENEDEX_DETECTOR", "shaky")
        with (
            open_library(settings=read_settings()) as other,
            pytest.raises(PluginError, match=r"detector 'shaky' .* cannot be imported: SystemExit: no"),
        ):
            other.add(clip)
        assert library.videos() == []
