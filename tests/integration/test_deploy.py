"""Every series that an alert, a panel or the docs name is one that a server or a worker really has."""

import re
from dataclasses import replace
from pathlib import Path

import promql_parser
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families
from tests.integration.api.shelf import client_for
from tests.integration.store.test_database import url_of
from tests.unit.metrics.test_meters import ANSWER
from tests.unit.test_deploy import ROOT, expressions, selectors

from scenedex import Library, open_library
from scenedex.config import Settings
from scenedex.embeddings.watching import EncoderRun
from scenedex.jobs.queue import Queue
from scenedex.metrics.embedding import EmbeddingMeters
from scenedex.metrics.meters import Meters
from scenedex.store.embedded import EmbeddedServer

OTHERS = {"up": {"job", "instance"}}
"""What Prometheus itself has."""

ADDED = {"job", "instance"}
"""Labels that it gives to each series."""


def exposed(client: TestClient) -> dict[str, dict[str, set[str]]]:
    """Series → label → values, of what a server shows."""
    return series(client.get("/metrics").text)


def series(text: str) -> dict[str, dict[str, set[str]]]:
    found: dict[str, dict[str, set[str]]] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            known = found.setdefault(sample.name, {})
            for name, value in sample.labels.items():
                known.setdefault(name, set()).add(value)
    return found


def embedded() -> dict[str, dict[str, set[str]]]:
    """What an embedding server exposes beside its requests."""
    meters = EmbeddingMeters()
    meters.run("picture", 8, 0.1, 0.01)
    text = meters.text().decode()
    found = series(text)
    return {name: labels for name, labels in found.items() if name.startswith("scenedex_embed_")}


def used(library: Library) -> dict[str, dict[str, set[str]]]:
    """What an app exposes once it was used; a worker has the same meters."""
    Queue(library).defer("video_ingestion", path="/films/a.mp4")
    with client_for(library) as client:
        client.post("/search", json={"query": "a dog"})
        meters = client.app.state.service.meters  # type: ignore[attr-defined]
        for ending in ("done", "failed"):
            meters.job("video_ingestion", ending, 1.0)
        for said in ("visual: the encoder gave no answer within 1 s", "audio: `scenedex models pull`"):
            meters.search(replace(ANSWER, degraded=(said,)))
        meters.encoder(EncoderRun(task="query", modality="text", ending="done", seconds=0.1))
        for status in (429, 500):
            meters.request("GET", "/x", status, 0.1)
        return exposed(client)


def test_what_alerts_panels_and_docs_name_is_there(
    server: EmbeddedServer, database_name: str, home: Path
) -> None:
    url = url_of(server, "scenedex_owner", database_name)
    settings = Settings(database_url=url, scenedex_home=home, scenedex_profile="mini")
    with open_library(settings=settings) as library:
        there = used(library) | embedded()
    asked = [selector for text in expressions() for selector in selectors(promql_parser.parse(text))]
    assert len(asked) > 30
    for selector in asked:
        if selector.name in OTHERS:
            continue
        assert selector.name in there, f"nothing exposes {selector.name}"
        for matcher in selector.matchers.matchers:
            labels = there[selector.name]
            if matcher.name in ADDED:
                continue
            assert matcher.name in labels, f"{selector.name} has no label {matcher.name}"
            values = labels[matcher.name]
            if str(matcher.op) == "MatchOp.Equal":
                assert matcher.value in values, f"{selector.name} has no {matcher.name}={matcher.value}"
            elif str(matcher.op) == "MatchOp.Re":
                assert any(re.fullmatch(matcher.value, value) for value in values)
    for text in expressions():
        for labels in re.findall(r"\bby \(([^)]*)\)", text):
            for label in filter(None, (part.strip() for part in labels.split(","))):
                assert any(label in known for known in there.values()), f"{label} is no label"


def test_the_docs_name_each_metric() -> None:
    text = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    documented = set(re.findall(r"`(scenedex_[a-z_]+)`", text))
    families = {
        family.name
        for family in text_string_to_metric_families(Meters().text().decode())
        if family.name.startswith("scenedex_")
    }
    assert families
    for name in families:
        assert name in documented or f"{name}_total" in documented, f"{name} is not in the docs"
