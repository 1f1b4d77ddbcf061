"""What the models in use have not embedded yet becomes jobs: after a pull, say, nobody has to think of it."""

import logging

from scenedex.jobs.deferring import BULK, defer
from scenedex.library import Library
from scenedex.store.coverage import owners_with_videos

log = logging.getLogger(__name__)


def complete(library: Library) -> int:
    """Put in a job for each video, of every owner, that lacks embeddings; how many jobs wait then to do that.

    Several workers that begin at once put in each job once. Raises StoreError and EncoderError.
    """
    with library.database.operator() as tx:
        owners = owners_with_videos(tx)
    count = 0
    for owner in owners:
        view = library.of(owner)
        for video_id in view.videos_lacking():
            with view.transaction() as tx:
                defer(tx, "embedding_generation", video_id=video_id, priority=BULK, again=False)
            count += 1
    if count:
        log.info("%d videos lack embeddings of the models in use: jobs for them wait", count)
    return count
