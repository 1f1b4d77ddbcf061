"""Searches that are kept, asked of each new video, and told of what they find."""

import json
import logging
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from itertools import takewhile
from typing import TYPE_CHECKING, Any
from uuid import UUID

from scenedex.errors import NotFoundError, ScenedexError, StoreError, UsageError
from scenedex.library.asking import ask, checked
from scenedex.network.webhook import NotSentError, Sender, new_secret
from scenedex.store.database import Transaction
from scenedex.store.deliveries import (
    deliveries_of,
    put_delivery,
    stop_webhook,
    take_delivery,
    waiting_deliveries,
    was_not_sent,
    was_sent,
)
from scenedex.store.names import checked_name
from scenedex.store.saved import (
    Fresh,
    ask_again,
    asked_about,
    count_saved,
    find_saved,
    fresh_videos,
    keep_hits,
    remove_saved,
    saved_hits,
    saved_searches,
    write_saved,
)
from scenedex.store.videos import get_video
from scenedex.types import Delivery, SavedHit, SavedRequest, SavedSearch, Video

if TYPE_CHECKING:
    from scenedex.library.showing import Showing

log = logging.getLogger(__name__)

MOST_AT_ONCE = 20
"""Sendings for one owner, or videos that their searches are asked about, before the next one's turn."""

TURN_S = 5.0
"""After so long no other sending and no other video is begun before the next owner's turn."""

MOST_WAITING = 20
"""Messages of one search that may wait, for another test to be sent."""

DELAYS_S = (5, 30, 180, 900, 3_600, 21_600, 86_400)
"""Until what did not arrive is sent again: after the first failure, the second ... After one more it is given up."""

AGAIN_S = (10.0, 60.0, 300.0, 1_800.0, 7_200.0, 21_600.0)
"""Until searches are asked again about a video of which something could not be compared; after that it is let be."""

MOST_FAILURES = 20
"""Sendings that may fail in a row; then nothing more is sent until somebody tests the webhook."""


class SavedSearches:
    """The saved searches of one owner."""

    def __init__(self, library: "Showing", sender: Sender | None = None) -> None:
        self._library = library
        self._sender = sender or Sender(inner=library.settings.webhook_hosts())

    def add(self, name: str, request: SavedRequest, *, webhook: str | None = None) -> SavedSearch:
        """Keep a search, which is asked of each video that is added from now on.

        `webhook`: the URL to which hits are sent. Raises UsageError for a name that is taken, a request that makes no
        sense, and a URL to which nothing is sent.
        """
        checked_name(name)
        kept = checked(request)
        if webhook is not None:
            self._sender.target(webhook)
        with self._library.transaction() as tx:
            return write_saved(tx, name, kept, webhook, new_secret() if webhook else "")

    def page(self, limit: int | None = None, offset: int = 0) -> tuple[list[SavedSearch], int]:
        """The searches by name, and how many there are."""
        with self._library.transaction() as tx:
            return saved_searches(tx, limit=limit, offset=offset), count_saved(tx)

    def find(self, named: UUID | str) -> SavedSearch:
        """By name or id. Raises NotFoundError."""
        with self._library.transaction() as tx:
            return _named(tx, named)

    def remove(self, named: UUID | str) -> SavedSearch:
        """Forget a search, and what it found. Raises NotFoundError."""
        with self._library.transaction() as tx:
            found = _named(tx, named)
            remove_saved(tx, found.id)
            return found

    def hits(self, named: UUID | str, limit: int = 50, offset: int = 0) -> tuple[list[SavedHit], int]:
        """What it found, the latest first, and how much there is. Raises NotFoundError."""
        with self._library.transaction() as tx:
            return saved_hits(tx, _named(tx, named).id, limit=limit, offset=offset)

    def deliveries(self, named: UUID | str, limit: int = 50) -> list[Delivery]:
        """What was sent for it in the last weeks, or is to be, the latest first. Raises NotFoundError."""
        with self._library.transaction() as tx:
            return deliveries_of(tx, _named(tx, named).id, limit)

    def test(self, named: UUID | str) -> UUID:
        """Have something sent to its webhook, also to one that was stopped; the id of the delivery.

        Raises NotFoundError, UsageError for a search without a webhook, and where much waits to be sent already.
        """
        with self._library.transaction() as tx:
            found = _named(tx, named)
            if found.webhook is None:
                raise UsageError(f"{found.name!r} has no webhook: there is nothing to send to.")
            if waiting_deliveries(tx, found.id) >= MOST_WAITING:
                raise UsageError(
                    f"{MOST_WAITING} messages of {found.name!r} wait to be sent: when one arrives, its webhook works."
                )
            return put_delivery(tx, found.id, _body(found, [], test=True))

    def examine(self, over: Callable[[], bool] = lambda: False) -> int:
        """Ask the searches about videos that are new, those that one turn has time for; how many scenes they found.

        `over`: whether to leave the rest for another time. Raises StoreError.
        """
        found = 0
        with self._library.transaction() as tx:
            news = fresh_videos(tx, MOST_AT_ONCE)
            searches = saved_searches(tx) if news else []
        began = time.monotonic()
        for fresh in news:
            asked = self._asked(fresh, searches, over)
            found += sum(new for new, _ in asked)
            if over():
                break
            with self._library.transaction() as tx:
                if all(whole for _, whole in asked) or fresh.tries >= len(AGAIN_S):
                    asked_about(tx, fresh)
                else:
                    ask_again(tx, fresh, AGAIN_S[fresh.tries])
            if time.monotonic() - began > TURN_S:
                break
        return found

    def deliver(self, over: Callable[[], bool] = lambda: False) -> int:
        """Send what is due, what one turn has time for; how much arrived. Each may take 10 s. Raises StoreError."""
        sent = 0
        began = time.monotonic()
        for _ in range(MOST_AT_ONCE):
            if over() or time.monotonic() - began > TURN_S:
                break
            delivery = self._taken()
            if delivery is None:
                break
            sent += self._send(delivery)
        return sent

    def deliver_one(self, delivery_id: UUID) -> Delivery | None:
        """Send this one now, whenever it is due, and say how that went; None where it is not there any more."""
        delivery = self._taken(delivery_id)
        if delivery is None:
            return None
        self._send(delivery)
        with self._library.transaction() as tx:
            return next((one for one in deliveries_of(tx, delivery.search_id) if one.id == delivery_id), None)

    def _taken(self, delivery_id: UUID | None = None) -> Delivery | None:
        with self._library.transaction() as tx:
            return take_delivery(tx, delivery_id)

    def _asked(
        self, fresh: Fresh, searches: Sequence[SavedSearch], over: Callable[[], bool]
    ) -> list[tuple[int, bool]]:
        with self._library.transaction() as tx:
            video = _video(tx, fresh.video_id)
        if video is None:
            return []
        wanted = takewhile(lambda _: not over(), (one for one in searches if one.made_at <= fresh.added_at))
        return [self._ask(one, video) for one in wanted]

    def _ask(self, search: SavedSearch, video: Video) -> tuple[int, bool]:
        """How many scenes it found that are new, and whether all could be compared.

        A search that cannot be asked finds none, and the others are asked all the same.
        """
        try:
            hits, whole = ask(self._library, search, video)
        except StoreError:
            raise
        except ScenedexError as exc:
            log.warning("saved search %s of owner %s: %s", search.id, self._library.owner, exc)
            return 0, True
        with self._library.transaction() as tx:
            rows = [(UUID(hit["scene_id"]), video.id, hit) for hit in hits]
            new = keep_hits(tx, search.id, rows)
            told = [hit for hit in hits if UUID(hit["scene_id"]) in new]
            if told and search.webhook is not None and search.stopped is None:
                put_delivery(tx, search.id, _body(search, told))
        return len(new), whole

    def _send(self, delivery: Delivery) -> bool:
        with self._library.transaction() as tx:
            try:
                search = find_saved(tx, delivery.search_id)
            except NotFoundError:
                return False
        try:
            self._sender.send(
                search.webhook or "", search.secret, f"msg_{delivery.id.hex}", delivery.body.encode()
            )
        except NotSentError as exc:
            self._failed(search, delivery, exc)
            return False
        with self._library.transaction() as tx:
            was_sent(tx, delivery)
        return True

    def _failed(self, search: SavedSearch, delivery: Delivery, why: NotSentError) -> None:
        log.info("webhook of saved search %s: %s", search.id, why)
        tries = delivery.attempts - 1
        again_s = None if why.final or tries >= len(DELAYS_S) else float(DELAYS_S[tries])
        with self._library.transaction() as tx:
            failures = was_not_sent(tx, delivery, str(why), again_s)
            if why.final or failures >= MOST_FAILURES:
                stop_webhook(tx, search.id, f"Nothing is sent any more: {failures} failures, the last: {why}")


def _named(tx: Transaction, named: UUID | str) -> SavedSearch:
    if isinstance(named, str):
        try:
            return find_saved(tx, UUID(named))
        except (ValueError, NotFoundError):
            return find_saved(tx, named)
    return find_saved(tx, named)


def _video(tx: Transaction, video_id: UUID) -> Video | None:
    try:
        return get_video(tx, video_id)
    except NotFoundError:
        return None


def _body(search: SavedSearch, hits: Sequence[dict[str, Any]], *, test: bool = False) -> str:
    """What is sent: one JSON document."""
    kind = "saved_search.test" if test else "saved_search.hits"
    return json.dumps(
        {
            "type": kind,
            "timestamp": datetime.now(UTC).isoformat(timespec="seconds"),
            "data": {"search": {"id": str(search.id), "name": search.name}, "hits": list(hits)},
        }
    )
