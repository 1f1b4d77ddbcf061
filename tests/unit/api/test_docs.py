"""The page on the API names every route, and its examples fit the models."""

import json
import re
from pathlib import Path

import pytest
from fastapi import APIRouter
from pydantic import BaseModel

from scenedex.api.app import PARTS
from scenedex.api.models.exports import ExportQuery
from scenedex.api.models.registration import Registration
from scenedex.api.models.saved import NewSavedSearch
from scenedex.api.models.search import SearchQuery
from scenedex.api.models.videos import VideoChanges

DOCS = Path(__file__).parents[3] / "docs"
PAGE = (DOCS / "api.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("router", [part.router for part in PARTS], ids=lambda router: str(router.tags))
def test_every_route_is_on_the_page_or_on_one_that_it_links_to(router: APIRouter) -> None:
    linked = [(DOCS / name).read_text(encoding="utf-8") for name in re.findall(r"\]\(([\w-]+\.md)\)", PAGE)]
    text = "\n".join([PAGE, *linked])
    for route in router.routes:
        path = re.sub(r"\{\w+\}", "", getattr(route, "path", ""))
        for part in path.split("/"):
            assert part in text, path


@pytest.mark.parametrize(
    ("model", "marked"),
    [
        (ExportQuery, '"format"'),
        (SearchQuery, '"query"'),
        (VideoChanges, '"tags": {"add"'),
        (Registration, '"path"'),
        (NewSavedSearch, '"webhook"'),
    ],
)
def test_examples_fit(model: type[BaseModel], marked: str) -> None:
    bodies = [body for body in re.findall(r"(?:-d '|`)(\{[^`']*\})['`]", PAGE) if marked in body]
    if model is SearchQuery:
        bodies = [body for body in bodies if '"format"' not in body and '"webhook"' not in body]
    assert bodies
    for body in bodies:
        model.model_validate(json.loads(body))
