"""A progress bar on stderr, where that is a terminal."""

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn


def counting_bar(described: int) -> Progress:
    """So many of so many, and since when; `described`: characters that stand before it, at least."""
    console = Console(stderr=True, highlight=False)
    return Progress(
        TextColumn(f"{{task.description:<{described}}}"),
        BarColumn(bar_width=30),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
