"""Labels compared: what counts as the same label, and how alike two are."""

import re
import unicodedata

from rapidfuzz import fuzz

_IGNORED = re.compile(r"[\W_]+")


def plain(text: str) -> str:
    """Return a label's letters and digits alone: width, spacing and punctuation do not count."""
    return _IGNORED.sub("", unicodedata.normalize("NFKC", text))


def likeness(one: str, other: str) -> float:
    """Return how alike two plain labels are, 0 to 1, as whole strings (never by substring)."""
    return fuzz.ratio(one, other) / 100.0
