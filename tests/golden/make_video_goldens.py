"""What the references say for scene-to-scene search, on tiny networks of the true architectures with random weights.

    python -m tests.golden.make_video_goldens

Needs torch, torchvision and transformers (versions in `video/versions.json`); deterministic. Writes `video/`: each
network as its authors' hub keeps it (config.json, model.safetensors), and `vectors.npz`, what transformers' own
classes made of the drawn pictures, processors included.
"""

import json
from importlib.metadata import version
from pathlib import Path

import numpy as np
import torch
import transformers
from tests.golden.samples import drawn_pictures
from tests.golden.torchvision_repair import torchvision_repaired

FOLDER = Path(__file__).parent / "video"
SIZE = 56  # four patches of 14 pixels a side
FRAMES = 4


def scrambled(model: torch.nn.Module) -> torch.nn.Module:
    """Random weights everywhere: some start as zeros, and would hide what is done with them."""
    torch.manual_seed(7)
    with torch.no_grad():
        for name, weight in model.named_parameters():
            spread = 0.3 if weight.ndim == 1 else 0.7 / weight.shape[-1] ** 0.5
            weight.copy_(
                torch.randn_like(weight) * spread + float("norm" in name and name.endswith("weight"))
            )
    return model.eval()


def internvl() -> dict[str, np.ndarray]:
    vision = {
        "hidden_size": 32,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "intermediate_size": 48,
        "image_size": SIZE,
    }
    text = {
        "model_type": "qwen2", "hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2,
        "num_key_value_heads": 1, "intermediate_size": 16, "vocab_size": 32, "max_position_embeddings": 32,
    }  # fmt: skip
    config = transformers.InternVLConfig(vision_config=vision, text_config=text, image_token_id=3)
    model = scrambled(transformers.InternVLForConditionalGeneration(config))
    model.save_pretrained(FOLDER / "internvl35")
    found = {}
    for size in (SIZE, 84):
        processor = transformers.GotOcr2ImageProcessorPil(
            size={"height": size, "width": size},
            image_mean=[0.485, 0.456, 0.406],
            image_std=[0.229, 0.224, 0.225],
        )
        pixels = processor(list(drawn_pictures()), return_tensors="pt")["pixel_values"]
        with torch.inference_mode():
            tokens = model.model.vision_tower(pixels).last_hidden_state
        found[f"internvl35_{size}"] = tokens[:, 1:].mean(dim=1).numpy()
    return found


def videoprism() -> dict[str, np.ndarray]:
    shared = {"hidden_size": 32, "num_attention_heads": 2, "intermediate_size": 48}
    config = transformers.VideoPrismConfig(
        vision_config=dict(
            **shared, image_size=SIZE - 2, num_frames=FRAMES, num_spatial_layers=2, num_temporal_layers=1,
            num_auxiliary_layers=1,
        ),
        text_config=dict(**shared, num_hidden_layers=1, vocab_size=32, max_position_embeddings=8),
    )  # fmt: skip
    model = scrambled(transformers.VideoPrismClipModel(config))
    model.save_pretrained(FOLDER / "videoprism")
    processor = transformers.LlavaOnevisionVideoProcessor(
        size={"height": SIZE - 2, "width": SIZE - 2}, do_normalize=False
    )
    rows = []
    for clip in clips():
        pixels = processor([torch.from_numpy(np.stack(clip)).permute(0, 3, 1, 2)], return_tensors="pt")
        with torch.inference_mode():
            rows.append(model.get_video_features(pixels["pixel_values_videos"]).pooler_output[0, 0].numpy())
    return {"videoprism": np.stack(rows)}


def clips() -> list[list[np.ndarray]]:
    """Two lists of pictures of one size."""
    rng = np.random.default_rng(3)
    coarse = rng.integers(0, 256, (2, FRAMES, 12, 20, 3), np.uint8)
    return [[np.kron(frame, np.ones((10, 10, 1), np.uint8)) for frame in clip] for clip in coarse]


def main() -> None:
    torchvision_repaired()
    FOLDER.mkdir(exist_ok=True)
    np.savez_compressed(FOLDER / "vectors.npz", **internvl(), **videoprism())
    for left in FOLDER.rglob("generation_config.json"):
        left.unlink()
    versions = {name: version(name) for name in ("torch", "torchvision", "transformers")}
    (FOLDER / "versions.json").write_text(json.dumps(versions, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
