"""An export is a folder: one Parquet file a table, one a space, and a manifest that names them all."""

import json
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from scenedex.errors import ExchangeError, NotFoundError, NotInstalledError, UsageError
from scenedex.types import ColumnKind, Measured, Modality, Space, SpaceState

if TYPE_CHECKING:
    import pyarrow as pa

FORMAT = 1
MANIFEST = "scenedex.json"
PICTURE_FILE = "pictures.parquet"
SPACE_KEY = b"scenedex.space"
"""In the metadata of a space's file: its name, model, revision, modality and dimensions as JSON."""

MAX_MANIFEST = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class SpaceFile:
    """The file of one space."""

    file: str
    rows: int
    space: Space  #: its id is 0: libraries number their spaces themselves
    measured: Measured | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What an export holds."""

    scenedex: str  #: version that wrote it
    made_at: str  #: ISO 8601, UTC
    rows: Mapping[str, int] = field(default_factory=dict)  #: by table
    spaces: tuple[SpaceFile, ...] = ()
    pictures: int | None = None  #: rows of pictures.parquet; None where they stayed


def parquet() -> tuple[Any, Any]:
    """The modules pyarrow and pyarrow.parquet. Raises NotInstalledError."""
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as exc:
        raise NotInstalledError(
            "Parquet files need the extra parquet: run `pip install 'scenedex[parquet]'`."
        ) from exc
    return pyarrow, pyarrow.parquet


def arrow_types() -> "dict[ColumnKind, pa.DataType]":
    """Of each kind of column, as it is written."""
    pa, _ = parquet()
    return {
        "text": pa.string(),
        "int": pa.int64(),
        "float": pa.float64(),
        "time": pa.timestamp("us", tz="UTC"),
        "texts": pa.list_(pa.string()),
        "json": pa.string(),
        "bytes": pa.binary(),
    }


def _is_text(kind: "pa.DataType") -> bool:
    types = parquet()[0].types
    return bool(types.is_string(kind) or types.is_large_string(kind))


def accepted() -> "dict[ColumnKind, Callable[[pa.DataType], bool]]":
    """What a column of each kind may be when it comes back, perhaps through another program."""
    pa, _ = parquet()
    return {
        "text": _is_text,
        "int": pa.types.is_integer,
        "float": lambda t: pa.types.is_floating(t) or pa.types.is_integer(t),
        "time": lambda t: pa.types.is_timestamp(t) and t.tz is not None,
        "texts": lambda t: (pa.types.is_list(t) or pa.types.is_large_list(t)) and _is_text(t.value_type),
        "json": _is_text,
        "bytes": lambda t: pa.types.is_binary(t) or pa.types.is_large_binary(t),
    }


def space_json(space: Space) -> bytes:
    """What a space's file says of it."""
    return json.dumps({key: value for key, value in asdict(space).items() if key != "id"}).encode()


def space_file(space: Space, taken: Collection[str]) -> str:
    """A name for its file that says which space it is, and is no other's."""
    plain = re.sub(r"[^A-Za-z0-9.+@-]+", "-", space.name).strip("-.")[:100] or "space"
    name, number = f"embeddings-{plain}.parquet", 1
    while name.lower() in {one.lower() for one in taken}:
        number += 1
        name = f"embeddings-{plain}-{number}.parquet"
    return name


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """The last file of an export."""
    spaces = [
        {
            "file": each.file,
            "rows": each.rows,
            "space": json.loads(space_json(each.space)),
            "measured": None if each.measured is None else asdict(each.measured),
        }
        for each in manifest.spaces
    ]
    tables = {name: {"file": f"{name}.parquet", "rows": rows} for name, rows in manifest.rows.items()}
    said = {
        "format": FORMAT,
        "scenedex": manifest.scenedex,
        "made_at": manifest.made_at,
        "tables": tables,
        "spaces": spaces,
        "pictures": manifest.pictures,
    }
    (folder / MANIFEST).write_text(json.dumps(said, indent=1) + "\n", encoding="utf-8")


def read_manifest(folder: Path) -> Manifest:
    """Raises NotFoundError where there is no export, ExchangeError for one that is damaged or of the future."""
    file = folder / MANIFEST
    try:
        if file.stat().st_size > MAX_MANIFEST:
            raise ExchangeError(f"{str(file)!r} is too large to be the manifest of an export.")
        said = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError as exc:
        raise NotFoundError(
            f"{str(folder)!r} holds no export: there is no {MANIFEST} in it. `scenedex export --parquet` writes one."
        ) from exc
    except NotADirectoryError as exc:
        raise UsageError(
            f"{str(folder)!r} is no folder: name the one that an export was written to."
        ) from exc
    except (OSError, ValueError, RecursionError) as exc:
        raise ExchangeError(f"The manifest {str(file)!r} cannot be read: {exc}.") from exc
    version = said.get("format") if isinstance(said, dict) else None
    if version != FORMAT:
        raise ExchangeError(
            f"The export in {str(folder)!r} is of the format {version!r}, and this scenedex knows {FORMAT}: a newer "
            "scenedex may read it."
        )
    try:
        return Manifest(
            scenedex=str(said["scenedex"]),
            made_at=str(said["made_at"]),
            rows={str(name): int(table["rows"]) for name, table in said["tables"].items()},
            spaces=tuple(_space_file(each) for each in said["spaces"]),
            pictures=None if said.get("pictures") is None else int(said["pictures"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as exc:
        raise ExchangeError(f"The manifest {str(file)!r} is damaged ({type(exc).__name__}: {exc}).") from exc


def read_space(data: object) -> Space:
    """A space as its file says it. Raises ExchangeError."""
    if not isinstance(data, dict):
        raise ExchangeError("It does not say which space it is of.")
    texts: dict[str, Any] = {key: data.get(key) for key in ("name", "model", "revision")}
    dim, state = data.get("dim"), data.get("state", "live")
    modality: Any = data.get("modality")
    whole = all(isinstance(value, str) and len(value) <= 500 for value in texts.values())
    if not whole or not texts["name"] or type(dim) is not int or not 1 <= dim <= 4000:
        raise ExchangeError("What it says of its space (name, model, revision, dim) makes no sense.")
    if modality not in get_args(Modality) or state not in get_args(SpaceState):
        raise ExchangeError(f"It says that its space is of the modality {modality!r}, which there is not.")
    return Space(dim=dim, modality=modality, state=state, **texts)


def _space_file(said: Mapping[str, Any]) -> SpaceFile:
    name = str(said["file"])
    if not re.fullmatch(r"embeddings-[A-Za-z0-9.+@-]+\.parquet", name):
        raise ExchangeError(f"The manifest names a file {name!r}, which is none of an export.")
    known = said.get("measured")
    measured = None
    if known is not None:
        quantiles = tuple(float(q) for q in known["quantiles"])
        if len(quantiles) != 9 or not all(-1.01 <= q <= 1.01 for q in quantiles) or int(known["vectors"]) < 1:
            raise ExchangeError("The manifest holds a measurement of a space that makes no sense.")
        measured = Measured(quantiles=quantiles, vectors=int(known["vectors"]))
    return SpaceFile(file=name, rows=int(said["rows"]), space=read_space(said["space"]), measured=measured)
