"""`scenedex annotate`: what is printed, and the exit status; what it does is tested below indexing."""

import json
from typing import Any
from uuid import UUID

import pytest
from typer.testing import CliRunner, Result

from scenedex.cli import annotate as commands
from scenedex.types import AnnotationOutcome, AnnotationWord

ONE = UUID(int=1)


class Asked:
    """A library that only remembers what it was asked for."""

    def __init__(self, *outcomes: AnnotationOutcome) -> None:
        self.outcomes = outcomes
        self.calls: list[tuple[Any, ...]] = []

    def __enter__(self) -> "Asked":
        return self

    def __exit__(self, *exc: object) -> None: ...

    def annotate(self, kind: str, *videos: str, **options: Any) -> tuple[AnnotationOutcome, ...]:
        options.pop("watcher")
        self.calls.append((kind, videos, options))
        return self.outcomes


def outcome(word: AnnotationWord, reason: str | None = None) -> AnnotationOutcome:
    return AnnotationOutcome(video_id=ONE, video="[b]film.mp4", outcome=word, reason=reason)


def run(monkeypatch: pytest.MonkeyPatch, library: Asked, *words: str) -> Result:
    monkeypatch.setattr(commands, "open_library", lambda: library)
    return CliRunner().invoke(commands.app, words)


def test_what_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    library = Asked()
    run(monkeypatch, library, "screen-text")
    run(monkeypatch, library, "speech", "a.mp4", "b.mp4", "--force", "--download")
    assert library.calls == [
        ("screen_text", (), {"force": False, "download": False}),
        ("speech", ("a.mp4", "b.mp4"), {"force": True, "download": True}),
    ]


def test_what_needs_no_word_is_counted_and_the_rest_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    outcomes = (
        outcome("annotated"),
        outcome("annotated", "1 of 3 keyframes could not be read."),
        outcome("unchanged"),
    )
    done = run(monkeypatch, Asked(*outcomes), "screen-text")
    assert done.exit_code == 0
    assert done.stdout == "[b]film.mp4: 1 of 3 keyframes could not be read.\n2 annotated, 1 unchanged\n"


def test_a_failure_goes_to_stderr(monkeypatch: pytest.MonkeyPatch) -> None:
    done = run(monkeypatch, Asked(outcome("failed", "It is damaged."), outcome("annotated")), "speech")
    assert done.exit_code == 1
    assert done.stdout == "1 failed, 1 annotated\n"
    assert "[b]film.mp4: It is damaged." in done.stderr


def test_json(monkeypatch: pytest.MonkeyPatch) -> None:
    done = run(monkeypatch, Asked(outcome("passed over", "It has no sound.")), "speech", "--json")
    assert json.loads(done.stdout) == {
        "videos": [
            {
                "video_id": str(ONE),
                "video": "[b]film.mp4",
                "outcome": "passed over",
                "reason": "It has no sound.",
            }
        ]
    }
