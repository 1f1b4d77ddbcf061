"""axe-core on a page."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

OPTIONS = {"resultTypes": ["violations"]}


def axe(page: Page) -> None:
    """Assert that axe-core finds nothing wrong with the page as it stands."""
    page.evaluate("Promise.all(document.getAnimations().map((one) => one.finished.catch(() => null)))")
    found = Axe().run(page, options=OPTIONS).response["violations"]
    said = [
        f"{one['id']} ({one['impact']}): {one['help']}\n"
        + "\n".join(
            f"    {node['html']}\n      {node.get('failureSummary', '')}" for node in one["nodes"][:5]
        )
        for one in found
    ]
    assert not said, "\n".join(said)
