"""Servers that are started once for all tests here."""

from collections.abc import Iterator

import pytest
from tests.golden.loading import golden_model
from tests.integration.embed_server.served import running

from scenedex.config import Settings
from scenedex.embed_server.model import ServedModel, served_model
from scenedex.embed_server.service import Service
from scenedex.embeddings.clip import ClipEncoder
from scenedex.inference.session import RunOptions


@pytest.fixture(scope="session")
def mini(clean_environment: None) -> Iterator[Service]:
    """The mini model."""
    with running(served_model(Settings(), "mini")) as service:
        yield service


@pytest.fixture(scope="session")
def golden(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A small CLIP of random weights, in fp32."""
    model = golden_model("clip-hf", tmp_path_factory.mktemp("weights"))
    encoder = ClipEncoder(model, RunOptions(device="cpu", timeout_s=60, idle_s=0))
    with running(ServedModel(encoder=encoder, name="clip-hf", names=frozenset({"clip-hf"}))) as service:
        yield service
