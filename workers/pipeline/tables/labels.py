"""Labels compared: what counts as the same label, and how alike two are."""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

_IGNORED = re.compile(r"[\W_]+")
_EXPLAINED = re.compile(r"(.{2,}?)\(.+\)$", re.DOTALL)
_REMEMBERED = 8192
"""Texts kept with what they come to: a document's cells are asked many times, the form's always."""


@lru_cache(maxsize=_REMEMBERED)
def plain(text: str) -> str:
    """Return a label's letters and digits alone: width, spacing and punctuation do not count."""
    return _IGNORED.sub("", unicodedata.normalize("NFKC", text))


@lru_cache(maxsize=_REMEMBERED)
def wordings(text: str) -> tuple[str, ...]:
    """Return a label's plain wording, and the one without the explanation in brackets behind it.

    Offices explain rows to those who fill them in: 行政许可（指本年度办件量）.
    """
    whole = plain(text)
    explained = _EXPLAINED.match(unicodedata.normalize("NFKC", text).strip())
    before = plain(explained[1]) if explained else ""
    return (whole, before) if len(before) > 1 and before != whole else (whole,)


@lru_cache(maxsize=_REMEMBERED)
def resemblance(text: str, name: str) -> float:
    """Return how alike a printed label is to a plain one, with or without its explanation."""
    return max(likeness(wording, name) for wording in wordings(text))


def likeness(one: str, other: str) -> float:
    """Return how alike two plain labels are, 0 to 1, as whole strings (never by substring)."""
    return fuzz.ratio(one, other) / 100.0


def likenesses(ones: Sequence[str], others: Sequence[str]) -> NDArray[np.float64]:
    """Return the likeness of each plain label with each of the others (ones × others)."""
    scores = process.cdist(ones, others, scorer=fuzz.ratio, dtype=np.float64)
    return np.asarray(scores / 100.0, np.float64)


@lru_cache(maxsize=_REMEMBERED)
def lettered(text: str) -> bool:
    """Say whether a text holds a word: two Chinese characters or more."""
    return sum("\u4e00" <= letter <= "\u9fff" for letter in text) >= 2
