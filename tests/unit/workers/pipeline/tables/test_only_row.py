"""The table of reviews has one row of numbers and no label for it."""

import pytest

from schemas.forms import FORMS
from tests.corpus import web
from tests.corpus.reports import make_report
from workers.pipeline.read.html import read_html
from workers.pipeline.tables.register import Registration, register

BLANK = "<tr>" + "<td></td>" * 15 + "</tr>"
COUNT = "<tr>" + "".join(f"<td>{at}</td>" for at in range(1, 16)) + "</tr>"
OTHER = "<tr>" + "<td>7</td>" * 15 + "</tr>"
POINTER = "/review_and_litigation/litigation_direct/total"


def registered(before: str = "", after: str = "") -> Registration:
    page = web.set_page(make_report(3, "county"), "clean").decode()
    head, table = page.rsplit("<tr>", 1)
    row, foot = table.split("</tr>", 1)
    content = f"{head}{before}<tr>{row}</tr>{after}{foot}"
    return register([read_html(content.encode())], FORMS["2021"])


@pytest.mark.parametrize(("before", "after"), [("", ""), ("", BLANK), (COUNT, ""), (BLANK, BLANK)])
def test_it_is_the_row_with_figures(before: str, after: str) -> None:
    found, expected = registered(before, after), registered()
    cell, own = found.values[POINTER], expected.values[POINTER]
    assert cell is not None
    assert own is not None
    assert cell.text == own.text != ""
    assert POINTER not in found.uncertain


@pytest.mark.parametrize(("before", "after"), [(OTHER, ""), ("", OTHER)])
def test_with_a_rival_it_is_uncertain(before: str, after: str) -> None:
    assert POINTER in registered(before, after).uncertain
