"""A table's own prints: what a doubtful number is held against, beside what the readers say of it.

Both readers see the same damage and are misled alike. The numbers of a table that are read beyond
doubt show how its digits are printed and where its numbers stand: a number each of whose glyphs is
one of these and of no other digit's, is that number, whatever a reader calls its dotted zeros; and
where numbers stand in the middle of their cells, one that does has lost no digit to a seal or side.
Measured over 271 generated documents (docs/decisions/0063).
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from workers.pipeline.read.clean import percentile
from workers.pipeline.read.glyphs import Picture, picture_of
from workers.pipeline.read.ink import InkLine
from workers.pipeline.read.recognition import Gray

_ENOUGH, _MOST = 3, 16
"""Prints of a digit from which they say how it looks, and up to which they are kept."""
_ALIKE, _UNLIKE = 0.3, 1.5
"""Difference of ink, as a share of the whole (norm), up to which a glyph is a print of a digit, and
times that by which those of any other digit differ at least."""
_INKED = 0.35
"""Share of the darkest ink from which a column of pixels has ink."""
_NARROWEST_PX = 2
"""Width from which a run of inked columns is a glyph."""
_PLACES, _SPREAD = 8, 0.12
"""Numbers from which they say where a table's stand; letters by which they stand beside the middle
of their cells, at most. A digit lost moves the rest by a quarter of a letter."""
_MOSTLY = 90
"""Per cent of the numbers that stand so."""


class OwnPrints:
    """The prints of a table's sure numbers; `letter` is the side of a character in pixels."""

    def __init__(self, sure: Iterable[tuple[InkLine, str]], letter: float) -> None:
        self._sure, self._letter = tuple(sure), letter

    def are(self, line: InkLine, number: str) -> bool:
        """Say whether a line's glyphs are prints of a number's digits, one for one."""
        glyphs = _glyphs(line.crop, self._letter)
        return len(glyphs) == len(number) and all(
            self._is_print(glyph, digit) for glyph, digit in zip(glyphs, number, strict=True)
        )

    def in_place(self, line: InkLine) -> bool:
        """Say whether a line stands where a table's numbers do, and these in the middle of cells.

        Not known where they stand at a side: what is lost at the other leaves the rest in place.
        """
        usual = self._middle
        return usual is not None and abs(_off_middle(line) - usual) <= _SPREAD * self._letter

    @cached_property
    def _middle(self) -> float | None:
        """How far right of the middle numbers usually stand, in pixels; None where they differ."""
        if len(self._sure) < _PLACES:
            return None
        off = np.array([_off_middle(line) for line, _ in self._sure])
        usual = float(np.median(off))
        spread = float(np.percentile(np.abs(off - usual), _MOSTLY))
        return usual if spread <= _SPREAD * self._letter else None

    @cached_property
    def _prints(self) -> dict[str, NDArray[np.float32]]:
        """Pictures by digit, prints × height × width."""
        kept: dict[str, list[Picture]] = defaultdict(list)
        for line, number in self._sure:
            if all(len(kept[digit]) >= _MOST for digit in number):
                continue
            glyphs = _glyphs(line.crop, self._letter)
            if len(glyphs) == len(number):
                for digit, glyph in zip(number, glyphs, strict=True):
                    kept[digit].append(glyph)
        return {digit: np.stack(pictures) for digit, pictures in kept.items() if pictures}

    def _is_print(self, glyph: Picture, digit: str) -> bool:
        own = self._prints.get(digit)
        if own is None or len(own) < _ENOUGH:
            return False
        near = float(np.sort(_apart(glyph, own))[_ENOUGH - 1])
        others = (prints for other, prints in self._prints.items() if other != digit)
        return near <= _ALIKE and all(
            float(_apart(glyph, prints).min()) >= _UNLIKE * near for prints in others
        )


def _off_middle(line: InkLine) -> float:
    """Return how far right of its cell's middle a line stands, in pixels."""
    return (line.left + line.right - line.room) / 2


def _apart(glyph: Picture, prints: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return how far a glyph is from each print, laid on it as well as a pixel's shift allows."""
    whole = np.minimum(
        np.linalg.norm(prints.reshape(len(prints), -1), axis=1), np.linalg.norm(glyph)
    )
    shifted = np.stack(
        [np.roll(glyph, (down, right), (0, 1)) for down in (-1, 0, 1) for right in (-1, 0, 1)]
    )
    apart = (prints[:, None] - shifted[None]).reshape(len(prints), len(shifted), -1)
    return np.asarray(np.linalg.norm(apart, axis=2).min(axis=1) / (whole + 1e-6), np.float32)


def _glyphs(crop: Gray, letter: float) -> list[Picture]:
    """Return the pictures of a line's glyphs from left to right, parted where no ink is."""
    dark = np.subtract(255, crop, dtype=np.float32)
    full = max(40.0, 255.0 - percentile(crop, 3))
    at = np.flatnonzero((dark > _INKED * full).any(axis=0))
    if not at.size:
        return []
    breaks = np.flatnonzero(np.diff(at) > 1)
    runs = [
        (int(start), int(end) + 1)
        for start, end in zip(at[[0, *(breaks + 1)]], at[[*breaks, -1]], strict=True)
        if end - start + 1 >= _NARROWEST_PX
    ]
    return [
        picture_of(np.ascontiguousarray(crop[:, left:right]), letter)
        for left, right in _rooms(runs, crop.shape[1])
    ]


def _rooms(runs: Sequence[tuple[int, int]], width: int) -> list[tuple[int, int]]:
    """Return what lies around each run, parted in the middle of the white between two."""
    cuts = [0, *((one[1] + other[0] + 1) // 2 for one, other in pairwise(runs)), width]
    return list(pairwise(cuts)) if runs else []
