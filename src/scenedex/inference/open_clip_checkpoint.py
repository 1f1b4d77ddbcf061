"""Checkpoints of OpenCLIP: any architecture with pictures of one fixed size."""

import json
import pickle  # for its error alone
from collections.abc import Sequence
from typing import Any

import numpy as np
from PIL import Image

from scenedex.errors import ExportError
from scenedex.inference.export import Checkpoint, Feeds, Part, Rows, in_batches, said
from scenedex.inference.exported import key_of
from scenedex.inference.registry import ImageInput, ModelCard, TextInput

_CLEANING = {"_clean_canonicalize": "canonicalize", "_clean_lower": "lower", "_clean_whitespace": "none"}


def knows(architecture: str) -> bool:
    """Whether OpenCLIP has an architecture of that name."""
    import open_clip

    return architecture in open_clip.list_models()


def read(architecture: str, weights: str | None, name: str = "") -> Checkpoint:
    """`architecture` is OpenCLIP's, or `local-dir:FOLDER`, or `hf-hub:NAME`; `weights` a tag or a file.

    Raises ExportError.
    """
    import open_clip

    name = name or architecture
    if ":" not in architecture and not weights:
        known = open_clip.list_pretrained_tags_by_model(architecture)
        raise ExportError(
            f"Say which weights of {architecture}: {architecture}/TAG, TAG one of {', '.join(known)}."
        )
    try:
        model = open_clip.create_model(architecture, pretrained=weights, require_pretrained=True).eval()
        tokenizer = open_clip.get_tokenizer(architecture)
        return _checkpoint(model, tokenizer, name, siglip=model.logit_bias is not None)
    except pickle.UnpicklingError as exc:  # never loaded in the way that runs what is in it
        raise ExportError(f"The weights of {name} are damaged, or hold more than weights.") from exc
    except (OSError, ValueError, KeyError, ImportError, RuntimeError, AttributeError) as exc:
        raise ExportError(f"The checkpoint {name} cannot be read: {said(exc)}") from exc


def _checkpoint(model: Any, tokenizer: Any, name: str, *, siglip: bool) -> Checkpoint:
    import open_clip
    from open_clip.transform import PreprocessCfg, image_transform_v2

    told = open_clip.get_model_preprocess_cfg(model)
    prepare = image_transform_v2(PreprocessCfg(**told), is_train=False)

    def pixels(pictures: Sequence[Any]) -> Feeds:
        return {"pixel_values": np.stack([prepare(Image.fromarray(each)).numpy() for each in pictures])}

    def ids(texts: Sequence[str]) -> Feeds:
        return {"input_ids": tokenizer(list(texts)).numpy().astype(np.int64)}

    noise = np.random.default_rng(0).integers(0, 256, (2, 64, 64, 3), np.uint8)
    see = Part(role="vision", network=model, outputs=("embedding",), sample=pixels(list(noise)),
               run=lambda m, x: m.encode_image(x["pixel_values"]))  # fmt: skip
    word = Part(role="text", network=model, outputs=("embedding",), sample=ids(["a dog", "two cars"]),
                run=lambda m, x: m.encode_text(x["input_ids"]))  # fmt: skip

    def look(pictures: Sequence[Any]) -> Rows:
        return in_batches(see, pixels(pictures))

    def say(texts: Sequence[str]) -> Rows:
        return in_batches(word, ids(texts))

    key = key_of(name)
    card = ModelCard(
        key=key, family="siglip" if siglip else "clip", modality="visual", model_name=name, pretrained=name,
        repository=f"exported/{key}", revision="", dim=len(say(["a dog"])[0]), licence="as its source", languages=(),
        files=(), image=_image_rules(told, name), text=_text_rules(tokenizer),
        outputs={"vision": "embedding", "text": "embedding"}, note=f"exported from {name}",
    )  # fmt: skip
    return Checkpoint(
        card=card,
        parts=(see, word),
        tokenizer=_tokenizer_json(tokenizer, name),
        answers={"vision": look, "text": say},
    )


def _image_rules(told: dict[str, Any], name: str) -> ImageInput:
    sides = {told["size"]} if isinstance(told["size"], int) else set(told["size"])
    if told["resize_mode"] not in {"shortest", "squash"} or len(sides) != 1:
        raise ExportError(f"{name} prepares pictures in a way that scenedex does not have: {told}")
    return ImageInput(
        size=sides.pop(), resize=told["resize_mode"], interpolation=told["interpolation"], mean=tuple(told["mean"]),
        std=tuple(told["std"]),
    )  # fmt: skip


def _text_rules(tokenizer: Any) -> TextInput:
    inner = getattr(tokenizer, "tokenizer", None)  # Hugging Face's, or OpenCLIP's own
    clean: Any = _CLEANING.get(tokenizer.clean_fn.__name__, "none") if inner else "clip"
    return TextInput(
        context=int(tokenizer.context_length), pad_id=int(inner.pad_token_id) if inner else 0, pad_to="context",
        pad_side=getattr(inner, "padding_side", "right"),
        clean=clean,
    )  # fmt: skip


def _tokenizer_json(tokenizer: Any, name: str) -> str:
    import transformers

    inner = getattr(tokenizer, "tokenizer", None)
    if inner is None:
        merges = sorted(tokenizer.bpe_ranks, key=tokenizer.bpe_ranks.__getitem__)
        first, last = (tokenizer.decoder[each] for each in (tokenizer.sot_token_id, tokenizer.eot_token_id))
        inner = transformers.CLIPTokenizer(
            vocab=tokenizer.encoder,
            merges=merges,
            bos_token=first,
            eos_token=last,
            unk_token=last,
            pad_token=last,
        )
    if not getattr(inner, "is_fast", False):
        raise ExportError(f"{name} has a tokenizer that cannot be written as tokenizer.json.")
    state: str = inner.backend_tokenizer.to_str()
    json.loads(state)
    return state
