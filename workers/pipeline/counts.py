"""A count printed otherwise than by its digits alone: 12件, 12.00, 12., +12, 12①, 1 2."""

import re
from dataclasses import dataclass
from functools import lru_cache

_WIDE = {ord(digit) + 0xFEE0: digit for digit in "0123456789.,+"}
_FIGURES = r"(?P<figures>[1-9]\d{0,2}(?:,\d{3})+|0|[1-9]\d*)"
_UNIT = r"件次?|条|个|项|宗|次|份|起|例|户|人次?|篇|部|笔"
_SAME = re.compile(rf"{_FIGURES}(?:\.0+|\s*(?:{_UNIT})|\.0+\s*(?:{_UNIT}))")
_NOTE = r"[\[［〔【(（]\s*注?\s*\d{0,2}\s*[\]］〕】)）]|[①-⑳⑴-⒇]|[*＊†‡※#^~]+\d?|[¹²³⁰-⁹]+|注\d?"
_LIKELY = re.compile(rf"[+='’`]?0*{_FIGURES}(?:[.。]|\s*(?:{_NOTE}))?")
_BRACKETED = re.compile(rf"{_FIGURES}\s*[(（]\s*(?P<second>0|[1-9]\d*)\s*[)）]")
_MOST_PARTS = 3


@dataclass(frozen=True, kw_only=True)
class PrintedCount:
    """What a text states: the digits of the number, if it is that; else what it may be.

    `sure`: what stands beside the digits is a unit, or noughts behind a point, and changes nothing.
    """

    figures: str
    sure: bool
    others: tuple[str, ...] = ()


@lru_cache(maxsize=4096)  # most cells print one of few numbers
def read_count(text: str) -> PrintedCount | None:
    """Read a text that is no mere number as a count; None where it is one, or none at all."""
    shown = text.strip().translate(_WIDE)
    if re.fullmatch(_FIGURES, shown):
        return None
    if (same := _SAME.fullmatch(shown)) is not None:
        return PrintedCount(figures=_bare(same["figures"]), sure=True)
    if (two := _BRACKETED.fullmatch(shown)) is not None:
        return PrintedCount(figures="", sure=False, others=(_bare(two["figures"]), two["second"]))
    if (likely := _LIKELY.fullmatch(shown)) is not None:
        return PrintedCount(figures=_bare(likely["figures"]), sure=False)
    parts = shown.split()
    if 1 < len(parts) <= _MOST_PARTS and all(part.isdecimal() for part in parts):
        others = ("".join(parts), *parts)
        return PrintedCount(figures="", sure=False, others=tuple(dict.fromkeys(others)))
    return None


def _bare(figures: str) -> str:
    return figures.replace(",", "")
