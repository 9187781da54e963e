"""The lines of ink of a table's cells, read as cheaply as each can be read safely.

Numbers are read in full, prints of one glyph once. Words are skimmed; what then is neither a label
of a form to the letter nor clear, or may be a number after all, is read in full as well.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache

from schemas.forms import FORMS
from workers.pipeline.read.digits import candidates, mass
from workers.pipeline.read.glyphs import read_once
from workers.pipeline.read.ink import InkLine
from workers.pipeline.read.recognition import LineReading, Recogniser
from workers.pipeline.tables.labels import likeness, plain

_NARROW = 0.8
"""Widest glyph of a number, in line heights; Chinese characters are as wide as high."""
_SURE = 0.9995
"""Share of the best number from which its glyph's other prints are taken for the same."""
_CLEAR_WORDS = 0.93
"""Mean score from which skimmed words that are no label of a form are taken as they are."""
_NEAR_LABEL = 0.6
"""Likeness to a label of a form from which words are read in full: is it one, or is it a typo?"""
_WORDS = re.compile(r"[\u4e00-\u9fff]{2}")

CellLines = Sequence[InkLine]


def read_cells(
    cells: Sequence[CellLines], letter: float, recogniser: Recogniser
) -> list[list[LineReading]]:
    """Read the lines of each cell; `letter` is the side of a character in pixels."""
    numbers = [at for at, lines in enumerate(cells) if _may_be_number(lines)]
    readings: list[list[LineReading]] = [[] for _ in cells]
    for at, reading in zip(
        numbers, _read_numbers([cells[at][0] for at in numbers], letter, recogniser), strict=True
    ):
        readings[at] = [reading]
    for at in set(range(len(cells))).difference(numbers):
        readings[at] = _read_words(cells[at], recogniser)
    return readings


def _may_be_number(lines: CellLines) -> bool:
    return len(lines) == 1 and lines[0].widest <= _NARROW


def _read_numbers(lines: CellLines, letter: float, recogniser: Recogniser) -> Iterator[LineReading]:
    glyphs = [line.crop for line in lines if _is_glyph(line)]
    strokes = [line.crop for line in lines if line.mark]
    once = iter(read_once(glyphs, letter, recogniser.read, _is_sure))
    alike = iter(read_once(strokes, letter, recogniser.read, lambda _: True))
    for line in lines:
        if line.mark:
            yield next(alike)
        elif _is_glyph(line):
            yield next(once)
        else:
            yield recogniser.read([line.crop])[0]


def _is_glyph(line: InkLine) -> bool:
    return line.blobs == 1 and not (line.mark or line.clipped)


def _is_sure(reading: LineReading) -> bool:
    best = next(iter(candidates(reading.digits)), None)
    return best is not None and best.probability >= _SURE and mass(reading.digits) > 0.5


def _read_words(lines: CellLines, recogniser: Recogniser) -> list[LineReading]:
    crops = [line.crop for line in lines]
    skimmed = recogniser.skim(crops)
    return skimmed if _suffices(skimmed) else recogniser.read(crops)


def _suffices(skimmed: Sequence[LineReading]) -> bool:
    """Say whether words were skimmed well enough: a label to the letter, or clear and no number."""
    text = "".join(reading.text for reading in skimmed)
    words = plain(text)
    if not words or words in _labels():
        return bool(words)
    if not _WORDS.search(words) or min(reading.confidence for reading in skimmed) < _CLEAR_WORDS:
        return False
    if any(letter.isdigit() for letter in words):
        return False
    return max(likeness(words, label) for label in _labels()) < _NEAR_LABEL


@cache
def _labels() -> frozenset[str]:
    """Return the labels and headers of all forms as letters and digits alone."""
    texts = (cell.text for form in FORMS.values() for table in form.tables for cell in table.cells)
    return frozenset(words for text in texts if len(words := plain(text)) >= 2)
