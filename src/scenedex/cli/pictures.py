"""`scenedex contact-sheet` and `scenedex frame`: pictures of a video, written to files."""

from pathlib import Path
from typing import Annotated

import typer

from scenedex.cli.output import shown
from scenedex.errors import UsageError
from scenedex.library import open_library

Which = Annotated[str, typer.Argument(metavar="VIDEO", help="An id, a path, or a file name.")]
Output = Annotated[Path, typer.Option("--output", "-o", help="The JPEG file to write.")]


def contact_sheet(
    video: Which,
    output: Output,
    columns: Annotated[int, typer.Option(help="Pictures side by side, 1 to 12.")] = 6,
    rows: Annotated[int, typer.Option(help="Rows of them, 1 to 30.")] = 10,
    page: Annotated[int, typer.Option(help="Which sheet, where the scenes do not fit on one.")] = 1,
) -> None:
    """Draw the scenes of a video on one sheet, each with its time."""
    with open_library() as library:
        found, _ = library.show(video)
        sheet = library.contact_sheet(found.id, columns=columns, rows=rows, page=page)
    _write(output, sheet.jpeg)
    typer.echo(f"Wrote sheet {sheet.page} of {sheet.pages} of {shown(found.name)} to {shown(str(output))}.")


def frame(
    video: Which,
    at: Annotated[float, typer.Argument(metavar="SECONDS", help="A time in the video.")],
    output: Output,
    short_side: Annotated[int, typer.Option(help="In pixels, 16 to 1080; never enlarged.")] = 720,
) -> None:
    """Write the picture that is shown at a second."""
    with open_library() as library:
        found, _ = library.show(video)
        jpeg = library.frame(found.id, at, short_side=short_side)
    _write(output, jpeg)
    typer.echo(f"Wrote the picture at {at:g} s of {shown(found.name)} to {shown(str(output))}.")


def _write(path: Path, data: bytes) -> None:
    try:
        path.write_bytes(data)
    except OSError as exc:
        raise UsageError(f"{path} cannot be written: {exc.strerror or exc}.") from exc
