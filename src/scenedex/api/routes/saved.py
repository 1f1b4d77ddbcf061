"""Searches that are asked of each new video."""

from uuid import UUID

from fastapi import APIRouter

from scenedex.api.models.saved import (
    Deliveries,
    Delivery,
    MadeSavedSearch,
    NewSavedSearch,
    SavedHit,
    SavedHitPage,
    SavedSearch,
    SavedSearchPage,
    TestOnItsWay,
)
from scenedex.api.routes.entities import Limit, Offset
from scenedex.api.service import MayWrite, Reading, Writing
from scenedex.http.failures import failures

router = APIRouter(prefix="/saved-searches", tags=["saved searches"])


@router.get("")
def list_saved_searches(
    library: Reading, whole: MayWrite, limit: Limit = 50, offset: Offset = 0
) -> SavedSearchPage:
    """The saved searches by name."""
    found, total = library.saved.page(limit, offset)
    return SavedSearchPage(searches=tuple(SavedSearch.of(one, whole=whole) for one in found), total=total)


@router.post("", status_code=201)
def make_saved_search(library: Writing, new: NewSavedSearch) -> MadeSavedSearch:
    """Keep a search, which is asked of each video that is added from now on. Its secret is shown this once."""
    return MadeSavedSearch.made(library.saved.add(new.name, new.request(), webhook=new.webhook))


@router.get("/{search_id}", responses=failures(404))
def get_saved_search(library: Reading, whole: MayWrite, search_id: UUID) -> SavedSearch:
    """One saved search."""
    return SavedSearch.of(library.saved.find(search_id), whole=whole)


@router.delete("/{search_id}", status_code=204, responses=failures(404))
def remove_saved_search(library: Writing, search_id: UUID) -> None:
    """Forget it, and what it found."""
    library.saved.remove(search_id)


@router.get("/{search_id}/hits", responses=failures(404))
def list_saved_hits(library: Reading, search_id: UUID, limit: Limit = 50, offset: Offset = 0) -> SavedHitPage:
    """What it found, the latest first."""
    found, total = library.saved.hits(search_id, limit, offset)
    return SavedHitPage(hits=tuple(map(SavedHit.model_validate, found)), total=total)


@router.get("/{search_id}/deliveries", responses=failures(404))
def list_deliveries(library: Reading, search_id: UUID) -> Deliveries:
    """The latest 50 things that were sent for it, or are to be."""
    found = library.saved.deliveries(search_id)
    return Deliveries(deliveries=tuple(map(Delivery.model_validate, found)))


@router.post("/{search_id}/test", status_code=202, responses=failures(404))
def test_saved_search(library: Writing, search_id: UUID) -> TestOnItsWay:
    """Have a test sent to its webhook, also to one that was stopped; where it arrives, hits are sent again."""
    return TestOnItsWay(delivery=library.saved.test(search_id))
