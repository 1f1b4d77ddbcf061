"""Bins: scenes put together under a name."""

from uuid import UUID

from fastapi import APIRouter

from scenedex.api.models.marks import Bin, BinChanges, BinPage, BinScene, BinScenes, NewBin, SceneIds
from scenedex.api.routes.videos import Limit, Offset
from scenedex.api.service import Reading, Writing
from scenedex.http.failures import failures
from scenedex.library import Library

router = APIRouter(prefix="/bins", tags=["bins"])


@router.get("")
def list_bins(library: Reading, limit: Limit = 50, offset: Offset = 0) -> BinPage:
    """The bins by name."""
    found, total = library.bins.page(limit, offset)
    return BinPage(bins=tuple(map(Bin.model_validate, found)), total=total)


@router.post("", status_code=201, responses=failures(404))
def make_bin(library: Writing, new: NewBin) -> Bin:
    """Make a bin, with scenes or without any."""
    return Bin.model_validate(library.bins.make(new.name, new.scene_ids))


@router.get("/{bin_id}", responses=failures(404))
def get_bin(library: Reading, bin_id: UUID) -> Bin:
    """One bin."""
    return Bin.model_validate(library.bins.find(bin_id))


@router.patch("/{bin_id}", responses=failures(404))
def rename_bin(library: Writing, bin_id: UUID, changes: BinChanges) -> Bin:
    """Give a bin another name."""
    return Bin.model_validate(library.bins.rename(bin_id, changes.name))


@router.delete("/{bin_id}", status_code=204, responses=failures(404))
def remove_bin(library: Writing, bin_id: UUID) -> None:
    """Forget a bin; its scenes stay."""
    library.bins.remove(bin_id)


@router.get("/{bin_id}/scenes", responses=failures(404))
def list_bin_scenes(library: Reading, bin_id: UUID) -> BinScenes:
    """What is in a bin, in its order."""
    return _scenes(library, bin_id)


@router.post("/{bin_id}/scenes", responses=failures(404))
def add_to_bin(library: Writing, bin_id: UUID, scenes: SceneIds) -> BinScenes:
    """Put scenes at the end of a bin; those that are in it stay where they are."""
    library.bins.add(bin_id, scenes.scene_ids)
    return _scenes(library, bin_id)


@router.put("/{bin_id}/scenes", responses=failures(404))
def arrange_bin(library: Writing, bin_id: UUID, scenes: SceneIds) -> BinScenes:
    """Let these scenes come first, in this order; the others of the bin follow."""
    library.bins.arrange(bin_id, scenes.scene_ids)
    return _scenes(library, bin_id)


@router.delete("/{bin_id}/scenes/{scene_id}", responses=failures(404))
def take_out_of_bin(library: Writing, bin_id: UUID, scene_id: UUID) -> BinScenes:
    """Take a scene out of a bin; one that is not in it changes nothing."""
    library.bins.take_out(bin_id, [scene_id])
    return _scenes(library, bin_id)


def _scenes(library: Library, bin_id: UUID) -> BinScenes:
    return BinScenes(scenes=tuple(map(BinScene.of, library.bins.scenes(bin_id))))
