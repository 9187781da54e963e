"""The result files of one document, as bytes by name."""

from collections.abc import Callable

from schemas.record import Record
from schemas.table import Tables
from schemas.validation import Validation
from workers.pipeline.export.canonical import json_bytes
from workers.pipeline.export.marks import marks
from workers.pipeline.export.report_html import report_html
from workers.pipeline.export.workbook import workbook_bytes


def export(
    record: Record, validation: Validation, tables: Tables, image: Callable[[int], bytes]
) -> dict[str, bytes]:
    """Set all result files; `image(n)` gives page n upright as WebP, asked only where a box is."""
    marked = marks(record, validation)
    return {
        "record.json": json_bytes(record),
        "validation.json": json_bytes(validation),
        "tables.json": json_bytes(tables),
        "validation.html": report_html(record, validation, tables, image, marked),
        "workbook.xlsx": workbook_bytes(record, validation, marked),
    }
