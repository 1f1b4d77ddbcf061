"""Which stages a worker can take a job of: those whose models answer when they are asked."""

import logging
import time
from collections.abc import Callable, Sequence

from scenedex.errors import ScenedexError
from scenedex.types import Stage

log = logging.getLogger(__name__)

Clock = Callable[[], float]


class Readiness:
    """Asks the model of a stage when a job of it waits, and remembers the answer for a while. Used by one thread."""

    def __init__(
        self,
        stages: Sequence[Stage],
        check: Callable[[Stage], None],
        waiting: Callable[[], set[str]],
        *,
        every_s: float,
        clock: Clock = time.monotonic,
    ) -> None:
        """`check` raises ScenedexError where a stage cannot be done; `waiting` gives the stages that jobs wait for."""
        self._stages = tuple(stages)
        self._check = check
        self._waiting = waiting
        self._every_s = every_s
        self._clock = clock
        self._asked: dict[Stage, tuple[float, str | None]] = {}  # when, and why it cannot be done

    def ready(self) -> list[Stage]:
        """The stages that can be done now. A stage is not asked while nothing of it waits: that may cost money."""
        now = self._clock()
        old = [s for s in self._stages if s not in self._asked or now - self._asked[s][0] >= self._every_s]
        if old:
            waiting = self._waiting()
            for stage in old:
                if stage in waiting:
                    self._asked[stage] = (now, self._answer(stage))
        return [stage for stage in self._stages if stage in self._asked and self._asked[stage][1] is None]

    def trouble(self) -> dict[Stage, str]:
        """Why stages could not be done when they were last asked."""
        return {stage: why for stage, (_, why) in self._asked.items() if why is not None}

    def _answer(self, stage: Stage) -> str | None:
        before = self._asked.get(stage, (0.0, None))[1]
        try:
            self._check(stage)
        except ScenedexError as exc:
            if str(exc) != before:
                log.warning("no jobs of the stage %s are taken: %s", stage, exc)
            return str(exc)
        except Exception as exc:
            log.exception("the probe of the stage %s failed", stage)
            return f"{type(exc).__name__}: {exc}"
        if before is not None:
            log.info("jobs of the stage %s are taken again", stage)
        return None
