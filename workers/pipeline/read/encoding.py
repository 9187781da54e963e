"""Bytes → text, never guessed in silence: how a document without pages is encoded.

A mark of order settles it; then UTF-8, where the bytes hold it; then what the document declares;
then GB18030. What none of them decodes exactly is decoded by the one that breaks least, with U+FFFD
for what broke, or refused where that is more than single bytes.
"""

import codecs
import re
from dataclasses import dataclass

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_UNMARKED_WIDE = ((b"<\x00", "utf-16-le"), (b"\x00<", "utf-16-be"))
"""UTF-16 without its mark: only where markup opens it, else two bytes say nothing."""
_KNOWN = {
    "gb2312": "gb18030",  # GB18030 holds both, and pages declare the smallest and use the largest
    "gbk": "gb18030",
    "cp936": "gb18030",
    "hz": "hz",
    "gb18030": "gb18030",
    "big5": "big5hkscs",
    "big5hkscs": "big5hkscs",
    "utf-8": "utf-8",
}
_FEW = 0.005
"""Share of its characters that may be broken in a text that is read all the same."""
REPLACEMENT = "\ufffd"
"""Stands for what could not be decoded."""

_DECLARED = re.compile(rb"""<\?xml[^>]*?encoding\s*=\s*["']([\w.:-]+)""")
_META = re.compile(rb"""<meta\b[^>]*?charset\s*=\s*["']?\s*([\w.:-]+)""", re.I)
_DECLARED_WITHIN = 16 * 1024
"""Bytes in which a page says how it is encoded; browsers look at 1 KiB, pages come with more."""


class EncodingUnknownError(Exception):
    """The bytes are no text in any encoding these reports come in."""


@dataclass(frozen=True, kw_only=True)
class Decoded:
    """A text and how it was decoded; `broken` counts the characters that stand as U+FFFD."""

    text: str
    encoding: str
    broken: int = 0


def declared_encoding(content: bytes) -> str | None:
    """Return what an HTML or XML file says of its own encoding, or None."""
    head = content[:_DECLARED_WITHIN]
    found = _DECLARED.match(head.lstrip()) or _META.search(head)
    return found[1].decode("ascii", "replace") if found else None


def decode(content: bytes, declared: str | None = None) -> Decoded:
    """Return the text of a file; `declared` is the encoding it (or its envelope) names.

    A declaration that the bytes contradict is overruled: pages are re-encoded without a word.
    """
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return _lenient(content[len(mark) :], (encoding,))
    for opening, encoding in _UNMARKED_WIDE:
        if content.startswith(opening):
            return _lenient(content, (encoding,))
    named = _known(declared)
    order = [encoding for encoding in ("utf-8", named, "gb18030") if encoding is not None]
    for encoding in dict.fromkeys(order):
        try:
            return Decoded(text=content.decode(encoding), encoding=encoding)
        except UnicodeDecodeError:
            continue
    return _lenient(content, tuple(dict.fromkeys(order)))


def _known(declared: str | None) -> str | None:
    """Return Python's codec for a declared encoding; None for none we take."""
    if declared is None:
        return None
    try:
        return _KNOWN.get(codecs.lookup(declared.strip()).name)
    except LookupError:
        return None


def _lenient(content: bytes, encodings: tuple[str, ...]) -> Decoded:
    """Decode by the encoding that breaks least; refuse what breaks more than single bytes."""
    tried = [_replaced(content, encoding) for encoding in encodings]
    best = min(tried, key=lambda decoded: decoded.broken)
    if best.broken > 1 and best.broken > _FEW * _written(best.text):
        raise EncodingUnknownError
    return best


def _written(text: str) -> int:
    """Count the characters beyond ASCII: in a Chinese text these are its words."""
    return sum(not letter.isascii() for letter in text)


def _replaced(content: bytes, encoding: str) -> Decoded:
    text = content.decode(encoding, "replace")
    return Decoded(text=text, encoding=encoding, broken=text.count(REPLACEMENT))
