"""Grid → statutory form: which cell of which table holds which value and which label."""

from dataclasses import dataclass

from schemas.form import Form, FormCell, TableName
from schemas.table import Cell, Table


@dataclass(frozen=True, kw_only=True)
class LabelReading:
    """A label, header or group of the form and the cell in which it was found printed."""

    table: TableName
    form_cell: FormCell
    cell: Cell


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
