"""What of a text stands outside its tables."""

from collections.abc import Iterator, Sequence

from workers.pipeline.read.text_cells import Piece
from workers.pipeline.read.text_tables import Found


def outside(lines: Sequence[str], found: Sequence[Piece], tables: Sequence[Found]) -> list[str]:
    """Return what stands outside the tables, line by line, without marks that parted cells."""
    kept: list[str] = []
    line, start = 0, 0
    for table in tables:
        own = found[table.first : table.last + 1]
        first = min(own, key=lambda piece: (piece.line, piece.start))
        last = max(own, key=lambda piece: (piece.line, piece.end))
        kept += _between(lines, (line, start), (first.line, first.start))
        line, start = last.line, last.end
    kept += _between(lines, (line, start), (len(lines) - 1, len(lines[-1])))
    return [text if any(map(str.isalnum, text)) else "" for text in kept]


def _between(lines: Sequence[str], begin: tuple[int, int], end: tuple[int, int]) -> Iterator[str]:
    for at in range(begin[0], end[0] + 1):
        own = lines[at][: end[1]] if at == end[0] else lines[at]
        yield (own[begin[1] :] if at == begin[0] else own).strip(" \t\f\u3000|")
