import io
import re
import zipfile

import pytest
from openpyxl import Workbook, load_workbook

from schemas.forms.template_2019 import FORM as FORM_2019
from schemas.forms.template_2021 import FORM
from schemas.long_row import COLUMNS
from schemas.record import Record
from schemas.validation import Validation
from tests.strategies import Report, build_report, evidence_of, values_of
from workers.pipeline.export.workbook import workbook_bytes
from workers.pipeline.validate.validate import validate

VALUE = COLUMNS.index("value") - 1
CELLS = {"granted": (11, 4, 8, 0, 0, 0), "new_requests": (11, 4, 8, 0, 0, 0)}
VALUES = values_of(CELLS) | {
    "/requests/granted/natural_person": 13,
    "/proactive_disclosure/administrative_fees_10k_yuan": "133.50",
    "/proactive_disclosure/regulations/issued": None,
}
REPORT = build_report(
    VALUES,
    evidence={
        "/requests/carried_forward/other": evidence_of(0, flag="doubtful", alternatives=("8",))
    },
)


def _validation(report: Report) -> Validation:
    return validate(report.record, report.registration, report.pages)


def _book(record: Record | None = None) -> Workbook:
    content = workbook_bytes(record or REPORT.record, _validation(REPORT))
    return load_workbook(io.BytesIO(content))


def test_equal_input_gives_equal_bytes() -> None:
    first = workbook_bytes(REPORT.record, _validation(REPORT))
    assert first == workbook_bytes(REPORT.record, _validation(REPORT))
    assert b"1980-01-01T00:00:00Z" not in first  # packed
    properties = _book().properties
    assert properties.modified.year == properties.created.year == 1980


def test_tables_are_set_like_the_form() -> None:
    sheet = _book()["三、申请办理"]
    merged = {str(merged) for merged in sheet.merged_cells.ranges}
    assert {"A4:C6", "D4:J4", "E5:I5", "A9:A30", "B11:B18"} <= merged
    assert sheet["A7"].value == "一、本年新收政府信息公开申请数量"
    assert [cell.value for cell in sheet[9]][3:] == [13, 4, 8, 0, 0, 0, 23]
    assert "云溪县林业局" in sheet["A1"].value


def test_a_fee_is_a_number_with_the_decimals_printed() -> None:
    cell = _book()["二、主动公开"]["B17"]
    assert (cell.value, cell.number_format) == (133.5, "0.00")


def test_marked_cells_have_a_colour_and_a_reason() -> None:
    book = _book()
    doubtful = book["三、申请办理"]["I31"]
    assert doubtful.fill.fgColor.rgb == "00FFE699"
    assert "识别存疑" in doubtful.comment.text
    assert "也可能是 8" in doubtful.comment.text
    blank = book["二、主动公开"]["B6"]
    assert blank.value is None
    assert blank.fill.fgColor.rgb == "00D9D9D9"
    faulty = book["三、申请办理"]["D9"]
    assert faulty.border.left.style == "medium"
    assert "各申请人之和 25，总计 23" in faulty.comment.text
    plain = book["三、申请办理"]["E10"]
    assert plain.comment is None
    assert plain.fill.fill_type is None


def test_findings_have_both_numbers_and_a_link_to_the_cell() -> None:
    sheet = _book()["核验结果"]
    assert "不通过" in sheet["A1"].value
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=3)]
    row = next(row for row in rows if row[2] == "REQ-ROW")
    assert row[3] == "报告本身"
    assert row[6:9] == ["13+4+8+0+0+0=25≠23", "25", "23"]
    links = [cell.hyperlink for cell in sheet["E"] if cell.hyperlink]
    assert "'三、申请办理'!D9" in {link.location or link.target.lstrip("#") for link in links}


def test_the_long_table_is_tidy() -> None:
    sheet = _book()["长表"]
    table = list(sheet.iter_rows(values_only=True))
    assert table[0] == COLUMNS[1:]
    assert len(table) == 201
    value = table[0].index("value")
    assert table[1][value] is None
    assert table[1][table[0].index("kind")] == "blank"
    assert table[10][value] == 133.5


def test_text_is_never_a_formula_and_control_characters_are_dropped() -> None:
    record = REPORT.record.model_copy(update={"issuer": "=1+1\x07"})
    sheet = _book(record)["长表"]
    assert (sheet["B2"].value, sheet["B2"].data_type) == ("=1+1", "s")


def test_the_long_table_holds_what_the_sheets_hold_and_names_its_extent() -> None:
    sheet = _book()["长表"]
    column = COLUMNS.index("value")
    fee = sheet.cell(row=11, column=column)
    assert (fee.value, fee.number_format) == (133.5, "0.00")
    assert sheet.auto_filter.ref == sheet.dimensions == "A1:S201"
    assert sheet.freeze_panes == "A2"


def test_joined_cells_are_framed_on_all_sides() -> None:
    content = workbook_bytes(REPORT.record, _validation(REPORT))
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        sheet = book.read("xl/worksheets/sheet2.xml").decode()
    corner, last = (re.search(rf'<c r="{at}" s="(\d+)"', sheet) for at in ("A4", "C6"))
    assert corner is not None
    assert last is not None
    assert corner[1] == last[1]


def test_text_may_hold_what_means_something_to_xml() -> None:
    record = REPORT.record.model_copy(update={"issuer": " <甲> & “乙” "})
    assert _book(record)["长表"]["B2"].value == " <甲> & “乙” "


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (123456789012345, 123456789012345),
        (1234567890123456, "1234567890123456"),  # a spreadsheet keeps 15 digits
        (-3, -3),
    ],
)
def test_a_number_too_long_for_a_spreadsheet_stays_text(value: int, shown: int | str) -> None:
    pointer = "/requests/carried_forward/other"
    record = build_report(values_of({}) | {pointer: value}).record
    book = _book(record)
    assert book["三、申请办理"]["I31"].value == shown
    assert [row[VALUE] for row in book["长表"].iter_rows(values_only=True)].count(shown) == 1


@pytest.mark.parametrize("fee", ["59237.2449", "0.1234567", "123456789012345.67", "1,234.5"])
def test_a_fee_is_shown_as_printed_and_never_rounded(fee: str) -> None:
    pointer = "/proactive_disclosure/administrative_fees_10k_yuan"
    cell = _book(build_report(values_of({}) | {pointer: fee}).record)["二、主动公开"]["B17"]
    assert str(cell.value) == fee


def test_the_form_of_2019_has_its_own_rows_and_joined_values() -> None:
    pointer = "/proactive_disclosure/government_procurement/amount"
    values = values_of({}, FORM_2019) | {pointer: "12.30"}
    report = build_report(values, form=FORM_2019)
    sheet = _book(report.record)["二、主动公开"]
    rows = {row[0].value: row for row in sheet.iter_rows(min_row=4)}
    joined = rows["政府集中采购"][2]
    assert (joined.value, joined.number_format) == (12.3, "0.00")
    assert f"C{joined.row}:D{joined.row}" in {str(merged) for merged in sheet.merged_cells.ranges}


def test_every_value_stands_in_the_long_table_once_and_in_its_cell() -> None:
    values = values_of({}) | {p: at for at, p in enumerate(FORM.pointers) if "fees" not in p}
    book = _book(build_report(values).record)
    cells = [
        book[name].cell(row=4 + value.row, column=1 + value.column).value
        for name, table in zip(book.sheetnames, FORM.tables, strict=False)
        for value in table.values
    ]
    long = [row[VALUE] for row in book["长表"].iter_rows(min_row=2, values_only=True)]
    assert cells == long == [0 if "fees" in p else at for at, p in enumerate(FORM.pointers)]
