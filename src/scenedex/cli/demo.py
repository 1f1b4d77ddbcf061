"""`scenedex demo`"""

from rich.console import Console
from rich.text import Text

from scenedex.cli.index import Bars
from scenedex.cli.search import print_answer
from scenedex.config import read_settings
from scenedex.demo.film import draw_film, showcase
from scenedex.errors import ScenedexError
from scenedex.library import Library, open_library

FILM = "scenedex-demo.mp4"


def demo() -> None:
    """Draw a short film, index it, search in it, and say how to go on. Downloads nothing."""
    console = Console(highlight=False)
    # The film is drawn for the mini models, and they for the film: nothing else is indexed with them unasked.
    settings = read_settings().model_copy(update={"scenedex_profile": "mini"})
    with open_library(settings=settings) as library:
        _index(library, console)
        for query in showcase():
            console.print(Text(f"\nscenedex search {query!r}", style="bold cyan"))
            print_answer(library.search(query, limit=3), console)
    console.print(
        "\nThat was a film drawn by scenedex itself. Go on with your own videos:\n"
        "  scenedex index ~/Videos\n"
        '  scenedex search "what somebody says in them"\n'
        f"  scenedex videos remove {FILM}    forgets the demo"
    )


def _index(library: Library, console: Console) -> None:
    folder = library.home / "demo"
    folder.mkdir(parents=True, exist_ok=True)
    film = folder / FILM
    with Bars() as bars:
        console.print("Drawing a film of 80 seconds ...")
        bars.start(str(film))
        draw_film(film, lambda done: bars.step("draw", done))
        console.print("Indexing it ...")
        report = library.add(film, complete=False, progress=bars)
    for outcome in report.files:
        if outcome.failed:
            raise ScenedexError(f"The demo film could not be indexed: {outcome.reason}")
