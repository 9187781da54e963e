"""One printed table laid on one statutory table: rows by label, columns by header, cell by cell."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from itertools import pairwise

from schemas.form import FormCell, FormTable, TableName
from schemas.table import Cell, Table
from workers.pipeline.changes import is_signed
from workers.pipeline.tables.align import align
from workers.pipeline.tables.counted import Laid, proven
from workers.pipeline.tables.headed import (
    Span,
    before,
    header_columns,
    leaf_names,
    pieces_before,
    under,
)
from workers.pipeline.tables.label_readings import LabelReading as LabelReading
from workers.pipeline.tables.label_readings import headers_and_groups
from workers.pipeline.tables.labels import (
    lettered,
    likeness,
    likenesses,
    plain,
    resemblance,
    wordings,
)
from workers.pipeline.tables.over import (
    Worded,
    bare,
    headed,
    headed_on_page,
    headers_over,
    wider_than_header,
)
from workers.pipeline.tables.value_rows import has_figures, is_value_row

_FOUND = 0.6
"""Share of a row's values that must stand under headers for the row to be placed by them."""
_ALIKE = 0.6
_NAMED = 0.7
"""Likeness to the form's label from which a printed one names its row."""
_UNLIKE = 0.5
"""A label or header less like the form's than this, and read surely, contradicts the form."""
_SURE = 0.9
_SECOND_LABEL = 2
"""Letters more than its own from which a label may name a second row."""


@dataclass(frozen=True, kw_only=True)
class Fit:
    """The printed cells of a table by the pointer of the value they hold, and what speaks against.

    `unheaded`: no header confirms the row's columns, or no label the row. `contradicted`: a label
    or header names something else. `parted`: the row's label stands elsewhere or for several rows,
    so a ruling is missing or one too many.
    """

    table: TableName
    values: dict[str, Cell]
    labels: tuple[LabelReading, ...]
    unheaded: frozenset[str]
    contradicted: frozenset[str]
    parted: frozenset[str]
    settled: frozenset[str] = frozenset()
    """Whose columns their own page tells, whatever page the table's header stands on."""


@dataclass(frozen=True, kw_only=True)
class _Row:
    """A printed row paired with a row of the form."""

    label: FormCell | None
    wanted: Sequence[FormCell]
    printed: Sequence[Cell]
    at: int
    rivalled: bool = False
    """Without a label to name it, another row may be meant just as well."""
    spans: Mapping[int, Span] = field(default_factory=dict)
    """Where the form's columns stand by their headers, for a row that is not to be counted."""

    @property
    def pointers(self) -> frozenset[str]:
        return frozenset(cell.pointer for cell in self.wanted if cell.pointer)

    @property
    def own_label(self) -> Cell | None:
        """The cell before the row's numbers."""
        if self.spans and self.label is not None:
            return before(self.printed, self.spans)
        count = len(self.wanted)
        return self.printed[-count - 1] if self.label and len(self.printed) > count else None

    @cached_property
    def places(self) -> dict[FormCell, Cell]:
        """The cells at the right end of the row that hold its values; none when too few.

        Where they do not stand under their headers, those that do.
        """
        if self.spans:
            there = under(self.printed, self.spans)
            return {cell: there[cell.column] for cell in self.wanted if cell.column in there}
        count = len(self.wanted)
        least = count + (1 if self.label is not None else 0)
        if len(self.printed) < least:
            return {}
        return dict(zip(self.wanted, self.printed[-count:], strict=True))


def lay(table: Table, form_table: FormTable) -> Fit:
    """Lay a printed table on a statutory one."""
    words = [cell for cell in table.cells if _is_wording(cell.text)]
    worded = Worded(table.columns, words)
    rows = _rows(table, form_table, worded)
    labels = [*_row_labels(rows, form_table), *headers_and_groups(table, form_table)]
    misheaded = dict(_misheaded(worded, rows, form_table))
    labels += dict.fromkeys(misheaded.values())
    denied = {label.form_cell for label in labels if label.contradicts}
    contradicted = {pointer for row in rows if row.label in denied for pointer in row.pointers}
    without = [bare(worded, row.places, row.at, form_table) for row in rows]
    two_in_one = frozenset(_rows_in_one(rows, form_table))
    parted = two_in_one | _joined(r for r in rows if _label_elsewhere(r) or _label_shared(r))
    unheaded = _joined(
        row
        for row, missed in zip(rows, without, strict=True)
        if row.rivalled
        or _unlabelled(row)
        or len(row.places) < len(row.wanted)
        or not headed(row.places, missed)
    ).union(*without)
    settled: frozenset[str] = frozenset()
    if parted or unheaded or len({cell.page for cell in table.cells}) > 1:
        laid = [
            _laid(row, form_table, missed, named=parted.isdisjoint(row.pointers))
            for row, missed in zip(rows, without, strict=True)
            if row.label not in denied and not row.rivalled
        ]
        counted = proven(laid, table.columns)
        parted, unheaded = parted - counted.rows, unheaded - counted.places
        there = (row for row in rows if headed_on_page(worded, row.places, row.at, form_table))
        settled = counted.alone | _joined(there)
    return Fit(
        table=form_table.name,
        values={
            wanted.pointer: cell
            for row in rows
            for wanted, cell in row.places.items()
            if wanted.pointer
        },
        labels=tuple(labels),
        unheaded=unheaded,
        contradicted=frozenset(contradicted | misheaded.keys()),
        parted=parted.union(
            *(wider_than_header(worded, row.places, row.at, form_table) for row in rows),
            _cut_off(rows, _printed_rows(table)),
        ),
        settled=settled,
    )


def _laid(row: _Row, form_table: FormTable, without: frozenset[str], *, named: bool) -> Laid:
    """`named`: the label beside the row is its own alone; `without`: values under no header."""
    labelled = named and row.label is not None and not _unlabelled(row)
    return Laid(
        at=row.at,
        place=[values[0] for _, values in form_table.value_rows].index(row.wanted[0]),
        places=row.places,
        named=labelled or row.label is None,
        labelled=labelled,
        complete=len(row.places) == len(row.wanted),
        headed=row.pointers - without,
    )


def _joined(rows: Iterator[_Row]) -> frozenset[str]:
    return frozenset().union(*(row.pointers for row in rows))


def _rows(table: Table, form_table: FormTable, worded: Worded) -> list[_Row]:
    printed = _printed_rows(table)
    wanted = form_table.value_rows
    spans = header_columns(table, form_table) if leaf_names(form_table) else {}
    if all(label is None for label, _ in wanted):
        own = wanted[0][1]
        return _only_row(printed, own) or _only_row_under_headers(printed, own, spans)
    rows = [
        _Row(label=wanted[row][0], wanted=wanted[row][1], printed=printed[at], at=at)
        for at, row in _paired_rows(printed, wanted, spans).items()
    ]
    return [_under_headers(row, spans, worded, form_table) for row in rows]


def _under_headers(
    row: _Row, spans: Mapping[int, Span], worded: Worded, form_table: FormTable
) -> _Row:
    """Place a row's values by the headers, where counted from the right they stand elsewhere."""
    if not spans or headed(row.places, bare(worded, row.places, row.at, form_table)):
        return row
    placed = replace(row, spans=spans)
    if all(row.places.get(wanted) is cell for wanted, cell in placed.places.items()):
        return row
    many = len(placed.places) >= _FOUND * len(row.wanted)
    return placed if many or not row.places else row


def _row_labels(rows: Sequence[_Row], form_table: FormTable) -> Iterator[LabelReading]:
    for row in rows:
        own = row.own_label
        if row.label is not None and own is not None:
            yield LabelReading(
                table=form_table.name,
                form_cell=row.label,
                cell=own,
                contradicts=_contradicts(own, plain(row.label.text)),
            )


def _contradicts(cell: Cell, name: str) -> bool:
    """Say whether a cell surely prints another label."""
    sure = lettered(plain(cell.text)) and cell.confidence >= _SURE
    return sure and resemblance(cell.text, name) < _UNLIKE


def _unlabelled(row: _Row) -> bool:
    """Say whether a row's label does not name it: it was paired by its place among others."""
    if row.label is None:
        return False
    own = row.own_label
    return own is None or resemblance(own.text, plain(row.label.text)) < _NAMED


def _label_elsewhere(row: _Row) -> bool:
    """Say whether a row's label is another cell than the one before its numbers."""
    own = row.own_label
    if row.label is None or own is None:
        return False
    name = plain(row.label.text)
    if resemblance(own.text, name) >= _ALIKE:
        return False
    return any(resemblance(cell.text, name) >= _ALIKE for cell in row.printed)


def _label_shared(row: _Row) -> bool:
    """Say whether a row's label reaches over other rows: which of them it names is open."""
    own = row.own_label
    return row.label is not None and own is not None and own.row_span > row.label.row_span


def _cut_off(rows: Sequence[_Row], printed: Sequence[Sequence[Cell]]) -> frozenset[str]:
    """Return the pointers of blank rows beside one with numbers that is no row of the form.

    A line that is no ruling runs through the row: its numbers stand on the line's other side.
    """
    others = [at for at in range(len(printed)) if all(at != row.at for row in rows)]
    return _joined(
        row
        for row in rows
        if row.places
        and not any(cell.text or cell.ink for cell in row.places.values())
        and any(
            abs(at - row.at) == 1 and has_figures(printed[at][-len(row.wanted) :]) for at in others
        )
    )


def _rows_in_one(rows: Sequence[_Row], form_table: FormTable) -> Iterator[str]:
    """Yield the pointers of rows of the form whose labels stand in one cell: a ruling is lost.

    Whose the numbers beside it are is open.
    """
    neighbours = list(pairwise(form_table.value_rows))
    for row in rows:
        own = row.own_label
        if row.label is None or own is None:
            continue
        text, name = plain(own.text), plain(row.label.text)
        if len(text) < len(name) + _SECOND_LABEL:
            continue
        alone = max(resemblance(own.text, name), _ALIKE)
        for (upper, first), (lower, second) in neighbours:
            if upper and lower and row.label in (upper, lower):
                both = likeness(text, plain(upper.text) + plain(lower.text))
                if both > alone:
                    yield from (cell.pointer for cell in (*first, *second) if cell.pointer)


def _misheaded(
    worded: Worded, rows: Sequence[_Row], form_table: FormTable
) -> Iterator[tuple[str, LabelReading]]:
    """Yield the values over which another header stands than the form's, with that header.

    `worded`: the cells of each column that may be headers.
    """
    leaf = headers_over(form_table)
    leaves = frozenset(leaf.values())
    headers = [cell for cell in form_table.cells if cell.kind == "header"]
    # Of a text it is sure which cells hold values, whatever words stand in them: 两件.
    held = {
        id(cell) for row in rows for cell in row.places.values() if cell.box is None or cell.loose
    }
    for row in rows:
        for wanted, cell in row.places.items():
            over = [c for c in worded.above(row.at, cell) if id(c) not in held]
            if not over or wanted.pointer is None:
                continue
            nearest = max(over, key=lambda header: header.row)
            expected = leaf[wanted.column, wanted.row]
            if _contradicts(nearest, expected) and not _is_group(nearest, leaves, headers):
                stated = next(h for h in headers if plain(h.text) == expected)
                yield (
                    wanted.pointer,
                    LabelReading(
                        table=form_table.name, form_cell=stated, cell=nearest, contradicts=True
                    ),
                )


@lru_cache(maxsize=4096)
def _is_wording(text: str) -> bool:
    """Say whether a text may be a header: words, and no change spelt in words (减少2)."""
    return lettered(plain(text)) and not is_signed(text)


def _is_group(cell: Cell, leaves: frozenset[str], headers: Sequence[FormCell]) -> bool:
    """Say whether a cell is a header over several columns: the one below it was not read."""
    text = plain(cell.text)
    best = max((plain(header.text) for header in headers), key=lambda name: likeness(text, name))
    return best not in leaves and likeness(text, best) >= _ALIKE


def _printed_rows(table: Table) -> list[list[Cell]]:
    """Return the cells that cover each row, from left to right."""
    rows: list[list[Cell]] = [[] for _ in range(table.rows)]
    for cell in sorted(table.cells, key=lambda cell: cell.column):
        for row in rows[cell.row : cell.row + cell.row_span]:
            row.append(cell)
    return rows


def _paired_rows(
    printed: Sequence[Sequence[Cell]],
    wanted: Sequence[tuple[FormCell | None, Sequence[FormCell]]],
    spans: Mapping[int, Span],
) -> dict[int, int]:
    """Pair printed rows with rows of the form, in order, by label."""
    widths = {1, 3} | {len(values) for _, values in wanted}
    texts = [_label_texts(cells, widths, spans) for cells in printed]
    names = [plain(label.text) if label is not None else "" for label, _ in wanted]
    return align([_best_likenesses(tuple(own), tuple(names)) for own in texts])


@lru_cache(maxsize=4096)  # reports print the same labels, document after document
def _best_likenesses(texts: tuple[str, ...], names: tuple[str, ...]) -> list[float]:
    """Return for each name its likeness with that of the texts most like it."""
    best: list[float] = likenesses(texts, names).max(axis=0, initial=0.0).tolist()
    return best


def _label_texts(
    cells: Sequence[Cell], widths: Iterable[int], spans: Mapping[int, Span]
) -> list[str]:
    """Return what may be the label of a printed row: the cell before so many numbers."""
    labels = [cells[-count - 1] for count in widths if len(cells) > count]
    first = before(cells, spans) if spans else None
    printed = [cell.text for cell in (*labels, first) if cell]
    printed += pieces_before(cells, spans) if spans else []
    texts = [text for each in dict.fromkeys(printed) for text in wordings(each)]
    return [text for text in texts if text and not text.isdigit()]


def _only_row(printed: Sequence[Sequence[Cell]], wanted: Sequence[FormCell]) -> list[_Row]:
    """Find the one row of values of a table without row labels: the last that has any.

    A row that only numbers the columns is none. Where more rows than one have figures, any may be.
    """
    rows = [at for at, cells in enumerate(printed) if is_value_row(cells, len(wanted))]
    filled = [at for at in rows if has_figures(printed[at])]
    at = next(reversed(filled or rows), None)
    if at is None:
        return []
    rivalled = len(filled) > 1
    return [_Row(label=None, wanted=wanted, printed=printed[at], at=at, rivalled=rivalled)]


def _only_row_under_headers(
    printed: Sequence[Sequence[Cell]], wanted: Sequence[FormCell], spans: Mapping[int, Span]
) -> list[_Row]:
    """Find it where it has lost rulings, or has some too many: what stands under the headers."""
    rows = [
        _Row(label=None, wanted=wanted, printed=cells, at=at, spans=spans)
        for at, cells in enumerate(printed)
        if spans and has_figures(cells)
    ]
    found = [row for row in rows if len(row.places) >= _FOUND * len(wanted)]
    return [replace(found[-1], rivalled=len(found) > 1)] if found else []
