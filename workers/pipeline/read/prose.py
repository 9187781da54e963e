"""Lines of text outside tables: found by their ink or by a model, read in reading order."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from workers.pipeline.read.clean import Mask, binarise
from workers.pipeline.read.lines import level_lines, padded
from workers.pipeline.read.recognition import DetectedLine, Gray, LineReading, Recogniser
from workers.pipeline.read.words import read_words

_POORLY_READ = 0.8
"""Mean score below which a short piece is dirt, and lines found by ink are looked for again."""
_SHORT = 2.0
"""Length in letters up to which a poorly read piece is dirt."""


@dataclass(frozen=True, kw_only=True)
class ProseLine:
    """A line of text: left, top, right, bottom in pixels; indent in line heights."""

    text: str
    confidence: float
    place: tuple[int, int, int, int]
    indent: float


@dataclass(frozen=True, kw_only=True)
class _Piece:
    """A line of text or a part of one, read."""

    line: DetectedLine
    reading: LineReading


def read_prose(
    bare: Gray, threshold: int, letter: float, recogniser: Recogniser
) -> list[ProseLine]:
    """Read the lines of a page from which tables were taken out, top to bottom."""
    ink = binarise(bare, threshold)
    pieces = [
        piece
        for top, bottom in _bands(ink, letter)
        for piece in _read_band(bare, ink, (top, bottom), letter, recogniser)
    ]
    rows = _rows(pieces)
    margin = min((row[0].line.left for row in rows), default=0)
    lines = [_joined(row, margin) for row in rows]
    return [line for line in lines if line.text.strip()]


def _bands(ink: Mask, letter: float) -> list[tuple[int, int]]:
    """Return the stretches of a page that carry letters: top, bottom, with a margin."""
    clear = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((2, 2), np.uint8))
    inked = np.flatnonzero((clear > 0).sum(axis=1) >= 2)
    if inked.size == 0:
        return []
    parts = np.split(inked, np.flatnonzero(np.diff(inked) > 4 * letter) + 1)
    pad = round(0.7 * letter)
    return [
        (max(0, int(part[0]) - pad), min(ink.shape[0], int(part[-1]) + pad))
        for part in parts
        if part.size > 0.4 * letter
    ]


def _read_band(
    bare: Gray, ink: Mask, band: tuple[int, int], letter: float, recogniser: Recogniser
) -> list[_Piece]:
    """Read the level lines of a stretch of a page; where they do not read well, detected ones.

    Ordinary print needs no detection, which takes longer than all else but recognition.
    """
    top, bottom = band
    level = level_lines(ink[top:bottom], letter)
    if level is not None:
        pieces = _read(bare, top, [padded(line, letter) for line in level], recogniser)
        kept = [piece for piece in pieces if not _is_dirt(piece, letter)]
        if not kept or np.median([p.reading.confidence for p in kept]) > _POORLY_READ:
            return kept
    return _read(bare, top, recogniser.find(bare[top:bottom]), recogniser)


def _is_dirt(piece: _Piece, letter: float) -> bool:
    short = piece.line.right - piece.line.left <= _SHORT * letter
    return short and piece.reading.confidence < _POORLY_READ


def _read(
    bare: Gray, top: int, found: Sequence[DetectedLine], recogniser: Recogniser
) -> list[_Piece]:
    """Read lines found in the stretch of a page that begins at `top`."""
    lines = [
        DetectedLine(left=line.left, top=line.top + top, right=line.right, bottom=line.bottom + top)
        for line in found
    ]
    readings = read_words([_crop(bare, line) for line in lines], recogniser)
    return [
        _Piece(line=line, reading=reading) for line, reading in zip(lines, readings, strict=True)
    ]


def _crop(bare: Gray, line: DetectedLine) -> Gray:
    height, width = bare.shape
    pad = 1
    return bare[
        max(0, line.top - pad) : min(height, line.bottom + pad),
        max(0, line.left - pad) : min(width, line.right + pad),
    ]


def _rows(pieces: Sequence[_Piece]) -> list[list[_Piece]]:
    """Gather pieces of one line by their overlap in height; pieces from left to right."""
    rows: list[list[_Piece]] = []
    for piece in sorted(pieces, key=lambda piece: piece.line.top + piece.line.bottom):
        if rows and _level(rows[-1][-1].line, piece.line):
            rows[-1].append(piece)
        else:
            rows.append([piece])
    return [sorted(row, key=lambda piece: piece.line.left) for row in rows]


def _level(one: DetectedLine, other: DetectedLine) -> bool:
    shared = min(one.bottom, other.bottom) - max(one.top, other.top)
    return shared > 0.5 * min(one.bottom - one.top, other.bottom - other.top)


def _joined(row: Sequence[_Piece], margin: int) -> ProseLine:
    """Join the pieces of a row; `margin` is the left edge of the page's text in pixels."""
    lines = [piece.line for piece in row]
    height = max(1.0, float(np.median([line.bottom - line.top for line in lines])))
    return ProseLine(
        text="".join(piece.reading.text for piece in row),
        confidence=min(piece.reading.confidence for piece in row),
        place=(
            lines[0].left,
            min(line.top for line in lines),
            max(line.right for line in lines),
            max(line.bottom for line in lines),
        ),
        indent=(lines[0].left - margin) / height,
    )
