"""Sessions: what they feed, what they give, and what is left when something goes wrong."""

import os
import threading
import time

import numpy as np
import pytest
from tests.unit.inference.graphs import slow, static, table

from scenedex.errors import EncoderTimeoutError, GraphError, ProviderError, UsageError
from scenedex.inference import opening
from scenedex.inference.pool import Sessions, process_sessions
from scenedex.inference.session import (
    RunOptions,
    Session,
    available_devices,
    usable_cpus,
)


@pytest.fixture
def lookup(tmp_path):
    return Session(table(tmp_path / "table.onnx"), RunOptions(device="cpu", idle_s=0))


def ids(*numbers):
    return {"input_ids": np.asarray(numbers, np.int64)[:, None]}


def test_it_loads_at_first_use_and_says_where_it_runs(lookup):
    assert not lookup.loaded
    assert lookup.run(ids(2)).tolist() == [[9, 10, 11, 12]]
    assert lookup.loaded
    assert lookup.provider == "CPUExecutionProvider"
    assert lookup.device == "cpu"
    assert [tensor.name for tensor in lookup.inputs] == ["input_ids"]
    assert lookup.outputs[0].shape == ("b", 4)


def test_an_item_that_fails_fails_alone(lookup):
    found = lookup.run_items(ids(0, 1, 99, 3, 4, 77, 6, 7))
    assert [isinstance(each, GraphError) for each in found] == [
        False,
        False,
        True,
        False,
        False,
        True,
        False,
        False,
    ]
    assert found[7].tolist() == [29, 30, 31, 32]
    assert lookup.run(ids(1)).shape == (1, 4)


def test_an_empty_batch_is_nothing(lookup):
    assert lookup.run_items({"input_ids": np.zeros((0, 1), np.int64)}) == []


def test_only_declared_inputs_are_fed_and_types_are_cast(lookup):
    fed = {
        "input_ids": np.array([[3]], np.int32),
        "attention_mask": np.ones((1, 1)),
        "is_longer": np.zeros((1, 1)),
    }
    assert lookup.run(fed).tolist() == [[13, 14, 15, 16]]


def test_an_input_that_the_family_lacks_is_named(lookup):
    with pytest.raises(GraphError, match="input_ids"):
        lookup.run({"pixel_values": np.zeros((1, 3))})


def test_an_output_is_chosen_by_name_or_refused(tmp_path):
    graph = Session(static(tmp_path / "static.onnx"), RunOptions(device="cpu", idle_s=0))
    feeds = {"pixel_values": np.array([[1, 2, 3], [4, 5, 6]], np.float64)}
    with pytest.raises(GraphError, match="a, b"):
        graph.run_items(feeds)
    found = graph.run_items(feeds, output="b")  # a batch of one by one
    assert [row.tolist() for row in found] == [[-1, -2, -3], [-4, -5, -6]]


def test_a_timeout_is_a_value_and_the_next_picture_works(tmp_path):
    graph = Session(slow(tmp_path / "slow.onnx"), RunOptions(device="cpu", threads=1, idle_s=0))
    pictures = {"pixel_values": np.ones((2, 3, 2, 2), np.float32)}
    graph.inputs  # noqa: B018  loading does not count
    started = time.monotonic()
    found = graph.run_items(pictures, timeout_s=0.05)
    assert time.monotonic() - started < 2
    assert [type(each) for each in found] == [EncoderTimeoutError, EncoderTimeoutError]
    assert "Timeout" in str(found[0])
    assert isinstance(found[0], TimeoutError)
    assert graph.run_items(pictures, timeout_s=60)[1].tolist() == [1, 1, 1, 0]


def test_a_batch_that_takes_too_long_is_tried_once_more_item_by_item(tmp_path, monkeypatch):
    graph = Session(slow(tmp_path / "slow.onnx"), RunOptions(device="cpu", threads=1, idle_s=0))
    sizes, run = [], Session.run

    def counted(self, feeds, **named):
        sizes.append(len(feeds["pixel_values"]))
        return run(self, feeds, **named)

    monkeypatch.setattr(Session, "run", counted)
    graph.run_items({"pixel_values": np.ones((8, 3, 2, 2), np.float32)}, timeout_s=0.001)
    assert sizes == [8] + [1] * 8


def test_a_run_that_nobody_waits_for_ends(tmp_path):
    graph = Session(slow(tmp_path / "slow.onnx", layers=4000), RunOptions(device="cpu", threads=1, idle_s=0))
    graph.inputs  # noqa: B018
    with pytest.raises(EncoderTimeoutError):
        graph.run({"pixel_values": np.ones((1, 3, 2, 2))}, timeout_s=0.05)
    deadline = time.monotonic() + 20
    while any(thread.name == "onnx" for thread in threading.enumerate()):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_the_timeout_of_a_picture_is_two_seconds():
    assert RunOptions().timeout_s == 2.0


@pytest.mark.parametrize("content", [b"", b"not a network", b"\x08\x07\x12\x04onnx" * 50])
def test_a_corrupt_graph_is_a_named_error(tmp_path, content):
    path = tmp_path / "corrupt.onnx"
    path.write_bytes(content)
    with pytest.raises(GraphError, match=r"corrupt\.onnx"):
        Session(path).run(ids(1))


def test_half_a_graph_is_a_named_error(tmp_path):
    path = table(tmp_path / "half.onnx", rows=1000)
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(GraphError, match=r"half\.onnx"):
        Session(path).run(ids(1))


def test_a_file_that_is_not_there_is_a_named_error(tmp_path):
    with pytest.raises(GraphError, match=r"gone\.onnx"):
        Session(tmp_path / "gone.onnx").run(ids(1))


def test_it_unloads_when_idle_and_loads_again(tmp_path):
    graph = Session(table(tmp_path / "table.onnx"), RunOptions(device="cpu", idle_s=1.0))
    for _ in range(4):  # used more often than that: it stays
        graph.run(ids(1))
        time.sleep(0.3)
        assert graph.loaded
    deadline = time.monotonic() + 10
    while graph.loaded:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert graph.run(ids(0)).tolist() == [[1, 2, 3, 4]]
    graph.unload()
    assert not graph.loaded


@pytest.mark.parametrize("device", ["cuda", "tensorrt", "cuda:1"])
def test_a_device_that_is_not_there_lists_those_that_are(tmp_path, device):
    if device.partition(":")[0] in available_devices():
        pytest.skip("this machine has one")
    with pytest.raises(ProviderError, match=r"only .*cpu") as caught:
        Session(table(tmp_path / "table.onnx"), RunOptions(device=device)).run(ids(1))
    assert isinstance(caught.value, UsageError)


def test_a_device_that_nobody_knows_lists_those_that_are(tmp_path):
    with pytest.raises(ProviderError, match=r"auto, .*cpu"):
        Session(table(tmp_path / "table.onnx"), RunOptions(device="abacus")).run(ids(1))


def test_a_device_that_is_built_in_but_cannot_start_is_no_silent_cpu(tmp_path, monkeypatch):
    """A GPU build on a machine without a driver: ONNX Runtime itself falls back; only `auto` may."""
    if "cuda" in available_devices():
        pytest.skip("this machine has one")
    monkeypatch.setattr(opening, "available_devices", lambda: ["cuda", "cpu"])
    path = table(tmp_path / "table.onnx")
    with pytest.warns(UserWarning, match="CUDA"), pytest.raises(ProviderError, match="cuda"):
        Session(path, RunOptions(device="cuda")).run(ids(1))
    with pytest.warns(UserWarning, match="CUDA"):
        assert Session(path, RunOptions(device="auto", idle_s=0)).device == "cpu"


def test_one_instance_for_a_file_and_its_options(tmp_path):
    path = table(tmp_path / "table.onnx")
    (tmp_path / "link.onnx").symlink_to(path)
    sessions = Sessions()
    first = sessions.open(path, RunOptions(idle_s=0))
    assert sessions.open(tmp_path / "link.onnx", RunOptions(idle_s=0)) is first
    assert sessions.open(path, RunOptions(idle_s=0, threads=1)) is not first
    first.run(ids(1))
    sessions.unload()
    assert not first.loaded
    assert process_sessions() is process_sessions()


def test_a_forked_child_has_sessions_of_its_own(tmp_path, monkeypatch):
    mine = process_sessions()
    monkeypatch.setattr(os, "getpid", lambda: -1)
    assert process_sessions() is not mine


def test_two_threads_one_session_same_vectors(lookup):
    right = lookup.run(ids(*range(10)))
    wrong = []

    def work():
        for _ in range(200):
            if not np.array_equal(lookup.run(ids(*range(10))), right):
                wrong.append(1)

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_threads_are_counted_and_never_none():
    assert 1 <= usable_cpus() <= (os.cpu_count() or 1)
