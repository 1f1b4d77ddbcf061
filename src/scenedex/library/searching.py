"""Searching in a library, and measuring how well that works."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

from scenedex.library.defaults import defaults_of
from scenedex.library.examples import Eyes, anchor_of
from scenedex.library.filters import understood
from scenedex.library.illustrating import illustrated
from scenedex.library.owners import Owning
from scenedex.search.assembly import dense_channels
from scenedex.search.engine import Engine
from scenedex.search.request import (
    DEFAULT_WEIGHTS,
    MAX_LIMIT,
    Example,
    SearchDefaults,
    SearchOptions,
    SearchRequest,
    check_request,
)
from scenedex.store.preferences import preferences
from scenedex.store.sizes import LARGE
from scenedex.store.spaces import Choices, choices
from scenedex.store.videos import resolve_video
from scenedex.store.warming import read_ahead, walk_all
from scenedex.types import (
    Answer,
    Channel,
    Modality,
    Mode,
)

if TYPE_CHECKING:
    from scenedex.search.evaluation import Evaluation
    from scenedex.search.judgements import Judgement


class Searching(Owning):
    """A library in which can be searched."""

    def search(
        self,
        query: str = "",
        *,
        videos: Sequence[str] = (),
        example: Example | None = None,
        pictures: bool = False,
        **options: Unpack[SearchOptions],
    ) -> Answer:
        """The scenes that fit `query` best, best first. `videos` (ids, paths or file names) narrows the search.

        `example`: a scene or a picture that hits should look like, beside the words or instead of them. `options` are
        the fields of SearchRequest: limit, offset, filters, mode, weights, bands, group_by, fold, within_s. Two things
        that follow one another: `"dog" then "car"`.

        `pictures`: each hit carries a small one, which notebooks show.

        An answer without hits means that nothing fits. Raises UsageError for a request that makes no sense,
        NotFoundError or AmbiguousError for a video or a scene, EncoderError for an example that cannot be looked at.
        """
        request = SearchRequest(query=query, **options)
        compared = self._scene_model() if example is not None else None
        with self._database.transaction(self.owner, keep_plans=True) as tx:
            request = replace(request, filters=understood(tx, request.filters, videos))
            check_request(request)
            chosen = choices(tx, self._sizes)
            defaults = defaults_of(self.settings, chosen.settings)
            weights = {**defaults.weights, **request.weights}
            dense, degraded = dense_channels(tx, chosen, self._queries, weights, self._encoding)
            engine = Engine(
                dense=dense,
                defaults=defaults,
                degraded=degraded,
                encoding=self._encoding,
                sizes=chosen.sizes,
                beside=self._beside,
            )
            anchor = None
            if example is not None and compared is not None:
                anchor = anchor_of(tx, example, self._eyes(chosen, compared), chosen)
            answer = engine.search(tx, request, anchor)
        return illustrated(answer, self.picture) if pictures else answer

    def warm(self) -> int:
        """Read what searches of a large library will read; how many walks through its indexes it took, 0 for a small
        one. Takes up to some minutes, and others can search meanwhile. Raises StoreError."""
        with self._database.transaction(self.owner) as tx:
            chosen = choices(tx, self._sizes)
        if chosen.sizes[0].scenes < LARGE:
            return 0
        read_ahead(self._database)
        held = [space for space in chosen.spaces if chosen.sizes[space.id].vectors]
        return walk_all(self._database, self.owner, held, chosen.sizes)

    def search_defaults(self) -> SearchDefaults:
        """How a search goes where its request says nothing else: the settings, overlaid by what this owner has set."""
        with self._database.transaction(self.owner) as tx:
            return defaults_of(self.settings, preferences(tx))

    def evaluate(
        self,
        judgements: "Path | str | Sequence[Judgement]",
        *,
        videos: Sequence[str] = (),
        tune: bool = False,
    ) -> "Evaluation":
        """How well searches here find what the judgements (values, or a file of them) say should be found.

        `videos` narrows the search. `tune` also looks for weights that serve the judgements better. Raises
        NotFoundError for a file or a video, UsageError that names the line for a judgement that makes no sense.
        """
        from scenedex.search.cases import cases
        from scenedex.search.evaluation import evaluate
        from scenedex.search.judgements import read_judgements
        from scenedex.search.outcomes import DEPTH
        from scenedex.search.tuning import tune as tuned

        read = read_judgements(Path(judgements)) if isinstance(judgements, Path | str) else judgements
        with self._database.transaction(self.owner) as tx:
            found = cases(tx, read, tuple(resolve_video(tx, video).id for video in videos))
        search = partial(self._asked, videos, DEPTH)
        tuning = (
            tuned(found, search, partial(self._asked, videos, MAX_LIMIT), self.search_defaults().weights)
            if tune
            else None
        )
        return replace(evaluate(found, search), tuning=tuning)

    def _asked(
        self,
        videos: Sequence[str],
        limit: int,
        query: str,
        weights: Mapping[Channel, float] | None,
        mode: Mode,
    ) -> Answer:
        """What an evaluation calls a search. Given weights are all there are: a channel that is not named has none."""
        own: dict[Channel, float] = {}
        if weights is not None:
            own = {**dict.fromkeys(DEFAULT_WEIGHTS, 0.0), **weights}
        return self.search(query, videos=videos, limit=limit, weights=own, mode=mode)

    def _eyes(self, chosen: Choices, compared: tuple[Modality, str]) -> Eyes:
        return Eyes(
            encoder=lambda space: self.equipment.visual(space.model),
            picture=self.picture,
            scenes=chosen.holding(*compared),
        )
