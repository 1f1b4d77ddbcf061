"""What is normal."""

from uuid import UUID

from fastapi import APIRouter

from scenedex.api.models.baselines import (
    Baseline,
    BaselineChanges,
    BaselinePage,
    NewBaseline,
    sources_of,
)
from scenedex.api.routes.entities import Limit, Offset
from scenedex.api.service import Reading, Writing
from scenedex.http.failures import failures
from scenedex.search.as_json import baseline_as_json
from scenedex.store import baselines as kept

router = APIRouter(prefix="/baselines", tags=["baselines"])


@router.get("")
def list_baselines(library: Reading, limit: Limit = 50, offset: Offset = 0) -> BaselinePage:
    """The baselines by name."""
    found, total = library.baselines.page(limit, offset)
    return BaselinePage(baselines=tuple(map(shown, found)), total=total)


@router.post("", status_code=201, responses=failures(404))
def make_baseline(library: Writing, new: NewBaseline) -> Baseline:
    """Keep what these videos and scenes show as what is normal. One of a single video goes with it."""
    made = library.baselines.add(
        new.name,
        videos=[str(video) for video in new.video_ids],
        scenes=new.scene_ids,
        from_s=new.from_s,
        to_s=new.to_s,
        again=new.again,
    )
    return shown(made)


@router.get("/{baseline_id}", responses=failures(404))
def get_baseline(library: Reading, baseline_id: UUID) -> Baseline:
    """One baseline."""
    return shown(library.baselines.find(baseline_id))


@router.patch("/{baseline_id}", responses=failures(404))
def rename_baseline(library: Writing, baseline_id: UUID, changes: BaselineChanges) -> Baseline:
    """Give it another name."""
    return shown(library.baselines.rename(baseline_id, changes.name))


@router.delete("/{baseline_id}", status_code=204, responses=failures(404))
def remove_baseline(library: Writing, baseline_id: UUID) -> None:
    """Forget it."""
    library.baselines.remove(baseline_id)


def shown(baseline: kept.Baseline) -> Baseline:
    """A baseline as an answer."""
    made = baseline_as_json(baseline)
    return Baseline.model_validate({**made, "made_of": sources_of(made["made_of"])})
