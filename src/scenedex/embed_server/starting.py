"""From settings to what an embedding server is made of."""

import logging

from scenedex.config import Settings
from scenedex.embed_server.doors import Doors
from scenedex.embed_server.engine import Engine, Limits
from scenedex.embed_server.model import served_model
from scenedex.embed_server.service import Service
from scenedex.embed_server.signatures import Verifier

log = logging.getLogger(__name__)


def opened(settings: Settings, host: str, model: str | None = None) -> tuple[Service, Doors]:
    """A server's parts, not started yet. `host`: where it will listen; `model`: in place of the settings'.

    Raises UsageError where it would let nobody in, and WeightsMissingError, with the command that fetches them.
    """
    secret = settings.clip_runpod_secret
    doors = Doors(
        host=host, demand_key=settings.scenedex_demand_keys, key=settings.scenedex_embed_key, secret=secret
    )
    doors.check()
    limits = Limits(
        queue=settings.scenedex_embed_queue,
        batch=settings.scenedex_embed_batch,
        window_s=settings.scenedex_embed_window_ms / 1000,
        timeout_s=settings.scenedex_embed_timeout_s,
    )
    engine = Engine(served_model(settings, model), limits)
    if secret is None:
        log.info("CLIP_RUNPOD_SECRET is not set: signed requests are not let in")
    verifier = Verifier(secret=secret)
    return Service(engine=engine, verifier=verifier, largest_body=settings.scenedex_max_body_bytes), doors
