"""The model that an embedding server serves: which it is, and how its words are put."""

from dataclasses import dataclass
from pathlib import Path

from scenedex.config import Settings
from scenedex.embeddings import mini
from scenedex.embeddings.encoders import visual_encoder
from scenedex.embeddings.protocols import StagedEncoder
from scenedex.errors import UsageError
from scenedex.inference.exported import exported_card, names_folder, with_exported
from scenedex.inference.registry import ModelCard, Registry, load_registry
from scenedex.inference.session import RunOptions, shared_threads, usable_cpus
from scenedex.inference.weights import WeightStore

DEFAULT = "clip-l14"
MINI = ("mini", mini.PICTURES)

TEMPLATE = "a photo of a {}"
"""What CLIP is asked of a label (Radford et al. 2021, section 3.1.4)."""

CLIP_SCALE = 100.0
"""The factor of cosines where a card states none: CLIP's (ibid., section 2.5: clipped at 100)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedModel:
    """An encoder, and what it is called."""

    encoder: StagedEncoder
    name: str  #: the key of its card
    names: frozenset[str]  #: under which it may be asked for, casefolded
    logit_scale: float = CLIP_SCALE
    template: str = TEMPLATE

    @property
    def dim(self) -> int:
        """Numbers of an embedding."""
        return self.encoder.space.dim


def served_model(settings: Settings, named: str | None = None) -> ServedModel:
    """The model of the settings, or `named`: a key, a folder or mini. Nothing is loaded yet.

    Raises WeightsMissingError, with the command that fetches them, NotFoundError and UsageError.
    """
    registry = load_registry()
    wanted = named or _set(settings, registry) or DEFAULT
    options = run_options(settings)
    if wanted.lower() in MINI:
        return ServedModel(
            encoder=mini.MiniPictures(options),
            name=mini.PICTURES,
            names=frozenset(MINI),
            logit_scale=mini.SCALE,
        )
    folders = [wanted] if names_folder(wanted) else []
    card = (
        exported_card(Path(wanted).expanduser())
        if folders
        else with_exported(registry, settings.models_folder()).find(wanted)
    )
    if card.family not in ("clip", "siglip"):
        raise UsageError(f"The model {card.key} does not see pictures: `scenedex models list` says which do.")
    store = WeightStore(
        settings.models_folder(),
        also=[Path(folder).expanduser().parent for folder in folders],
        hub_cache=settings.hf_home / "hub" if settings.hf_home else None,
        token=settings.huggingface_hub_token,
        offline=settings.hf_hub_offline,
    )
    encoder = visual_encoder(store.find(card), options, max_side=settings.clip_max_image_size)
    return ServedModel(
        encoder=encoder, name=card.key, names=_names(card), logit_scale=card.logit_scale or CLIP_SCALE
    )


def run_options(settings: Settings) -> RunOptions:
    """How a server runs a network: never unloaded, and RUNS at once share the cores."""
    return RunOptions(
        device=settings.clip_device,
        threads=shared_threads(usable_cpus()),
        timeout_s=settings.clip_timeout_s,
        idle_s=0,
        tensorrt=settings.clip_use_tensorrt,
        engine_cache=settings.engines_folder(),
    )


def _set(settings: Settings, registry: Registry) -> str | None:
    if settings.clip_model_path:
        return settings.clip_model_path
    if settings.clip_model_name:
        return "/".join(part for part in (settings.clip_model_name, settings.clip_pretrained) if part)
    return registry.profile(settings.scenedex_profile).visual if settings.scenedex_profile else None


def _names(card: ModelCard) -> frozenset[str]:
    return frozenset(name.casefold() for name in (card.key, card.model_name, *card.aliases))
