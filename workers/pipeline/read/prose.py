"""Lines of text outside tables: found by detection band by band, read in reading order."""

from dataclasses import dataclass

import cv2
import numpy as np

from workers.pipeline.read.clean import binarise
from workers.pipeline.read.recognition import DetectedLine, Gray, Recogniser


@dataclass(frozen=True, kw_only=True)
class ProseLine:
    """A line of text: left, top, right, bottom in pixels; indent in line heights."""

    text: str
    confidence: float
    place: tuple[int, int, int, int]
    indent: float


def read_prose(
    bare: Gray, threshold: int, letter: float, recogniser: Recogniser
) -> list[ProseLine]:
    """Read the lines of a page from which tables were taken out, top to bottom."""
    found: list[DetectedLine] = []
    for top, bottom in _bands(bare, threshold, letter):
        for line in recogniser.find(bare[top:bottom]):
            found.append(
                DetectedLine(
                    left=line.left, top=line.top + top, right=line.right, bottom=line.bottom + top
                )
            )
    rows = _rows(found)
    pieces = [piece for row in rows for piece in row]
    readings = iter(recogniser.read([_crop(bare, piece) for piece in pieces]))
    margin = min((row[0].left for row in rows), default=0)
    lines = []
    for row in rows:
        read = [next(readings) for _ in row]
        text = "".join(reading.text for reading in read)
        if not text.strip():
            continue
        height = max(1.0, float(np.median([piece.bottom - piece.top for piece in row])))
        lines.append(
            ProseLine(
                text=text,
                confidence=min(reading.confidence for reading in read),
                place=(
                    row[0].left,
                    min(piece.top for piece in row),
                    max(piece.right for piece in row),
                    max(piece.bottom for piece in row),
                ),
                indent=(row[0].left - margin) / height,
            )
        )
    return lines


def _bands(bare: Gray, threshold: int, letter: float) -> list[tuple[int, int]]:
    """Return the stretches of a page that carry letters: top, bottom, with a margin."""
    ink = cv2.morphologyEx(binarise(bare, threshold), cv2.MORPH_OPEN, np.ones((2, 2), np.uint8))
    inked = np.flatnonzero((ink > 0).sum(axis=1) >= 2)
    if inked.size == 0:
        return []
    parts = np.split(inked, np.flatnonzero(np.diff(inked) > 4 * letter) + 1)
    pad = round(0.7 * letter)
    return [
        (max(0, int(part[0]) - pad), min(bare.shape[0], int(part[-1]) + pad))
        for part in parts
        if part.size > 0.4 * letter
    ]


def _rows(found: list[DetectedLine]) -> list[list[DetectedLine]]:
    """Gather pieces of one line by their overlap in height; pieces from left to right."""
    rows: list[list[DetectedLine]] = []
    for piece in sorted(found, key=lambda line: (line.top + line.bottom) / 2):
        if rows and _level(rows[-1][-1], piece):
            rows[-1].append(piece)
        else:
            rows.append([piece])
    return [sorted(row, key=lambda piece: piece.left) for row in rows]


def _level(one: DetectedLine, other: DetectedLine) -> bool:
    shared = min(one.bottom, other.bottom) - max(one.top, other.top)
    return shared > 0.5 * min(one.bottom - one.top, other.bottom - other.top)


def _crop(bare: Gray, piece: DetectedLine) -> Gray:
    height, width = bare.shape
    pad = 1
    return bare[
        max(0, piece.top - pad) : min(height, piece.bottom + pad),
        max(0, piece.left - pad) : min(width, piece.right + pad),
    ]
