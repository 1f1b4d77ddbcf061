"""What a search says about itself in the log. Operators look for these lines by their words, so the words stay.

Queries are people's own: their words are logged at the level debug alone. What is said at info names no word of them.
"""

import logging
import re

from scenedex.search.router import KINDS
from scenedex.types import Channel, Plan, Rerank, Vector

log = logging.getLogger(__name__)

_KIND = re.compile(rf"(?:^|; )({'|'.join(KINDS)}): ")


def tell_plan(plan: Plan, query: str) -> None:
    """What the router decided, and why."""
    log.info(
        "Visual intent router: mode=%s, confidence=%.2f, reason=%s",
        plan.mode,
        plan.confidence,
        ", ".join(dict.fromkeys(_KIND.findall(plan.reason))) or "no word counted",
    )
    log.debug("query %r: %s", query, plan.reason)


def tell_encoded(channel: Channel, vector: Vector, seconds: float) -> None:
    """An encoder embedded a query. Those of the visual channel are called CLIP, whatever the model's name is."""
    name = "CLIP" if channel == "visual" else channel.capitalize()
    log.log(
        logging.INFO if channel == "visual" else logging.DEBUG,
        "%s text embedding generated: dim=%d, elapsed_ms=%.1f",
        name,
        vector.shape[0],
        seconds * 1000,
    )


def tell_rerank(report: Rerank) -> None:
    """What became of the second look."""
    log.info(
        "CLIP rerank complete: scored=%d, skipped=%s, score_range=%.3f",
        report.scored,
        str(report.skipped).lower(),
        report.score_range,
    )
