"""How the caller's library is doing."""

from fastapi import APIRouter, Request

from scenedex.api.models.status import SearchSpeed, SpaceCoverage, StageQueue, StageSeconds, Status
from scenedex.api.service import Reading, caller_of, service_of
from scenedex.metrics.recent import WINDOW_S
from scenedex.types import LOCAL_OWNER

router = APIRouter(tags=["stats"])


@router.get("/status")
def get_status(request: Request, library: Reading) -> Status:
    """What is embedded, how long jobs take, what waits, how fast searches are, and what was left out of them.

    Of searches, those of the caller's owner in this process. Who administers the owner `local` runs the server: they
    are told of all owners' searches together, and of the encoders.
    """
    caller, service = caller_of(request), service_of(request)
    everything = caller.owner == LOCAL_OWNER and caller.access == "admin"
    doing = library.doing()
    recent = service.recent.searches(None if everything else caller.owner)
    return Status(
        coverage=tuple(map(SpaceCoverage.model_validate, doing.coverage)),
        stages=tuple(map(StageSeconds.model_validate, doing.stages)),
        queue=tuple(map(StageQueue.model_validate, doing.queue)),
        window_s=WINDOW_S,
        searches=tuple(map(SearchSpeed.model_validate, recent.speeds)),
        degraded=recent.degraded,
        encoders=service.recent.encoder_endings() if everything else None,
        uptime_s=service.vitals.uptime_s(),
    )
