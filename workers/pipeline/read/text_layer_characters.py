"""A text layer as it is handed over: characters, ruled lines and pictures of a page, in points."""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from schemas.value import Box

Edges = tuple[float, float, float, float]
"""Left, top, right, bottom, in points or pixels."""
_GARBAGE = 0.05
"""Share of unreadable characters from which a text layer is not to be trusted."""
_SAME_PLACE = 0.3
"""Share of its width and height within which a character is struck twice (fake bold, shadow)."""


class Character(NamedTuple):
    """A character of the text layer, no white space; box in points of the upright page.

    `size` is its em and `baseline` its distance from the top, in points; `grey` is its lightness
    (0 black, 255 white). A tuple, since a report has thousands.
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
        edges = [(one.left, one.top, one.right, one.bottom) for one in self.characters]
        left, top, right, bottom = np.array(edges, np.float64).reshape(-1, 4).T
        return (left + right) / 2, (top + bottom) / 2

    def shares(self, box: Edges) -> Box:
        """Return a box in points as fractions of the page."""
        left, top, right, bottom = box
        width, height = self.width, self.height
        return (
            _share(left / width),
            _share(top / height),
            _share(right / width),
            _share(bottom / height),
        )

    def points(self, box: Box) -> Edges:
        """Return a box of fractions of the page in points."""
        left, top, right, bottom = box
        return left * self.width, top * self.height, right * self.width, bottom * self.height


def _share(value: float) -> float:
    return round(value, 5) if 0.0 < value < 1.0 else 0.0 if value <= 0.0 else 1.0


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
    struck: defaultdict[str, defaultdict[int, list[Character]]]
    struck = defaultdict(lambda: defaultdict(list))
    for character in characters:
        rows, row = struck[character.text], round((character.top + character.bottom) / 8)
        beside: list[Character] = []  # nearly all tolerances are below 4 points
        for at in (row - 1, row, row + 1):
            if at in rows:
                beside += rows[at]
        if beside and any(_same_place(character, one) for one in beside):
            continue
        rows[row].append(character)
        kept.append(character)
    return tuple(kept)


def _same_place(one: Character, other: Character) -> bool:
    x, x_other = (one.left + one.right) / 2, (other.left + other.right) / 2
    if abs(x - x_other) > _SAME_PLACE * (one.right - one.left):
        return False
    y, y_other = (one.top + one.bottom) / 2, (other.top + other.bottom) / 2
    return abs(y - y_other) <= _SAME_PLACE * one.height
