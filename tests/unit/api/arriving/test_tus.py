"""Headers of tus, also such as nobody should send."""

import base64
import contextlib
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenedex.api.arriving import tus
from scenedex.http.errors import ApiError

KEYS = st.text(
    st.characters(min_codepoint=0x21, max_codepoint=0x7E, exclude_characters=","), min_size=1, max_size=20
)


@given(st.dictionaries(KEYS, st.text(max_size=50), max_size=8))
def test_metadata_comes_back(said: dict[str, str]) -> None:
    written = ",".join(
        f"{key} {base64.b64encode(value.encode()).decode()}".strip() for key, value in said.items()
    )
    assert tus.metadata(written) == said


@given(st.text())
def test_any_header_is_understood_or_refused(text: str) -> None:
    for read in (tus.metadata, tus.checksum, lambda given: tus.number("Upload-Length", given)):
        with contextlib.suppress(ApiError):
            read(text)


def test_metadata_that_is_no_text() -> None:
    assert tus.metadata(f"filename {base64.b64encode(bytes([0xFF, 0x41])).decode()}") == {
        "filename": "\ufffdA"
    }
    assert tus.metadata("") == tus.metadata("   ") == {}
    assert tus.metadata("is_confidential") == {"is_confidential": ""}


@pytest.mark.parametrize("text", ["-1", "+1", " 1", "1.0", "1e3", "0x10", "١", "", "9" * 19, None])
def test_what_is_no_number_of_bytes(text: str | None) -> None:
    with pytest.raises(ApiError) as caught:
        tus.number("Upload-Offset", text)
    assert caught.value.status == 400


def test_a_checksum_that_is_known() -> None:
    made = tus.checksum("sha1 " + base64.b64encode(hashlib.sha1(b"abc").digest()).decode())
    assert made is not None
    digest, expected = made
    digest.update(b"abc")
    assert digest.digest() == expected


def test_a_moment_is_written_as_headers_have_it() -> None:
    assert tus.until(784111777) == "Sun, 06 Nov 1994 08:49:37 GMT"
