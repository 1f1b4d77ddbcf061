"""Checkpoints of the true architectures with few random weights, as their own libraries save them. Needs torch,
transformers and open_clip.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

SIZE = 64
SMALL = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2}


def clip(folder: Path) -> None:
    import transformers
    from tests.golden import make_goldens as golden
    from tests.golden.clip_vocabulary import clip_tokenizer

    state = json.loads(clip_tokenizer(400).to_str())["model"]
    merges = [tuple(each) for each in state["merges"]]
    tokenizer = transformers.CLIPTokenizer(vocab=state["vocab"], merges=merges)
    count = len(state["vocab"])
    text = {**SMALL, "vocab_size": count, "eos_token_id": count - 1, "bos_token_id": count - 2}
    config = transformers.CLIPConfig(
        text_config={**text, "pad_token_id": count - 1},
        vision_config={**SMALL, "image_size": SIZE, "patch_size": 16},
        projection_dim=24,
    )
    processor = transformers.CLIPImageProcessorPil(
        size={"shortest_edge": SIZE}, crop_size={"height": SIZE, "width": SIZE}
    )
    model = transformers.CLIPModel._from_config(config)
    golden.shaken(model)
    _save(folder, model, tokenizer, processor)


def siglip(folder: Path) -> None:
    import transformers
    from tests.golden import make_goldens as golden

    tokenizer = golden.trained("gemma")
    config = transformers.SiglipConfig(
        text_config={
            **SMALL, "vocab_size": len(tokenizer), "max_position_embeddings": 64, "projection_size": 32,
            "bos_token_id": 2, "eos_token_id": 1,
        },
        vision_config={**SMALL, "image_size": SIZE, "patch_size": 16},
    )  # fmt: skip
    model = transformers.SiglipModel._from_config(config)
    golden.shaken(model)
    processor = transformers.SiglipImageProcessorPil(size={"height": SIZE, "width": SIZE}, resample=2)
    _save(folder, model, tokenizer, processor)


def clap(folder: Path, *, fusion: bool = False) -> None:
    import transformers
    from tests.golden import make_goldens as golden

    tokenizer = golden.trained("roberta")
    text = {**SMALL, "vocab_size": len(tokenizer), "max_position_embeddings": 514, "pad_token_id": 1}
    audio = {
        "patch_embeds_hidden_size": 8, "hidden_size": 64, "depths": [2, 1, 1, 1], "num_attention_heads": [1, 2, 2, 2],
        "enable_fusion": fusion,
    }  # fmt: skip
    config = transformers.ClapConfig(text_config=text, audio_config=audio, projection_dim=24)
    model = transformers.ClapModel._from_config(config)
    golden.shaken(model)
    _save(folder, model, tokenizer, golden.clap_extractor())


def bert(folder: Path) -> None:
    import transformers
    from tests.golden import make_goldens as golden

    tokenizer = golden.trained("bert")
    config = transformers.BertConfig(**SMALL, vocab_size=len(tokenizer), pad_token_id=0)
    model = transformers.BertModel._from_config(config)
    golden.shaken(model)
    _save(folder, model, tokenizer)


def xlm_roberta(folder: Path) -> None:
    import transformers
    from tests.golden import make_goldens as golden

    tokenizer = golden.trained("xlmr")
    config = transformers.XLMRobertaConfig(
        **SMALL, vocab_size=len(tokenizer), pad_token_id=1, max_position_embeddings=514
    )
    model = transformers.XLMRobertaModel._from_config(config)
    golden.shaken(model)
    _save(folder, model, tokenizer)


def open_clip(folder: Path) -> None:
    import open_clip
    from safetensors.torch import save_file
    from tests.golden import make_goldens as golden

    config: dict[str, Any] = {
        "embed_dim": 24,
        "vision_cfg": {"layers": 2, "width": 64, "head_width": 32, "patch_size": 16, "image_size": SIZE},
        "text_cfg": {"context_length": 77, "vocab_size": 49408, "width": 32, "heads": 2, "layers": 2},
    }
    model = open_clip.CLIP(**config)
    golden.shaken(model, 0.1)
    folder.mkdir()
    preprocess = {"mean": golden.CLIP_MEAN, "std": golden.CLIP_STD}
    (folder / "open_clip_config.json").write_text(
        json.dumps({"model_cfg": config, "preprocess_cfg": preprocess})
    )
    weights = {name: tensor.contiguous() for name, tensor in model.state_dict().items()}
    save_file(weights, str(folder / "open_clip_model.safetensors"))


def open_clip_siglip(folder: Path) -> None:
    """As OpenCLIP has SigLIP: a tokenizer of Hugging Face, cleaned text, the last place pooled, a bias."""
    import open_clip
    from safetensors.torch import save_file
    from tests.golden import make_goldens as golden

    tokenizer = golden.trained("gemma")
    text = {
        "context_length": 64, "vocab_size": len(tokenizer), "width": 32, "heads": 2, "layers": 2,
        "hf_tokenizer_name": "tokenizer", "tokenizer_kwargs": {"clean": "canonicalize"}, "no_causal_mask": True,
        "pool_type": "last", "proj_bias": True,
    }  # fmt: skip
    vision = {"layers": 2, "width": 64, "head_width": 32, "patch_size": 16, "image_size": SIZE}
    config: dict[str, Any] = {
        "embed_dim": 24, "init_logit_bias": -10, "custom_text": True, "vision_cfg": vision, "text_cfg": text,
    }  # fmt: skip
    model = open_clip.CustomTextCLIP(
        **{name: value for name, value in config.items() if name != "custom_text"}
    )
    golden.shaken(model, 0.1)
    tokenizer.save_pretrained(folder)
    preprocess = {
        "mean": golden.HALF, "std": golden.HALF, "interpolation": "bicubic", "resize_mode": "squash",
    }  # fmt: skip
    (folder / "open_clip_config.json").write_text(
        json.dumps({"model_cfg": config, "preprocess_cfg": preprocess})
    )
    weights = {name: tensor.contiguous() for name, tensor in model.state_dict().items()}
    save_file(weights, str(folder / "open_clip_model.safetensors"))


def _save(folder: Path, *parts: Any) -> None:
    for part in parts:
        part.save_pretrained(folder)


MAKERS: dict[str, Callable[[Path], None]] = {
    "clip": clip, "siglip": siglip, "clap": clap, "bert": bert, "xlm_roberta": xlm_roberta, "open_clip": open_clip,
    "open_clip_siglip": open_clip_siglip,
}  # fmt: skip
