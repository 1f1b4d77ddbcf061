"""How much a caller has."""

from fastapi import APIRouter

from scenedex.api.models.videos import Stats
from scenedex.api.service import Reading

router = APIRouter(tags=["stats"])


@router.get("/stats")
def get_stats(library: Reading) -> Stats:
    """Counts of videos, hours, scenes, pictures, captions and embeddings."""
    return Stats.model_validate(library.stats())
