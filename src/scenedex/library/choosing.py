"""Which models a library works with, and what they can do on this machine."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import numpy as np

from scenedex.errors import EncoderError, NotFoundError, PluginError, UsageError
from scenedex.library.brought import choose
from scenedex.library.opened import KINDS, PACES, Opened
from scenedex.store.coverage import lacking, without_embeddings
from scenedex.store.preferences import prefer
from scenedex.store.spaces import choices, seen_spaces
from scenedex.store.switching import model_in_use
from scenedex.types import Modality, Space

if TYPE_CHECKING:
    from scenedex.embeddings.pace import Pace
    from scenedex.embeddings.visual import VisualEmbedder
    from scenedex.indexing.pipeline import Parts
    from scenedex.inference.registry import ModelCard, Profile
    from scenedex.plugins import Plugin

CORES_OF_ONE = 4
"""Cores that one video keeps busy: two or three decode it, and its encoder takes what is left."""

MOST_AT_ONCE = 4
"""Videos that are indexed side by side unless more are asked for: each holds some 300 MB."""


class Choosing(Opened):
    """An open library that knows its models."""

    def profile(self) -> "Profile":
        """The models in use: as set, else as recorded, else `standard`. Raises NotFoundError.

        Where `switch`, or this owner's own choice, has put another space in place of that of the visual model, it is
        that space's model.
        """
        recorded, named = self._recorded("profile"), self.settings.scenedex_profile
        profile = self.equipment.registry.profile(named or recorded or "standard")
        chosen = {} if named else {kind: self._recorded(kind) for kind in KINDS}
        if self.settings.clip_model_name:
            parts = [self.settings.clip_model_name, self.settings.clip_pretrained]
            chosen["visual"] = "/".join(part for part in parts if part)
        keys = {kind: self._key(model, kind) for kind, model in chosen.items() if model}
        profile = replace(profile, **keys)
        if self.settings.scenedex_text_model:
            profile = replace(profile, text=self.equipment.text_key(self.settings.scenedex_text_model))
        with self._database.transaction(self.owner) as tx:
            seen = seen_spaces(tx, "visual")
        seen = [space for space in seen if self.equipment.permits(space.model)]
        return replace(profile, visual=model_in_use(seen, profile.visual))

    def use(self, name: str) -> "Profile":
        """Record what this library works with from now on: a profile; or a model, in place of the profile's.

        A model is named by its key, by the folder into which it was exported, or as a plug-in. Raises NotFoundError and
        UsageError, also for a plug-in that does not work.
        """
        from scenedex.inference.exported import names_folder

        changed: dict[str, str | None] = {}
        if name in self.equipment.registry.profiles:
            changed = {"profile": name, **dict.fromkeys(KINDS)}
        elif names_folder(name):
            changed[self._card(name).modality] = str(Path(name).expanduser().absolute())
        elif self.equipment.is_plugin(name):
            changed[self.equipment.plugin_modality(name)] = name
            choose(self._database, name)
        else:
            card = self._card(name)
            changed[card.modality] = card.key
        with self._database.transaction(self.owner) as tx:
            for kind, value in changed.items():
                prefer(tx, kind, value)
        self.equipment = None  # it may know a folder more now
        return self.profile()

    def lacking(self) -> dict[str, tuple[int, int]]:
        """What `fill` would embed now: modality to the number of videos and of pictures, sounds, captions or scenes."""
        spaces = self._parts().spaces()
        with self._database.transaction(self.owner) as tx:
            found = {space.modality: lacking(tx, space) for space in spaces}
        return {modality: counts for modality, counts in found.items() if counts[0]}

    def videos_lacking(self) -> list[UUID]:
        """The videos of which `fill` would embed something now."""
        spaces = self._parts().spaces()
        with self._database.transaction(self.owner) as tx:
            found = [video_id for space in spaces for video_id in without_embeddings(tx, space)]
        return list(dict.fromkeys(found))

    def paces(self) -> "dict[str, Pace]":
        """How networks run fastest on this machine, as far as that was found out: model and machine to pace."""
        from scenedex.embeddings.pace import Paces

        return Paces(self.home / PACES).all()

    def forget_paces(self) -> int:
        """Find out again how networks run fastest; how many paces were known."""
        from scenedex.embeddings.pace import Paces

        forgotten = Paces(self.home / PACES).forget()
        self.equipment = None
        return forgotten

    def visual_embedder(self) -> "VisualEmbedder":
        """What sees, for callers of their own: a picture in, its embedding out, raw where CLIP_NORMALIZE is false.

        Raises NotFoundError for the mini models, which are no model of the registry.
        """
        from scenedex.embeddings.visual import VisualEmbedder

        return VisualEmbedder(
            self.equipment.registry.find(self.profile().visual),
            self.equipment.store,
            self.equipment.options,
            normalize=self.settings.clip_normalize,
            max_side=self.settings.clip_max_image_size,
        )

    def scene_space(self) -> Space | None:
        """The space in which scenes are compared with scenes: EMBEDDING_BACKEND's, or the visual channel's.

        None where nothing was embedded for it yet. No weights are needed.
        """
        wanted = self._scene_model()
        with self._database.transaction(self.owner) as tx:
            return choices(tx, self._sizes).holding(*wanted)

    def plugins(self) -> "list[Plugin]":
        """The plug-ins that are installed, those of no use with the reason why. None of them is imported."""
        from scenedex.library.plugged import all_plugins

        return all_plugins(self.equipment)

    def absent(self) -> str | None:
        """What cannot be done for want of weights, and how to get them, in a sentence; None when all are here."""
        profile = self.profile()
        missing = self.equipment.missing((profile.visual, profile.audio, profile.text))
        if not missing:
            return None
        megabytes = sum(file.megabytes for card in missing for file in self.equipment.store.missing(card))
        return (
            f"The models of the profile {profile.name} are not all on this machine, so pictures or sounds cannot be "
            f"searched yet: `scenedex models pull` fetches {', '.join(card.key for card in missing)} (about "
            f"{megabytes:.0f} MB); what is indexed now is completed after that."
        )

    def senses(self) -> dict[str, Any]:
        """What this machine sees, hears and reads with: profile, devices, missing weights, time for one picture."""
        from scenedex.inference.session import available_devices

        profile = self.profile()
        found: dict[str, Any] = {
            "profile": profile.name,
            "devices": available_devices(),
            "missing": self.absent(),
        }
        try:
            eyes = self.equipment.visual(profile.visual)
        except PluginError:
            raise
        except EncoderError:
            return found
        picture = np.full((480, 854, 3), 128, dtype=np.uint8)
        eyes.embed_pictures([picture])  # loads the network
        (seen,) = eyes.embed_pictures([picture])
        ms = seen.metadata["inference_time_ms"]
        return {
            **found,
            "runs_on": seen.metadata["device"],
            "picture_ms": ms,
            "trouble": seen.metadata["error"],
        }

    def _scene_model(self) -> tuple[Modality, str]:
        return self.equipment.scene_model(self.settings.embedding_backend, self.profile().visual)

    def _key(self, name: str, kind: str) -> str:
        """The key of the model of that kind that is meant; a plug-in is not imported for it."""
        return name if self.equipment.is_plugin(name) else self._card(name, kind).key

    def _card(self, name: str, kind: str = "") -> "ModelCard":
        """The model that is meant, by key, alias or folder; of that kind, if one is named."""
        from scenedex.inference.exported import exported_card, names_folder

        registry = self.equipment.registry
        if names_folder(name):
            card = exported_card(Path(name).expanduser())
        else:
            try:
                card = registry.find(name)
            except NotFoundError as exc:
                profiles = f"There is no profile {name!r}: there are {', '.join(registry.profiles)}. "
                plugins = "" if names_folder(name) else " Nor is a plug-in of that name installed."
                raise NotFoundError(("" if kind else profiles) + str(exc) + plugins) from exc
        if kind and card.modality != kind:
            raise UsageError(f"The model {card.key} is for {card.modality}, not for {kind}.")
        return card

    def own_folders(self) -> tuple[Path, ...]:
        """Folders of the library itself, in which no videos are looked for."""
        return (*(self.home / name for name in ("pg", "objects", "demo")), self.arrivals.root)

    def _parts(self) -> "Parts":
        from scenedex.indexing.assembly import senses
        from scenedex.indexing.pipeline import Parts
        from scenedex.inference.session import usable_cpus

        found = senses(
            self._database,
            self.equipment,
            self.profile(),
            see=self.settings.clip_enabled,
            regions=self.settings.scenedex_regions,
            backend=self.settings.embedding_backend,
        )
        return Parts(
            owner=self.owner,
            database=self._database,
            objects=self._objects(),
            encoder=found.encoder,
            space=found.space,
            sight=replace(found.sight, watch=self._watchers) if found.sight else None,
            regions=replace(found.regions, watch=self._watchers) if found.regions else None,
            hearing=found.hearing,
            likeness=found.likeness,
            limits=self.settings.limits(),
            detector=self.settings.scenedex_detector,
            accurate=None if self.settings.scenedex_accurate == "auto" else self.settings.scenedex_accurate,
            decoder=self.decoder,
            at_once=self.settings.scenedex_index_at_once
            or max(1, min(MOST_AT_ONCE, usable_cpus() // CORES_OF_ONE)),
            own_folders=self.own_folders(),
            called=self._sent_as,
            on_write=self._on_write,
        )
