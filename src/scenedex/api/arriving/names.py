"""What somebody calls a file: text to show and to search, never part of a path."""

import re

MAX_NAME = 255


def clean_name(raw: str) -> str:
    """The last part of a name, without what cannot be seen: control characters, marks that turn the writing round."""
    last = re.split(r"[/\\]", raw)[-1]
    shown = "".join(ch for ch in last if ch.isprintable()).strip()
    return shown[:MAX_NAME] or "video"
