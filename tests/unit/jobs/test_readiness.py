import pytest

from scenedex.errors import DescriptionError
from scenedex.jobs.readiness import Readiness
from scenedex.types import Stage


class Bench:
    """Stages whose models answer, or do not, and a clock."""

    def __init__(self, every_s: float = 30.0) -> None:
        self.away: dict[str, Exception] = {}
        self.waits: set[str] = set()
        self.asked: list[str] = []
        self.now = 0.0
        self.readiness = Readiness(
            ("video_ingestion", "description"),
            self._check,
            lambda: self.waits,
            every_s=every_s,
            clock=lambda: self.now,
        )

    def _check(self, stage: Stage) -> None:
        self.asked.append(stage)
        if stage in self.away:
            raise self.away[stage]


def test_a_model_is_asked_when_a_job_waits_and_then_not_for_a_while() -> None:
    bench = Bench()
    assert bench.readiness.ready() == []
    assert bench.asked == []
    bench.waits = {"description"}
    assert bench.readiness.ready() == ["description"]
    bench.now = 29.9
    assert bench.readiness.ready() == ["description"]
    assert bench.asked == ["description"]
    bench.now = 30.0
    bench.readiness.ready()
    assert bench.asked == ["description"] * 2


@pytest.mark.parametrize("failure", [DescriptionError("Away."), ZeroDivisionError("Away.")], ids=repr)
def test_a_stage_whose_model_is_away_is_left_out_until_it_is_back(failure: Exception) -> None:
    bench = Bench()
    bench.waits = {"description", "video_ingestion"}
    bench.away["description"] = failure
    assert bench.readiness.ready() == ["video_ingestion"]
    assert "Away." in bench.readiness.trouble()["description"]
    bench.away.clear()
    assert bench.readiness.ready() == ["video_ingestion"]
    bench.now = 31.0
    assert bench.readiness.ready() == ["video_ingestion", "description"]
    assert bench.readiness.trouble() == {}
