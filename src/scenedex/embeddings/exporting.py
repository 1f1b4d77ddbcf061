"""A checkpoint → models of ours that see, hear and read as it does. What does not is not kept."""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from scenedex.embeddings.agreement import FLOOR, Gate, Samples, drawn_samples, refusal
from scenedex.errors import ExportError, ScenedexError, UsageError
from scenedex.inference.checkpoints import open_checkpoint
from scenedex.inference.export import Checkpoint, need_extra, write_graph
from scenedex.inference.exported import keep, sealed
from scenedex.inference.quantize import Spare, to_fp16, to_int8
from scenedex.inference.registry import ModelCard
from scenedex.inference.weights import LocalModel

Precision = Literal["fp32", "fp16"]

_PLANS: tuple[Spare, ...] = ("nothing", "down projections")  # the first that passes


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportOptions:
    """What is made of a checkpoint."""

    model_path: Path | None = None  #: where the checkpoint lies, if the source is only its name
    precision: Precision = "fp32"
    int8: bool = True  #: an int8 model as well
    max_batch: int = 8  #: pictures that go through the graph together when it is compared


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """A model that was exported."""

    card: ModelCard
    folder: Path  #: `exported--NAME` below the weights folder
    cosines: Mapping[str, float]  #: by role, the lowest over the samples
    spared: Mapping[str, str] = field(
        default_factory=dict
    )  #: by role, what stays fp32 in an int8 model, if anything


def export_model(
    source: str, output_dir: Path, options: ExportOptions | None = None, samples: Samples | None = None
) -> list[Exported]:
    """Export a checkpoint into the weights folder `output_dir`: a model in `precision`, and one in int8.

    Raises ExportError, with the measured cosine where a graph differs too much from its checkpoint: that model is
    not kept then.
    """
    options = options or ExportOptions()
    if options.precision not in ("fp32", "fp16") or options.max_batch < 1:
        raise UsageError("Choose the precision fp32 or fp16, and batches of one item at least.")
    need_extra()
    checkpoint = open_checkpoint(source, options.model_path)
    gate = Gate(checkpoint.card, checkpoint.answers, samples or drawn_samples(), batch=options.max_batch)
    with _aside(output_dir) as work:
        export = _Export(checkpoint, gate, output_dir, work)
        export.write_full()
        if options.precision == "fp16":
            export.halve()
        cosines = export.passed(options.precision)
        spared = export.quantise() if options.int8 else {}
        made = [export.kept(options.precision, cosines)]
        if options.int8:
            made.append(replace(export.kept("int8", export.passed("int8")), spared=spared))
    return made


class _Export:
    """The models of one checkpoint, each in a folder of its own below `work` until it is kept."""

    def __init__(self, checkpoint: Checkpoint, gate: Gate, output_dir: Path, work: Path) -> None:
        self._checkpoint, self._gate = checkpoint, gate
        self._output_dir, self._work = output_dir, work
        self._roles = [part.role for part in checkpoint.parts]

    def write_full(self) -> None:
        """Write the graphs in fp32."""
        for part in self._checkpoint.parts:
            write_graph(part, self._graph("fp32", part.role))

    def halve(self) -> None:
        """Write the graphs in fp16."""
        for role in self._roles:
            to_fp16(self._graph("fp32", role), self._graph("fp16", role))

    def quantise(self) -> dict[str, str]:
        """Write the graphs in int8, each as far as it passes; by role, what was left alone so that it does."""
        spared: dict[str, str] = {}
        for role in self._roles:
            for plan in _PLANS:
                image = self._checkpoint.card.image if role == "vision" else None
                to_int8(self._graph("fp32", role), self._graph("int8", role), plan, image=image)
                if self._cosine("int8", role) >= FLOOR["int8"]:
                    spared |= {role: plan} if plan != "nothing" else {}
                    break
        return spared

    def passed(self, precision: str) -> dict[str, float]:
        """The lowest cosine of each graph. Raises ExportError for one that is below the floor."""
        cosines = {role: self._cosine(precision, role) for role in self._roles}
        for role, cosine in cosines.items():
            if cosine < FLOOR[precision]:
                raise refusal(self._card(precision).key, role, precision, cosine)
        return cosines

    def kept(self, precision: str, cosines: Mapping[str, float]) -> Exported:
        """Move a model that passed to its place."""
        card = sealed(self._card(precision), self._files(precision))
        folder = keep(card, self._work / precision, self._output_dir)
        return Exported(card=card, folder=folder, cosines=cosines)

    def _cosine(self, precision: str, role: str) -> float:
        model = LocalModel(card=self._card(precision), files=self._files(precision), revision="")
        return self._gate.cosine(model, role)

    def _card(self, precision: str) -> ModelCard:
        card = self._checkpoint.card
        if precision == "fp32":
            return card
        key = f"{card.key}-{precision}"
        return replace(card, key=key, repository=f"exported/{key}", note=f"{card.note}, {precision}")

    def _files(self, precision: str) -> dict[str, Path]:
        graphs = {role: self._graph(precision, role) for role in self._roles}
        return {**graphs, "tokenizer": self._work / precision / "tokenizer.json"}

    def _graph(self, precision: str, role: str) -> Path:
        folder = self._work / precision
        if not folder.is_dir():
            folder.mkdir()
            (folder / "tokenizer.json").write_text(self._checkpoint.tokenizer, "utf-8")
        return folder / f"{role}.onnx"


@contextmanager
def _aside(output_dir: Path) -> Iterator[Path]:
    """A folder on the same disk that is gone afterwards."""
    try:
        output_dir.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=output_dir, prefix=".export-") as name:
            yield Path(name)
    except ScenedexError:
        raise
    except OSError as exc:
        raise ExportError(f"{output_dir} cannot be written: {exc.strerror or exc}") from exc
