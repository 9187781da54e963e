"""Ink → words: boxes of what stands close together on a line, the stuff of tables without lines."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

import cv2
import numpy as np

from workers.pipeline.read.clean import Mask, binarise
from workers.pipeline.read.recognition import Gray
from workers.pipeline.tables.parts import parts_across
from workers.pipeline.tables.rulings import Rulings

JOIN = 0.45
"""Gap in letters up to which glyphs on a line are of one word."""
JOIN_SET = 0.25
"""The same where the room of each glyph is known, and not only its ink."""
_OF_ONE = 1.25
"""Height in letters up to which words that overlap are one."""
_SPECK = 0.28
"""Blobs below this share of a letter, both ways, are dirt or points."""
_LIGHTER = 25
"""Shades lighter than ink that still count: thin strokes hold a glyph together."""
_WHITE = 250
"""Grey from which a pixel is bare paper."""
_THICKEST = 0.4
"""Letters from which a line is none."""
_TALL = 2.2
"""Blobs higher than this many letters are no words: seals, frames, pictures."""
_LEVEL = 0.2
"""Letters by which pieces of one line may differ in height."""
_FEW_LEVELS, _PIECES = 4, 3
"""So many lines, and pieces of most of them, show a print whose lines are worn."""
_WORN = 4.0
"""Letters that may be missing of a worn line."""


@dataclass(frozen=True, kw_only=True)
class Word:
    """A box of ink on one line; pixels (or any unit), origin top left.

    `number`: a text layer says that it is a whole number: nothing beside it goes on with it.
    """

    left: float
    top: float
    right: float
    bottom: float
    number: bool = False

    @property
    def center(self) -> float:
        """The middle across."""
        return (self.left + self.right) / 2

    @property
    def middle(self) -> float:
        """The middle down."""
        return (self.top + self.bottom) / 2

    @property
    def height(self) -> float:
        """From top to bottom."""
        return self.bottom - self.top


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A straight line: where it lies (y of one across, x of one down), where it starts and ends."""

    at: float
    start: float
    end: float

    @property
    def length(self) -> float:
        """From start to end."""
        return self.end - self.start


def words_of(bare: Gray, rulings: Rulings, threshold: int, letter: float) -> list[Word]:
    """Find the words of a page (height × width, tables taken out), rulings left out."""
    lines = np.asarray(cv2.bitwise_or(rulings.across, rulings.down), np.uint8)
    ruled = np.asarray(cv2.dilate(lines, np.ones((3, 3), np.uint8)), np.uint8)
    ink = cv2.subtract(binarise(bare, threshold + _LIGHTER), ruled)
    return gathered(_boxes(np.asarray(ink, np.uint8), letter), letter)


def inked(lines: Mask, bare: Gray) -> Mask:
    """Keep of lines what is not white on the page: its ruled tables were taken out."""
    return np.asarray(cv2.bitwise_and(lines, binarise(bare, _WHITE)), np.uint8)


def _boxes(ink: Mask, letter: float) -> list[Word]:
    _, _, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    wide, high = stats[1:, cv2.CC_STAT_WIDTH], stats[1:, cv2.CC_STAT_HEIGHT]
    kept = (np.maximum(wide, high) > _SPECK * letter) & (high < _TALL * letter)
    return [
        Word(left=float(x), top=float(y), right=float(x + w), bottom=float(y + h))
        for x, y, w, h, _ in stats[1:][kept]
    ]


def gathered(pieces: Iterable[Word], letter: float, gap: float = JOIN) -> list[Word]:
    """Join glyphs and parts of glyphs of one line that are up to `gap` letters apart to words."""
    words: list[Word] = []
    near: list[int] = []  # words that may go on: what comes stands further right
    for piece in sorted(pieces, key=lambda one: one.left):
        near = [at for at in near if piece.left - words[at].right <= gap * letter]
        for at in reversed(near):
            word = words[at]
            level = word.top < piece.bottom and piece.top < word.bottom
            if level and _is_of_word(word, piece, letter):
                words[at] = _joint(word, piece)
                break
        else:
            near.append(len(words))
            words.append(piece)
    return _settled(words, letter)


def _settled(words: Sequence[Word], letter: float) -> list[Word]:
    """Join words that came to overlap while they grew (the two strokes of 二)."""
    settled: list[Word] = []
    first = (
        0  # of those that lie low enough: tops only grow, and a joined word keeps the first one's
    )
    for word in sorted(words, key=lambda one: one.top):
        while first < len(settled) and word.top - settled[first].top >= _OF_ONE * letter:
            first += 1
        for at in range(first, len(settled)):
            if _overlap(word, settled[at], letter):
                settled[at] = _joint(settled[at], word)
                break
        else:
            settled.append(word)
    return settled


def _overlap(word: Word, other: Word, letter: float) -> bool:
    """Say whether two words are parts of one, one above the other."""
    if min(word.right, other.right) <= max(word.left, other.left):
        return False
    if max(word.bottom, other.bottom) - min(word.top, other.top) >= _OF_ONE * letter:
        return False
    lower = min(word.height, other.height)
    inside = min(word.bottom, other.bottom) - max(word.top, other.top)
    return lower < 0.5 * letter or inside >= 0.4 * lower


def _is_of_word(word: Word, piece: Word, letter: float) -> bool:
    """Say whether a piece, further right than what was gathered, goes on with a word."""
    if word.number or piece.number:
        return False
    shared = min(word.bottom, piece.bottom) - max(word.top, piece.top)
    whole = max(word.bottom, piece.bottom) - min(word.top, piece.top)
    return shared > 0.3 * min(word.height, piece.height) and whole < 1.6 * letter


def _joint(one: Word, other: Word) -> Word:
    """Return the box around two words: `around` takes several times as long for so few."""
    return Word(
        left=one.left if one.left < other.left else other.left,
        top=one.top if one.top < other.top else other.top,
        right=one.right if one.right > other.right else other.right,
        bottom=one.bottom if one.bottom > other.bottom else other.bottom,
    )


def around(words: Iterable[Word]) -> Word:
    """Return the box around words: of numbers where all of them are."""
    own = list(words)
    return Word(
        left=min(word.left for word in own),
        top=min(word.top for word in own),
        right=max(word.right for word in own),
        bottom=max(word.bottom for word in own),
        number=all(word.number for word in own),
    )


def rules_of(mask: Mask, shortest: float, letter: float) -> list[Rule]:
    """Return the lines across a mask that are longer than `shortest` pixels, from top to bottom.

    For lines down hand over the mask transposed. The edge of the sheet in a photograph is thick.
    """
    stats, centres = parts_across(mask)
    left, _, wide, high, area = stats.T
    kept = (wide >= shortest) & (high < 0.2 * wide) & (area < _THICKEST * letter * wide)
    rules = [
        Rule(at=at, start=float(start), end=float(start + length))
        for at, start, length in zip(
            centres[kept, 1].tolist(), left[kept].tolist(), wide[kept].tolist(), strict=True
        )
    ]
    return mended(sorted(rules, key=lambda rule: rule.at), letter)


def mended(rules: Sequence[Rule], letter: float) -> list[Rule]:
    """Join the pieces of worn lines, from top to bottom, where most lines are in pieces.

    Where few are, the gaps are the printer's own: they part the headings of groups.
    """
    levels: list[list[Rule]] = []
    for rule in rules:
        if levels and rule.at - levels[-1][0].at <= _LEVEL * letter:
            levels[-1].append(rule)
        else:
            levels.append([rule])
    if len(levels) < _FEW_LEVELS or median(len(level) for level in levels) < _PIECES:
        return list(rules)
    return [line for level in levels for line in _joined(level, letter)]


def _joined(level: Sequence[Rule], letter: float) -> list[Rule]:
    lines: list[Rule] = []
    for piece in sorted(level, key=lambda rule: rule.start):
        if lines and piece.start - lines[-1].end <= _WORN * letter:
            end = max(piece.end, lines[-1].end)
            lines[-1] = Rule(at=lines[-1].at, start=lines[-1].start, end=end)
        else:
            lines.append(piece)
    return lines


def bands(words: Iterable[Word]) -> list[list[Word]]:
    """Gather words into bands that share no height with each other, from top to bottom."""
    found: list[list[Word]] = []
    bottom = float("-inf")
    for word in sorted(words, key=lambda one: one.top):
        rim = 0.12 * word.height
        if found and word.top + rim < bottom:
            found[-1].append(word)
        else:
            found.append([word])
            bottom = float("-inf")
        bottom = max(bottom, word.bottom - rim)
    return [sorted(band, key=lambda one: one.left) for band in found]
