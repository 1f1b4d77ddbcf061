"""Weights: fetched once, whole, checked, pinned; whatever the line and the server do."""

import dataclasses
import errno
import hashlib
import json
import os
import threading
from pathlib import Path

import pytest
from tests.unit.inference.hub import Hub

from scenedex.errors import (
    DiskFullError,
    DownloadError,
    EncoderError,
    UsageError,
    WeightsDamagedError,
    WeightsMissingError,
)
from scenedex.inference import download
from scenedex.inference.download import Patience
from scenedex.inference.registry import ModelCard, ModelFile
from scenedex.inference.weights import WeightStore

GRAPH = bytes(range(256)) * 12_000  # 3 MB: three chunks
TOKENIZER = b'{"a": 1}'
PATIENCE = Patience(attempts=3, backoff_s=0.01, timeout_s=5)


def card(**changes):
    files = (
        ModelFile(
            role="text", path="onnx/model.onnx", bytes=len(GRAPH), sha256=hashlib.sha256(GRAPH).hexdigest()
        ),
        ModelFile(role="tokenizer", path="tokenizer.json", mb=0.1),
    )
    made = ModelCard(
        key="tiny", family="e5", modality="text", model_name="tiny", pretrained="x", repository="some/tiny",
        revision="main", dim=4, licence="MIT", languages=("en",), files=files,
    )  # fmt: skip
    return dataclasses.replace(made, **changes)


@pytest.fixture
def hub():
    made = Hub({"onnx/model.onnx": GRAPH, "tokenizer.json": TOKENIZER})
    yield made
    made.close()


def store(tmp_path, hub, **options):
    return WeightStore(tmp_path / "models", endpoint=hub.url, patience=PATIENCE, **options)


def leftovers(tmp_path):
    return sorted(path.name for path in (tmp_path / "models").rglob("*.part"))


def test_a_pull_fetches_all_and_says_how_far_it_is(tmp_path, hub):
    seen = []
    local = store(tmp_path, hub).pull(card(), progress=lambda *step: seen.append(step))
    assert local.files["text"].read_bytes() == GRAPH
    assert local.files["tokenizer"].read_bytes() == TOKENIZER
    assert local.revision == "c0ffee" * 6 + "c0ff"
    assert seen[-1] == ("tokenizer.json", len(TOKENIZER), len(TOKENIZER))
    text = [here for name, here, total in seen if name == "onnx/model.onnx"]
    assert text == sorted(text)
    assert text[-1] == len(GRAPH)
    assert leftovers(tmp_path) == []


def test_what_is_here_is_not_fetched_again(tmp_path, hub):
    store(tmp_path, hub).pull(card())
    hub.asked.clear()
    assert store(tmp_path, hub).pull(card()).files["text"].read_bytes() == GRAPH
    assert hub.asked == []


def test_what_is_missing_names_the_command_and_the_size(tmp_path, hub):
    with pytest.raises(WeightsMissingError, match=r"3 MB: scenedex models pull tiny") as caught:
        store(tmp_path, hub).find(card())
    assert isinstance(caught.value, EncoderError)
    assert hub.asked == []
    assert [file.role for file in store(tmp_path, hub).missing(card())] == ["text", "tokenizer"]


@pytest.mark.parametrize(
    "faults", [["503"], ["500", "429"], ["drop"], ["drop", "drop", "503", "drop"], ["416"]]
)
def test_a_bad_line_is_outlasted(tmp_path, hub, faults):
    hub.faults = list(faults)
    assert store(tmp_path, hub).pull(card()).files["text"].read_bytes() == GRAPH


def test_a_broken_download_goes_on_where_it_stopped(tmp_path, hub):
    hub.faults = ["drop"]
    store(tmp_path, hub).pull(card())
    ranges = [wanted for path, wanted, _ in hub.asked if path.endswith(".onnx")]
    assert ranges[0] is None
    assert ranges[1] == f"bytes={len(GRAPH) // 2}-"


def test_it_goes_on_after_a_restart_of_the_program(tmp_path, hub):
    hub.faults = ["drop", "503", "503", "503"]
    with pytest.raises(DownloadError):
        store(tmp_path, hub).pull(card())
    assert leftovers(tmp_path) == ["model.onnx.part"]
    hub.asked.clear()
    store(tmp_path, hub).pull(card())
    assert hub.asked[0][1] == f"bytes={len(GRAPH) // 2}-"
    assert leftovers(tmp_path) == []


@pytest.mark.parametrize("fault", ["forgets", ""])
def test_a_server_that_cannot_resume_gives_it_whole(tmp_path, hub, fault):
    hub.etags = fault != ""  # without an etag nobody knows whether the rest belongs to the start
    hub.faults = ["drop", fault]
    assert store(tmp_path, hub).pull(card()).files["text"].read_bytes() == GRAPH


def test_a_file_that_changed_meanwhile_is_fetched_from_its_start(tmp_path, hub):
    unpinned = card(files=(ModelFile(role="text", path="onnx/model.onnx", mb=3),))
    hub.files["onnx/model.onnx"] = b"old" * 100_000
    hub.faults = ["drop", "503", "503", "503"]
    with pytest.raises(DownloadError):
        store(tmp_path, hub).pull(unpinned)
    hub.files["onnx/model.onnx"] = GRAPH
    assert store(tmp_path, hub).pull(unpinned).files["text"].read_bytes() == GRAPH


def test_a_corrupted_download_is_fetched_once_more(tmp_path, hub):
    hub.faults = ["corrupt"]
    assert store(tmp_path, hub).pull(card()).files["text"].read_bytes() == GRAPH


def test_a_wrong_checksum_is_refused_and_leaves_nothing(tmp_path, hub):
    hub.faults = ["corrupt", "corrupt"]
    with pytest.raises(WeightsDamagedError, match="sha256"):
        store(tmp_path, hub).pull(card())
    assert not list((tmp_path / "models").rglob("*.onnx*"))


def test_a_truncated_file_on_the_server_is_refused(tmp_path, hub):
    hub.files["onnx/model.onnx"] = GRAPH[:1000]
    with pytest.raises(WeightsDamagedError, match="1000 bytes"):
        store(tmp_path, hub).pull(card())
    assert not list((tmp_path / "models").rglob("*.onnx*"))


def test_a_file_without_end_is_cut(tmp_path, hub):
    hub.files["onnx/model.onnx"] = GRAPH * 4
    with pytest.raises(WeightsDamagedError):
        store(tmp_path, hub).pull(card())


def test_what_the_server_says_of_an_unpinned_file_is_held_against_it(tmp_path, hub):
    hub.linked = True
    hub.faults = ["", "corrupt", "corrupt"]
    with pytest.raises(WeightsDamagedError, match=r"tokenizer\.json"):
        store(tmp_path, hub).pull(card())


def test_no_network_is_a_named_error(tmp_path, hub):
    hub.close()
    with pytest.raises(DownloadError, match="connection"):
        store(tmp_path, hub).pull(card())


def test_offline_asks_nobody(tmp_path, hub):
    with pytest.raises(DownloadError, match="offline"):
        store(tmp_path, hub, offline=True).pull(card())
    assert hub.asked == []
    store(tmp_path, hub).pull(card())
    assert store(tmp_path, hub, offline=True).pull(card()).files["text"].is_file()


@pytest.mark.parametrize(
    ("status", "word"), [("404", "not at"), ("401", "HUGGINGFACE_HUB_TOKEN"), ("403", "conditions")]
)
def test_a_refusal_is_not_tried_again(tmp_path, hub, status, word):
    hub.faults = [status]
    with pytest.raises(DownloadError, match=word):
        store(tmp_path, hub).pull(card())
    assert len(hub.asked) == 1


def test_the_token_is_sent(tmp_path, hub):
    store(tmp_path, hub, token="hf_x").pull(card())
    assert {authorization for _, _, authorization in hub.asked} == {"Bearer hf_x"}


def test_a_damaged_file_is_noticed_before_it_is_used(tmp_path, hub):
    local = store(tmp_path, hub).pull(card())
    path = local.files["text"]
    path.write_bytes(GRAPH[:-1] + b"x")
    os.utime(path, ns=(1, 1))
    with pytest.raises(WeightsDamagedError, match="models pull tiny"):
        store(tmp_path, hub).find(card())


def test_verify_reads_what_find_takes_for_granted(tmp_path, hub):
    local = store(tmp_path, hub).pull(card())
    path, times = local.files["text"], local.files["text"].stat()
    path.write_bytes(GRAPH[:-1] + b"x")
    os.utime(path, ns=(times.st_mtime_ns, times.st_mtime_ns))
    store(tmp_path, hub).find(card())
    with pytest.raises(WeightsDamagedError):
        store(tmp_path, hub).verify(card())


def test_an_unpinned_file_is_held_to_its_first_download(tmp_path, hub):
    local = store(tmp_path, hub).pull(card())
    pins = json.loads((local.files["tokenizer"].parent / "pins.json").read_text("utf-8"))
    assert pins["tokenizer.json"]["sha256"] == hashlib.sha256(TOKENIZER).hexdigest()
    local.files["tokenizer"].write_bytes(b'{"b": 1}')
    with pytest.raises(WeightsDamagedError, match=r"tokenizer\.json"):
        store(tmp_path, hub).verify(card())
    local.files["tokenizer"].unlink()
    hub.files["tokenizer.json"] = b'{"c": 1}'
    with pytest.raises(WeightsDamagedError):
        store(tmp_path, hub).pull(card())


def test_what_the_hubs_own_client_fetched_is_found_and_never_written(tmp_path, hub):
    snapshot = tmp_path / "hub" / "models--some--tiny" / "snapshots" / "abc"
    (snapshot / "onnx").mkdir(parents=True)
    (snapshot / "onnx" / "model.onnx").write_bytes(GRAPH)
    (snapshot / "tokenizer.json").write_bytes(TOKENIZER)
    refs = tmp_path / "hub" / "models--some--tiny" / "refs"
    refs.mkdir()
    (refs / "main").write_text("abc")
    before = sorted(path for path in (tmp_path / "hub").rglob("*"))
    local = store(tmp_path, hub, hub_cache=tmp_path / "hub", offline=True).find(card())
    assert local.files["text"] == snapshot / "onnx" / "model.onnx"
    assert local.revision == "abc"
    assert sorted(path for path in (tmp_path / "hub").rglob("*")) == before


def test_two_at_once_fetch_it_once(tmp_path, hub):
    errors = []

    def pull():
        try:
            store(tmp_path, hub).pull(card())
        except EncoderError as exc:
            errors.append(exc)

    threads = [threading.Thread(target=pull) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert len([path for path, _, _ in hub.asked if path.endswith(".onnx")]) == 1


def test_a_full_disk_says_so(tmp_path, hub, monkeypatch):
    class Full:
        def __init__(self, *_):
            pass

        def __enter__(self):
            return self

        def __exit__(self, *_):
            return False

        def write(self, _):
            raise OSError(errno.ENOSPC, "No space left on device")

    opened = Path.open

    def limited(self, mode="r", *rest, **named):
        return Full() if mode == "ab" else opened(self, mode, *rest, **named)

    monkeypatch.setattr(download.Path, "open", limited)
    with pytest.raises(DiskFullError, match="pull again"):
        store(tmp_path, hub).pull(card())


@pytest.mark.parametrize("path", ["../../etc/passwd", "/etc/passwd", "onnx/../../../x"])
def test_a_registry_cannot_name_a_file_outside(tmp_path, hub, path):
    evil = card(files=(ModelFile(role="text", path=path),))
    with pytest.raises(UsageError, match="outside"):
        store(tmp_path, hub).pull(evil)


def test_a_folder_that_cannot_be_written_is_a_named_error(tmp_path, hub):
    (tmp_path / "models").write_text("a file")
    with pytest.raises(DownloadError, match="cannot be written"):
        store(tmp_path, hub).pull(card())
