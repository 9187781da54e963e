"""A text layer as it is handed over: characters, ruled lines and pictures of a page, in points."""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from schemas.value import Box

Edges = tuple[float, float, float, float]
"""Left, top, right, bottom, in points or pixels."""
_GARBAGE = 0.05
"""Share of unreadable characters from which a text layer is not to be trusted."""
_SAME_PLACE = 0.3
"""Share of its width and height within which a character is struck twice (fake bold, shadow)."""


@dataclass(frozen=True, kw_only=True)
class Character:
    """A character of the text layer, no white space; box in points of the upright page.

    `size` is its em and `baseline` its distance from the top, in points; `grey` is its lightness
    (0 black, 255 white).
    """

    text: str
    left: float
    top: float
    right: float
    bottom: float
    size: float
    baseline: float
    grey: int = 0

    @property
    def middle(self) -> tuple[float, float]:
        """The centre, x and y."""
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    @property
    def height(self) -> float:
        """Points from top to bottom."""
        return self.bottom - self.top


@dataclass(frozen=True, kw_only=True)
class TextLayer:
    """A page's characters in the order of the file; ruled lines and pictures as boxes; points."""

    width: float
    height: float
    characters: tuple[Character, ...]
    rulings: tuple[Edges, ...]
    pictures: tuple[Edges, ...] = ()

    @cached_property
    def middles(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The centres of all characters, x and y."""
        middles = np.array([character.middle for character in self.characters])
        x, y = middles.reshape(-1, 2).T
        return x, y

    def shares(self, box: Edges) -> Box:
        """Return a box in points as fractions of the page."""
        left, top, right, bottom = box

        def share(value: float, whole: float) -> float:
            return round(min(1.0, max(0.0, value / whole)), 5)

        width, height = self.width, self.height
        return share(left, width), share(top, height), share(right, width), share(bottom, height)

    def points(self, box: Box) -> Edges:
        """Return a box of fractions of the page in points."""
        left, top, right, bottom = box
        return left * self.width, top * self.height, right * self.width, bottom * self.height


def is_good(layer: TextLayer) -> bool:
    """Say whether a text layer can be taken as it is: enough characters, few of them garbage."""
    letters = [character.text for character in layer.characters]
    if len(letters) < 2:
        return False
    bad = sum(unicodedata.category(letter[0]) in ("Co", "Cn", "Cc", "So") for letter in letters)
    bad += sum(letter == "�" for letter in letters)
    return bad <= _GARBAGE * len(letters)


def distinct(characters: Iterable[Character]) -> tuple[Character, ...]:
    """Drop what is struck again on its own place: fake bold, shadows."""
    kept: list[Character] = []
    struck: defaultdict[tuple[str, int], list[Character]] = defaultdict(list)
    for character in characters:
        text, row = character.text, round(character.middle[1] / 4)
        beside: list[Character] = []  # nearly all tolerances are below 4 points
        for at in (row - 1, row, row + 1):
            if (text, at) in struck:
                beside += struck[text, at]
        if beside and any(_same_place(character, one) for one in beside):
            continue
        struck[text, row].append(character)
        kept.append(character)
    return tuple(kept)


def _same_place(one: Character, other: Character) -> bool:
    (x, y), (x_other, y_other) = one.middle, other.middle
    across, down = _SAME_PLACE * (one.right - one.left), _SAME_PLACE * one.height
    return abs(x - x_other) <= across and abs(y - y_other) <= down
