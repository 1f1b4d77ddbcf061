"""A form with one file in it (multipart/form-data, RFC 7578), written while it comes in."""

from collections.abc import Callable

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from scenedex.api.arriving.names import clean_name
from scenedex.http.errors import ApiError

FIELD = "file"
MAX_PARTS = 16
MAX_OTHER_BYTES = 65_536  #: of all fields that are not the file
ENVELOPE_BYTES = MAX_OTHER_BYTES + 65_536  #: a body may be larger by this than its file


class FileForm:
    """Takes a body piece by piece and gives what the field `file` holds to `write`."""

    def __init__(self, content_type: str, write: Callable[[bytes], object]) -> None:
        kind, options = parse_options_header(content_type)
        boundary = options.get(b"boundary", b"")
        if kind != b"multipart/form-data" or not 1 <= len(boundary) <= 200:
            raise ApiError(
                415,
                "unsupported_media_type",
                f"A form is expected: multipart/form-data with a field `{FIELD}`.",
            )
        self._write = write
        self._header, self._value, self._disposition = b"", b"", b""
        self._parts, self._other, self._in_file = 0, 0, False
        self._ended = False
        self.name: str | None = None  #: what the sender calls the file, once it has come
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin,
                "on_header_field": self._field,
                "on_header_value": self._part_of_value,
                "on_header_end": self._header_end,
                "on_headers_finished": self._headers_end,
                "on_part_data": self._data,
                "on_end": self._end,
            },
        )

    def take(self, block: bytes) -> None:
        """The next piece of the body. Raises ApiError (400), and what `write` raises."""
        try:
            self._parser.write(block)
        except FormParserError as exc:
            raise _bad("it is no form that can be read") from exc

    def finish(self) -> str:
        """The body is all there: the name of the file. Raises ApiError (400) where it is not."""
        if not self._ended:
            raise _bad("it ends before its last boundary")
        if self.name is None:
            raise _bad(f"it has no file in a field `{FIELD}`")
        return self.name

    def _begin(self) -> None:
        self._parts += 1
        if self._parts > MAX_PARTS:
            raise _bad(f"it has more than {MAX_PARTS} parts")
        self._header, self._value, self._disposition, self._in_file = b"", b"", b"", False

    def _field(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _part_of_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_end(self) -> None:
        if self._header.lower() == b"content-disposition":
            self._disposition = self._value
        self._header, self._value = b"", b""

    def _headers_end(self) -> None:
        _, options = parse_options_header(self._disposition.decode("latin-1"))
        self._in_file = options.get(b"name") == FIELD.encode() and b"filename" in options
        if self._in_file:
            if self.name is not None:
                raise _bad("it has more than one file: send each in a request of its own")
            self.name = clean_name(options[b"filename"].decode("utf-8", "replace"))

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._in_file:
            self._write(data[start:end])
            return
        self._other += end - start
        if self._other > MAX_OTHER_BYTES:
            raise _bad(f"its other fields are longer than {MAX_OTHER_BYTES} bytes")

    def _end(self) -> None:
        self._ended = True


def _bad(why: str) -> ApiError:
    return ApiError(400, "bad_request", f"The body cannot be taken: {why}.")
