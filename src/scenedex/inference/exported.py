"""Exported models on this machine: a card as TOML, where its files lie, and how they get there whole or not at all.

A weights folder holds `exported--NAME/model.toml`, the card, and beside it `exported--NAME/REVISION/`, the files:
just where a WeightStore of that folder looks. The revision is made from the files' checksums, so that other
weights are another space, and a model that is exported again replaces the card in one step.
"""

import hashlib
import json
import logging
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from scenedex.errors import ExportError, UsageError
from scenedex.inference.download import sha256_of
from scenedex.inference.registry import ModelCard, ModelFile, Registry, load_registry

log = logging.getLogger(__name__)

CARD = "model.toml"


def exported_cards(folder: Path) -> tuple[ModelCard, ...]:
    """The cards of the models that were exported into a weights folder, by name. One that cannot be read is
    left out, with a warning.
    """
    found: list[ModelCard] = []
    for path in sorted(folder.glob(f"exported--*/{CARD}")):
        try:
            found += load_registry(path)
        except UsageError as exc:
            log.warning("%s", exc)
    return tuple(found)


def exported_card(folder: Path) -> ModelCard:
    """The card of one exported model: `folder` is `exported--NAME`. Raises UsageError when there is none."""
    if not (folder / CARD).is_file():
        raise UsageError(
            f"{folder} holds no exported model ({CARD} is missing). Make one: scenedex models export SOURCE"
        )
    return next(iter(load_registry(folder / CARD)))


def names_folder(name: str) -> bool:
    """Whether a model's name is meant as the folder of an exported one: `exported--NAME`, wherever it lies."""
    return name.startswith(("/", "~", ".")) or (Path(name) / CARD).is_file()


def with_exported(registry: Registry, folder: Path, named: Sequence[str] = ()) -> Registry:
    """The registry, the models that were exported into a weights folder, and those whose folders are `named`.

    A card whose names are taken is left out, with a warning: nothing stands in for a model that ships with scenedex.
    So is a named folder that holds none.
    """
    cards, taken = list(registry), {name.lower() for card in registry for name in (card.key, *card.aliases)}
    for card in (*_named(named), *exported_cards(folder)):
        names = {name.lower() for name in (card.key, *card.aliases)}
        if card in cards or names & taken:
            if card not in cards:
                log.warning("the exported model %s is left out: there is another one of that name", card.key)
            continue
        cards.append(card)
        taken |= names
    return Registry(tuple(cards), tuple(registry.profiles.values()))


def _named(folders: Sequence[str]) -> Iterator[ModelCard]:
    for name in folders:
        try:
            yield exported_card(Path(name).expanduser())
        except UsageError as exc:
            log.warning("%s", exc)


def key_of(name: str) -> str:
    """What an exported model is called: the source's name, in letters that fit a path and a command line."""
    known = load_registry()
    last = name.removeprefix("hf-hub:").rstrip("/")
    last = last if last.count("/") == 1 and last.lower().startswith("vit") else last.rpartition("/")[2]
    key = re.sub(r"[^a-z0-9._]+", "-", last.lower()).strip("-._") or "model"
    taken = {taken.lower() for card in known for taken in (card.key, *card.aliases)}
    return f"{key}-exported" if key in taken else key


def sealed(card: ModelCard, files: Mapping[str, Path]) -> ModelCard:
    """The card with these files by role, their sizes and checksums, and the revision that follows from them."""
    listed = tuple(
        ModelFile(role=role, path=path.name, bytes=path.stat().st_size, sha256=sha256_of(path))
        for role, path in files.items()
    )
    whole = hashlib.sha256("\n".join(f"{file.path} {file.sha256}" for file in listed).encode("utf-8"))
    return replace(card, files=listed, revision=whole.hexdigest()[:12])


def keep(card: ModelCard, made: Path, folder: Path) -> Path:
    """Move the folder `made`, on the same disk, to its place below the weights folder; give `exported--NAME`."""
    home = folder / card.repository.replace("/", "--")
    target, written = home / card.revision, home / f".{CARD}.{os.getpid()}"
    try:
        home.mkdir(parents=True, exist_ok=True)
        if not target.is_dir():  # else the same files are there already: the name is made from their content
            made.rename(target)
        written.write_text(entry(card), "utf-8")
        written.replace(home / CARD)
    except OSError as exc:
        raise ExportError(f"{home} cannot be written: {exc.strerror or exc}") from exc
    return home


def entry(card: ModelCard) -> str:
    """The card as an entry of a registry file."""
    simple = {
        name: getattr(card, name)
        for name in (
            "key", "aliases", "family", "modality", "model_name", "pretrained", "repository", "revision", "dim",
            "logit_scale", "licence", "languages", "note",
        )
    }  # fmt: skip
    lines = ["[[model]]", *_pairs(simple)]
    for name in ("image", "text"):
        rules = getattr(card, name)
        if rules is not None:
            lines += [f"[model.{name}]", *_pairs(asdict(rules))]
    if card.outputs:
        lines += ["[model.outputs]", *_pairs(card.outputs)]
    lines.append("[model.files]")
    for file in card.files:
        stated = {"path": file.path, "bytes": file.bytes, "sha256": file.sha256}
        lines.append(f"{file.role} = {{ {', '.join(_pairs(stated))} }}")
    return "\n".join(lines) + "\n"


def _pairs(values: Mapping[str, Any]) -> list[str]:
    stated = {name: value for name, value in values.items() if value not in ("", None)}
    return [
        f"{name} = {_value(value)}" for name, value in stated.items() if value != () or name == "languages"
    ]


def _value(value: Any) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, str):  # TOML's strings escape as JSON's do, but for what no name should hold
        return json.dumps("".join(c for c in value if c.isprintable()), ensure_ascii=False)
    return str(value)
