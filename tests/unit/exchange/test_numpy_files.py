"""Vectors in files of numpy's: what a row is of stands beside it, and nothing is unpickled."""

import json
import pickle
import re
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from scenedex.errors import ExchangeError, NotFoundError, UsageError
from scenedex.exchange.numpy_files import precomputed
from scenedex.types import ForeignVideo, Refusal

VECTORS = np.arange(12, dtype=np.float32).reshape(3, 4)
ROWS = {
    "video": np.array(["a.mp4", "b.mp4", "a.mp4"]),
    "start_s": np.array([2.0, 0, 0]),
    "end_s": np.array([4.0, 2, 2]),
}


def test_an_npz_says_what_its_vectors_are_of(tmp_path: Path) -> None:
    np.savez_compressed(
        tmp_path / "v.npz", clip=VECTORS, clip_audio=VECTORS[:, :2].astype(np.float16), **ROWS
    )
    with precomputed(tmp_path / "v.npz", None) as found:
        assert isinstance(found.vectors["clip"], np.memmap)
        assert [(c.name, c.modality, c.dim) for c in found.columns()] == [
            ("clip", "visual", 4),
            ("clip_audio", "audio", 2),
        ]
        first, second = (video for video in found.videos() if isinstance(video, ForeignVideo))
    assert (first.key, second.key) == ("a.mp4", "b.mp4")
    assert [(s.start_s, s.end_s, s.vectors["clip"].tolist()) for s in first.scenes] == [  # type: ignore[union-attr]
        (0.0, 2.0, [8, 9, 10, 11]),
        (2.0, 4.0, [0, 1, 2, 3]),
    ]


@pytest.mark.parametrize("suffix", [".csv", ".json"])
def test_an_npy_has_a_table_beside_it(tmp_path: Path, suffix: str) -> None:
    np.save(tmp_path / "clip.npy", VECTORS)
    rows = [
        {"video": "/f/a.mp4", "start_s": "0", "end_s": "2", "t_s": "0.5"},
        {"video": "/f/a.mp4", "start_s": "2", "end_s": "4", "t_s": ""},
        {"video": "b", "start_s": "0", "end_s": "1.5", "t_s": "1"},
    ]
    table = tmp_path / f"rows{suffix}"
    lines = [",".join(rows[0]), *(",".join(row.values()) for row in rows)]
    table.write_text(json.dumps(rows) if suffix == ".json" else "\n".join(lines))
    with precomputed(tmp_path / "clip.npy", table) as found:
        first, second = (video for video in found.videos() if isinstance(video, ForeignVideo))
    assert (first.path, first.title, second.path) == ("/f/a.mp4", "a.mp4", None)
    assert [scene.t_s for scene in first.scenes] == [0.5, None]


@pytest.mark.parametrize(
    ("arrays", "said"),
    [
        ({"clip": VECTORS}, "nothing says video, start_s, end_s"),
        (ROWS, "holds no vectors"),
        ({**ROWS, "clip": VECTORS[:2]}, "do not go together"),
        ({**ROWS, "clip": VECTORS[0]}, "has the shape"),
        ({**ROWS, "clip": VECTORS.astype(int)}, "of int64"),
        ({**ROWS, "clip": np.zeros((3, 5000), np.float16)}, "1 to 4000"),
        ({**ROWS, "clip": np.array([["a"], ["b"], ["c"]], dtype=object)}, "not unpickled"),
        ({**ROWS, "clip": VECTORS, "start_s": np.zeros((3, 3))}, "start_s is no list"),
    ],
)
def test_arrays_that_make_no_sense(tmp_path: Path, arrays: dict[str, Any], said: str) -> None:
    np.savez(tmp_path / "v.npz", **arrays)
    with pytest.raises(ExchangeError, match=said), precomputed(tmp_path / "v.npz", None):
        pass


def test_files_that_are_none(tmp_path: Path) -> None:
    (tmp_path / "cut.npz").write_bytes(b"PK\x03\x04nonsense")
    with zipfile.ZipFile(tmp_path / "text.npz", "w") as archive:
        archive.writestr("clip.npy", "no numbers")
    (tmp_path / "empty.npy").touch()
    (tmp_path / "pickled.npy").write_bytes(pickle.dumps(VECTORS))
    (tmp_path / "rows.json").write_text("{}")
    np.save(tmp_path / "v.npy", VECTORS)
    for name, table, error, said in (
        ("cut.npz", None, ExchangeError, "no whole .npz"),
        ("text.npz", None, ExchangeError, "clip.npy"),
        ("empty.npy", "rows.json", ExchangeError, "empty.npy"),
        ("pickled.npy", "rows.json", ExchangeError, "not unpickled"),
        ("v.npy", "rows.json", ExchangeError, "no table"),
        ("v.npy", None, UsageError, "say with --rows"),
        ("cut.npz", "rows.json", UsageError, "leave --rows out"),
        ("rows.json", None, UsageError, "neither .npz nor .npy"),
        ("absent.npz", None, NotFoundError, "no file"),
    ):
        with (
            pytest.raises(error, match=said),
            precomputed(tmp_path / name, tmp_path / table if table else None),
        ):
            pass


@pytest.mark.parametrize("cell", ["x", "nan", "-inf", "", 10**400, None, [1]])
def test_a_time_that_is_none_refuses_its_video_alone(tmp_path: Path, cell: Any) -> None:
    np.save(tmp_path / "clip.npy", VECTORS)
    rows = [
        {"video": name, "start_s": 0, "end_s": end_s} for name, end_s in (("a", 1), ("b", cell), ("c", 1))
    ]
    (tmp_path / "rows.json").write_text(json.dumps(rows))
    with precomputed(tmp_path / "clip.npy", tmp_path / "rows.json") as found:
        first, refused, last = found.videos()
    assert isinstance(first, ForeignVideo)
    assert isinstance(refused, Refusal)
    assert isinstance(last, ForeignVideo)
    assert (first.key, refused.video, last.key) == ("a", "b", "c")
    assert re.fullmatch(r"Row 2: '.*' is no time in seconds\.", refused.reason)
