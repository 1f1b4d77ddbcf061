"""CLIP ViT-B/32 in its full size with random weights, which cost what trained ones cost, for `CLIP_MODEL_NAME`."""

import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnxruntime import InferenceSession
from tests.golden.loading import HERE

from benchmarks.vit_graph import Graph, Shape, vision_tower
from scenedex.embeddings.tokenize import Tokenizer
from scenedex.inference.exported import keep, sealed
from scenedex.inference.quantize import to_int8
from scenedex.inference.registry import load_registry

CONTEXT, VOCABULARY = 77, 49_408
TEXT = Shape(width=512, layers=12, heads=8, dim=512)


def text_tower(path: Path) -> Path:
    """input_ids [b, n] → text_embeds [b, 512]: texts are as long as they are, as in the file of clip-b32, and what
    follows a text's end is not seen."""
    graph = Graph(seed=1)
    length = graph.add("Gather", graph.add("Shape", "input_ids"), graph.ints(1))
    x = graph.add("Gather", graph.random(VOCABULARY, TEXT.width), "input_ids", axis=0)
    places = graph.random(CONTEXT, TEXT.width)
    x = graph.add("Add", x, graph.add("Slice", places, graph.ints(0), length, graph.ints(0)))
    later = graph.constant(np.triu(np.full((CONTEXT, CONTEXT), -1e9, np.float32), 1))
    square = graph.add("Concat", length, length, axis=0)
    mask = graph.add("Slice", later, graph.ints(0, 0), square, graph.ints(0, 1))
    for _ in range(TEXT.layers):
        x = graph.add("Add", x, graph.attention(graph.norm(x, TEXT.width), TEXT, mask))
        x = graph.add("Add", x, graph.mlp(graph.norm(x, TEXT.width), TEXT.width))
    end = graph.add("ArgMax", "input_ids", axis=1, keepdims=1)  # the id that ends a text is the highest
    last = graph.add("GatherND", x, end, batch_dims=1)
    out = graph.add("MatMul", graph.norm(last, TEXT.width), graph.random(TEXT.width, TEXT.dim))
    graph.nodes.append(helper.make_node("Identity", [out], ["text_embeds"]))
    ids = helper.make_tensor_value_info("input_ids", TensorProto.INT64, ["b", "n"])
    embeds = helper.make_tensor_value_info("text_embeds", TensorProto.FLOAT, ["b", TEXT.dim])
    made = helper.make_graph(graph.nodes, "text", [ids], [embeds], graph.weights)
    onnx.save(helper.make_model(made, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), str(path))
    return path


def spread(path: Path, tokens: np.ndarray) -> None:
    """Let a text tower tell texts apart: random weights map all of them into one narrow cone (cosines above 0.98).

    Mean and main directions of the embeddings of `tokens`, (texts, n), are evened out by one more product at its end.
    """
    session = InferenceSession(path, providers=["CPUExecutionProvider"])
    parts = np.array_split(tokens, max(1, len(tokens) // 16))
    seen = np.concatenate([session.run(None, {"input_ids": part})[0] for part in parts])
    mean = seen.mean(0)
    _, sizes, directions = np.linalg.svd(seen - mean, full_matrices=False)
    even = (directions.T / (sizes + sizes[0] / 10)) @ directions
    model = onnx.load(path)
    model.graph.node[-1].output[0] = "plain"
    model.graph.initializer.append(numpy_helper.from_array(mean, "mean"))
    model.graph.initializer.append(numpy_helper.from_array(even.astype(np.float32), "even"))
    model.graph.node.append(helper.make_node("Sub", ["plain", "mean"], ["moved"]))
    model.graph.node.append(helper.make_node("MatMul", ["moved", "even"], ["text_embeds"]))
    onnx.save(model, str(path))


def random_clip(folder: Path, texts: Sequence[str] = ()) -> Path:
    """Make it in int8 below a weights folder, where it is not there already; gives its own folder.

    `texts`: its text tower is to tell these apart (`spread`).
    """
    home = folder / "exported--random-vit-b32"
    if (home / "model.toml").is_file():
        return home
    known = load_registry().find("clip-b32")
    made = folder / ".making"
    made.mkdir(parents=True)
    shutil.copy(HERE / "models" / "golden--clip-hf" / "1" / "tokenizer.json", made)
    reads = replace(known.text, context=CONTEXT)
    for role, graph in (
        ("vision", vision_tower(made / "full.onnx", Shape())),
        ("text", text_tower(made / "t.onnx")),
    ):
        to_int8(graph, made / f"{role}.onnx", image=known.image if role == "vision" else None)
        graph.unlink()
    if texts:
        spread(made / "text.onnx", Tokenizer(made / "tokenizer.json", reads).batch(texts)[0])
    files = {role: made / f"{role}.onnx" for role in ("vision", "text")}
    card = replace(
        known,
        key="random-vit-b32",
        aliases=(),
        pretrained="random",
        repository="exported/random-vit-b32",
        text=reads,
    )
    return keep(sealed(card, {**files, "tokenizer": made / "tokenizer.json"}), made, folder)
