"""What is known of a scene-to-scene model before it is loaded, and what is said where it cannot be."""

import shutil
from pathlib import Path

import pytest
from tests.golden.loading import HERE

from scenedex.errors import GraphError, UsageError, WeightsMissingError
from scenedex.inference import video_models
from scenedex.inference.video_models import VIDEO_MODELS, VideoOptions, find_video_model

GOLDEN = HERE / "video"


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the extra were installed: nothing of it is imported here."""
    monkeypatch.setattr(video_models, "find_spec", lambda name: name)


def test_without_the_extra_it_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(video_models, "find_spec", lambda name: None if name == "torch" else name)
    with pytest.raises(UsageError, match=r"internvl35 needs torch: pip install 'scenedex\[video\]'"):
        find_video_model("internvl35", VideoOptions())


@pytest.mark.parametrize("backend", sorted(VIDEO_MODELS))
@pytest.mark.usefixtures("installed")
def test_without_weights_it_names_the_command_that_fetches_them(backend: str, tmp_path: Path) -> None:
    with pytest.raises(WeightsMissingError, match=f"hf download {VIDEO_MODELS[backend].repository}"):
        find_video_model(backend, VideoOptions(hub_cache=tmp_path))


@pytest.mark.usefixtures("installed")
def test_what_the_configuration_says(tmp_path: Path) -> None:
    pictures = find_video_model(
        "internvl35", VideoOptions(model_id=str(GOLDEN / "internvl35"), resolution=84)
    )
    assert (pictures.dim, pictures.frames, pictures.size) == (32, 1, 84)
    moving = find_video_model("videoprism", VideoOptions(model_id=str(GOLDEN / "videoprism")))
    assert (moving.dim, moving.frames, moving.size) == (32, 4, 54)
    (tmp_path / "config.json").write_text("{}")
    plain = find_video_model("internvideo2", VideoOptions(model_id=str(tmp_path), frames=6))
    assert (plain.dim, plain.frames, plain.size) == (512, 6, 224)


@pytest.mark.usefixtures("installed")
def test_a_checkpoint_in_the_cache_of_the_hub(tmp_path: Path) -> None:
    home = tmp_path / "models--google--videoprism-lvt-base-f16r288"
    revision = VIDEO_MODELS["videoprism"].revision
    shutil.copytree(GOLDEN / "videoprism", home / "snapshots" / revision)
    found = find_video_model("videoprism", VideoOptions(hub_cache=tmp_path))
    assert (found.revision, found.dim) == (revision, 32)
    (home / "snapshots" / revision / "config.json").unlink()
    with pytest.raises(WeightsMissingError, match="partly"):
        find_video_model("videoprism", VideoOptions(hub_cache=tmp_path))


@pytest.mark.usefixtures("installed")
def test_other_weights_are_another_revision(tmp_path: Path) -> None:
    folder = tmp_path / "own"
    shutil.copytree(GOLDEN / "videoprism", folder)
    options = VideoOptions(model_id=str(folder))
    first = find_video_model("videoprism", options).revision
    shutil.copytree(folder, tmp_path / "copy")
    assert find_video_model("videoprism", VideoOptions(model_id=str(tmp_path / "copy"))).revision == first
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"x")
    assert find_video_model("videoprism", options).revision != first


@pytest.mark.parametrize(
    "config", ["", "[]", "null", '{"vision_config": 3}', '{"vision_config": {"hidden_size": []}}']
)
@pytest.mark.usefixtures("installed")
def test_a_configuration_that_is_none(config: str, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(config)
    with pytest.raises(GraphError, match="no configuration"):
        find_video_model("videoprism", VideoOptions(model_id=str(tmp_path)))


@pytest.mark.usefixtures("installed")
def test_names_and_numbers_that_make_no_sense(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(WeightsMissingError, match=r"config\.json"):
        find_video_model("videoprism", VideoOptions(model_id=str(tmp_path)))
    with pytest.raises(WeightsMissingError, match=r"no folder \.\./\.\./etc"):
        find_video_model("videoprism", VideoOptions(model_id="../../etc"))
    with pytest.raises(UsageError, match="multiple of 14"):
        find_video_model("internvl35", VideoOptions(model_id=str(GOLDEN / "internvl35"), resolution=450))
