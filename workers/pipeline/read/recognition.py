"""What the reader asks of a recogniser, and what it gets back for one line of ink."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Gray = NDArray[np.uint8]
"""Height × width, 0 black … 255 paper."""

DIGITS = "0123456789."
"""The alphabet of numbers; the rows of `LineReading.digits` follow it, blank in front."""


@dataclass(frozen=True, kw_only=True)
class LineReading:
    """The reading of one line of ink.

    `digits` holds, step by step, the probabilities of blank and of each character of DIGITS
    (steps × 12); what is missing to 1 fell on characters that are no part of a number.
    """

    text: str
    confidence: float
    digits: NDArray[np.float32]
    centres: tuple[float, ...] = ()
    """Where each character of the text stands, as a share of the line's width from its left."""
    least: float = 0.0
    """Score of the least certain character; `confidence` is their mean."""


@dataclass(frozen=True, kw_only=True)
class DetectedLine:
    """A line of text found on a page: left, top, right, bottom in pixels."""

    left: int
    top: int
    right: int
    bottom: int


class Recogniser(Protocol):
    """Reads lines of ink and finds lines of text."""

    def read(self, lines: Sequence[Gray]) -> list[LineReading]:
        """Read each image of one horizontal line of text, in order."""
        ...

    def skim(self, lines: Sequence[Gray]) -> list[LineReading]:
        """Read words at a share of their width: several times cheaper, digits not to be trusted."""
        ...

    def reread(self, lines: Sequence[Gray]) -> list[LineReading]:
        """Read each line by a second, independent model: an opinion on what is doubtful."""
        ...

    def find(self, image: Gray) -> list[DetectedLine]:
        """Find the lines of text of an upright image."""
        ...
