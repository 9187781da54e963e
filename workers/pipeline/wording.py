"""Compare printed Chinese wording with the wording of the form: width, spacing, noise."""

import re
import unicodedata
from functools import lru_cache

from rapidfuzz.distance import Levenshtein

_REMEMBERED = 2048
"""Texts kept with what they come to: the lines of a document are asked many times."""

_SPACE = re.compile(r"\s+")
_MARKS = re.compile(r"^[#>*\s]+|[*\s]+$")
_CJK = "零一二三四五六七八九"
_DIGITS = {char: str(value) for value, char in enumerate(_CJK)} | {"〇": "0", "○": "0", "O": "0"}


def compact(text: str) -> str:
    """Drop all white space and the marks of Markdown around a line; keep the rest as printed."""
    return _SPACE.sub("", _MARKS.sub("", text))


@lru_cache(maxsize=_REMEMBERED)
def fold(text: str) -> str:
    """Bring full and half width together (NFKC) and drop white space."""
    return _SPACE.sub("", unicodedata.normalize("NFKC", text))


@lru_cache(maxsize=_REMEMBERED)
def bare(text: str) -> str:
    """Keep letters, ideographs and digits only: punctuation, width and spacing do not count."""
    return "".join(char for char in fold(text) if unicodedata.category(char)[0] in "LN")


def distance(left: str, right: str) -> int:
    """Count the characters to insert, delete or replace between two strings (Levenshtein)."""
    return Levenshtein.distance(left, right)


def likeness(left: str, right: str, floor: float = 0.0) -> float:
    """Return 1 for equal strings down to 0 for those with nothing in common, or below `floor`."""
    return Levenshtein.normalized_similarity(left, right, score_cutoff=floor)


def is_abbreviation(short: str, full: str) -> bool:
    """Say whether the characters of `short` occur in `full` in order: 科技局, 科学技术局."""
    rest = iter(full)
    return all(char in rest for char in short)


def year_number(text: str) -> int | None:
    """Read a year in figures or characters (2024, 二〇二四); None when it is no year 20xx."""
    figures = "".join(_DIGITS.get(char, char) for char in fold(text))
    return int(figures) if re.fullmatch(r"20\d\d", figures) else None
