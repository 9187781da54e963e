"""Which printed rows hold values."""

from collections.abc import Sequence

from schemas.table import Cell
from workers.pipeline.counts import read_count
from workers.pipeline.tables.labels import plain

_NONE = "无"
"""What some offices print in place of a number."""


def has_figures(cells: Sequence[Cell]) -> bool:
    """Say whether numbers stand in a row, other than those that count its cells."""
    texts = [plain(cell.text) for cell in cells]
    counting = texts == [str(number) for number in range(1, len(texts) + 1)]
    return not counting and any(
        cell.candidates or any(map(str.isdigit, text))
        for cell, text in zip(cells, texts, strict=True)
    )


def is_value_row(cells: Sequence[Cell], width: int) -> bool:
    """Say whether a row is so many cells wide, and hardly one of them holds words."""
    lettered = sum(
        not cell.candidates
        and read_count(cell.text) is None
        and any("一" <= letter <= "鿿" and letter != _NONE for letter in cell.text)
        for cell in cells
    )
    return len(cells) == width and lettered <= width // 5
