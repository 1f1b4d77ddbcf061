"""Columns of vectors of other systems → the spaces in which they can be compared."""

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import get_args

from scenedex.errors import NotFoundError, UsageError
from scenedex.inference.registry import Registry
from scenedex.types import Modality, Space, VectorColumn

LEAVE_OUT = "-"
UNNAMED = "?"
"""Name of a space that somebody has yet to name; in reports of dry runs alone."""


def check_spaces(wanted: Mapping[VectorColumn, Space], *, dry_run: bool) -> None:
    """Raises UsageError where a column has no space yet, or two have the same; a dry run may leave some open."""
    if not wanted:
        raise UsageError("There are no vectors to take in: every column is empty or left out.")
    unnamed = [column.name for column, space in wanted.items() if space.name == UNNAMED]
    if unnamed and not dry_run:
        raise UsageError(
            f"Nobody says by which model {', '.join(unnamed)} was made: name a space for it with `--map "
            f"{unnamed[0]}=NAME`, or leave it out with `--map {unnamed[0]}=-`. Vectors of two models never share one."
        )
    named = Counter(space.name for space in wanted.values() if space.name != UNNAMED)
    if named and named.most_common(1)[0][1] > 1:
        raise UsageError(f"Two columns cannot go into one space, {named.most_common(1)[0][0]}.")


def space_of(
    column: VectorColumn,
    models: Sequence[str],
    named: str | None,
    before: Sequence[Space],
    registry: Registry,
) -> Space:
    """Where a column's vectors go: the space that is named, that of their model, or a new one."""
    if len(models) > 1 and named is None:
        raise UsageError(
            f"{column.name} holds vectors of several models ({', '.join(models)}), which cannot be compared with one "
            f"another: take them in from a table or view for each, or leave them out with `--map {column.name}=-`."
        )
    modality, name = _named(named, column.modality)
    model = models[0] if models else None
    key = model
    if model is not None:
        with suppress(NotFoundError, UsageError):
            key = registry.find(model).key
    known = [space for space in before if (space.name == name if name else space.model == key)]
    if known:
        return _fitting(column, sorted(known, key=lambda space: space.state == "live")[-1])
    if name is None and model is not None and key is not None:
        with suppress(NotFoundError):
            space = registry.find(key).space()
            if (space.modality, space.dim) == (modality, column.dim):
                return space
        name = f"imported:{model}"
    return Space(
        name=name or UNNAMED,
        model=key or f"imported:{name}",
        revision="imported",
        modality=modality,
        dim=column.dim,
    )


def _named(text: str | None, usual: Modality) -> tuple[Modality, str | None]:
    if not text:
        return usual, None
    before, colon, after = text.partition(":")
    for modality in get_args(Modality):
        if colon and before == modality and after:
            return modality, after
    return usual, text


def _fitting(column: VectorColumn, space: Space) -> Space:
    if space.dim != column.dim:
        raise UsageError(
            f"The vectors of {column.name} have {column.dim} dimensions, those of the space {space.name} {space.dim}: "
            f"name another space with `--map {column.name}=NAME`."
        )
    return space
