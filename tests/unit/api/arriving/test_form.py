"""A form is read as it comes, in whatever pieces."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenedex.api.arriving.form import FileForm
from scenedex.http.errors import ApiError

KIND = "multipart/form-data; boundary=frontier"


def part(head: str, body: bytes) -> bytes:
    return b"--frontier\r\n" + head.encode() + b"\r\n\r\n" + body + b"\r\n"


def field(name: str, body: bytes, filename: str | None = None) -> bytes:
    called = "" if filename is None else f'; filename="{filename}"'
    return part(f'Content-Disposition: form-data; name="{name}"{called}', body)


def read(body: bytes, cuts: list[int] | None = None, kind: str = KIND) -> tuple[str, bytes]:
    got = bytearray()
    form = FileForm(kind, got.extend)
    places = [0, *sorted(cut % (len(body) + 1) for cut in cuts or []), len(body)]
    for start, end in pairwise(places):
        form.take(body[start:end])
    return form.finish(), bytes(got)


@settings(max_examples=50)
@given(st.binary(max_size=3_000), st.lists(st.integers(0, 5_000), max_size=12))
def test_the_file_comes_out_whole_however_it_is_cut(content: bytes, cuts: list[int]) -> None:
    content = content.replace(b"frontier", b"")
    body = field("note", b"hello") + field("file", content, "a.mp4") + b"--frontier--\r\n"
    assert read(body, cuts) == ("a.mp4", content)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "ends before"),
        (b"no form at all", "no form"),
        (field("file", b"abc", "a.mp4"), "ends before"),
        (field("other", b"abc", "a.mp4") + b"--frontier--\r\n", "no file"),
        (field("file", b"abc") + b"--frontier--\r\n", "no file"),
        (field("file", b"a", "a.mp4") * 2 + b"--frontier--\r\n", "more than one file"),
        (field("other", b"a") * 17 + b"--frontier--\r\n", "more than 16 parts"),
        (field("other", b"a" * 70_000) + b"--frontier--\r\n", "longer than"),
        (part("X: " + "y" * 10_000, b"a") + b"--frontier--\r\n", "no form"),
        (part("X: y\r\n" * 50, b"a") + b"--frontier--\r\n", "no form"),
    ],
)
def test_what_is_no_form_with_one_file(body: bytes, said: str) -> None:
    with pytest.raises(ApiError, match=said) as caught:
        read(body)
    assert caught.value.status == 400


@pytest.mark.parametrize(
    "kind", ["", "text/plain", "multipart/form-data", "multipart/form-data; boundary=", "a" * 999]
)
def test_another_kind_of_body(kind: str) -> None:
    with pytest.raises(ApiError) as caught:
        read(b"", kind=kind)
    assert caught.value.status == 415


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("a.mp4", "a.mp4"),
        ("../../etc/passwd", "passwd"),
        ("C:\\films\\a.mp4", "a.mp4"),
        ("Häfen & Schiffe.mp4", "Häfen & Schiffe.mp4"),
        ("a\x07\x1b[2J.mp4", "a[2J.mp4"),
        ("\u202egpj.mp4", "gpj.mp4"),
        ("", "video"),
        ("/", "video"),
        ("x" * 400, "x" * 255),
    ],
)
def test_a_name_is_only_text(raw: str, name: str) -> None:
    assert read(field("file", b"abc", raw) + b"--frontier--\r\n")[0] == name
