"""Embeddings that somebody has computed, in files of numpy's → videos with scenes and vectors.

`FILE.npz` holds `video`, `start_s`, `end_s`, perhaps `t_s`, and arrays of vectors (n, dim), row by row of the same
scenes. `FILE.npy` holds vectors alone; a table beside it (CSV with a header, or JSON: a list of objects) says in as
many rows what they are of. Nothing is unpickled, and vectors are mapped, not read.
"""

import csv
import json
import math
import re
import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from scenedex.errors import ExchangeError, NotFoundError, UsageError
from scenedex.exchange.checks import seconds
from scenedex.types import ForeignScene, ForeignVideo, Modality, Refusal, VectorColumn

FIELDS = ("video", "start_s", "end_s", "t_s")
NEEDED = FIELDS[:3]
MAX_ROWS = 20_000_000
MAX_TABLE = 4 * 1024**3
"""Bytes of a table beside vectors."""

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True)
class Precomputed:
    """Vectors that were opened, and what they are of."""

    rows: Mapping[str, Sequence[Any]]  #: of the fields, each as long as the others
    vectors: Mapping[str, Array]  #: by name; (n, dim)

    def columns(self) -> list[VectorColumn]:
        """Of each array of vectors, with what its name says."""
        kinds: dict[str, Modality] = {
            "audio": "audio",
            "text": "text",
            "transcript": "text",
            "scene": "scene",
        }
        return [
            VectorColumn(
                name=name,
                modality=next((kind for word, kind in kinds.items() if word in name.lower()), "visual"),
                dim=array.shape[1],
            )
            for name, array in self.vectors.items()
        ]

    def places(self) -> dict[str, list[int]]:
        """Video → its rows, in the order in which the videos first come."""
        found: dict[str, list[int]] = {}
        for number, video in enumerate(self.rows["video"]):
            found.setdefault(str(video), []).append(number)
        return found

    def videos(self) -> Iterator[ForeignVideo | Refusal]:
        """One after the other, their scenes by time; why there is none where a row of it makes no sense."""
        for video, numbers in self.places().items():
            try:
                scenes = sorted(map(self._scene_of_row, numbers), key=lambda scene: scene.start_s)
            except ExchangeError as exc:
                yield Refusal(video=video, reason=str(exc))
                continue
            name = video.rpartition("/")[2] or video
            path = video if video.startswith("/") else None
            yield ForeignVideo(key=video, title=name, path=path, scenes=tuple(scenes))

    def _scene_of_row(self, number: int) -> ForeignScene:
        try:
            return self._scene(number)
        except ExchangeError as exc:
            raise ExchangeError(f"Row {number + 1}: {exc}") from exc

    def _scene(self, number: int) -> ForeignScene:
        t_s = self.rows["t_s"][number] if "t_s" in self.rows else None
        return ForeignScene(
            start_s=_number(self.rows["start_s"][number]),
            end_s=_number(self.rows["end_s"][number]),
            t_s=None if t_s in (None, "") else seconds(_number(t_s), "The time of a vector"),
            vectors={
                name: np.asarray(array[number], dtype=np.float32) for name, array in self.vectors.items()
            },
        )


@contextmanager
def precomputed(file: Path, table: Path | None) -> Iterator[Precomputed]:
    """Open a .npz, or a .npy with the `table` of what is in it. Raises NotFoundError, UsageError, ExchangeError."""
    for each in (file, table):
        if each is not None and not each.is_file():
            raise NotFoundError(f"There is no file {str(each)!r}.")
    if file.suffix == ".npz":
        if table is not None:
            raise UsageError("A .npz says itself what its vectors are of: leave --rows out.")
        with tempfile.TemporaryDirectory(prefix="scenedex-") as folder:
            yield _checked(file, _unpacked(file, Path(folder)))
    elif file.suffix == ".npy":
        if table is None:
            raise UsageError(
                "A .npy holds vectors alone: say with --rows which table (CSV or JSON) goes with it."
            )
        yield _checked(file, {file.stem: _mapped(file, file.name), **_table(table)})
    else:
        raise UsageError(f"{str(file)!r} is neither .npz nor .npy.")


def _unpacked(file: Path, folder: Path) -> dict[str, Any]:
    """The arrays of a .npz, each mapped from a file of its own: what is compressed cannot be mapped in place."""
    try:
        with zipfile.ZipFile(file) as archive:
            members = archive.infolist()
            free = shutil.disk_usage(folder).free
            if len(members) > 64 or sum(member.file_size for member in members) > free:
                raise ExchangeError(f"{file.name} holds more than there is room for on the disk.")
            found = {}
            for number, member in enumerate(members):
                place = folder / f"{number}.npy"
                with archive.open(member) as source, place.open("wb") as target:
                    shutil.copyfileobj(source, target, 1 << 20)
                found[member.filename.removesuffix(".npy")] = _mapped(
                    place, f"{file.name}: {member.filename}"
                )
            return found
    except (zipfile.BadZipFile, OSError, NotImplementedError, RuntimeError) as exc:
        raise ExchangeError(f"{file.name} is no whole .npz: {exc}.") from exc


def _mapped(file: Path, name: str) -> Array:
    try:
        return np.load(file, mmap_mode="r", allow_pickle=False)  # type: ignore[no-any-return]
    except ValueError as exc:
        objects = re.search("object|pickled", str(exc))
        what = "holds Python objects, which are not unpickled" if objects else "is damaged"
        raise ExchangeError(f"{name} {what} ({str(exc).splitlines()[0]}).") from exc
    except (OSError, EOFError, SyntaxError) as exc:
        raise ExchangeError(f"{name} is no file of numpy's: {exc}.") from exc


def _table(file: Path) -> dict[str, Any]:
    if file.stat().st_size > MAX_TABLE:
        raise ExchangeError(f"{file.name} is too large.")
    try:
        if file.suffix == ".json":
            rows = json.loads(file.read_text(encoding="utf-8"))
        else:
            with file.open(encoding="utf-8-sig", newline="") as source:
                rows = list(csv.DictReader(source))
    except (ValueError, OSError, csv.Error, RecursionError) as exc:
        raise ExchangeError(f"{file.name} cannot be read: {exc}.") from exc
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        raise ExchangeError(f"{file.name} is no table: rows of {', '.join(NEEDED)}.")
    return {name: [row.get(name) for row in rows] for name in FIELDS if name in rows[0]}


def _checked(file: Path, found: Mapping[str, Any]) -> Precomputed:
    missing = [name for name in NEEDED if name not in found]
    if missing:
        raise ExchangeError(f"{file.name}: nothing says {', '.join(missing)} of the vectors.")
    rows = {name: found[name] for name in FIELDS if name in found}
    vectors = {name: array for name, array in found.items() if name not in FIELDS}
    if not vectors:
        raise ExchangeError(f"{file.name} holds no vectors.")
    for name, array in vectors.items():
        if array.ndim != 2 or array.dtype.kind != "f" or not 1 <= array.shape[1] <= 4000:
            raise ExchangeError(
                f"{file.name}: {name} has the shape {array.shape} of {array.dtype}; vectors are rows of 1 to 4000 "
                "floats."
            )
    lengths = {name: len(values) for name, values in {**rows, **vectors}.items()}
    if len(set(lengths.values())) > 1 or max(lengths.values()) > MAX_ROWS:
        said = ", ".join(f"{name} {length}" for name, length in lengths.items())
        raise ExchangeError(f"{file.name}: the rows do not go together ({said}).")
    for name in NEEDED:
        if getattr(rows[name], "ndim", 1) != 1:
            raise ExchangeError(f"{file.name}: {name} is no list.")
    return Precomputed(rows, vectors)


def _number(value: Any) -> float:
    try:
        number = float(value)
        if math.isfinite(number):
            return number
    except (TypeError, ValueError, OverflowError):
        pass
    raise ExchangeError(f"{str(value)[:100]!r} is no time in seconds.")
