"""What a browser has to complain of: a test fails by it, unless it said before that this would come."""

import re
import time

from playwright.sync_api import ConsoleMessage, Error, Page, Request, Response


class Watch:
    """Errors on the console (a breach of the CSP is one), exceptions, failed requests, answers from 400 on."""

    def __init__(self, page: Page) -> None:
        self._found: list[str] = []
        self._announced: list[str] = []
        page.on("console", self._console)
        page.on("pageerror", self._exception)
        page.on("requestfailed", self._failed)
        page.on("response", self._answered)

    def announce(self, *patterns: str) -> None:
        """What matches one of these is meant to happen."""
        self._announced += patterns

    def complaints(self) -> list[str]:
        """What was not announced."""
        return [one for one in self._found if not any(re.search(each, one) for each in self._announced)]

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self._found.append(f"console: {message.text} {message.location.get('url', '')}")

    def _exception(self, error: Error) -> None:
        self._found.append(f"exception: {error.stack or error.message}")

    def _failed(self, request: Request) -> None:
        if request.failure != "net::ERR_ABORTED":  # overtaken, or a player that has enough
            self._found.append(f"request: {request.failure} {request.url}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400:
            self._found.append(f"answer: {response.status} {response.url}")


def until(page: Page, expression: str, patience_s: float = 10.0) -> None:
    """Wait until a JavaScript expression is true. `page.wait_for_function` asks by `eval`, which the page forbids."""
    end = time.monotonic() + patience_s
    while not page.evaluate(expression):
        assert time.monotonic() < end, f"this did not become true: {expression}"
        page.wait_for_timeout(50)
