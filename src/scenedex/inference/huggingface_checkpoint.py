"""Checkpoints of Hugging Face's transformers: CLIP, SigLIP and SigLIP 2 (fixed size), CLAP, BERT and XLM-RoBERTa."""

import json
import pickle  # for its error alone
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from scenedex.errors import ExportError
from scenedex.inference.export import Checkpoint, Feeds, Part, Rows, in_batches, said
from scenedex.inference.exported import key_of
from scenedex.inference.registry import ImageInput, Interpolation, ModelCard, TextInput

E5_PREFIXES = ("query: ", "passage: ")
_INTERPOLATIONS: dict[int, Interpolation] = {2: "bilinear", 3: "bicubic"}  # as Pillow counts
_TEXTS = ["a photo of a dog", "two cars on a road"]


def read(location: str, name: str) -> Checkpoint:
    """The checkpoint in a folder or by its name at the hub. Raises ExportError."""
    import transformers

    try:
        kind = transformers.AutoConfig.from_pretrained(location).model_type
        if kind not in _FAMILIES:
            raise ExportError(
                f"{name} is of the kind {kind}: there is an encoder for {', '.join(_FAMILIES)} alone."
            )
        model, report = transformers.AutoModel.from_pretrained(
            location, attn_implementation="eager", dtype="float32", output_loading_info=True
        )
        tokenizer = transformers.AutoTokenizer.from_pretrained(location)
        missing = sorted(key for key in report["missing_keys"] if not key.startswith("pooler."))
        if missing:  # transformers fills them with noise
            raise ExportError(
                f"{name} lacks weights, {missing[0]} among them: it is damaged, or no whole model."
            )
        if not tokenizer.is_fast:
            raise ExportError(f"{name} has a tokenizer that cannot be written as tokenizer.json.")
        return _FAMILIES[kind](_Source(location, name, model.eval(), tokenizer))
    except pickle.UnpicklingError as exc:  # never loaded in the way that runs what is in it
        raise ExportError(f"The weights of {name} are damaged, or hold more than weights.") from exc
    except (OSError, ValueError, KeyError, ImportError, RuntimeError) as exc:
        raise ExportError(f"The checkpoint {name} cannot be read: {said(exc)}") from exc


class _Source:
    def __init__(self, location: str, name: str, model: Any, tokenizer: Any) -> None:
        self.location, self.name, self.model, self.tokenizer = location, name, model, tokenizer

    def checkpoint(self, card: ModelCard, parts: Sequence[Part], answers: dict[str, Any]) -> Checkpoint:
        return Checkpoint(
            card=card,
            parts=tuple(parts),
            tokenizer=self.tokenizer.backend_tokenizer.to_str(),
            answers=answers,
        )

    def ids(self, texts: Sequence[str], **rules: Any) -> Feeds:
        batch = self.tokenizer(list(texts), truncation=True, return_tensors="np", **rules)
        return {name: np.asarray(rows, np.int64) for name, rows in batch.items()}

    def pixels(self, pictures: Sequence[Any]) -> Feeds:
        made = self.processor()([Image.fromarray(each) for each in pictures])["pixel_values"]
        return {"pixel_values": np.stack([np.asarray(each, np.float32) for each in made])}

    def processor(self) -> Any:
        import transformers

        return transformers.AutoImageProcessor.from_pretrained(self.location, backend="pil")

    def card(self, **values: Any) -> ModelCard:
        commit = getattr(self.model.config, "_commit_hash", None) or ""
        return ModelCard(
            key=key_of(self.name), model_name=self.name, pretrained=self.name,
            repository=f"exported/{key_of(self.name)}", revision="", licence="as its source", languages=(), files=(),
            note=f"exported from {self.name}" + (f"@{commit}" if commit else ""), **values,
        )  # fmt: skip

    def image_rules(self) -> ImageInput:
        told = self.processor()
        size, crop = told.size or {}, (told.crop_size or {}) if getattr(told, "do_center_crop", False) else {}
        mode = _INTERPOLATIONS.get(int(told.resample))
        side = size["shortest_edge"] if size.get("shortest_edge") else size.get("height")
        squares = {
            side,
            *(each[edge] for each in (size, crop) for edge in ("height", "width") if each.get(edge)),
        }
        if (
            mode is None
            or len(squares) != 1
            or not told.do_normalize
            or not (told.do_resize and told.do_rescale)
        ):
            raise ExportError(
                f"{self.name} prepares pictures in a way that scenedex does not have: {told.to_dict()}"
            )
        return ImageInput(
            size=int(squares.pop()), resize="shortest" if size.get("shortest_edge") else "squash",
            interpolation=mode, mean=tuple(told.image_mean), std=tuple(told.image_std),
        )  # fmt: skip


def _clip(source: _Source) -> Checkpoint:
    context = int(source.model.config.text_config.max_position_embeddings)

    def ids(texts: Sequence[str]) -> Feeds:
        return {"input_ids": source.ids(texts, padding=True, max_length=context)["input_ids"]}

    parts = [
        Part(role="vision", network=source.model, outputs=("image_embeds",), sample=_blank(source),
             run=lambda m, x: m.visual_projection(m.vision_model(pixel_values=x["pixel_values"]).pooler_output)),
        Part(role="text", network=source.model, outputs=("text_embeds",), sample=ids(_TEXTS), free_length=True,
             run=lambda m, x: m.text_projection(m.text_model(input_ids=x["input_ids"]).pooler_output)),
    ]  # fmt: skip
    rules = TextInput(context=context, pad_id=int(source.tokenizer.pad_token_id), clean="clip")
    card = source.card(
        family="clip", modality="visual", dim=int(source.model.config.projection_dim), image=source.image_rules(),
        text=rules, outputs={"vision": "image_embeds", "text": "text_embeds"},
    )  # fmt: skip
    return source.checkpoint(card, parts, _answers(parts, vision=source.pixels, text=ids))


def _siglip(source: _Source) -> Checkpoint:
    context = int(source.model.config.text_config.max_position_embeddings)

    def ids(texts: Sequence[str]) -> Feeds:
        lower = [text.lower() for text in texts]  # as it was trained; not every published tokenizer does it
        rules = {"padding": "max_length", "padding_side": "right", "max_length": context}
        return {"input_ids": source.ids(lower, **rules)["input_ids"]}

    parts = [
        Part(role="vision", network=source.model, outputs=("pooler_output",), sample=_blank(source),
             run=lambda m, x: m.vision_model(pixel_values=x["pixel_values"]).pooler_output),
        Part(role="text", network=source.model, outputs=("pooler_output",), sample=ids(_TEXTS),
             run=lambda m, x: m.text_model(input_ids=x["input_ids"]).pooler_output),
    ]  # fmt: skip
    pad_id = int(source.tokenizer.pad_token_id)
    rules = TextInput(context=context, pad_id=pad_id, pad_to="context", clean="lower")
    card = source.card(
        family="siglip", modality="visual", dim=int(source.model.config.vision_config.hidden_size),
        image=source.image_rules(), text=rules, outputs={"vision": "pooler_output", "text": "pooler_output"},
    )  # fmt: skip
    return source.checkpoint(card, parts, _answers(parts, vision=source.pixels, text=ids))


def _clap(source: _Source) -> Checkpoint:
    import transformers

    if source.model.config.audio_config.enable_fusion:
        raise ExportError(f"{source.name} joins several windows of a sound: choose the unfused model.")
    extractor = transformers.AutoFeatureExtractor.from_pretrained(source.location)

    def features(sounds: Sequence[NDArray[np.float32]]) -> Feeds:
        made = [extractor(sound, sampling_rate=48_000)["input_features"][0] for sound in sounds]
        return {"input_features": np.asarray(made, np.float32)}

    def ids(texts: Sequence[str]) -> Feeds:
        batch = source.ids(texts, padding=True, max_length=512)
        return {name: batch[name] for name in ("input_ids", "attention_mask")}

    def hear(m: Any, x: Any) -> Any:
        return m.audio_projection(m.audio_model(input_features=x["input_features"]).pooler_output)

    noise = np.random.default_rng(0).normal(0, 0.1, (2, 48_000)).astype(np.float32)
    parts = [
        Part(role="audio", network=source.model, outputs=("audio_embeds",), sample=features(list(noise)), run=hear),
        Part(role="text", network=source.model, outputs=("text_embeds",), sample=ids(_TEXTS), free_length=True,
             run=lambda m, x: m.text_projection(m.text_model(**x).pooler_output)),
    ]  # fmt: skip
    card = source.card(
        family="clap", modality="audio", dim=int(source.model.config.projection_dim),
        text=TextInput(context=512, pad_id=int(source.tokenizer.pad_token_id)),
        outputs={"audio": "audio_embeds", "text": "text_embeds"},
    )  # fmt: skip
    return source.checkpoint(card, parts, _answers(parts, audio=features, text=ids))


def _e5(source: _Source) -> Checkpoint:
    config = source.model.config
    roberta = config.model_type == "xlm-roberta"  # its places are counted from the padding's id on
    context = min(512, int(config.max_position_embeddings) - (int(config.pad_token_id) + 1 if roberta else 0))
    names = ["input_ids", "attention_mask", *([] if roberta else ["token_type_ids"])]
    pooling = _pooling(source.location)
    query, passage = _prefixes(source.location)

    def ids(texts: Sequence[str]) -> Feeds:
        given = source.ids([passage + text for text in texts], padding=True, max_length=context)
        return {name: given.get(name, np.zeros_like(given["input_ids"])) for name in names}

    part = Part(
        role="text", network=source.model, outputs=("last_hidden_state",), sample=ids(_TEXTS), free_length=True,
        run=lambda m, x: m(**x).last_hidden_state,
    )  # fmt: skip

    def answer(texts: Sequence[str]) -> Rows:
        rows = []
        for text in texts:
            feeds = ids([text])
            tokens = in_batches(part, feeds)[0]
            rows.append(tokens[0] if pooling == "cls" else tokens.mean(axis=0))
        return np.stack(rows)

    rules = TextInput(
        context=context, pad_id=int(source.tokenizer.pad_token_id), query_prefix=query, passage_prefix=passage,
        pooling=pooling,
    )  # fmt: skip
    card = source.card(
        family="e5",
        modality="text",
        dim=int(config.hidden_size),
        text=rules,
        outputs={"text": "last_hidden_state"},
    )
    return source.checkpoint(card, [part], {"text": answer})


def _blank(source: _Source) -> Feeds:
    return source.pixels(list(np.random.default_rng(0).integers(0, 256, (2, 64, 64, 3), np.uint8)))


def _answers(parts: Sequence[Part], **prepare: Callable[[Sequence[Any]], Feeds]) -> dict[str, Any]:
    def answer(part: Part) -> Callable[[Sequence[Any]], Rows]:
        return lambda items: in_batches(part, prepare[part.role](items))

    return {part.role: answer(part) for part in parts}


def _pooling(location: str) -> Any:
    """What sentence-transformers' files say; the mean where there are none."""
    told = _beside(location, "1_Pooling/config.json")
    return "cls" if told.get("pooling_mode_cls_token") else "mean"


def _prefixes(location: str) -> tuple[str, str]:
    """Before a question and before a passage: what sentence-transformers' files say, else E5's."""
    prompts = _beside(location, "config_sentence_transformers.json").get("prompts") or {}
    if "query" not in prompts:
        return E5_PREFIXES
    return prompts["query"], prompts.get("passage", prompts.get("document", ""))


def _beside(location: str, name: str) -> dict[str, Any]:
    from transformers.utils import cached_file

    found = cached_file(location, name, _raise_exceptions_for_missing_entries=False)
    told = json.loads(Path(found).read_text("utf-8")) if found else {}
    return told if isinstance(told, dict) else {}


_FAMILIES: dict[str, Callable[[_Source], Checkpoint]] = {
    "clip": _clip, "siglip": _siglip, "clap": _clap, "bert": _e5, "xlm-roberta": _e5,
}  # fmt: skip
