"""Tidy rows as CSV and back."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas import long_row
from schemas.long_row import COLUMNS, LongRow, csv_bytes, rows_of, without_head

# CSV has no null text and no lone carriage return that a reader would keep apart from a newline.
TEXT = st.text(
    st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("=+-@'\""), min_size=1
)
ROWS = st.builds(
    LongRow,
    job_id=st.none() | TEXT,
    filename=TEXT,
    issuer=st.none() | TEXT,
    region_code=st.none() | st.sampled_from(["010203", "330212"]),
    region=st.none() | TEXT,
    level=st.none() | st.just("county"),
    year=st.none() | st.integers(1990, 2100),
    scope=st.just("organ"),
    template=st.none() | st.just("2021"),
    table=TEXT,
    row=TEXT,
    column=TEXT,
    row_label=TEXT,
    column_label=TEXT,
    value=st.none() | st.integers(-(10**20), 10**20) | st.just("59237.2449") | st.just("-0.50"),
    kind=st.just("number"),
    confidence=st.floats(0, 1),
    flag=st.none() | st.just("doubtful"),
    page=st.none() | st.integers(1, 500),
    source=st.just("ocr"),
)


@given(st.lists(ROWS, max_size=5))
def test_rows_come_back_as_they_were(rows: list[LongRow]) -> None:
    assert list(rows_of(csv_bytes(rows))) == rows


@given(st.lists(ROWS, min_size=1, max_size=3))
def test_rows_of_many_reports_stand_below_one_head(rows: list[LongRow]) -> None:
    assert csv_bytes(rows) + without_head(csv_bytes(rows)) == csv_bytes(rows * 2)
    assert csv_bytes(rows, head=False) == without_head(csv_bytes(rows))


@pytest.mark.parametrize("text", ["=cmd()", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"])
def test_no_text_is_run_as_a_formula(text: str) -> None:
    row = _row(issuer=text)
    table = list(csv.reader(io.StringIO(csv_bytes([row]).decode("utf-8-sig"), newline="")))
    assert table[1][COLUMNS.index("issuer")] == "'" + text


@pytest.mark.parametrize("value", [-5, "-133.50", "0.10"])
def test_a_number_below_zero_is_no_formula(value: int | str) -> None:
    content = csv_bytes([_row(value=value)]).decode()
    assert f",{value}," in content
    assert "'" not in content


def test_an_older_csv_has_nulls_where_it_had_no_columns() -> None:
    old = "issuer,value,gone\r\n某局,3,x\r\n".encode("utf-8-sig")
    (row,) = rows_of(old)
    assert (row.issuer, row.value, row.region_code, row.filename) == ("某局", 3, None, "")


def _row(**changes: object) -> LongRow:
    blank = dict.fromkeys(COLUMNS) | {"confidence": 1.0, "filename": "a.pdf", "scope": "organ"}
    return LongRow(**(blank | changes))  # type: ignore[arg-type]


@given(st.lists(ROWS, max_size=5))
def test_a_line_is_what_a_writer_of_csv_makes_of_its_row(rows: list[LongRow]) -> None:
    text = io.StringIO(newline="")
    harmless = ([long_row._harmless(i) if isinstance(i, str) else i for i in row] for row in rows)
    csv.writer(text, lineterminator="\r\n").writerows(harmless)
    assert csv_bytes(rows, head=False) == text.getvalue().encode()
