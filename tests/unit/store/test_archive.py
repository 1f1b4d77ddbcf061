"""The file of a backup: what is written is read again, and nothing else is taken for one."""

import contextlib
import io
import tarfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenedex.errors import BackupError
from scenedex.store.archive import BLOCK, MAX_PART, Archive, parts

NAMES = st.text(st.sampled_from("abc/._0123456789"), min_size=1, max_size=99).filter(
    lambda name: not name.endswith("/")
)


def written(*found: tuple[str, bytes]) -> bytes:
    file = io.BytesIO()
    archive = Archive(file, 1_700_000_000.5)
    for name, data in found:
        archive.add(name, data)
    archive.end()
    return file.getvalue()


def read(data: bytes) -> list[tuple[str, bytes]]:
    return list(parts(io.BytesIO(data)))


@settings(deadline=None)
@given(st.lists(st.tuples(NAMES, st.binary(max_size=3 * BLOCK)), max_size=5))
def test_what_is_written_is_read(found: list[tuple[str, bytes]]) -> None:
    assert read(written(*found)) == found


def test_any_tar_reads_it() -> None:
    with tarfile.open(fileobj=io.BytesIO(written(("a/b", b"x" * 700), ("c", b"")))) as tar:
        assert [(member.name, member.size, member.mode) for member in tar] == [
            ("a/b", 700, 0o600),
            ("c", 0, 0o600),
        ]


@settings(deadline=None)
@given(st.binary(max_size=4 * BLOCK))
def test_no_bytes_do_more_than_be_refused(data: bytes) -> None:
    with contextlib.suppress(BackupError):
        read(data)


@settings(deadline=None)
@given(st.data())
def test_one_that_was_cut_off_is_refused(draw: st.DataObject) -> None:
    whole = written(("a", b"x" * 700), ("b", b"y"))
    cut = draw.draw(st.integers(0, len(whole) - 2 * BLOCK - 1))
    with pytest.raises(BackupError):
        read(whole[:cut])


@pytest.mark.parametrize(
    "kind",
    [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE, tarfile.XHDTYPE,
     tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_SPARSE],
)  # fmt: skip
def test_what_is_no_plain_part_is_refused(kind: bytes) -> None:
    header = tarfile.TarInfo("pictures/a")
    header.type, header.linkname = kind, "/etc/passwd" if kind in (tarfile.SYMTYPE, tarfile.LNKTYPE) else ""
    with pytest.raises(BackupError, match="no plain file"):
        read(header.tobuf(tarfile.USTAR_FORMAT) + bytes(2 * BLOCK))


def test_a_part_that_claims_to_be_huge_is_refused_before_it_is_read() -> None:
    header = tarfile.TarInfo("tables/videos/000000.gz")
    header.size = MAX_PART + 1
    with pytest.raises(BackupError, match="claims"):
        read(header.tobuf(tarfile.USTAR_FORMAT))
    with pytest.raises(BackupError, match="at most"):
        Archive(io.BytesIO(), 0).add("a", bytes(MAX_PART + 1))


def test_a_name_that_is_too_long_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="name"):
        Archive(io.BytesIO(), 0).add("a" * 300, b"")
