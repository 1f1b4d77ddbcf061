"""How an answer came about, for people."""

from rich.console import Console
from rich.text import Text

from scenedex.cli.output import clock, shown, stdout_console, table
from scenedex.types import Answer, Hit


def print_explanation(answer: Answer, console: Console | None = None) -> None:
    """Plan, weights, second look, scores of each channel with keyframe or time, and how long each step took."""
    console = console or stdout_console()
    plan = answer.plan
    console.print()
    console.print(Text(f"plan: {plan.mode} (confidence {plan.confidence:.2f}): {shown(plan.reason)}"))
    weights = ", ".join(f"{channel} {weight:.2f}" for channel, weight in plan.weights.items())
    console.print(Text(f"weights: {weights}"))
    if plan.mode == "rerank":
        console.print(Text(_second_look(answer)))
    rows = table("video", "scene", "score", "band", "channel", "raw", "calibrated", "share", "at")
    for hit in [link for first in answer.hits for link in (first, *first.then)]:
        for head, (channel, evidence) in zip(_first(hit), hit.channels.items(), strict=False):
            at = clock(evidence.t_s) if evidence.t_s is not None else ""
            scores = (f"{evidence.raw:.3f}", f"{evidence.calibrated:.3f}", f"{evidence.share:.0%}")
            rows.add_row(*head, channel, *scores, at)
    if answer.hits:
        console.print(rows)
    steps = ", ".join(f"{name} {spent:.1f} ms" for name, spent in answer.took_ms.items())
    console.print(Text(f"took: {steps}"))


def _first(hit: Hit) -> list[tuple[Text | str, ...]]:
    """What stands before the channels: once for each hit."""
    head = (Text(shown(hit.video)), str(hit.scene), f"{hit.score:.3f}", hit.band)
    return [head, *[("", "", "", "")] * len(hit.channels)]


def _second_look(answer: Answer) -> str:
    look = answer.rerank
    if look.skipped:
        return f"second look at the pictures: skipped, {look.reason}"
    found = f"{look.scored} scenes, cosines {look.score_range:.3f} apart, weight {look.weight:g}"
    return f"second look at the pictures: {found}"
