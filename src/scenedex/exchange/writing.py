"""Rows → Parquet files, a row group at a time."""

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from scenedex.exchange.layout import PICTURE_FILE, SPACE_KEY, arrow_types, parquet, space_json
from scenedex.types import EMBEDDINGS, PICTURES, TABLES, Column, Space

GROUP = 16_384
"""Rows of a group: enough to compress well, few enough to hold (17 MB of 512 halves)."""

PICTURES_TOGETHER = 256
"""Pictures of a group: some 10 MB."""


class TableFile(AbstractContextManager["TableFile"]):
    """One table, being written. Use it in a `with` block."""

    def __init__(
        self, path: Path, columns: Sequence[Column], extra: Sequence[Any] = (), group: int = GROUP
    ) -> None:
        """`extra`: fields of Arrow's beside the columns. `group`: rows of a group."""
        pa, pq = parquet()
        types = arrow_types()
        fields = [pa.field(column.name, types[column.kind], nullable=column.null) for column in columns]
        self._schema = pa.schema([*fields, *extra])
        self._types = [types[column.kind] for column in columns]
        self._waiting: list[Any] = []
        self._group = group
        self._held = 0
        self.rows = 0
        self._writer = pq.ParquetWriter(
            path,
            self._schema,
            compression="zstd",
            write_page_checksum=True,
            use_dictionary=[column.name for column in columns if column.kind != "bytes"],
        )

    def write(self, rows: Sequence[Sequence[Any]], *more: Any) -> None:
        """Add rows; `more`: arrays of Arrow's for the extra fields."""
        if not rows:
            return
        pa, _ = parquet()
        columns = [
            pa.array(list(values), type=kind)
            for values, kind in zip(zip(*rows, strict=True), self._types, strict=True)
        ]
        self._waiting.append(pa.record_batch([*columns, *more], schema=self._schema))
        self._held += len(rows)
        self.rows += len(rows)
        if self._held >= self._group:
            self._flush()

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._flush()
        finally:
            self._writer.close()

    def __enter__(self) -> Self:
        return self

    def _flush(self) -> None:
        if self._waiting:
            pa, _ = parquet()
            self._writer.write_table(pa.Table.from_batches(self._waiting), row_group_size=self._held)
            self._waiting, self._held = [], 0


class SpaceTable(TableFile):
    """The table of one space, being written."""

    def __init__(self, path: Path, space: Space, *, whole: bool) -> None:
        """`whole`: numbers of 32 bits; else of 16, as they are stored."""
        pa, _ = parquet()
        self._dim = space.dim
        self._number = np.float32 if whole else np.float16
        self._list = pa.list_(pa.float32() if whole else pa.float16(), space.dim)
        field = pa.field("vector", self._list)
        super().__init__(path, EMBEDDINGS, [field])
        self._writer.add_key_value_metadata({SPACE_KEY.decode(): space_json(space).decode()})

    def vectors(
        self, rows: Sequence[Sequence[Any]], vectors: NDArray[np.float16], empty: NDArray[np.bool_]
    ) -> None:
        """Add rows with their vectors (n, dim); `empty` says where there is none (n,)."""
        pa, _ = parquet()
        flat = pa.array(np.ascontiguousarray(vectors, dtype=self._number).reshape(-1))
        self.write(rows, pa.FixedSizeListArray.from_arrays(flat, self._dim, mask=pa.array(empty)))


def write_pictures(folder: Path, batches: Iterable[Sequence[tuple[str, bytes]]]) -> int:
    """Write pictures under their names; how many."""
    with TableFile(folder / PICTURE_FILE, PICTURES, group=PICTURES_TOGETHER) as table:
        for batch in batches:
            table.write(batch)
    return table.rows


def write_table(folder: Path, name: str, batches: Iterable[Sequence[Sequence[Any]]]) -> int:
    """Write the table of this name; how many rows."""
    with TableFile(folder / f"{name}.parquet", TABLES[name]) as table:
        for batch in batches:
            table.write(batch)
    return table.rows
