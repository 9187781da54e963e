"""Grid → statutory form: which cell of which table holds which value and which label."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from schemas.form import Form, FormTable, TableName
from schemas.page import Page
from schemas.table import Cell, Table
from workers.pipeline.tables.beyond import Trimmed, trim
from workers.pipeline.tables.fit import Fit, lay
from workers.pipeline.tables.fit import LabelReading as LabelReading
from workers.pipeline.tables.join import Joined, join
from workers.pipeline.tables.turned import laid_back

_SAME_TABLE_TWICE = 0.5
"""Share of values two tables both hold from which they are two reports' tables, not two parts."""


@dataclass(frozen=True, kw_only=True)
class Registration:
    """All tables of a document laid on a form.

    `values` holds every pointer of the form; None where the cell is missing or cut off.
    """

    form: Form
    values: dict[str, Cell | None]
    labels: tuple[LabelReading, ...]
    tables: tuple[Table, ...]
    """Every table of the document, joined over pages; `Table.form` names the statutory ones."""
    missing: tuple[TableName, ...]
    """Statutory tables that were not found at all."""
    repeated: tuple[TableName, ...] = ()
    """Statutory tables that stand in the document more than once: several reports in one file."""
    uncertain: frozenset[str] = frozenset()
    """Pointers whose place in the form no header confirms."""
    contradicted: frozenset[str] = frozenset()
    """Pointers beside or below which another label or header is printed than the form's."""
    merged: frozenset[str] = frozenset()
    """Pointers whose cell is not surely one value's: a ruling is missing there, or one too many."""
    guessed: frozenset[str] = frozenset()
    """Pointers whose columns are those of another page by guess: no sum confirms their place."""
    beyond: tuple[tuple[TableName, Cell], ...] = ()
    """Headers of columns that stand right of the form's, by table; their numbers are not read."""


def register(pages: Sequence[Page], form: Form) -> Registration:
    """Join the tables of all pages and lay the statutory ones on the form."""
    joined = join(pages, form)
    tables = tuple(one.table for one in joined)
    trimmed = {name: _trimmed(tables, form.table(name)) for name in (t.name for t in form.tables)}
    fits = {name: _fits(parts, form.table(name)) for name, parts in trimmed.items()}
    found = [fit for parts in fits.values() for fit in parts]
    printed: dict[str, Cell] = {}
    for fit in found:
        printed = fit.values | printed  # of two that hold a value, the fuller comes first
    used = Counter(id(cell) for cell in printed.values())
    shared = frozenset(
        pointer
        for pointer, cell in printed.items()
        if used[id(cell)] > 1 or cell.row_span > form.value_cells[pointer].row_span
    )
    return Registration(
        form=form,
        values={pointer: printed.get(pointer) for pointer in form.pointers},
        labels=tuple(label for fit in found for label in fit.labels),
        tables=tables,
        missing=tuple(name for name, parts in fits.items() if not parts),
        repeated=tuple(name for name, parts in fits.items() if _overlap(parts)),
        uncertain=frozenset().union(*(fit.unheaded for fit in found)),
        contradicted=frozenset().union(*(fit.contradicted for fit in found)),
        merged=shared.union(
            *(fit.parted for fit in found), *(_disputed(parts) for parts in fits.values())
        ),
        guessed=frozenset(_guessed(joined, found)),
        beyond=tuple((n, h) for n, parts in trimmed.items() for one in parts for h in one.headers),
    )


def _guessed(joined: Sequence[Joined], fits: Sequence[Fit]) -> Iterator[str]:
    """Yield the pointers of the cells on pages on which nothing says which columns they are of.

    Of the values under headers of their own page these do, of others the sums of their rows may.
    """
    pages = {(one.table.form, page) for one in joined for page in one.guessed}
    for fit in fits:
        for pointer, cell in fit.values.items():
            if (fit.table, cell.page) in pages and pointer not in fit.settled:
                yield pointer


def _trimmed(tables: Sequence[Table], form_table: FormTable) -> list[Trimmed]:
    own = (table for table in tables if table.form == form_table.name)
    return [trim(laid_back(table, form_table), form_table) for table in own]


def _fits(parts: Sequence[Trimmed], form_table: FormTable) -> list[Fit]:
    """Lay every table of a name on the form, the fullest first."""
    fits = [lay(part.table, form_table) for part in parts]
    return sorted(fits, key=lambda fit: (-len(fit.values), len(fit.unheaded)))


def _disputed(fits: Sequence[Fit]) -> Iterator[str]:
    """Yield the pointers for which two tables of a name print different texts.

    A blank cell says nothing of what is printed elsewhere, but of its own place it does.
    """
    for one, other in combinations([fit.values for fit in fits], 2):
        for pointer in one.keys() & other.keys():
            texts = one[pointer].text, other[pointer].text
            if texts[0] != texts[1] and (all(texts) or _lie_over(one[pointer], other[pointer])):
                yield pointer


def _overlap(fits: Sequence[Fit]) -> bool:
    """Say whether two tables print the same values of the form.

    Blank cells say nothing, nor do those whose place no header and label confirm, nor one print
    that was found twice, as part of two tables that lie over each other.
    """
    printed = [
        {p: cell for p, cell in fit.values.items() if cell.text and p not in fit.unheaded}
        for fit in fits
    ]
    return any(
        sum(not _lie_over(one[p], other[p]) for p in one.keys() & other.keys())
        > _SAME_TABLE_TWICE * max(1, min(len(one), len(other)))
        for one, other in combinations(printed, 2)
    )


def _lie_over(one: Cell, other: Cell) -> bool:
    """Say whether two cells share a place of a page."""
    if one.box is None or other.box is None or one.page != other.page:
        return False
    (left, top, right, bottom), (x0, y0, x1, y1) = one.box, other.box
    return max(left, x0) < min(right, x1) and max(top, y0) < min(bottom, y1)
