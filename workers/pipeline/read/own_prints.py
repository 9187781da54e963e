"""A table's own prints: what a doubtful number is held against, beside what the readers say of it.

Both readers see the same damage and are misled alike. The numbers of a table that are read beyond
doubt show how its digits are printed and where its numbers stand: a number each of whose glyphs is
one of these and of no other digit's, is that number, whatever a reader calls its dotted zeros; and
where numbers stand in the middle of their cells, one that does has lost no digit to a seal or side.
Measured over 271 generated documents (docs/decisions/0063).
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from itertools import pairwise
from string import digits

import numpy as np
from numpy.typing import NDArray

from workers.pipeline.read.clean import percentile
from workers.pipeline.read.digits import DOTTED_ZEROS, agrees, candidates, mass
from workers.pipeline.read.glyphs import Picture, picture_of
from workers.pipeline.read.ink import InkLine
from workers.pipeline.read.recognition import Gray, LineReading

SURE = 0.9995
"""Share of the best number from which its glyph's other prints are taken for the same, and up to
which a second reader is asked."""
_MOST_LIKELY = 0.95
"""Share of the 0 from which what reads as a letter like it most likely is one: all of 5,200 were,
in 220 generated documents."""
_ENOUGH, _MANY, _MOST = 3, 12, 24
"""Prints of a digit from which they say how it looks: of those read beyond doubt, and of those
read as a letter that looks like it or right at a side; and up to which they are kept."""
_ALIKE, _UNLIKE = 0.3, 1.5
"""Difference of ink, as a share of the whole (norm), up to which a glyph is a print of a digit, and
times that by which those of any other digit differ at least."""
_INKED = 0.35, 0.2, 0.12
"""Shares of the darkest ink from which a column of pixels has ink, the next where a number has
fewer digits than glyphs were found: of thin print the sides of a 0 stand apart."""
_NARROWEST_PX = 2
"""Width from which a run of inked columns is a glyph."""
_ROOM = 0.1
"""Letters of white around a glyph that its picture keeps, as a single one's crop does."""
_PLACES, _SPREAD = 8, 0.12
"""Numbers from which they say where a table's stand; letters by which they stand beside the middle
of their cells, at most. A digit lost moves the rest by a quarter of a letter."""
_MOSTLY = 90
"""Per cent of the numbers that stand so."""


def is_glyph(line: InkLine) -> bool:
    """Say whether a line is one whole glyph."""
    return line.blobs == 1 and not (line.mark or line.clipped)


def is_sure(reading: LineReading) -> bool:
    """Say whether a reading is some number beyond doubt, as far as digits go."""
    best = next(iter(candidates(reading.digits)), None)
    return best is not None and best.probability >= SURE and mass(reading.digits) > 0.5


class OwnPrints:
    """The prints of a table's numbers, as lines with their readings.

    `letter` is the side of a character in pixels. Where few prints of a digit are read beyond
    doubt, many that read as a letter like it show how it is printed: a dotted 0 reads as 日. So do
    many that lie right at a side of their cells, where that is their place.
    """

    def __init__(
        self, numbers: Sequence[InkLine], readings: Sequence[LineReading], letter: float
    ) -> None:
        self._letter = letter
        read = tuple(_sure(numbers, readings))
        self._sure = tuple((line, number) for line, number in read if not line.obstructed)
        flush = ((line, number) for line, number in read if line.obstructed and self.in_place(line))
        self._likely = (*_likely(numbers, readings), *flush)

    def are(self, line: InkLine, number: str) -> bool:
        """Say whether a line's glyphs are prints of a number's digits, one for one."""
        glyphs = _glyphs(line.crop, self._letter, len(number))
        return len(glyphs) == len(number) and all(
            self._is_print(glyph, digit) for glyph, digit in zip(glyphs, number, strict=True)
        )

    @cached_property
    def tell_all_digits(self) -> bool:
        """Say whether the table prints every digit, so that what is one of them is no other."""
        return all(digit in self._prints for digit in digits)

    def in_place(self, line: InkLine) -> bool:
        """Say whether a line stands where a table's numbers do, so that nothing of it is lost.

        That is known where they stand in the middle of their cells: what is left of a number is
        not in the middle of its own. What lies beside a side of its cell, and may be of the ruling
        there, is in place too where all numbers end just there.
        """
        places = [self._places[0]] if line.obstructed != "beside" else self._places
        return any(
            usual is not None and abs(place(line) - usual) <= _SPREAD * self._letter
            for place, usual in places
        )

    @cached_property
    def _places(self) -> list[tuple[Callable[[InkLine], float], float | None]]:
        """The ways to say where a number stands, in pixels, with what is usual; None: they differ.

        How far right of its cell's middle; and how far from its right side.
        """
        return [(place, self._usual(place)) for place in (_off_middle, _from_right)]

    def _usual(self, place: Callable[[InkLine], float]) -> float | None:
        if len(self._sure) < _PLACES:
            return None
        off = np.array([place(line) for line, _ in self._sure])
        usual = float(np.median(off))
        spread = float(np.percentile(np.abs(off - usual), _MOSTLY))
        return usual if spread <= _SPREAD * self._letter else None

    @cached_property
    def _prints(self) -> dict[str, "_Prints"]:
        sure, likely = self._by_digit(self._sure), self._by_digit(self._likely)
        enough = {digit: _Prints(own, _ENOUGH) for digit, own in sure.items()}
        few = (digit for digit in likely if len(sure.get(digit, ())) < _ENOUGH)
        return enough | {d: _Prints([*likely[d], *sure.get(d, ())], _MANY) for d in few}

    def _by_digit(self, numbers: Iterable[tuple[InkLine, str]]) -> dict[str, list[Picture]]:
        kept: dict[str, list[Picture]] = defaultdict(list)
        for line, number in numbers:
            if all(len(kept[digit]) >= _MOST for digit in number):
                continue
            glyphs = _glyphs(line.crop, self._letter, len(number))
            if len(glyphs) == len(number):
                for digit, glyph in zip(number, glyphs, strict=True):
                    kept[digit].append(glyph)
        return {digit: pictures for digit, pictures in kept.items() if pictures}

    def _is_print(self, glyph: Picture, digit: str) -> bool:
        own = self._prints.get(digit)
        if own is None or len(own.pictures) < own.enough:
            return False
        apart = np.sort(_apart(glyph, own.pictures))
        near = float(apart[own.enough - 1])
        others = (prints for other, prints in self._prints.items() if other != digit)
        return near <= _ALIKE and all(
            float(_apart(glyph, prints.pictures).min()) >= _UNLIKE * near for prints in others
        )


def _sure(
    numbers: Sequence[InkLine], readings: Sequence[LineReading]
) -> Iterator[tuple[InkLine, str]]:
    """Yield the lines that are some number beyond doubt, and the number.

    Those that lie right at a side of their cell are, too, where nothing of them is the ruling's.
    """
    for line, reading in zip(numbers, readings, strict=True):
        hidden = line.obstructed in ("perhaps", "surely") or line.frayed
        if line.mark or hidden or not is_sure(reading):
            continue
        number = candidates(reading.digits)[0].text
        stem = line.pale and "1" in number
        if agrees(reading.text, number) and line.blobs <= len(number) and not stem:
            yield line, number


def _likely(
    numbers: Sequence[InkLine], readings: Sequence[LineReading]
) -> Iterator[tuple[InkLine, str]]:
    """Yield the glyphs that read as a letter like a digit, and most likely are that digit."""
    for line, reading in zip(numbers, readings, strict=True):
        digit = DOTTED_ZEROS.get(reading.text)
        if digit is None or not is_glyph(line) or line.obstructed or line.frayed:
            continue
        best = next(iter(candidates(reading.digits)), None)
        if best is not None and best.text == digit and best.probability >= _MOST_LIKELY:
            yield line, digit


class _Prints:
    """Pictures of a digit (prints × height × width), and how many must be like another print."""

    def __init__(self, pictures: Sequence[Picture], enough: int) -> None:
        self.pictures, self.enough = np.stack(pictures), enough


def _off_middle(line: InkLine) -> float:
    """Return how far right of its cell's middle a line stands, in pixels."""
    return (line.left + line.right - line.room) / 2


def _from_right(line: InkLine) -> float:
    """Return how far left of its cell's right side a line ends, in pixels."""
    return float(line.room - line.right)


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


def _glyphs(crop: Gray, letter: float, count: int) -> list[Picture]:
    """Return the pictures of a line's glyphs from left to right, parted where no ink is.

    They are `count`, or more or fewer if the line has not as many.
    """
    dark = np.subtract(255, crop, dtype=np.float32)
    full = max(40.0, 255.0 - percentile(crop, 3))
    darkest = dark.max(axis=0)
    runs = _runs(darkest > _INKED[0] * full)
    for share in _INKED[1:]:
        if len(runs) > count:
            runs = _runs(darkest > share * full)
    return [
        picture_of(np.ascontiguousarray(crop[:, left:right]), letter)
        for left, right in _rooms(runs, crop.shape[1], max(2, round(_ROOM * letter)))
    ]


def _runs(inked: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return where columns have ink, from the first to behind the last of each run."""
    at = np.flatnonzero(inked)
    if not at.size:
        return []
    breaks = np.flatnonzero(np.diff(at) > 1)
    return [
        (int(start), int(end) + 1)
        for start, end in zip(at[[0, *(breaks + 1)]], at[[*breaks, -1]], strict=True)
        if end - start + 1 >= _NARROWEST_PX
    ]


def _rooms(runs: Sequence[tuple[int, int]], width: int, most: int) -> list[tuple[int, int]]:
    """Return what lies around each run: at most so many pixels, and half the white to the next."""
    cuts = [0, *((one[1] + other[0] + 1) // 2 for one, other in pairwise(runs)), width]
    return [
        (max(before, start - most), min(after, end + most))
        for (before, after), (start, end) in zip(pairwise(cuts), runs, strict=False)
    ]
