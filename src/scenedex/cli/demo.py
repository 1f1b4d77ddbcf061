"""`scenedex demo`"""

from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from scenedex.cli.index import Bars
from scenedex.cli.output import print_json, stdout_console
from scenedex.cli.search import print_answer
from scenedex.config import read_settings
from scenedex.demo.film import draw_film, showcase
from scenedex.errors import ScenedexError, UsageError
from scenedex.library import Library, open_library
from scenedex.search.as_json import answer_as_json
from scenedex.types import FileOutcome

FILM = "scenedex-demo.mp4"


def demo(
    as_json: Annotated[
        bool, typer.Option("--json", help="Print what was indexed, and the answers, as JSON.")
    ] = False,
    serve: Annotated[
        bool, typer.Option("--serve", help="Show the page afterwards, as `scenedex serve --open` does.")
    ] = False,
) -> None:
    """Draw a short film, index it, search in it, and say how to go on. Downloads nothing."""
    if as_json and serve:
        raise UsageError("--json is for programs and --serve for people: choose one of them.")
    console = stdout_console(quiet=as_json)
    # The film is drawn for the mini models, and they for the film: nothing else is indexed with them unasked.
    settings = read_settings().model_copy(update={"scenedex_profile": "mini"})
    answers = []
    with open_library(settings=settings) as library:
        film = _index(library, console)
        for query in showcase():
            answers.append(library.search(query, limit=3))
            console.print(Text(f"\nscenedex search {query!r}", style="bold cyan"))
            print_answer(answers[-1], console)
    console.print(
        "\nThat was a film drawn by scenedex itself. Go on with your own videos:\n"
        "  scenedex index ~/Videos\n"
        '  scenedex search "what somebody says in them"\n'
        "  scenedex serve --open                    shows the page\n"
        f"  scenedex videos remove {FILM}    forgets the demo"
    )
    if as_json:
        print_json({"film": film, "answers": [answer_as_json(answer) for answer in answers]})
    if serve:
        from scenedex.cli.serve import serve as show_page

        show_page(show=True)


def _index(library: Library, console: Console) -> FileOutcome:
    folder = library.home / "demo"
    folder.mkdir(parents=True, exist_ok=True)
    film = folder / FILM
    with Bars() as bars:
        console.print("Drawing a film of 80 seconds ...")
        bars.start(str(film))
        draw_film(film, lambda done: bars.step("draw", done))
        console.print("Indexing it ...")
        report = library.add(film, complete=False, progress=bars)
        if report.files[0].video_id in library.videos_lacking():  # older mini models have seen it
            report = library.add(film, complete=False, force=True, progress=bars)
    for outcome in report.files:
        if outcome.failed:
            raise ScenedexError(f"The demo film could not be indexed: {outcome.reason}")
    return report.files[0]
