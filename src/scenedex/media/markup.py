"""Plain text out of subtitle markup."""

import html
import re
import unicodedata

MAX_TEXT = 4000
"""Characters of one caption; what is longer is no caption, and is cut."""

_ASS_BLOCK = re.compile(r"\{[^{}]*\}")
_ASS_DRAWING = re.compile(r"\\p(\d+)")
_TAG = re.compile(
    r"</?(?:i|b|u|s|em|strong|font|span|c|v|lang|ruby|rt|rp|br|p|div|center|small|big|sub|sup|strike|tt|h[1-6]|"
    r"\d{1,3}:\d{2}(?::\d{2})?[.,]\d{1,3})(?:[\s./][^<>]{0,500})?/?>",
    re.IGNORECASE,
)
_BREAK_TAG = re.compile(r"<br\s*/?>", re.IGNORECASE)
_RUBY_TEXT = re.compile(r"<rt\b[^<>]*>[^<>]*</rt>", re.IGNORECASE)
_SRT_ASS = re.compile(r"\{\\[^{}]*\}")
_MICRODVD = re.compile(r"\{[a-zA-Z]:[^{}]*\}")
# Direction marks, joiners that hold nothing together, byte order marks, and tag characters that only hide text.
_INVISIBLE = re.compile(
    "[\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f]"
)
_SPACES = re.compile(r"[^\S\n]+")


def plain_text(text: str) -> str:
    """SRT or WebVTT text without tags and entities."""
    text = _SRT_ASS.sub("", text)
    text = _MICRODVD.sub("", text)
    text = text.replace("\\N", "\n").replace("\\h", " ")
    text = _RUBY_TEXT.sub("", text)
    text = _TAG.sub("", _BREAK_TAG.sub("\n", text))
    return tidy(html.unescape(text))


def ass_text(text: str) -> str:
    """The text field of an ASS event without override codes; drawings are nothing to read."""
    kept, drawing, position = [], False, 0
    for block in _ASS_BLOCK.finditer(text):
        if not drawing:
            kept.append(text[position : block.start()])
        position = block.end()
        for scale in _ASS_DRAWING.findall(block.group()):
            drawing = int(scale[:6]) > 0
    if not drawing:
        kept.append(text[position:])
    joined = "".join(kept).replace("\\N", "\n").replace("\\n", "\n").replace("\\h", " ")
    return tidy(_TAG.sub("", _BREAK_TAG.sub("\n", joined)))


def ass_event_text(event: bytes) -> str:
    """The text of an event as FFmpeg's decoders write it: ReadOrder, Layer, Style, Name, 3 margins, Effect, Text."""
    fields = event.decode("utf-8", errors="replace").split(",", 8)
    return ass_text(fields[8]) if len(fields) == 9 else ""


def ass_event_name(event: bytes) -> str:
    """The Name of such an event; "" without one."""
    fields = event.decode("utf-8", errors="replace").split(",", 8)
    return fields[3].strip() if len(fields) == 9 else ""


def tidy(text: str) -> str:
    """One kind of line break, no control or invisible characters, no doubled or trailing space, no empty lines."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n")
    text = _INVISIBLE.sub("", text)
    text = "".join(c if c == "\n" or unicodedata.category(c) not in ("Cc", "Cs", "Co") else " " for c in text)
    lines = (_SPACES.sub(" ", line).strip() for line in text.split("\n"))
    return "\n".join(line for line in lines if line)[:MAX_TEXT].rstrip()
