from pathlib import Path

import pytest

from scenedex.store import postmaster
from scenedex.store.postmaster import buffers, memory


@pytest.mark.parametrize(
    ("there", "expected"),
    [(0, 128 << 20), (1 << 20, 128 << 20), (3 << 30, 3 << 30), (100 << 30, 4 << 30)],
)
def test_the_cache_holds_the_library_up_to_a_part_of_the_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, there: int, expected: int
) -> None:
    monkeypatch.setattr(postmaster, "memory", lambda: 10 << 30)
    (tmp_path / "base" / "5").mkdir(parents=True)
    for name in ("1", "2"):
        with (tmp_path / "base" / "5" / name).open("wb") as file:
            file.truncate(there // 2)  # without a byte on the disk
    assert buffers(tmp_path) == expected


@pytest.mark.parametrize(
    ("said", "counts"), [("1048576\n", True), ("max\n", False), (None, False), ("9" * 18, False)]
)
def test_the_memory_of_a_container_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str | None, counts: bool
) -> None:
    limit = tmp_path / "memory.max"
    monkeypatch.setattr(postmaster, "MEMORY_LIMIT", limit)
    machine = memory()
    assert machine > 1 << 20
    if said is not None:
        limit.write_text(said)
    assert memory() == (1 << 20 if counts else machine)
