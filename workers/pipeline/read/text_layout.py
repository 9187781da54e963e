"""Text set in columns by spaces (`pdftotext -layout`) → its pieces in the order of the form.

A label broken over several lines has its numbers in the middle one, and a group's words stand among
them; headers are broken column by column. The pieces of a label are those that together make one
of the form, those of a header stand one below the other.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import combinations, pairwise

from rapidfuzz import fuzz, process

from schemas.forms import FORMS
from workers.pipeline.read.text_cells import Piece, is_spaced, kind_of, row_labels
from workers.pipeline.tables.labels import plain

_SEVERAL = 3
"""Numbers in a line from which it is a row's; of so many rows a text in columns has some."""
_ROWS = 4
_COUNTS = 4
"""Digits that no number of a row has."""
_APART = 8
"""Lines between two rows of one table, at most."""
_ABOVE, _BELOW = 4, 3
"""Pieces before and behind the line of the numbers that may belong to its label."""
_ALIKE, _BETTER = 0.8, 0.03
"""Likeness of pieces together to a label, and how much more than that of the line's own words."""
_HEADER = 12
"""Lines above the first row in which the header stands."""
_LONGEST = 60
"""Letters of a line that may be several cells; a longer one is text."""
_MOST = 10
"""Pieces of which every choice is tried."""
_BESIDE = 4
"""Columns of print by which one line of a header may stray from the one above."""


def reflow(found: Sequence[Piece]) -> tuple[list[Piece], bool]:
    """Bring the pieces of broken labels and headers together; say whether any were."""
    lines = _lines([piece._replace(row=None) for piece in found])
    rows = [line for line, own in lines.items() if _is_row(own)]
    for line in _around(rows):
        lines[line] = [part for piece in lines.get(line, ()) for part in _words_apart(piece)]
    moved = _labels_by_row(lines, rows) | _headers_by_first(lines, rows)
    gone = {piece for own in moved.values() for piece in own}
    ordered: list[Piece] = []
    for piece in (piece for line in sorted(lines) for piece in lines[line]):
        if piece in moved:
            ordered += moved[piece]
        if piece not in gone:
            ordered.append(piece)
    return ordered, bool(moved)


def without_numbering(found: Sequence[Piece], lines: Sequence[str]) -> list[Piece]:
    """Leave out a column in front of tables that does nothing but count their rows, from 1 on."""
    gone: set[Piece] = set()
    run: list[Piece] = []
    for line, own in _lines(found).items():
        if not (is_spaced(lines[line]) and _is_numbered_row(own)):
            continue
        if int(own[0].text) != len(run) + 1:
            run = []
        if int(own[0].text) == len(run) + 1:
            run.append(own[0])
        if len(run) >= _ROWS:
            gone.update(run)
    return [piece for piece in found if piece not in gone]


def _is_numbered_row(own: Sequence[Piece]) -> bool:
    first = own[0].text
    counts = first.isdecimal() and len(first) < _COUNTS and len(own) > 1 and own[1].kind == "word"
    return counts and _is_row(own[1:])


def stands_in_columns(found: Sequence[Piece], lines: Sequence[str]) -> bool:
    """Say whether a text sets its tables in columns by spaces, and by nothing else."""
    rows = [line for line, own in _lines(found).items() if _is_row(own)]
    return len(rows) >= _ROWS and all(is_spaced(lines[line]) for line in rows)


def _lines(found: Sequence[Piece]) -> dict[int, list[Piece]]:
    lines: dict[int, list[Piece]] = {}
    for piece in found:
        lines.setdefault(piece.line, []).append(piece)
    return lines


def _is_row(own: Sequence[Piece]) -> bool:
    """Say whether a line ends with the numbers of a row, set apart by spaces alone."""
    numbers = sum(piece.kind == "number" for piece in own)
    first = next((at for at, piece in enumerate(own) if piece.kind != "word"), len(own))
    return numbers >= _SEVERAL and all(piece.kind == "number" for piece in own[first:])


def _around(rows: Sequence[int]) -> set[int]:
    """Return the lines of rows, of their labels and of the headers above."""
    near = {line for row in rows for line in range(row - _BELOW, row + _BELOW + 1)}
    heads = {
        line
        for before, row in pairwise([-_HEADER, *rows])
        if row - before > _APART
        for line in range(row - _HEADER, row)
    }
    return near | heads


def _words_apart(piece: Piece) -> Iterator[Piece]:
    """Part words at single spaces, which in narrow columns are all that parts two cells."""
    if piece.kind != "word" or " " not in piece.text or len(piece.text) > _LONGEST:
        yield piece
        return
    for found in re.finditer(r"\S+", piece.text):
        start, end = piece.start + found.start(), piece.start + found.end()
        yield Piece(found[0], kind_of(found[0]), piece.line, start, end, piece.row)


def _labels_by_row(lines: dict[int, list[Piece]], rows: Sequence[int]) -> dict[Piece, list[Piece]]:
    """Return for the first number of rows with a broken label the pieces of that."""
    moved: dict[Piece, list[Piece]] = {}
    taken: set[Piece] = set()
    for at, row in enumerate(rows):
        before = rows[at - 1] if at else row - _APART
        after = rows[at + 1] if at + 1 < len(rows) else row + _APART
        own = [piece for piece in lines[row] if piece.kind == "word"]
        above = [p for p in _words(lines, max(before, row - _APART), row) if p not in taken]
        below = _words(lines, row, min(after, row + _APART))
        label = _label(above[-_ABOVE:], own, below[:_BELOW])
        if label:
            taken.update(label)
            first = next(piece for piece in lines[row] if piece.kind == "number")
            moved[first] = label
    return moved


def _words(lines: dict[int, list[Piece]], low: int, high: int) -> list[Piece]:
    """Return the words strictly between two lines."""
    return [
        piece
        for line in range(low + 1, high)
        for piece in lines.get(line, ())
        if all(other.kind == "word" for other in lines[line])
    ]


def _label(above: Sequence[Piece], own: Sequence[Piece], below: Sequence[Piece]) -> list[Piece]:
    """Return the pieces that together are most like a label; none where the line's own suffice."""
    around = [*above, *own, *below][:_MOST]
    before = [*above, *own]
    alone = max(_likeness([before[at:] for at in range(len(before))]), default=0.0)
    if alone == 1.0:
        return []  # as it stands, behind its label
    choices = [
        list(choice)
        for count in range(1, len(around) + 1)
        for choice in combinations(around, count)
        if _may_be_label(choice, before)
    ]
    scores = _likeness(choices)
    best = max(scores, default=0.0)
    if best < max(_ALIKE, min(1.0, alone + _BETTER)):
        return []
    # Rows stand in order: of two labels around a row's numbers the first is theirs.
    return min(
        (choice for choice, score in zip(choices, scores, strict=True) if score == best),
        key=lambda choice: (choice[0].line, choice[0].start, -len(_joined(choice))),
    )


def _may_be_label(choice: Sequence[Piece], before: Sequence[Piece]) -> bool:
    """Say whether pieces may be a row's label: they begin before its numbers' end.

    Nothing but a group's words is left between them and the numbers.
    """
    if choice[0] not in before:
        return False
    behind = before[before.index(choice[0]) :]
    return all(piece in choice or _is_of_group(plain(piece.text)) for piece in behind)


def _is_of_group(text: str) -> bool:
    return any(text in name for name in _groups())


def _likeness(choices: Sequence[Sequence[Piece]]) -> list[float]:
    """Return for each choice of pieces how alike they are, joined, to the label most like them."""
    texts = ["".join(plain(piece.text) for piece in choice) for choice in choices]
    if not texts:
        return []
    scores = process.cdist(texts, sorted(_own_labels()), scorer=fuzz.ratio)
    return [float(score) / 100.0 for score in scores.max(axis=1)]


@cache
def _own_labels() -> frozenset[str]:
    """Return the labels of rows, without those that another form has for a group's words."""
    return row_labels() - _groups()


@cache
def _groups() -> frozenset[str]:
    cells = (cell for form in FORMS.values() for table in form.tables for cell in table.cells)
    return frozenset(plain(cell.text) for cell in cells if cell.kind == "group")


def _headers_by_first(
    lines: dict[int, list[Piece]], rows: Sequence[int]
) -> dict[Piece, list[Piece]]:
    """Return for the first piece of each broken header all of its pieces."""
    moved: dict[Piece, list[Piece]] = {}
    for at, row in enumerate(rows):
        if at and row - rows[at - 1] < _HEADER // 2:
            continue
        low = max(row - _HEADER, rows[at - 1] if at else 0)
        for header in _stacked(_words(lines, low, row)):
            if len(header) > 1:
                moved[header[0]] = header
    return moved


def _stacked(words: Sequence[Piece]) -> Iterator[list[Piece]]:
    """Yield words, those together that stand one below the other and go on with one header."""
    open_headers: list[list[Piece]] = []
    for word in words:
        fitting = [
            header
            for header in open_headers
            if 0 < word.line - header[-1].line <= 2
            and _over(header[-1], word)
            and _opens_header(_joined(header) + plain(word.text))
        ]
        if fitting:
            min(fitting, key=lambda header: abs(header[0].start - word.start)).append(word)
        else:
            open_headers.append([word])
    yield from open_headers


def _joined(header: Sequence[Piece]) -> str:
    return "".join(plain(piece.text) for piece in header)


def _over(above: Piece, below: Piece) -> bool:
    return above.start - _BESIDE <= below.start < above.end + _BESIDE


def _opens_header(text: str) -> bool:
    return any(name.startswith(text) for name in _headers())


@cache
def _headers() -> frozenset[str]:
    cells = (cell for form in FORMS.values() for table in form.tables for cell in table.cells)
    return frozenset(plain(cell.text) for cell in cells if cell.kind in ("header", "corner"))
