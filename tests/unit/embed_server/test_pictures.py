"""Pictures as they stand in JSON."""

import base64

import pytest

from scenedex.embed_server.pictures import MAX_BYTES, file_of, is_data_url, is_url
from scenedex.errors import PictureError, PictureTooLargeError

PLAIN = base64.b64encode(b"\xff\xd8 picture").decode()


@pytest.mark.parametrize(
    "text",
    [
        PLAIN,
        f"data:image/jpeg;base64,{PLAIN}",
        f"DATA:image/png;charset=utf-8;BASE64,{PLAIN}",
        f"data:;base64,{PLAIN}",
        "\n".join(PLAIN[n : n + 4] for n in range(0, len(PLAIN), 4)) + "\n",
    ],
)
def test_read(text: str) -> None:
    assert file_of(text) == b"\xff\xd8 picture"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("http://127.0.0.1/x.jpg", "no address is fetched"),
        ("  HTTPS://example.org/x.jpg", "no address is fetched"),
        ("file:///etc/passwd", "no address is fetched"),
        ("data:image/jpeg,%ff%d8", "none of a picture"),
        ("data:image/jpeg;base64", "none of a picture"),
        ("data:image/jpeg;base64,", "empty"),
        ("é" * 8, "no base64"),
        ("abc", "no base64"),
        ("ab=c", "no base64"),
        ("_-_-", "no base64"),
    ],
)
def test_refused(text: str, said: str) -> None:
    with pytest.raises(PictureError, match=said):
        file_of(text)


def test_ten_megabytes_are_the_most() -> None:
    most = base64.b64encode(bytes(MAX_BYTES)).decode()
    assert len(file_of(most)) == MAX_BYTES
    for size in (MAX_BYTES + 1, 11_000_000):
        with pytest.raises(PictureTooLargeError, match="are the most that is read"):
            file_of(base64.b64encode(bytes(size)).decode())


def test_what_is_meant() -> None:
    assert is_data_url("data:x")
    assert not is_data_url("dataset")
    assert is_url("https://x")
    assert not is_url("a picture of https://x")
