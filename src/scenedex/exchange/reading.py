"""Parquet files → rows, video by video. Every file is judged by its columns before the first row is read."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from scenedex.errors import ExchangeError
from scenedex.exchange.layout import (
    PICTURE_FILE,
    SPACE_KEY,
    Manifest,
    accepted,
    parquet,
    read_manifest,
    read_space,
)
from scenedex.types import EMBEDDINGS, LATER, OBJECT_KEY, PICTURES, TABLES, Column, Space

BATCH = 2_048
PICTURES_AT_ONCE = 64
JPEG = b"\xff\xd8\xff"

MAX_ROWS = 4_000_000
"""Rows of one table that one video may have: the terms of two days of talk are fewer."""

MAX_TEXT = 16 * 1024 * 1024
"""Characters of one text."""

Row = dict[str, Any]
"""Of an embedding, `vector` is an array of 32-bit floats (dim,), or None."""


class Export:
    """An export that was opened and whose files are what they should be, as far as their headers tell."""

    def __init__(self, folder: Path) -> None:
        """Raises NotFoundError, NotInstalledError, and ExchangeError that names the file and what is wrong with it."""
        self.folder = folder
        self.manifest: Manifest = read_manifest(folder)
        for name in TABLES:
            if name not in self.manifest.rows and name not in LATER:
                raise ExchangeError(f"The manifest of {str(folder)!r} names no table {name!r}.")
        self._tables = {
            name: _opened(folder / f"{name}.parquet", columns, self.manifest.rows[name])
            for name, columns in TABLES.items()
            if name in self.manifest.rows
        }
        self._spaces = {
            each.file: _opened(folder / each.file, EMBEDDINGS, each.rows, each.space)
            for each in self.manifest.spaces
        }

        _check_order(self._tables, self._spaces)
        known = self.manifest.pictures
        self._pictures = None if known is None else _opened(folder / PICTURE_FILE, PICTURES, known)

    def pictures(self) -> Iterator[tuple[str, bytes]]:
        """Pictures with their names, which say what they hold; none where they stayed. Raises ExchangeError."""
        if self._pictures is None:
            return
        rows = _rows(self._pictures, PICTURES, self.folder / PICTURE_FILE, batch_size=PICTURES_AT_ONCE)
        for row in rows:
            name, jpeg = row["picture"], row["jpeg"]
            digest = hashlib.sha256(jpeg).hexdigest()
            if not OBJECT_KEY.fullmatch(name) or not name.startswith(f"{digest[:2]}/{digest[2:4]}/{digest}."):
                raise ExchangeError(f"{PICTURE_FILE}: the picture {name!r} is not what its name says.")
            if not jpeg.startswith(JPEG):
                raise ExchangeError(f"{PICTURE_FILE}: {name!r} is no picture.")
            yield name, jpeg

    def videos(self) -> Iterator[tuple[dict[str, list[Row]], dict[str, list[Row]]]]:
        """Of each video the rows of each table, and those of each space by its file. Raises ExchangeError."""
        tables = {
            name: _ByVideo(f"{name}.parquet", _rows(file, TABLES[name], self.folder / f"{name}.parquet"))
            for name, file in self._tables.items()
        }
        dims = {each.file: each.space.dim for each in self.manifest.spaces}
        spaces = {
            name: _ByVideo(name, _rows(file, EMBEDDINGS, self.folder / name, dims[name]))
            for name, file in self._spaces.items()
        }
        videos = tables.pop("videos")
        while (video := videos.next_video()) is not None:
            of_video: dict[str, list[Row]] = {name: [] for name in LATER} | {"videos": videos.of(video)}
            of_video |= {name: rows.of(video) for name, rows in tables.items()}
            yield of_video, {name: rows.of(video) for name, rows in spaces.items()}


class _ByVideo:
    """The rows of one file, those of a video together, the videos in ascending order."""

    def __init__(self, name: str, rows: Iterator[Row]) -> None:
        self._name = name
        self._rows = rows
        self._ahead = next(rows, None)

    def next_video(self) -> str | None:
        """Whose rows come next."""
        return None if self._ahead is None else self._ahead["video_id"]

    def of(self, video: str) -> list[Row]:
        """The rows of this video, which comes after all that were asked for before."""
        found: list[Row] = []
        while self._ahead is not None and self._ahead["video_id"] == video:
            found.append(self._ahead)
            if len(found) > MAX_ROWS:
                raise ExchangeError(
                    f"{self._name} has more than {MAX_ROWS} rows of the video {video}: more than any video has."
                )
            self._ahead = next(self._rows, None)
        return found


def _check_order(tables: Mapping[str, Any], spaces: Mapping[str, Any]) -> None:
    """In every file the videos follow in ascending order, and none is there that is not in videos.parquet.

    Read before anything is written: a row in the wrong place would be missing from its video.
    """
    known = set(_ids("videos.parquet", tables["videos"]))
    files = {f"{name}.parquet": file for name, file in tables.items()} | dict(spaces)
    for name, file in files.items():
        last = ""
        for video in _ids(name, file):
            if video < last:
                raise ExchangeError(
                    f"{name} is not in the order of video_id ({video!r} comes after {last!r})."
                )
            if video not in known:
                raise ExchangeError(
                    f"{name} has rows of the video {video!r}, which is not in videos.parquet."
                )
            last = video


def _ids(name: str, file: Any) -> Iterator[str]:
    pa, _ = parquet()
    try:
        for batch in file.iter_batches(batch_size=65_536, columns=["video_id"]):
            for video in batch.column(0).to_pylist():
                if video is None:
                    raise ExchangeError(f"{name} has a row without 'video_id'.")
                yield video
    except (pa.ArrowException, OSError) as exc:
        raise ExchangeError(f"{name} is damaged: {_said(exc)}.") from exc


def _opened(path: Path, columns: Sequence[Column], rows: int, space: Space | None = None) -> Any:
    pa, pq = parquet()
    if path.is_symlink() or not path.is_file():
        raise ExchangeError(f"The export has no file {path.name!r}, which its manifest names.")
    try:
        file = pq.ParquetFile(path, page_checksum_verification=True)
    except (pa.ArrowException, OSError) as exc:
        raise ExchangeError(f"{path.name} is no whole Parquet file: {_said(exc)}.") from exc
    schema = file.schema_arrow
    for column in columns:
        at = schema.get_all_field_indices(column.name)
        if column.later and not at:
            continue
        if len(at) != 1:
            raise ExchangeError(f"{path.name} has {len(at) or 'no'} columns {column.name!r}.")
        if not accepted()[column.kind](schema.field(at[0]).type):
            raise ExchangeError(
                f"{path.name}: the column {column.name!r} is of the type {schema.field(at[0]).type}, which is no "
                f"{column.kind}."
            )
    if file.metadata.num_rows != rows:
        raise ExchangeError(
            f"{path.name} has {file.metadata.num_rows} rows, and the manifest says {rows}: one of them is of another "
            "export."
        )
    if space is not None:
        _check_space(path, file, space)
    return file


def _check_space(path: Path, file: Any, space: Space) -> None:
    """The vectors have the dimensions of their space, and the file says the same of it as the manifest."""
    pa, _ = parquet()
    kind = file.schema_arrow.field("vector").type if "vector" in file.schema_arrow.names else None
    is_list = kind is not None and (
        pa.types.is_fixed_size_list(kind) or pa.types.is_list(kind) or pa.types.is_large_list(kind)
    )
    if kind is None or not is_list or not pa.types.is_floating(kind.value_type):
        raise ExchangeError(f"{path.name} has no column 'vector' of lists of numbers.")
    if pa.types.is_fixed_size_list(kind) and kind.list_size != space.dim:
        raise ExchangeError(
            f"{path.name}: its vectors have {kind.list_size} dimensions, and those of {space.name} have {space.dim}."
        )
    said = (file.metadata.metadata or {}).get(SPACE_KEY)
    try:
        known = None if said is None else read_space(json.loads(said))
    except (ValueError, RecursionError) as exc:
        raise ExchangeError(f"{path.name}: what it says of its space cannot be read.") from exc
    if known is not None and known != space:
        raise ExchangeError(f"{path.name} is of the space {known.name}, and the manifest says {space.name}.")


def _rows(
    file: Any, columns: Sequence[Column], path: Path, dim: int = 0, batch_size: int = BATCH
) -> Iterator[Row]:
    pa, _ = parquet()
    there = set(file.schema_arrow.names)
    names = [column.name for column in columns if column.name in there]
    absent = {column.name: None for column in columns if column.name not in there}
    needed = [column.name for column in columns if not column.null]
    batches = file.iter_batches(batch_size=batch_size, columns=[*names, "vector"] if dim else names)
    while True:
        try:
            batch = next(batches, None)
            if batch is None:
                return
            values = [batch.column(name).to_pylist() for name in names]
            vectors = _vectors(batch.column("vector"), dim, path) if dim else None
        except (pa.ArrowException, OSError, ValueError, OverflowError) as exc:
            raise ExchangeError(f"{path.name} is damaged: {_said(exc)}.") from exc
        for number, cells in enumerate(zip(*values, strict=True)):
            row = absent | dict(zip(names, cells, strict=True))
            missing = next((name for name in needed if row[name] is None), None)
            if missing is not None:
                raise ExchangeError(f"{path.name} has a row without {missing!r}.")
            yield row if vectors is None else {**row, "vector": vectors[number]}


def _vectors(
    column: Any, dim: int, path: Path
) -> list[np.ndarray[tuple[int, ...], np.dtype[np.float32]] | None]:
    """One array (dim,) a row, None where there is none."""
    pa, _ = parquet()
    there = column.is_valid().to_numpy(zero_copy_only=False)
    lengths = column.value_lengths().drop_null() if not pa.types.is_fixed_size_list(column.type) else None
    if lengths is not None and any(length != dim for length in lengths.to_pylist()):
        raise ExchangeError(f"{path.name} has a vector that has not {dim} dimensions.")
    flat = column.flatten().to_numpy(zero_copy_only=False).astype(np.float32)
    whole = iter(flat.reshape(-1, dim))
    return [next(whole) if known else None for known in there]


def _said(exc: BaseException) -> str:
    return (str(exc).splitlines() or [type(exc).__name__])[0][:200].rstrip(".")
