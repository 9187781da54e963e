"""What a style sheet may hide is read and doubted; what it shows all the same is sure."""

import pytest

from workers.pipeline.read.html import read_html

_SHEETS = [
    (".w{color:#fff}", "12 3", False),
    (".w{color:#fff;background:#036}", "123", True),
    ("td{color:white} table{background-color:#333}", "123", True),
    ("/* note */ h1, td .w {display: none}", "12 3", False),
    (".w{display:none} .w{font-size:12px}", "12 3", False),
    (".w{display:none} .w{display:inline}", "123", True),
    ("<!-- span.w {mso-hide:all} -->", "12 3", False),
    (".w{visibility:hidden}", "12 3", False),
    ("@media print{.w{display:none}}", "123", True),
    (".w:hover{color:#fff}", "123", True),
    ("!{{}}} .w{color:#fff}", "12 3", False),
    ("nav a{color:#fff} .other{display:none}", "123", True),
]


@pytest.mark.parametrize(("sheet", "text", "sure"), _SHEETS)
def test_what_a_sheet_may_hide_is_parted_from_its_number_and_doubted(
    sheet: str, text: str, sure: bool
) -> None:
    cell = "<td>12<span class='w'>3</span></td>"
    table = f"<table><tr>{cell * 3}</tr><tr>{cell * 3}</tr></table>"
    page = f"<html><head><style>{sheet}</style></head><body>{table}</body></html>"
    (found,) = read_html(page.encode()).tables
    assert {(one.text, one.confidence >= 0.9) for one in found.cells} == {(text, sure)}
