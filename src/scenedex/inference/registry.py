"""The models that scenedex knows, as data: what to fetch, what to feed, what comes out (`registry.toml`)."""

import difflib
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal, TypeVar

from scenedex.errors import NotFoundError, UsageError
from scenedex.types import Modality, Space

Family = Literal["clip", "siglip", "clap", "e5", "mini", "video", "plugin"]
_T = TypeVar("_T")
ResizeRule = Literal["shortest", "squash", "pad"]
Interpolation = Literal["bicubic", "bilinear"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFile:
    """One file of a model in its repository."""

    role: str  #: `vision`, `text`, `audio`, `tokenizer`, or `data` for weights beside a graph
    path: str  #: inside the repository
    bytes: int | None = None  #: exact size; None where nobody has stated it: recorded at the first download
    sha256: str | None = None  #: hex; None likewise
    mb: float | None = None  #: about how big, where `bytes` is None

    @property
    def megabytes(self) -> float:
        """Size in 10⁶ bytes, as far as it is known."""
        return self.bytes / 1e6 if self.bytes is not None else self.mb or 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageInput:
    """How a picture becomes the tensor that the network was trained with."""

    size: int  #: pixels, square
    resize: (
        ResizeRule  #: `shortest` side and centre crop; `squash` ignores the aspect ratio; `pad` to a square
    )
    interpolation: Interpolation
    mean: tuple[float, float, float]  #: of RGB in 0 to 1
    std: tuple[float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class TextInput:
    """How a text becomes ids."""

    context: int  #: ids at most, special ones included; a longer text keeps its end-of-text id
    pad_id: int
    pad_to: Literal["context", "longest"] = "longest"
    pad_side: Literal["right", "left"] = "right"
    clean: Literal["none", "lower", "clip", "canonicalize"] = "none"
    query_prefix: str = ""
    passage_prefix: str = ""
    pooling: Literal["none", "mean", "cls"] = "none"  #: over tokens, where the graph leaves it to us


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCard:
    """One model: an entry of the registry."""

    key: str
    family: Family
    modality: Modality
    model_name: str  #: as its authors call the architecture
    pretrained: str  #: on what
    repository: str
    revision: str  #: commit; `main` where no pin is known: what the first download gave is recorded
    dim: int
    licence: str
    languages: tuple[str, ...]
    files: tuple[ModelFile, ...]
    image: ImageInput | None = None
    text: TextInput | None = None
    outputs: dict[str, str] = field(default_factory=dict)  #: role to the output's name; else found by itself
    logit_scale: float | None = (
        None  #: factor of cosines before a softmax, as trained; None: nobody has stated it
    )
    aliases: tuple[str, ...] = ()
    note: str = ""

    @property
    def megabytes(self) -> float:
        """Size of all its files in 10⁶ bytes, as far as it is known."""
        return sum(file.megabytes for file in self.files)

    @property
    def exported(self) -> bool:
        """Whether it was made by `scenedex models export`: it cannot be fetched."""
        return self.repository.startswith("exported/")

    def file(self, role: str) -> ModelFile:
        """The file with that role. Raises UsageError when the model has none."""
        for file in self.files:
            if file.role == role:
                return file
        raise UsageError(f"The model {self.key} has no {role} part.")

    def space(self, revision: str = "", variant: str = "") -> Space:
        """The space of its vectors; `variant` names preprocessing that is not the model's own."""
        pinned = revision or self.revision
        name = f"{self.key}@{pinned[:8]}" + (f"+{variant}" if variant else "")
        return Space(name=name, model=self.key, revision=pinned, modality=self.modality, dim=self.dim)


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A named set of models, by their keys."""

    name: str
    visual: str
    audio: str
    text: str  #: of passages; without its weights wordllama does it


class Registry:
    """Model cards by key, and the profiles that name them."""

    def __init__(self, cards: tuple[ModelCard, ...], profiles: tuple[Profile, ...] = ()) -> None:
        self.profiles = {profile.name: profile for profile in profiles}
        self._cards = {card.key: card for card in cards}
        self._names = {name.lower(): card for card in cards for name in (card.key, *card.aliases)}

    def __iter__(self) -> Iterator[ModelCard]:
        return iter(self._cards.values())

    def __contains__(self, key: object) -> bool:
        """Whether there is a model of that key or alias, case aside."""
        return isinstance(key, str) and key.strip().lower() in self._names

    def profile(self, name: str) -> Profile:
        """The profile of that name. Raises NotFoundError, which lists them."""
        if name not in self.profiles:
            raise NotFoundError(f"There is no profile {name!r}: there are {', '.join(self.profiles)}.")
        return self.profiles[name]

    def find(self, key: str) -> ModelCard:
        """The model of that key or alias, case aside. Raises NotFoundError, which lists the near ones."""
        card = self._names.get(key.strip().lower())
        if card is not None:
            return card
        near = difflib.get_close_matches(key.strip().lower(), self._names, n=4, cutoff=0.5)
        named = list(dict.fromkeys(self._names[name].key for name in near))
        hint = f"did you mean {' or '.join(named)}?" if named else f"there are {', '.join(self._cards)}."
        raise NotFoundError(f"There is no model {key!r}: {hint}")


def load_registry(path: Path | None = None) -> Registry:
    """The registry that ships with scenedex, or the one in `path`.

    Raises UsageError for a file that is no registry.
    """
    name = str(path) if path else "registry.toml"
    try:
        text = path.read_text("utf-8") if path else files(__package__).joinpath(name).read_text("utf-8")
        data = tomllib.loads(text)
        profiles = tuple(Profile(name=name, **keys) for name, keys in data.get("profile", {}).items())
        return Registry(tuple(_card(entry) for entry in data["model"]), profiles)
    except (OSError, ValueError, KeyError, TypeError) as exc:
        raise UsageError(f"The model registry {name} cannot be read: {exc}") from exc


def _card(entry: dict[str, Any]) -> ModelCard:
    known = {**entry, "languages": tuple(entry["languages"]), "aliases": tuple(entry.get("aliases", ()))}
    known["files"] = tuple(_made(ModelFile, role=role, **file) for role, file in entry["files"].items())
    if "image" in entry:
        image = entry["image"]
        known["image"] = _made(
            ImageInput, **{**image, "mean": tuple(image["mean"]), "std": tuple(image["std"])}
        )
    if "text" in entry:
        known["text"] = _made(TextInput, **entry["text"])
    return _made(ModelCard, **known)


def _made(kind: type[_T], **values: Any) -> _T:
    return kind(**values)
