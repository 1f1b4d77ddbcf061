"""`scenedex models export`, `tensorrt` and `pipeline`"""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from scenedex.cli.output import print_json, shown, stdout_console, table
from scenedex.errors import ProviderError

if TYPE_CHECKING:
    from scenedex.embeddings.agreement import Samples
    from scenedex.embeddings.exporting import Exported


class Precision(StrEnum):
    """In which a network computes."""

    fp16 = "fp16"
    fp32 = "fp32"


Source = Annotated[
    str,
    typer.Argument(
        help="A folder with a checkpoint; a name at the Hugging Face hub (openai/clip-vit-base-patch32); or "
        "OpenCLIP's architecture and weights (ViT-B-32/laion2b_s34b_b79k)."
    ),
]
OutputDir = Annotated[Path, typer.Option("--output-dir", help="The weights folder to write into.")]
ModelPath = Annotated[
    Path | None,
    typer.Option(
        "--model-path",
        help="Where the checkpoint lies, if SOURCE is only its name: a folder, or the weights file of the OpenCLIP "
        "architecture SOURCE.",
    ),
]
MaxBatch = Annotated[int, typer.Option("--max-batch", min=1, help="Most items that go through at once.")]
Pictures = Annotated[
    Path | None,
    typer.Option("--pictures", help="A folder of pictures to compare on; otherwise a few are drawn."),
]
Half = Annotated[Precision, typer.Option("--precision", help="In which the network computes.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def export(  # noqa: PLR0913  options of a command
    source: Source,
    *,
    output_dir: OutputDir,
    model_path: ModelPath = None,
    precision: Half = Precision.fp32,
    int8: Annotated[bool, typer.Option("--int8/--no-int8", help="Make an int8 model as well.")] = True,
    max_batch: MaxBatch = 8,
    pictures: Pictures = None,
    as_json: AsJson = False,
) -> None:
    """Turn a checkpoint of CLIP, SigLIP, CLAP or E5 into a model of scenedex. What differs from it is not kept."""
    # ONNX Runtime is slow to import, and no other command of this group needs it.
    from scenedex.embeddings.exporting import ExportOptions, export_model

    options = ExportOptions(model_path=model_path, precision=precision.value, int8=int8, max_batch=max_batch)
    made = export_model(source, output_dir, options, _samples(pictures))
    if as_json:
        print_json({"models": [_as_json(each) for each in made]})
    else:
        _print(made)


def tensorrt(
    model_path: Annotated[Path, typer.Option("--model-path", help="An exported model: DIR/exported--NAME.")],
    output_dir: Annotated[Path, typer.Option("--output-dir", help="Where the engines are kept.")],
    precision: Half = Precision.fp16,
    max_batch: MaxBatch = 8,
) -> None:
    """Build the TensorRT engines of an exported model on this machine's GPU, so that nobody waits for it later."""
    from scenedex.inference.engines import build_engines

    for engine in build_engines(model_path, output_dir, precision=precision.value, max_batch=max_batch):
        typer.echo(shown(str(engine)))


def pipeline(
    source: Source,
    output_dir: OutputDir,
    model_path: ModelPath = None,
    precision: Half = Precision.fp16,
    max_batch: MaxBatch = 8,
    pictures: Pictures = None,
) -> None:
    """Export, quantise, and build TensorRT engines where TensorRT is there."""
    from scenedex.embeddings.exporting import ExportOptions, export_model
    from scenedex.inference.engines import build_engines
    from scenedex.inference.session import available_devices

    options = ExportOptions(model_path=model_path, precision=precision.value, max_batch=max_batch)
    made = export_model(source, output_dir, options, _samples(pictures))
    _print(made)
    engines = output_dir / "engines"
    try:
        built = build_engines(made[0].folder, engines, precision=precision.value, max_batch=max_batch)
        typer.echo(f"{len(built)} files of TensorRT engines in {shown(str(engines))}")
    except ProviderError:
        if "tensorrt" in available_devices():
            raise
        typer.echo(f"No TensorRT engines: this ONNX Runtime has only {', '.join(available_devices())}.")


def _samples(pictures: Path | None) -> "Samples":
    from scenedex.embeddings.agreement import Samples, drawn_samples, pictures_in

    drawn = drawn_samples()
    if pictures is None:
        return drawn
    return Samples(pictures=pictures_in(pictures), texts=drawn.texts, sounds=drawn.sounds)


def _as_json(made: "Exported") -> dict[str, object]:
    return {
        "key": made.card.key,
        "folder": str(made.folder),
        "revision": made.card.revision,
        "megabytes": round(made.card.megabytes, 2),
        "cosine": {role: round(cosine, 6) for role, cosine in made.cosines.items()},
        "left_in_fp32": dict(made.spared),
    }


def _print(made: "list[Exported]") -> None:
    rows = table("model", "part", "MB", "lowest cosine", "left in fp32")
    for each in made:
        for role, cosine in each.cosines.items():
            size = f"{each.card.file(role).megabytes:.1f}"
            rows.add_row(Text(shown(each.card.key)), role, size, f"{cosine:.4f}", each.spared.get(role, ""))
    console = stdout_console()
    console.print(rows)
    for each in made:
        console.print(Text(f"written to {shown(str(each.folder))}"))
