"""Profiles: what Pyroscope's agent is told."""

import pyroscope
import pytest

from scenedex.profiling import start_profiling


def test_a_profile_is_sent_where_it_was_told(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[object] = []
    monkeypatch.setattr(pyroscope, "configure", lambda **named: told.append(named))
    monkeypatch.setattr(pyroscope, "shutdown", lambda: told.append("ended"))
    start_profiling("scenedex-api", "http://pyroscope:4040", "testing")()
    assert told == [
        {
            "application_name": "scenedex-api",
            "server_address": "http://pyroscope:4040",
            "tags": {"environment": "testing"},
        },
        "ended",
    ]
