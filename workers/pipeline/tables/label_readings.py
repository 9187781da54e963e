"""Labels, headers and groups of a form found printed in a table."""

from dataclasses import dataclass

from schemas.form import FormCell, FormTable, TableName
from schemas.table import Cell, Table
from workers.pipeline.tables.labels import likenesses, plain

_ALIKE = 0.6


@dataclass(frozen=True, kw_only=True)
class LabelReading:
    """A label, header or group of the form and the cell in which it was found printed."""

    table: TableName
    form_cell: FormCell
    cell: Cell
    contradicts: bool = False
    """The print names something else: the numbers there may not be the form's."""


def headers_and_groups(table: Table, form_table: FormTable) -> list[LabelReading]:
    """Pair headers, groups and the corner with the printed cells most like them, each once."""
    printed = [cell for cell in table.cells if cell.text and not plain(cell.text).isdigit()]
    named = [cell for cell in form_table.cells if cell.kind not in ("value", "label")]
    if not (printed and named):
        return []
    alike = likenesses([plain(cell.text) for cell in named], [plain(cell.text) for cell in printed])
    found = []
    for at, wanted in enumerate(named):
        best = int(alike[at].argmax())
        if alike[at, best] >= _ALIKE:
            alike[:, best] = -1.0
            found.append(LabelReading(table=form_table.name, form_cell=wanted, cell=printed[best]))
    return found
