import csv
import io

import pytest

from schemas.forms.template_2021 import FORM
from schemas.long_row import COLUMNS, csv_bytes
from schemas.record import Record, Region
from tests.strategies import build_report, evidence_of, values_of
from workers.pipeline.export.long_table import level_of, rows

CELL = "/requests/granted/other"


def _record(**changes: object) -> Record:
    return build_report().record.model_copy(update=changes)


def test_there_is_one_row_a_value_in_the_order_of_the_form() -> None:
    table = list(rows(_record(), "job_1"))
    assert len(table) == len(FORM.pointers)
    assert {row.job_id for row in table} == {"job_1"}
    assert len({(row.table, row.row, row.column) for row in table}) == 200
    fee = next(row for row in table if row.row == "administrative_fees_10k_yuan")
    assert (fee.column, fee.row_label, fee.value) == ("amount", "行政事业性收费", "0")


def test_a_null_value_keeps_its_kind() -> None:
    doubtful = evidence_of(None, kind="number", text="?", flag="doubtful", confidence=0.25)
    values = values_of({}) | {CELL: None}
    table = rows(build_report(values, evidence={CELL: doubtful}).record)
    row = next(r for r in table if (r.row, r.column) == ("granted", "other"))
    assert (row.value, row.kind, row.flag, row.confidence) == (None, "number", "doubtful", 0.25)


@pytest.mark.parametrize(
    ("issuer", "code", "level"),
    [
        ("云溪县林业局", None, None),
        ("青石镇人民政府", None, "township"),
        ("城东街道办事处", "110101", "township"),
        ("某局", "110000", "province"),
        ("某局", "130600", "prefecture"),
        ("某局", "130606", "county"),
    ],
)
def test_the_level_is_null_unless_settled(issuer: str, code: str | None, level: str | None) -> None:
    region = Region(code=code, name="某地") if code else None
    assert level_of(_record(issuer=issuer, region=region)) == level


def test_csv_opens_in_a_spreadsheet_and_runs_no_formula() -> None:
    content = csv_bytes(rows(_record(issuer="=cmd()")))
    assert content.startswith(b"\xef\xbb\xbf")
    table = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert tuple(table[0]) == COLUMNS
    assert len(table) == 201
    assert table[1][COLUMNS.index("issuer")] == "'=cmd()"
    assert table[1][COLUMNS.index("value")] == "0"
