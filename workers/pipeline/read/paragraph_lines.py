"""Lines of a text that was wrapped at a width → its paragraphs, one a line."""

import re
import unicodedata
from collections.abc import Sequence

_NARROW = 0.86
"""Share of the greatest width that a full line of wrapped text takes."""
_WIDEST = 140
"""Columns of print up to which lines are taken for wrapped; paragraphs are wider."""
_LEAST, _MANY = 4, 0.3
"""Full lines that a wrapped text has: as many, and such a share of its longer ones."""
_ENDS = tuple("。；：！？.;:!?”）)】》")
_OPENS = re.compile(
    r"[（(]?[一二三四五六七八九十]{1,3}[、.．)）]|[（(]?\d{1,2}[、.．)）](?!\d)|[#>|\t]|第[一二三四五六七八九十]+[章条部]"
)


def unwrapped(lines: Sequence[str]) -> list[str]:
    """Join lines broken at the width of the page; others stay as they are.

    Only where the text is plainly wrapped: many lines as wide as the widest, none much wider.
    """
    widths = [_width(line) for line in lines]
    widest = max(widths, default=0)
    longer = [width for width in widths if width > widest / 2]
    full = [width for width in longer if width >= _NARROW * widest]
    if widest > _WIDEST or len(full) < _LEAST or len(full) < _MANY * len(longer):
        return [line for line in lines if line]
    joined: list[str] = []
    previous = -1.0
    for line, width in zip(lines, widths, strict=True):
        if not line:
            previous = -1.0
            continue
        goes_on = previous >= _NARROW * widest and not joined[-1].endswith(_ENDS)
        if goes_on and not _OPENS.match(line):
            joined[-1] += _joint(joined[-1], line) + line
        else:
            joined.append(line)
        previous = width
    return joined


def _joint(left: str, right: str) -> str:
    return " " if left[-1:].isascii() and right[:1].isascii() and right[:1].isalpha() else ""


def _width(text: str) -> int:
    """Return how many columns a text takes in print of even width."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
