"""What the references (transformers, open_clip) say, on tiny networks of the true architectures with random
weights.

    python -m tests.golden.make_goldens --media FOLDER

Needs torch, torchvision, transformers, open_clip_torch, onnx and av (versions in `versions.json`);
deterministic. Writes beside itself: the networks as a folder of models that scenedex loads like any other
(`models/`, `registry.toml`), and what the references made of the samples (`*.npz`, `tokens.json.xz`).
"""

import argparse
import gzip
import json
import lzma
import shutil
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import numpy as np
import torch
import transformers
from PIL import Image, ImageOps
from tests.golden import samples
from tests.golden.clip_vocabulary import MERGES, clip_tokenizer
from tests.golden.texts import CAPTIONS, golden_texts
from tests.golden.torchvision_repair import torchvision_repaired
from tokenizers import Tokenizer, processors, trainers
from torch import nn

from scenedex.inference.export import Part, write_graph
from scenedex.inference.exported import entry, sealed
from scenedex.inference.registry import ImageInput, ModelCard, TextInput

HERE = Path(__file__).parent
MODELS = HERE / "models"
REVISION = "1"
SIZE = 64  # pixels of the tiny networks
CLIP_MEAN = (0.48145466, 0.4578275, 0.40821073)
CLIP_STD = (0.26862954, 0.26130258, 0.27577711)
HALF = (0.5, 0.5, 0.5)

vectors: dict[str, np.ndarray] = {}
tokens: dict[str, list[list[int]]] = {}
cards: list[str] = []


def folder(name: str) -> Path:
    made = MODELS / f"golden--{name}" / REVISION
    made.mkdir(parents=True, exist_ok=True)
    return made


def export(
    model: nn.Module, sample: dict[str, torch.Tensor], run, outputs: list[str], path: Path, *, fixed=False
):
    """One graph in one file, as `scenedex models export` writes it."""
    part = Part(
        role=path.stem, network=model, run=run, outputs=tuple(outputs),
        sample={name: tensor.numpy() for name, tensor in sample.items()},
        free_length=any(tensor.ndim == 2 for tensor in sample.values()),
    )  # fmt: skip
    write_graph(part, path, fixed=fixed)


def unit(rows: torch.Tensor) -> np.ndarray:
    return nn.functional.normalize(rows.double(), dim=-1).float().numpy()


def card(name: str, family, modality, dim: int, parts: dict[str, str], **rules) -> None:
    made = ModelCard(
        key=name, family=family, modality=modality, model_name=name, pretrained="random",
        repository=f"golden/{name}", revision=REVISION, dim=dim, licence="Apache-2.0", languages=("en",), files=(),
        **rules,
    )  # fmt: skip
    files = sealed(made, {role: folder(name) / path for role, path in parts.items()}).files
    cards.append(entry(replace(made, files=files)))


def image_rules(resize, mode, mean, std) -> ImageInput:
    return ImageInput(size=SIZE, resize=resize, interpolation=mode, mean=mean, std=std)


def pictures() -> list[Image.Image]:
    return [Image.fromarray(pixels) for pixels in samples.drawn_pictures()]


# -- tokenizers -------------------------------------------------------------------------------------------


def corpus() -> list[str]:
    return golden_texts() + CAPTIONS


def counted(texts) -> dict[str, int]:
    """Words by how often they stand there, most first."""
    counts: dict[str, int] = {}
    for text in texts:
        for word in text.split():
            if len(word) < 30:
                counts[word] = counts.get(word, 0) + 1
    return dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))


def trained(kind: str):
    """A small tokenizer of a family, as transformers builds it."""
    texts = corpus()
    if kind == "roberta":
        from tokenizers import ByteLevelBPETokenizer

        made = ByteLevelBPETokenizer()
        made.train_from_iterator(
            texts,
            vocab_size=600,
            special_tokens=["<s>", "<pad>", "</s>", "<unk>", "<mask>"],
            show_progress=False,
        )
        state = json.loads(made.to_str())["model"]
        return transformers.RobertaTokenizer(vocab=state["vocab"], merges=[tuple(m) for m in state["merges"]])
    if kind == "bert":  # made by hand, like the next: their trainers give another vocabulary each time
        words = counted(text.lower() for text in texts)
        letters = sorted({letter for word in words for letter in word})
        pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *letters, *(f"##{each}" for each in letters)]
        pieces += [word for word in list(words)[:150] if len(word) > 1]
        return transformers.BertTokenizer(vocab={piece: index for index, piece in enumerate(pieces)})
    if kind == "xlmr":
        words = counted(texts)
        letters = sorted({letter for word in list(words)[:600] for letter in word if letter != "▁"})
        pieces = [("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("▁", -4.0)]
        pieces += [(f"▁{word}", round(-5.0 - rank / 100, 4)) for rank, word in enumerate(list(words)[:200])]
        known = {piece for piece, _ in pieces}
        pieces += [(letter, -12.0) for letter in letters if letter not in known]
        return transformers.XLMRobertaTokenizer(vocab=[*pieces, ("<mask>", 0.0)])
    special = ["<pad>", "<eos>", "<bos>", "<unk>", "<mask>", *(f"<0x{byte:02X}>" for byte in range(256))]
    base = transformers.Siglip2Tokenizer()
    trainer = trainers.BpeTrainer(vocab_size=900, special_tokens=special, show_progress=False)
    base._tokenizer.train_from_iterator(texts, trainer)
    state = json.loads(base._tokenizer.to_str())["model"]
    made = transformers.Siglip2Tokenizer(vocab=state["vocab"], merges=[tuple(m) for m in state["merges"]])
    made._tokenizer.post_processor = processors.TemplateProcessing(
        single="$A <eos>", special_tokens=[("<eos>", 1)]
    )
    return made


def save_tokenizer(engine: Tokenizer, name: str) -> None:
    engine.no_padding()
    engine.no_truncation()
    state = json.loads(engine.to_str())
    parts = (state.get("normalizer") or {}).get("normalizers")
    if name.startswith("siglip"):  # the published file does not lower the case: whoever feeds it must
        state["normalizer"]["normalizers"] = [part for part in parts if part["type"] != "Lowercase"]
    (folder(name) / "tokenizer.json").write_text(json.dumps(state, ensure_ascii=False), "utf-8")


def reference_ids(name: str, tokenizer, **rules) -> None:
    tokens[name] = [tokenizer(text, truncation=True, **rules)["input_ids"] for text in golden_texts()]


# -- models -----------------------------------------------------------------------------------------------


def make_clip_hf() -> None:
    name, engine = "clip-hf", clip_tokenizer(merge_count=400)
    count = engine.get_vocab_size()
    common = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2}
    text = {**common, "vocab_size": count, "eos_token_id": count - 1, "bos_token_id": count - 2}
    config = transformers.CLIPConfig(
        text_config=text, vision_config={**common, "image_size": SIZE, "patch_size": 16}, projection_dim=24
    )
    model = transformers.CLIPModel._from_config(config, attn_implementation="eager").eval()
    shaken(model)
    save_tokenizer(engine, name)
    rows = [engine.encode(clean(text)).ids for text in CAPTIONS]
    ids = torch.full((len(rows), 77), count - 1)
    for index, row in enumerate(rows):
        cut = row if len(row) <= 77 else [*row[:76], count - 1]
        ids[index, : len(cut)] = torch.tensor(cut)
    processor = transformers.CLIPImageProcessorPil(
        size={"shortest_edge": SIZE}, crop_size={"height": SIZE, "width": SIZE}
    )
    pixels = torch.from_numpy(np.stack(processor(pictures())["pixel_values"]))
    with torch.no_grad():
        vectors[f"{name}/text"] = unit(text_embeds(model, ids))
        vectors[f"{name}/image"] = unit(image_embeds(model, pixels))
    export(
        model, {"pixel_values": pixels[:2]}, lambda m, x: image_embeds(m, x["pixel_values"]), ["image_embeds"],
        folder(name) / "vision.onnx",
    )  # fmt: skip
    export(
        model, {"input_ids": ids[:2]}, lambda m, x: text_embeds(m, x["input_ids"]), ["text_embeds"],
        folder(name) / "text.onnx",
    )  # fmt: skip
    card(
        name, "clip", "visual", 24, PARTS, image=image_rules("shortest", "bicubic", CLIP_MEAN, CLIP_STD),
        text=TextInput(context=77, pad_id=count - 1, clean="clip"),
        outputs={"vision": "image_embeds", "text": "text_embeds"},
    )  # fmt: skip


PARTS = {"vision": "vision.onnx", "text": "text.onnx", "tokenizer": "tokenizer.json"}


def text_embeds(model, ids):
    return model.text_projection(model.text_model(input_ids=ids).pooler_output)


def image_embeds(model, pixels):
    return model.visual_projection(model.vision_model(pixel_values=pixels).pooler_output)


def clean(text: str) -> str:
    return " ".join(text.split()).lower()


def shaken(model: nn.Module, scale: float = 0.15) -> None:
    """Random weights that matter: the usual initialisation leaves everything near its input's mean."""
    generator = torch.Generator().manual_seed(11)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(torch.randn(parameter.shape, generator=generator) * scale)


def make_clip_open() -> None:
    """As immich exports open_clip: static batch of one, int32 ids, output normalised."""
    import open_clip
    from open_clip.transform import image_transform

    name, engine = "clip-open", clip_tokenizer(merge_count=400)
    count = engine.get_vocab_size()
    model = open_clip.CLIP(
        embed_dim=24,
        vision_cfg={"layers": 2, "width": 64, "head_width": 32, "patch_size": 16, "image_size": SIZE},
        text_cfg={"context_length": 77, "vocab_size": count, "width": 32, "heads": 2, "layers": 2},
    ).eval()
    shaken(model, 0.1)
    save_tokenizer(engine, name)
    ids = torch.zeros((len(CAPTIONS), 77), dtype=torch.int32)
    for index, text in enumerate(CAPTIONS):
        row = engine.encode(clean(text)).ids
        cut = row if len(row) <= 77 else [*row[:76], count - 1]
        ids[index, : len(cut)] = torch.tensor(cut, dtype=torch.int32)
    transform = image_transform(SIZE, is_train=False, mean=CLIP_MEAN, std=CLIP_STD)
    pixels = torch.stack([transform(picture) for picture in pictures()])
    with torch.no_grad():
        vectors[f"{name}/text"] = unit(model.encode_text(ids))
        vectors[f"{name}/image"] = unit(model.encode_image(pixels))
    export(
        model, {"image": pixels[:1]}, lambda m, x: m.encode_image(x["image"], normalize=True), ["embedding"],
        folder(name) / "vision.onnx", fixed=True,
    )  # fmt: skip
    export(
        model, {"text": ids[:1]}, lambda m, x: m.encode_text(x["text"], normalize=True), ["embedding"],
        folder(name) / "text.onnx", fixed=True,
    )  # fmt: skip
    card(
        name, "clip", "visual", 24, PARTS, image=image_rules("shortest", "bicubic", CLIP_MEAN, CLIP_STD),
        text=TextInput(context=77, pad_id=0, pad_to="context", clean="clip"),
    )  # fmt: skip


def make_siglip() -> None:
    name, tokenizer = "siglip2-hf", trained("gemma")
    common = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2}
    config = transformers.SiglipConfig(
        text_config={
            **common,
            "vocab_size": len(tokenizer),
            "max_position_embeddings": 64,
            "projection_size": 32,
        },
        vision_config={**common, "image_size": SIZE, "patch_size": 16},
    )
    model = transformers.SiglipModel._from_config(config, attn_implementation="eager").eval()
    shaken(model)
    rules = {"padding": "max_length", "max_length": 64, "padding_side": "right"}
    reference_ids(name, tokenizer, **rules)
    ids = torch.tensor([tokenizer(text, truncation=True, **rules)["input_ids"] for text in CAPTIONS])
    save_tokenizer(tokenizer._tokenizer, name)
    processor = transformers.SiglipImageProcessorPil(size={"height": SIZE, "width": SIZE}, resample=2)
    pixels = torch.from_numpy(np.stack(processor(pictures())["pixel_values"]))
    with torch.no_grad():
        vectors[f"{name}/text"] = unit(model.text_model(input_ids=ids).pooler_output)
        vectors[f"{name}/image"] = unit(model.vision_model(pixel_values=pixels).pooler_output)

    def see(m, x):
        out = m.vision_model(pixel_values=x["pixel_values"])
        return out.last_hidden_state, out.pooler_output

    def read(m, x):
        out = m.text_model(input_ids=x["input_ids"])
        return out.last_hidden_state, out.pooler_output

    outputs = ["last_hidden_state", "pooler_output"]
    export(model, {"pixel_values": pixels[:2]}, see, outputs, folder(name) / "vision.onnx")
    export(model, {"input_ids": ids[:2]}, read, outputs, folder(name) / "text.onnx")
    card(
        name, "siglip", "visual", 32, PARTS, image=image_rules("squash", "bilinear", HALF, HALF),
        text=TextInput(context=64, pad_id=0, pad_to="context", clean="lower"),
    )  # fmt: skip


def clap_extractor():
    return transformers.ClapFeatureExtractor(
        feature_size=64, sampling_rate=48_000, hop_length=480, max_length_s=10, fft_window_size=1024,
        padding_value=0.0, frequency_min=50, frequency_max=14_000, truncation="rand_trunc",
        padding="repeatpad",
    )  # fmt: skip


def clap_reference(wave: np.ndarray) -> np.ndarray:
    return np.asarray(clap_extractor()(wave, sampling_rate=48_000)["input_features"], np.float32)[0]


def make_clap() -> None:
    name, tokenizer = "clap-hf", trained("roberta")
    text = {
        "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2,
        "vocab_size": len(tokenizer), "max_position_embeddings": 514, "pad_token_id": 1,
    }  # fmt: skip
    audio = {
        "patch_embeds_hidden_size": 8, "hidden_size": 64, "depths": [2, 1, 1, 1], "num_attention_heads": [1,
        2, 2, 2], "enable_fusion": False,
    }  # fmt: skip
    config = transformers.ClapConfig(text_config=text, audio_config=audio, projection_dim=24)
    model = transformers.ClapModel._from_config(config, attn_implementation="eager").eval()
    shaken(model)
    reference_ids(name, tokenizer, max_length=512)
    batch = tokenizer(CAPTIONS, padding=True, truncation=True, max_length=512, return_tensors="pt")
    save_tokenizer(tokenizer._tokenizer, name)
    waves = samples.drawn_sounds()
    features = torch.from_numpy(np.stack([clap_reference(wave) for wave in waves.values()]))

    def hear(m, x):
        return m.audio_projection(m.audio_model(input_features=x["input_features"]).pooler_output)

    def read(m, x):
        return m.text_projection(m.text_model(**x).pooler_output)

    marks = {"input_ids": batch["input_ids"], "attention_mask": batch["attention_mask"]}
    with torch.no_grad():
        vectors[f"{name}/text"] = unit(read(model, marks))
        vectors[f"{name}/audio"] = unit(hear(model, {"input_features": features}))
    export(model, {"input_features": features[:2]}, hear, ["audio_embeds"], folder(name) / "audio.onnx")
    given = {key: value[:2] for key, value in marks.items()}
    export(model, given, read, ["text_embeds"], folder(name) / "text.onnx")
    parts = {"audio": "audio.onnx", "text": "text.onnx", "tokenizer": "tokenizer.json"}
    card(name, "clap", "audio", 24, parts, text=TextInput(context=512, pad_id=1))


def make_e5(name: str, kind: str) -> None:
    tokenizer = trained(kind)
    common = {
        "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2,
        "vocab_size": len(tokenizer),
    }  # fmt: skip
    if kind == "bert":
        config = transformers.BertConfig(**common, pad_token_id=0)
        model = transformers.BertModel._from_config(config, attn_implementation="eager").eval()
    else:
        config = transformers.XLMRobertaConfig(**common, pad_token_id=1, max_position_embeddings=514)
        model = transformers.XLMRobertaModel._from_config(config, attn_implementation="eager").eval()
    shaken(model)
    reference_ids(name, tokenizer, max_length=512)
    save_tokenizer(tokenizer._tokenizer, name)
    names = ["input_ids", "attention_mask", *(["token_type_ids"] if kind == "bert" else [])]
    for prefix in ("query", "passage"):
        texts = [f"{prefix}: {text}" for text in CAPTIONS]
        batch = tokenizer(texts, padding=True, truncation=True, max_length=512, return_tensors="pt")
        with torch.no_grad():
            hidden = model(**{key: batch[key] for key in names if key in batch}).last_hidden_state
        masked = hidden.masked_fill(~batch["attention_mask"][..., None].bool(), 0.0)
        vectors[f"{name}/{prefix}"] = unit(masked.sum(dim=1) / batch["attention_mask"].sum(dim=1)[..., None])
    given = {
        key: batch[key][:2] if key in batch else torch.zeros_like(batch["input_ids"][:2]) for key in names
    }
    outputs = ["last_hidden_state"]
    export(model, given, lambda m, x: m(**x).last_hidden_state, outputs, folder(name) / "text.onnx")
    rules = TextInput(
        context=512, pad_id=0 if kind == "bert" else 1, query_prefix="query: ", passage_prefix="passage: ",
        pooling="mean",
    )  # fmt: skip
    parts = {"text": "text.onnx", "tokenizer": "tokenizer.json"}
    card(name, "e5", "text", 32, parts, text=rules, outputs={"text": "last_hidden_state"})


# -- tokens, preprocessing, features ----------------------------------------------------------------------


def make_clip_tokens() -> None:
    """The full vocabulary, from open_clip's wheel."""
    import open_clip

    packed = Path(open_clip.__file__).parent / "bpe_simple_vocab_16e6.txt.gz"
    lines = gzip.decompress(packed.read_bytes()).decode("utf-8").split("\n")[1 : 49152 - 256 - 2 + 1]
    MERGES.write_bytes(lzma.compress("\n".join(lines).encode("utf-8"), preset=9 | lzma.PRESET_EXTREME))
    tokenize = open_clip.SimpleTokenizer(context_length=77)
    tokens["clip"] = [tokenize([text])[0].tolist() for text in golden_texts()]


def make_preprocessing(media: Path) -> None:
    """Every 16th value of what the references make of each photo."""
    from open_clip.transform import image_transform

    bilinear = transformers.SiglipImageProcessorPil(size={"height": 224, "width": 224}, resample=2)
    ways = {
        "clip": image_transform(224, is_train=False, mean=CLIP_MEAN, std=CLIP_STD),
        "siglip-hf": lambda picture: np.asarray(bilinear(picture)["pixel_values"][0]),
        "siglip-open": image_transform(
            256, is_train=False, mean=HALF, std=HALF, resize_mode="squash", interpolation="bicubic"
        ),
    }
    found = {}
    for path in sorted((media / "photos").iterdir()):
        picture = ImageOps.exif_transpose(Image.open(path)).convert("RGB")
        for way, transform in ways.items():
            tensor = np.asarray(transform(picture), np.float32)
            found[f"{way}/{path.name}"] = tensor[:, ::16, ::16].astype(np.float16)
            found[f"{way}/{path.name}/moments"] = np.asarray([tensor.mean(), tensor.std()], np.float32)
    np.savez_compressed(HERE / "preprocessing.npz", **found)


def make_features(media: Path) -> None:
    """Every 20th frame and 4th band of what transformers makes of each sound."""
    waves = {f"drawn/{name}": wave for name, wave in samples.drawn_sounds().items()}
    for path in sorted((media / "audio").iterdir()):
        waves[f"media/{path.name}"] = samples.read_sound(path)
    found = {name: clap_reference(wave)[:, ::20, ::4] for name, wave in waves.items()}
    np.savez_compressed(HERE / "clap_features.npz", **found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--media", type=Path, required=True, help="the shared test media")
    media = parser.parse_args().media
    torchvision_repaired()
    torch.manual_seed(3)
    torch.set_num_threads(1)
    torch.backends.mha.set_fastpath_enabled(False)  # it cannot be exported
    shutil.rmtree(MODELS, ignore_errors=True)
    make_clip_tokens()
    make_clip_hf()
    make_clip_open()
    make_siglip()
    make_clap()
    make_e5("e5-bert", "bert")
    make_e5("e5-xlmr", "xlmr")
    make_preprocessing(media)
    make_features(media)
    (HERE / "registry.toml").write_text("\n".join(cards), "utf-8")
    np.savez_compressed(HERE / "vectors.npz", **vectors)
    (HERE / "tokens.json.xz").write_bytes(lzma.compress(json.dumps(tokens).encode("utf-8")))
    named = ("torch", "torchvision", "transformers", "open_clip_torch", "tokenizers", "onnx", "pillow", "av")
    (HERE / "versions.json").write_text(
        json.dumps({name: version(name) for name in named}, indent=1) + "\n", "utf-8"
    )


if __name__ == "__main__":
    main()
