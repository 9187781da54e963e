"""The values of many reports as one file, read back by other programs than wrote it."""

import csv
import io
import json
import zipfile
from collections.abc import Iterator

import openpyxl
import pyarrow.parquet
import pytest

from api.long_files import LONG_FORMATS, LongFormat, long_file
from schemas.long_row import COLUMNS, LongRow

FEE = "59237.2449"


def row(**changes: object) -> LongRow:
    given: dict[str, object] = dict.fromkeys(COLUMNS) | {
        "filename": "a.pdf",
        "scope": "organ",
        "table": "requests",
        "row": "granted",
        "column": "total",
        "row_label": "（一）予以公开",
        "column_label": "总计",
        "kind": "number",
        "confidence": 0.5,
        "source": "ocr",
    }
    return LongRow(**(given | changes))  # type: ignore[arg-type]


REPORTS = (
    (row(issuer="=cmd()|甲", year=2023, value=3, page=2), row(value=None, kind="blank")),
    (),
    (row(issuer="乙\n局", value=FEE), row(value=-5), row(value=12345678901234567890)),
)


def written(form: LongFormat, reports: object = REPORTS) -> bytes:
    return b"".join(long_file(form, reports))  # type: ignore[arg-type]


def test_csv_has_one_head_and_all_rows() -> None:
    content = written("csv")
    assert content.startswith(b"\xef\xbb\xbf")
    table = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert [line["value"] for line in table] == ["3", "", FEE, "-5", "12345678901234567890"]
    assert table[0]["issuer"] == "'=cmd()|甲"
    assert list(table[0]) == list(COLUMNS)


def test_json_lines_are_one_row_each_as_they_are() -> None:
    table = [json.loads(line) for line in written("jsonl").splitlines()]
    assert [LongRow(**line) for line in table] == [one for report in REPORTS for one in report]


def test_parquet_has_types_and_is_exact() -> None:
    table = pyarrow.parquet.read_table(io.BytesIO(written("parquet")))
    assert table.column_names == [*COLUMNS, "value_text"]
    assert table.column("value").to_pylist() == [3.0, None, 59237.2449, -5.0, None]
    texts = table.column("value_text").to_pylist()
    assert texts == ["3", None, FEE, "-5", "12345678901234567890"]
    assert table.column("issuer").to_pylist()[0] == "=cmd()|甲"
    assert table.column("year").to_pylist() == [2023, None, None, None, None]
    assert pyarrow.types.is_integer(table.schema.field("page").type)


def test_a_workbook_holds_numbers_as_numbers_and_text_as_text() -> None:
    book = openpyxl.load_workbook(io.BytesIO(written("xlsx")))
    assert book.sheetnames == ["data1"]
    assert book["data1"].auto_filter.ref == book["data1"].dimensions
    table = list(book["data1"].iter_rows(values_only=True))
    assert table[0] == COLUMNS
    value, issuer = COLUMNS.index("value"), COLUMNS.index("issuer")
    assert [line[value] for line in table[1:]] == [
        3,
        None,
        59237.2449,
        -5,
        "12345678901234567890",  # a spreadsheet would round it
    ]
    assert table[1][issuer] == "=cmd()|甲"
    cell = book["data1"].cell(row=2, column=issuer + 1)
    assert cell.data_type == "s"  # not "f"
    assert table[3][issuer] == "乙\n局"
    assert table[1][COLUMNS.index("confidence")] == 0.5


def test_a_workbook_goes_on_on_another_sheet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.long_workbook._SHEET_ROWS", 2)
    book = openpyxl.load_workbook(io.BytesIO(written("xlsx")))
    assert book.sheetnames == ["data1", "data2", "data3"]
    assert [sheet.max_row for sheet in book.worksheets] == [3, 3, 2]


@pytest.mark.parametrize("form", LONG_FORMATS)
def test_no_reports_give_a_file_that_opens(form: LongFormat) -> None:
    content = written(form, [])
    if form == "parquet":
        assert pyarrow.parquet.read_table(io.BytesIO(content)).num_rows == 0
    elif form == "xlsx":
        assert openpyxl.load_workbook(io.BytesIO(content))["data1"].max_row == 1
    else:
        assert content.count(b"\n") == (form == "csv")


@pytest.mark.parametrize("form", ["csv", "jsonl", "xlsx"])
def test_pieces_leave_before_all_reports_are_read(
    form: LongFormat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.long_workbook._CHUNK_BYTES", 1024)
    read = 0

    def reports() -> Iterator[list[LongRow]]:
        nonlocal read
        for read in range(1, 2001):
            yield [row(issuer=f"第{read}局", value=n * read) for n in range(20)]

    pieces = long_file(form, reports())
    next(pieces)
    next(pieces)
    assert read < 1500


def test_a_workbook_is_a_sound_archive() -> None:
    with zipfile.ZipFile(io.BytesIO(written("xlsx"))) as book:
        assert book.testzip() is None
