"""The lines of ink of a table's cells, read as cheaply as each can be read safely.

Numbers are read in full, prints of one glyph once, doubtful ones by a second reader too. Words are
skimmed; what then is neither a label of a form to the letter nor clear, or may be a number after
all, is read in full as well.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from schemas.forms import FORMS
from schemas.table import Candidate
from workers.pipeline.changes import is_signed, read_change
from workers.pipeline.read.digits import agrees, both, candidates, mass
from workers.pipeline.read.glyphs import read_once
from workers.pipeline.read.ink import InkLine, may_be_number
from workers.pipeline.read.own_prints import SURE, OwnPrints, is_glyph, is_sure
from workers.pipeline.read.recognition import LineReading, Recogniser
from workers.pipeline.read.strokes import Slash, broadest, tall_slash
from workers.pipeline.tables.labels import likeness, plain

_LIKELY, _CLEAR, _SHOWN = 0.9, 0.998, 0.999
"""Share from which the table's own prints may show a number to be what it reads best as; and how
sure it then is, at least and at most: a slip of the reading is out of the question only where they
show all ten digits."""
_WIDEST_NUMBER = 9.0
"""A line wider than this many letters holds no number."""
_DIGIT_MASS = 1e-4
"""Below this share of probability on digits a glyph is no digit at all; dotted zeros are low."""
_LEANING = 0.9
"""Most share of a 1 that leans, or is too broad: it may be a slash or a 4 whose ink is damaged."""
_ONE_AT_MOST = 0.96
"""Most share of a 1 in a table with slashes by habit: copied often enough, one stands upright; and
of one among pale print: of a 4 only its stem may be left. A sum that holds confirms it."""
_STEM_OF_FOUR = 0.001
"""Share of a 4 where a 1 is read among pale print."""
_FRAGMENT, _ENOUGH = 0.65, 5
"""Share of the usual height of a table's numbers below which ink is a piece of one, and of how many
numbers there must be to say what is usual."""
_CUT = 0.88
"""The same below which what touches a ruling above or below it is cut."""
_BROAD, _BROAD_LOW = 1.4, 1.25
"""Times the usual width of a table's 1 from which one may be a 4 without its bar; in low print."""
_LOW_PX = 12
"""Height in pixels below which print is low: no more than a pixel is left of a hairline."""
_HABITUAL = 3
"""Strokes of a kind from which a table has them by habit: rows of them stand for no number."""
_STROKE_READ, _STROKE_MASS = 0.998, 0.05
"""Share of a digit, and of all digits, from which one straight stroke may be a 1 after all."""
_STROKES_READ = ("1", "7")
"""Digits that a straight leaning stroke reads as."""
_STROKES, _LONE = {"—": frozenset("—–-－―一_"), "/": frozenset("/／\\＼")}, 0.4
"""Strokes that stand for no number, by their mark, as they are read where they are not straight;
how sure one is that the table does not have by habit."""
_CLEAR_WORDS = 0.93
"""Mean score from which skimmed words that are no label of a form are taken as they are."""
_CERTAIN = 0.95
"""Score that each character of a label must have, by both readers, to count as misprinted."""
_PIECE = 0.7
"""Share of a cell's highest line below which another may be a piece of a line."""
_NEAR_LABEL = 0.5
"""Likeness to a label of a form from which words are read in full: is it one, or is it a typo?"""
_WORDS = re.compile(r"[\u4e00-\u9fff]{2}")

CellLines = Sequence[InkLine]


@dataclass(frozen=True, kw_only=True)
class CellReading:
    """What a cell holds: its text and, where it may be a number, the numbers it may be."""

    text: str
    confidence: float
    candidates: tuple[Candidate, ...] = ()
    seconded: bool = False
    """A second reader read the same words."""
    whole: bool = False
    """The table's own prints show that nothing of a number is hidden or cut."""


def read_cells(
    cells: Sequence[CellLines], letter: float, recogniser: Recogniser
) -> list[CellReading]:
    """Read the lines of each cell; `letter` is the side of a character in pixels."""
    numbers = [lines[0] for lines in cells if may_be_number(lines)]
    found = list(_read_numbers(numbers, letter, recogniser))
    read = iter(found)
    strokes = Counter(
        line.mark for line, own in zip(numbers, found, strict=True) if not _is_digit(own)
    )
    habitual = frozenset(mark for mark, times in strokes.items() if times >= _HABITUAL)
    usual = _Usual(
        height=_usual_height(numbers),
        widest_one=_widest_one(numbers, found),
        marks=habitual,
        slash=tall_slash(numbers, found),
    )
    own = OwnPrints(numbers, found, letter)
    weigh = _Scales(letter, usual, own, recogniser)
    readings = []
    for lines in cells:
        if may_be_number(lines):
            readings.append(weigh.number(lines[0], next(read)))
        else:
            readings.append(_words(lines, weigh, recogniser))
    return readings


def _usual_height(numbers: CellLines) -> float:
    """Return the usual height of a table's numbers in pixels; 0 where it has too few to say."""
    heights = [line.bottom - line.top for line in numbers if not line.mark]
    return float(np.median(heights)) if len(heights) >= _ENOUGH else 0.0


def _is_digit(stroke: LineReading) -> bool:
    """Say whether what seems a straight stroke reads as a digit that no stroke looks like."""
    best = next(iter(candidates(stroke.digits)), None)
    unlike = best is not None and best.text.rstrip(".") not in ("", *_STROKES_READ)
    return unlike and mass(stroke.digits) > _STROKE_MASS


def _widest_one(numbers: CellLines, readings: Sequence[LineReading]) -> float:
    """Return the width, in line heights, above which a 1 is broad beside a table's other ones."""
    ones = [
        line
        for line, reading in zip(numbers, readings, strict=True)
        if reading.text == "1" and not line.mark
    ]
    if len(ones) < _ENOUGH:
        return np.inf
    low = float(np.median([line.bottom - line.top for line in ones])) < _LOW_PX
    return (_BROAD_LOW if low else _BROAD) * float(np.median([line.widest for line in ones]))


def _read_numbers(lines: CellLines, letter: float, recogniser: Recogniser) -> Iterator[LineReading]:
    glyphs = [line.crop for line in lines if is_glyph(line)]
    strokes = [line.crop for line in lines if line.mark]
    once = iter(read_once(glyphs, letter, recogniser.read, is_sure))
    alike = iter(read_once(strokes, letter, recogniser.read, lambda _: True))
    for line in lines:
        if line.mark:
            yield next(alike)
        elif is_glyph(line):
            yield next(once)
        else:
            yield recogniser.read([line.crop])[0]


@dataclass(frozen=True, kw_only=True)
class _Usual:
    """What a table's numbers usually look like.

    `height` is in pixels, `widest_one` in line heights; `marks` are strokes it often has.
    """

    height: float
    widest_one: float
    marks: frozenset[str]
    slash: Slash | None


class _Scales:
    """Weighs a reading; asks the second reader where the first is in doubt, once a reading."""

    def __init__(
        self, letter: float, usual: "_Usual", own: OwnPrints, recogniser: Recogniser
    ) -> None:
        self._letter, self._usual, self._own = letter, usual, own
        self._recogniser = recogniser
        self._known: dict[int, tuple[LineReading, CellReading]] = {}

    def number(self, line: InkLine, reading: LineReading) -> CellReading:
        """Return a line read in full as the text and the numbers that it may be."""
        if line.mark:
            return self._stroke(line, reading)
        found = self._number(line, reading)
        for mark, strokes in _STROKES.items():
            if found.text and set(found.text) <= strokes and mark not in self._usual.marks:
                return replace(found, confidence=min(_LONE, found.confidence))  # a pen's?
        return found

    def _number(self, line: InkLine, reading: LineReading) -> CellReading:
        narrow = line.right - line.left < _WIDEST_NUMBER * self._letter
        whole = line.bottom - line.top >= _FRAGMENT * self._usual.height
        if narrow and whole and is_signed(reading.text):
            return self._signed(line, reading)
        if not narrow or not whole or mass(reading.digits) <= _DIGIT_MASS:
            return CellReading(text=reading.text, confidence=reading.confidence)
        if self._is_cut(line):
            return self._cut(reading)
        if id(reading) not in self._known:  # prints of one glyph share their reading
            self._known[id(reading)] = reading, self._weighed(line, reading)
        return self._compared(line, self._known[id(reading)][1])

    def _compared(self, line: InkLine, found: CellReading) -> CellReading:
        """Hold a doubtful number against the table's own prints: it may be one beyond doubt."""
        best = next(iter(found.candidates), None)
        if best is None or line.obstructed == "surely" or line.blobs > len(best.text):
            return found
        if line.ghost and "1" in best.text:
            return replace(found, candidates=_with_fours(found.candidates))
        unclear = best.probability < _CLEAR or not agrees(found.text, best.text)
        if not (unclear or line.obstructed) or best.probability < _LIKELY:
            return found
        if not best.text.isdecimal() or self._most(best.text, line) < 1.0:
            return found
        if line.obstructed and not self._own.in_place(line):
            return found
        if not self._own.are(line, best.text):
            return found
        open_to = line.obstructed or "1" in best.text  # a 4's stem is a print of a 1
        told = self._own.tell_all_digits and not open_to
        share = SURE if told else min(max(best.probability, _CLEAR), _SHOWN)
        first = Candidate(text=best.text, probability=share)
        return replace(found, text=best.text, candidates=(first, *found.candidates[1:]), whole=True)

    def _signed(self, line: InkLine, reading: LineReading) -> CellReading:
        """Take a number with its sign for read where two readers read both alike."""
        second = self._recogniser.reread([line.crop])[0]
        change = read_change(reading.text)
        alike = change == read_change(second.text) and is_signed(second.text)
        share = _agreed(reading.least, second.least) if alike else 0.0
        found = (Candidate(text=str(change), probability=round(share, 6)),) if share > 0 else ()
        return CellReading(text=reading.text, confidence=reading.confidence, candidates=found)

    def _weighed(self, line: InkLine, reading: LineReading) -> CellReading:
        found = candidates(reading.digits)
        number = found[0].text.rstrip(".") if found else ""
        most = self._most(number, line)
        if most < 1.0:
            one = Candidate(text=number, probability=min(most, found[0].probability))
            low = line.bottom - line.top < _LOW_PX
            others = _as_fours(number) if line.pale or low else ()
            return CellReading(
                text=reading.text, confidence=reading.confidence, candidates=(one, *others)
            )
        if not found or (found[0].probability >= SURE and agrees(reading.text, found[0].text)):
            return CellReading(text=reading.text, confidence=reading.confidence, candidates=found)
        second = self._recogniser.reread([line.crop])[0]
        if mass(second.digits) > _DIGIT_MASS:
            found = both(found, candidates(second.digits))
        own = agrees(reading.text, found[0].text) or not agrees(second.text, found[0].text)
        return CellReading(
            text=reading.text if own else second.text,
            confidence=reading.confidence,
            candidates=found,
        )

    def _is_cut(self, line: InkLine) -> bool:
        """Say whether a line lower than others touches a ruling: a 7 without its bar is a 1."""
        return line.frayed and line.bottom - line.top < _CUT * self._usual.height

    def _cut(self, reading: LineReading) -> CellReading:
        """Return what may be a part of a number as nearly sure at most: all its sums must hold."""
        found = tuple(
            one.model_copy(update={"probability": min(_LEANING, one.probability)})
            for one in candidates(reading.digits)
        )
        return CellReading(text=reading.text, confidence=reading.confidence, candidates=found)

    def _most(self, number: str, line: InkLine) -> float:
        """Return how sure at most ones are: a slash reads so, or a 4 that lost its bar."""
        if "1" in number and line.pale:
            return _ONE_AT_MOST
        if not number or set(number) != {"1"}:
            return 1.0
        if (number == "1" and line.leans) or broadest(line, number) > self._usual.widest_one:
            return _LEANING
        slash = self._usual.slash
        told = slash is not None and slash.is_unlike(line)
        return _ONE_AT_MOST if number == "1" and "/" in self._usual.marks and not told else 1.0

    def _stroke(self, line: InkLine, reading: LineReading) -> CellReading:
        """Take a straight stroke for what it is where the table has such strokes by habit.

        One that reads as a number may be it after all, unless it towers above all numbers as the
        table's slashes do; and a lone one may be a pen's.
        """
        best = next(iter(candidates(reading.digits)), None)
        digit = best is not None and best.probability >= _STROKE_READ
        slash = self._usual.slash
        told = line.mark == "/" and slash is not None and slash.is_like(line)
        may_count = digit and mass(reading.digits) > _STROKE_MASS and not told
        doubt = line.mark not in self._usual.marks or may_count or _is_digit(reading)
        return CellReading(text=line.mark, confidence=_LONE if doubt else 1.0)


def _as_fours(number: str) -> tuple[Candidate, ...]:
    """Return what a number is if one of its 1s is a 4: enough to doubt it, not to correct it."""
    return tuple(
        Candidate(text=f"{number[:at]}4{number[at + 1 :]}", probability=_STEM_OF_FOUR)
        for at, digit in enumerate(number)
        if digit == "1"
    )


def _with_fours(found: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """Leave it open whether a 1 of the best number is a 4, also where nobody saw more than a 1."""
    known = {one.text for one in found}
    best = found[0].model_copy(update={"probability": min(_SHOWN, found[0].probability)})
    return (best, *found[1:], *(one for one in _as_fours(best.text) if one.text not in known))


def _agreed(first: float, second: float) -> float:
    """Return how sure two readers are of what both read; damaged print may mislead both alike."""
    if min(first, second) < _CERTAIN:
        return min(first, second)
    return first * second / (first * second + (1 - first) * (1 - second))


def _words(lines: CellLines, weigh: _Scales, recogniser: Recogniser) -> CellReading:
    """Read words, or a number whose glyphs run together."""
    crops = [line.crop for line in lines]
    skimmed = recogniser.skim(crops)
    if _suffices(skimmed):
        return _joined(lines, skimmed)
    readings = recogniser.read(crops)
    if len(lines) == 1 and _may_count(readings[0].text):
        return weigh.number(lines[0], readings[0])
    if _is_nearly_label(plain("".join(reading.text for reading in readings))):
        return _seconded(lines, readings, recogniser)
    return _joined(lines, readings)


def _may_count(text: str) -> bool:
    """Say whether a line read is no word, or a number with its sign in words (减少2)."""
    return not _WORDS.search(text) or is_signed(text)


def _joined(lines: CellLines, readings: Sequence[LineReading]) -> CellReading:
    texts = [line.mark or read.text for line, read in zip(lines, readings, strict=True)]
    least = min((reading.confidence for reading in readings), default=1.0)
    return CellReading(text="".join(texts), confidence=least)


def _seconded(
    lines: CellLines, readings: Sequence[LineReading], recogniser: Recogniser
) -> CellReading:
    """Ask the second reader about a label unlike the form: is it misprinted or misread.

    Misprinted only where both are certain of every character: damaged print misleads both.
    """
    again = recogniser.reread([line.crop for line in lines])
    first, second = _joined(lines, readings), _joined(lines, again)
    if plain(second.text) in _labels():
        return second
    certain = min(reading.least for reading in (*readings, *again)) >= _CERTAIN
    certain = certain and not _has_low_line(lines)
    return replace(first, seconded=certain and plain(second.text) == plain(first.text))


def _has_low_line(lines: CellLines) -> bool:
    """Say whether a line is so low beside the others that it may be a piece of one, read twice."""
    heights = [line.bottom - line.top for line in lines]
    return min(heights) < _PIECE * max(heights)


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
    return not _is_nearly_label(words)


def _is_nearly_label(words: str) -> bool:
    """Say whether plain words are like a label of a form and yet none."""
    if words in _labels():
        return False
    return max(likeness(words, label) for label in _labels()) >= _NEAR_LABEL


@cache
def _labels() -> frozenset[str]:
    """Return the labels and headers of all forms as letters and digits alone."""
    texts = (cell.text for form in FORMS.values() for table in form.tables for cell in table.cells)
    return frozenset(words for text in texts if len(words := plain(text)) >= 2)
