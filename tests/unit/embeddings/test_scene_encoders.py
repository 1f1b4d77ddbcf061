"""Encoders of scenes, held to what transformers says of tiny networks of the true architectures.

Run where torch is: `pip install 'scenedex[video]'`.
"""

import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
from tests.golden.loading import HERE
from tests.golden.samples import drawn_pictures
from tests.golden.torchvision_repair import torchvision_repaired

from scenedex.embeddings.protocols import Embedding
from scenedex.embeddings.scene_encoders import PictureScenes, VideoScenes
from scenedex.errors import EncoderError, GraphError, PictureError, ProviderError, UsageError
from scenedex.inference.video_models import VideoOptions
from scenedex.types import Space

GOLDEN = HERE / "video"


def clips() -> list[list[np.ndarray]]:
    """As `make_video_goldens.py` draws them."""
    coarse = np.random.default_rng(3).integers(0, 256, (2, 4, 12, 20, 3), np.uint8)
    return [[np.kron(frame, np.ones((10, 10, 1), np.uint8)) for frame in clip] for clip in coarse]


def unit(rows: np.ndarray) -> np.ndarray:
    return rows / np.linalg.norm(rows, axis=-1, keepdims=True)


class Pictures:
    space = Space(name="eyes@1", model="eyes", revision="1", modality="visual", dim=2)

    def embed_pictures(self, pictures):
        return [Embedding(vector=np.array([len(each), 1], np.float32)) for each in pictures]


def test_any_encoder_of_pictures_compares_scenes_in_a_space_of_its_own() -> None:
    encoder = PictureScenes(Pictures())
    assert (encoder.space.modality, encoder.space.name, encoder.frames) == ("scene", "eyes@1+scenes", 1)
    made = encoder.embed_scenes([[b"a"], [b"bcd"]])
    assert [each.vector[0] for each in made] == [1, 3]


@pytest.fixture
def torch():
    found = pytest.importorskip("torch", reason="the extra `video` (torch) is not installed here")
    torchvision_repaired()
    return found


def options(name: str | Path, **given) -> VideoOptions:
    return VideoOptions(**{"model_id": str(GOLDEN / name), "device": "cpu", "resolution": 56, **given})


@pytest.mark.parametrize("size", [56, 84])
def test_internvl_as_transformers_has_it(torch, size: int) -> None:
    right = np.load(GOLDEN / "vectors.npz")[f"internvl35_{size}"]
    encoder = VideoScenes("internvl35", options("internvl35", resolution=size))
    assert encoder.space.modality == "scene"
    assert encoder.space.name.endswith(f"+res{size}")
    # the fourth is nine times as wide as high: scenedex cuts such a picture before it resizes it
    usual = [0, 1, 2, 4, 5]
    right = right[usual]
    made = encoder.embed_scenes([[drawn_pictures()[k]] for k in usual])
    found = np.stack([each.vector for each in made])
    assert found.dtype == np.float32
    assert np.allclose(np.linalg.norm(found, axis=1), 1, atol=1e-5)
    assert (found * unit(right)).sum(axis=1).min() > 0.9999
    assert np.abs(found - unit(right)).max() < 1e-3
    assert made[0].metadata["model_name"] == str(GOLDEN / "internvl35")
    assert made[0].metadata["device"] == "cpu"


def test_videoprism_as_transformers_has_it(torch) -> None:
    right = np.load(GOLDEN / "vectors.npz")["videoprism"]
    encoder = VideoScenes("videoprism", options("videoprism", frames=99))
    assert encoder.frames == 4
    found = np.stack([each.vector for each in encoder.embed_scenes(clips())])
    assert (found * unit(right)).sum(axis=1).min() > 0.999
    backwards = encoder.embed_scenes([clips()[0][::-1]])[0].vector
    assert np.abs(backwards - found[0]).max() > 1e-4  # it sees the order of pictures


def test_what_fails_is_a_value_and_the_next_one_works(torch) -> None:
    encoder = VideoScenes("videoprism", options("videoprism"))
    good = clips()[0]
    made = encoder.embed_scenes([[*good[:3], b"no picture"], good[:2], good])
    assert [type(each.error) for each in made] == [PictureError, EncoderError, type(None)]
    assert "4 pictures" in made[1].metadata["error"]


def test_a_device_that_is_not_there(torch) -> None:
    with pytest.raises(ProviderError, match=r"IV2_DEVICE=cuda:77.*has only cpu"):
        VideoScenes("internvl35", options("internvl35", device="cuda:77"))


@pytest.mark.parametrize("damage", ["missing", "cut", "renamed"])
def test_damaged_weights(torch, damage: str, tmp_path: Path) -> None:
    shutil.copytree(GOLDEN / "internvl35", tmp_path / "model")
    weights = tmp_path / "model" / "model.safetensors"
    if damage == "missing":
        weights.unlink()
    elif damage == "cut":
        weights.write_bytes(weights.read_bytes()[:5000])
    else:
        weights.write_bytes(weights.read_bytes().replace(b"layer.1.mlp.fc1", b"layer.7.mlp.fc1"))
    made = VideoScenes("internvl35", options(tmp_path / "model")).embed_scenes([[drawn_pictures()[0]]])
    assert isinstance(made[0].error, EncoderError)
    assert str(tmp_path / "model") in str(made[0].error)


OWN_CODE = """
import torch
from transformers import PretrainedConfig, PreTrainedModel

class OwnConfig(PretrainedConfig):
    model_type = "own_internvideo2"

class OwnModel(PreTrainedModel):
    config_class = OwnConfig
    def __init__(self, config):
        super().__init__(config)
        self.scale = torch.nn.Parameter(torch.ones(1))
        self.post_init()
    def get_vid_feat(self, frames):
        assert frames.shape[1:] == (3, 3, 224, 224)
        flat = frames.mean(dim=(1, 3, 4)) * self.scale
        made = torch.cat([flat, torch.zeros(len(frames), 509)], dim=1)
        return made / made.norm(dim=-1, keepdim=True)
"""


@pytest.fixture
def own_code(torch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkpoint that brings its code, as InternVideo2's does."""
    safetensors = pytest.importorskip("safetensors.torch")
    folder = tmp_path / "own_model"
    folder.mkdir()
    (folder / "own_code.py").write_text(OWN_CODE)
    (folder / "config.json").write_text(
        '{"model_type": "own_internvideo2", "architectures": ["OwnModel"], "auto_map": '
        '{"AutoConfig": "own_code.OwnConfig", "AutoModel": "own_code.OwnModel"}}'
    )
    safetensors.save_file(
        {"scale": torch.full((1,), 2.0)}, folder / "model.safetensors", metadata={"format": "pt"}
    )
    monkeypatch.setattr("transformers.dynamic_module_utils.HF_MODULES_CACHE", str(tmp_path / "modules"))
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path / "modules")])
    return folder


def test_code_of_others_runs_only_where_it_is_allowed(own_code: Path) -> None:
    with pytest.raises(UsageError, match=r"Python code of its own.*IV2_TRUST_REMOTE_CODE=true"):
        VideoScenes("internvideo2", options(own_code, frames=3))
    encoder = VideoScenes("internvideo2", options(own_code, frames=3, trust_remote_code=True))
    assert encoder.space.name.endswith("+3frames+stride4")
    assert encoder.space.dim == 512
    picture = np.zeros((90, 160, 3), np.uint8)
    picture[:] = (255, 0, 0)
    (made,) = encoder.embed_scenes([[picture] * 3])
    assert made.error is None
    red = unit(np.array([(1 - 0.485) / 0.229, -0.456 / 0.224, -0.406 / 0.225]))
    assert np.allclose(made.vector[:3], red, atol=1e-4)


def test_code_that_fails_is_an_error_value(own_code: Path) -> None:
    (own_code / "own_code.py").write_text(
        OWN_CODE.replace("assert frames.shape", "raise KeyError('x')\n        assert frames.shape")
    )
    encoder = VideoScenes("internvideo2", options(own_code, frames=3, trust_remote_code=True))
    (made,) = encoder.embed_scenes([[np.zeros((9, 16, 3), np.uint8)] * 3])
    assert type(made.error) is GraphError
