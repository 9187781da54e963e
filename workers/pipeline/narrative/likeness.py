"""How much of a text stands in another, whatever the order and however small the changes."""

import re
from collections.abc import Sequence

from schemas.record import Section
from workers.pipeline.wording import bare

_SHINGLE = 8
"""Characters compared at once: an edit unsettles no more than these around it."""
_FIGURES = re.compile(r"\d+")
LEAST = 200
"""Texts shorter than this many characters are too alike by nature to be compared."""


def plain_text(sections: Sequence[Section]) -> str:
    """Return the letters of all sections; numbers, which change every year, are left out."""
    return _FIGURES.sub("", bare("".join(section.text for section in sections)))


def repeated_share(text: str, earlier: str) -> float | None:
    """Return the share of a text's characters inside 8-character runs found in the earlier text.

    None where either is too short. Broder's shingles (1997), counted by the characters covered.
    """
    if min(len(text), len(earlier)) < LEAST:
        return None
    known = {earlier[at : at + _SHINGLE] for at in range(len(earlier) - _SHINGLE + 1)}
    covered, reach = 0, 0
    for at in range(len(text) - _SHINGLE + 1):
        if text[at : at + _SHINGLE] in known:
            covered += at + _SHINGLE - max(at, reach)
            reach = at + _SHINGLE
    return covered / len(text)
